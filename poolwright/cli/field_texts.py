"""The text under each field of a record, read from the source, as the field's description in a JSON Schema.

pydantic can do this itself, but for every record at every import: it costs more than reading a stack's files.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent
from typing import Any, cast, get_args

from pydantic import BaseModel

Json = dict[str, Any]


def described(schema: Json, root: type[BaseModel]) -> Json:
    """The schema with the texts of the root record's fields, and of all records that it names by their class's name."""
    records = {record.__name__: record for record in _records(root, set())}
    definitions = {
        name: _with_texts(definition, records[name]) if name in records else definition
        for name, definition in cast("dict[str, Json]", schema.get("$defs", {})).items()
    }
    whole = _with_texts(schema, root)
    return {**whole, "$defs": definitions} if definitions else whole


def _with_texts(schema: Json, record: type[BaseModel]) -> Json:
    if "properties" not in schema:
        return schema
    texts = field_texts(record)
    properties = {
        name: {"description": texts[name], **{key: entry for key, entry in each.items() if key != "description"}}
        if name in texts
        else each
        for name, each in cast("dict[str, Json]", schema["properties"]).items()
    }
    return {**schema, "properties": properties}


def field_texts(record: type[BaseModel]) -> dict[str, str]:
    """The string that follows each field in the record's class body, or in that of a record that it extends."""
    texts: dict[str, str] = {}
    for each in reversed(record.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            texts |= _texts_of(each)
    return texts


def _texts_of(record: type[BaseModel]) -> dict[str, str]:
    (body,) = ast.parse(dedent(inspect.getsource(record))).body
    statements = cast("ast.ClassDef", body).body
    texts: dict[str, str] = {}
    for field, text in pairwise(statements):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            texts[field.target.id] = inspect.cleandoc(text.value.value)
    return texts


def _records(annotation: Any, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """The record, or those in an annotation, and all that their fields name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in seen:
            seen.add(annotation)
            yield annotation
            for field in annotation.model_fields.values():
                yield from _records(field.annotation, seen)
        return
    for argument in get_args(annotation):
        yield from _records(argument, seen)
