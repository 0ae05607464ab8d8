"""The base of every file format: frozen, closed, documented by the text under each field.

Pydantic could read those texts itself (`use_attribute_docstrings`), by parsing each class's source at every start, at
60 ms of every command. `poolwright/cli/field_texts.py` reads them when a schema is printed.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """A frozen record of a file format; an unknown key is an error, the text under a field is its description."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        ser_json_inf_nan="constants",
    )


def is_empty(value: object) -> bool:
    """Whether a field says nothing: where it is then left out (`exclude_if`), files without it keep their digests."""
    return not value
