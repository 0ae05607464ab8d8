"""Property values as the provider handles them: plain data with one marker for what is not known yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias, cast


class Unknown:
    """The value of a computed property before its resource exists; there is one instance, `UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()

Value: TypeAlias = "bool | int | float | str | Unknown | list[Value] | dict[str, Value] | None"
Properties: TypeAlias = dict[str, Value]
Path: TypeAlias = tuple[str | int, ...]
"""The way to a nested value: property names and list positions."""

DEFAULTS_KEY: Final = "__defaults"
"""Inputs name here the properties that Check filled in, as pulumi-aws does."""


def is_known(value: Value) -> bool:
    """Whether no part of the value is unknown."""
    if isinstance(value, Unknown):
        return False
    if isinstance(value, list):
        return all(is_known(item) for item in value)
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    return True


def text(value: Value) -> str | None:
    """The value when it is a known, non-empty string."""
    return value if isinstance(value, str) and value else None


def whole(value: Value) -> int | None:
    """The value when it is a known whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: Value) -> float | None:
    """The value when it is a known number."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def flag(value: Value, default: bool = False) -> bool:
    """The value when it is a known truth value, else the default."""
    return value if isinstance(value, bool) else default


def items(value: Value) -> list[Value]:
    """The value when it is a list, else an empty list."""
    return value if isinstance(value, list) else []


def texts(value: Value) -> list[str]:
    """The known strings of a list."""
    return [item for item in items(value) if isinstance(item, str)]


def fields(value: Value) -> dict[str, Value]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Value) -> list[dict[str, Value]]:
    """The objects of a list."""
    return [item for item in items(value) if isinstance(item, dict)]


def walk(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every value inside, containers before what they hold."""
    yield path, value
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, key))


def show(path: Path) -> str:
    """The path as Pulumi writes it: `ingress[0].cidrBlocks[1]`, `tags["a.b"]`."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step}]"
        elif step.replace("_", "a").replace("-", "a").isalnum():
            shown += f".{step}" if shown else step
        else:
            shown += f"[{json.dumps(step)}]"
    return shown


def parsed_json(value: Value) -> Value:
    """The data inside a JSON document; UNKNOWN when the text is none."""
    if not isinstance(value, str):
        return UNKNOWN
    try:
        return cast("Value", json.loads(value))
    except ValueError:
        return UNKNOWN


def visible(properties: Mapping[str, Value]) -> Properties:
    """The properties without the bookkeeping keys that start with two underscores."""
    return {key: value for key, value in properties.items() if not key.startswith("__")}
