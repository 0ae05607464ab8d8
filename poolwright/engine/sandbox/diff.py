"""What changes between the inputs that hold and the inputs that are wanted, and whether it takes a new resource."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from poolwright.engine.sandbox.force_new import DELETE_FIRST
from poolwright.engine.sandbox.replace import NeedsNew, needs_new_resource, order_matters
from poolwright.engine.sandbox.schema import ResourceSchema
from poolwright.engine.sandbox.values import DEFAULTS_KEY, Path, Properties, Unknown, Value, show, texts, visible


class Kind(Enum):
    """What happens to one property."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Difference:
    """One property that changes."""

    path: str
    kind: Kind
    replaces: bool


def differences(
    type_name: str,
    schema: ResourceSchema,
    old_inputs: Properties,
    new_inputs: Properties,
    needs_new: NeedsNew = needs_new_resource,
) -> list[Difference]:
    """Every property that changes, in the schema's order of names."""
    found: list[Difference] = []
    old, new = visible(old_inputs), visible(new_inputs)
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if after is None and name in schema.settled:
            # An optional value that the cloud settles stays what it is when nobody asks for another.
            continue
        for path, kind in _changes(before, after, (name,)):
            found.append(Difference(show(path), kind, needs_new(type_name, path, old, new)))
    return found


def deletes_before_replacing(type_name: str, name_property: str | None, inputs: Properties) -> bool:
    """Whether the old resource goes first: there can't be two, or two can't have the name that the program chose."""
    if type_name in DELETE_FIRST:
        return True
    if name_property is None:
        return False
    return isinstance(inputs.get(name_property), str) and name_property not in texts(inputs.get(DEFAULTS_KEY))


def _changes(old: Value, new: Value, path: Path) -> Iterator[tuple[Path, Kind]]:
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        yield path, Kind.UPDATE if old is not None else Kind.ADD
    elif _empty(old) and _empty(new):
        return
    elif old is None:
        yield path, Kind.ADD
    elif new is None:
        yield path, Kind.DELETE
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _object_changes(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_changes(old, new, path)
    elif not _same_text(old, new):
        yield path, Kind.UPDATE


def _object_changes(old: Mapping[str, Value], new: Mapping[str, Value], path: Path) -> Iterator[tuple[Path, Kind]]:
    for key in sorted(old.keys() | new.keys()):
        if not key.startswith("__"):
            yield from _changes(old.get(key), new.get(key), (*path, key))


def _list_changes(old: list[Value], new: list[Value], path: Path) -> Iterator[tuple[Path, Kind]]:
    if not order_matters(path):
        before, after = [_sorting_text(item) for item in old], [_sorting_text(item) for item in new]
        if sorted(before) == sorted(after):
            return
        kept = set(before) & set(after)
        old = [item for item, shown in zip(old, before, strict=True) if shown not in kept]
        new = [item for item, shown in zip(new, after, strict=True) if shown not in kept]
    for index in range(max(len(old), len(new))):
        before_item = old[index] if index < len(old) else None
        after_item = new[index] if index < len(new) else None
        yield from _changes(before_item, after_item, (*path, index))


def _sorting_text(value: Value) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _empty(value: Value) -> bool:
    """Absent, and what the provider can't tell from absent."""
    return value is None or value == [] or value == {}


def _same_text(old: Value, new: Value) -> bool:
    """Equal, or two JSON documents that say the same."""
    if old == new and isinstance(old, bool) == isinstance(new, bool):
        return True
    if isinstance(old, str) and isinstance(new, str) and old[:1] in ("{", "[") and new[:1] in ("{", "["):
        try:
            return _canonical(json.loads(old)) == _canonical(json.loads(new))
        except ValueError:
            return False
    return False


def _canonical(document: Value) -> Value:
    """A policy's `["x"]` and `"x"` mean the same."""
    if isinstance(document, dict):
        return {key: _canonical(item) for key, item in document.items()}
    if isinstance(document, list):
        members = [_canonical(item) for item in document]
        if all(isinstance(member, str) for member in members):
            return members[0] if len(members) == 1 else [*sorted(str(member) for member in members)]
        return members
    return document
