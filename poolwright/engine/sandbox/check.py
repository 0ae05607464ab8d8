"""Inputs against the schema: each unknown property, wrong type or missing required property is one failure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from poolwright.engine.sandbox.schema import (
    EnumType,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    Property,
    PropertyType,
    UnionType,
    enum_values,
    object_properties,
)
from poolwright.engine.sandbox.values import Path, Unknown, Value, show

MISSING: Final = "missing required property"


@dataclass(frozen=True)
class Failure:
    """One mistake of the inputs: the property's path and what is wrong with it."""

    path: str
    reason: str


def schema_failures(inputs: Mapping[str, Value], properties: Mapping[str, Property]) -> list[Failure]:
    """All mistakes that the schema alone shows, in the order of the inputs, missing ones last."""
    return list(_object(inputs, properties, ()))


def near_miss(word: str, allowed: Iterable[str]) -> str:
    """A sentence that names the closest allowed word, or nothing."""
    folded = {candidate.lower(): candidate for candidate in allowed}
    close = difflib.get_close_matches(word.lower().replace("_", ""), folded, n=1, cutoff=0.6)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""


def _object(value: Mapping[str, Value], properties: Mapping[str, Property], path: Path) -> Iterator[Failure]:
    for key, item in value.items():
        if key.startswith("__"):
            continue
        found = properties.get(key)
        if found is None:
            yield Failure(show((*path, key)), f"unknown property.{near_miss(key, properties)}")
        elif item is not None:
            yield from _value(item, found.type, (*path, key))
    for name, expected in properties.items():
        if expected.required and value.get(name) is None:
            yield Failure(show((*path, name)), MISSING)


def _value(value: Value, expected: PropertyType, path: Path) -> Iterator[Failure]:
    if isinstance(value, Unknown) or value is None:
        return
    match expected:
        case Primitive():
            if not _is_primitive(value, expected):
                yield Failure(show(path), f"expected {expected.value}, found {describe(value)}")
        case ListType(item=item):
            if isinstance(value, list):
                for index, member in enumerate(value):
                    yield from _value(member, item, (*path, index))
            else:
                yield Failure(show(path), f"expected a list, found {describe(value)}")
        case MapType(item=item):
            if isinstance(value, dict):
                for key, member in value.items():
                    yield from _value(member, item, (*path, key))
            else:
                yield Failure(show(path), f"expected an object, found {describe(value)}")
        case ObjectType():
            nested = object_properties(expected)
            if nested is None:
                return
            if isinstance(value, dict):
                yield from _object(value, nested, path)
            else:
                yield Failure(show(path), f"expected an object, found {describe(value)}")
        case EnumType():
            allowed = enum_values(expected)
            if value not in allowed:
                yield Failure(
                    show(path),
                    f"expected one of {', '.join(allowed)}; found {describe(value)}." + near_miss(str(value), allowed),
                )
        case UnionType(members=members):
            yield from _union(value, members, path)


def _union(value: Value, members: tuple[PropertyType, ...], path: Path) -> Iterator[Failure]:
    attempts = [list(_value(value, member, path)) for member in members]
    if all(attempts):
        # The failures of the member that got furthest are the ones that help.
        yield from min(attempts, key=lambda failures: (failures[0].path == show(path), len(failures)))


def _is_primitive(value: Value, expected: Primitive) -> bool:
    match expected:
        case Primitive.STRING:
            return isinstance(value, str)
        case Primitive.BOOLEAN:
            return isinstance(value, bool)
        case Primitive.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case Primitive.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Primitive.ANY:
            return True


def describe(value: Value) -> str:
    """The value as an error shows it: its kind, and itself when it is short."""
    match value:
        case bool():
            return f"the boolean {str(value).lower()}"
        case str():
            return f"the string {value!r}" if len(value) <= 60 else f"a string of {len(value)} characters"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "nothing"
