"""The base of the catalog's YAML entries: closed and frozen like every file format, but built when first read."""

from __future__ import annotations

from pydantic import ConfigDict

from solver.schema import Schema


class Entry(Schema):
    """A record of a catalog file.

    Commands that only compare digests import the catalog and read no table, so validators are built on first use. No
    JSON Schema is exported, so field texts stay in the source: reading them at import would cost more than the load.
    """

    model_config = ConfigDict(defer_build=True, use_attribute_docstrings=False)
