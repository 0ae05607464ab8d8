"""A file of a project beside the stack files → its record, or one error that names every mistake by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from solver.demand.located import Located, shown_path
from solver.demand.yaml_reader import read_yaml
from solver.errors import ConfigError, Problem
from solver.schema import Schema

Record = TypeVar("Record", bound=Schema)


_NAMED = 3


def _keys_of(record: type[Schema]) -> str:
    """A few keys of a format, those that it needs first."""
    fields = [(not each.is_required(), each.alias or name) for name, each in record.model_fields.items()]
    names = [name for _, name in sorted(fields, key=lambda each: each[0]) if name != "schema_version"]
    return ", ".join(names[:_NAMED])


def read_record(path: Path, record: type[Record]) -> tuple[Record, Located]:
    """What a YAML file says, and the same with the line of each value; ConfigError holds every mistake."""
    if not path.is_file():
        raise ConfigError([Problem(file=shown_path(path), allowed="an existing file is allowed")])
    problems: list[Problem] = []
    tree = read_yaml(path, problems, _keys_of(record))
    if tree is None or problems:
        raise ConfigError(problems)
    try:
        return record.model_validate_json(json.dumps(tree.plain()), strict=True), tree
    except ValidationError as error:
        from solver.demand.mistakes import mistakes_of

        raise ConfigError(mistakes_of(tree, error, record)) from None
