"""The inputs that hold, seen from what is there: changes made outside of Pulumi show, what AWS added does not."""

from __future__ import annotations

from collections.abc import Mapping

from poolwright.engine.sandbox.schema import (
    ListType,
    ObjectType,
    Property,
    PropertyType,
    UnionType,
    object_properties,
)
from poolwright.engine.sandbox.values import Properties, Value


def inputs_seen(
    stored: Mapping[str, Value], outputs: Mapping[str, Value], schema: Mapping[str, Property]
) -> Properties:
    """Each input with the value that the outputs have for it."""
    seen: Properties = {}
    for name, value in stored.items():
        declared = schema.get(name)
        if name.startswith("__") or name not in outputs:
            seen[name] = value
        else:
            seen[name] = outputs[name] if declared is None else _seen(value, outputs[name], declared.type)
    return seen


def _seen(stored: Value, found: Value, declared: PropertyType) -> Value:
    match declared:
        case ObjectType():
            nested = object_properties(declared)
            if nested is None or not isinstance(stored, dict) or not isinstance(found, dict):
                return found
            return {
                name: _seen(value, found[name], nested[name].type) if name in nested else found[name]
                for name, value in stored.items()
                if name in found
            }
        case ListType(item=item):
            if isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
                return [_seen(was, now, item) for was, now in zip(stored, found, strict=True)]
            return found
        case UnionType(members=members):
            kind = next((member for member in members if isinstance(member, ObjectType | ListType)), None)
            return found if kind is None else _seen(stored, found, kind)
        case _:
            return found
