"""Keyed: an ordered tuple of parts with a `key` each, which files write as a mapping from key to the rest."""

from __future__ import annotations

from typing import Annotated, TypeVar, cast

from pydantic import BeforeValidator

Part = TypeVar("Part")


def _from_mapping(value: object) -> object:
    if not isinstance(value, dict):
        return value
    entries = cast("dict[str, dict[str, object] | None]", value)
    return [{"key": key, **(rest or {})} for key, rest in entries.items()]


Keyed = Annotated[tuple[Part, ...], BeforeValidator(_from_mapping)]
"""A tuple that can also be read from a mapping; keys are the parts' `key`."""
