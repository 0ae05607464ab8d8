"""Drift: where the cloud is no longer as the last `up` left it, each difference explained and classed by who made it.

It compares what the state knows with what the cloud answers now. Where an owner's own rule explains a difference
(`drift_owners.py`), that owner made it; what nobody can set is the cloud's; all else is someone's hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, cast

from poolwright.engine.refreshed import Reading
from poolwright.engine.sandbox.schema import resource_schema
from poolwright.review.drift_owners import explanation
from solver.schema import Schema


class DriftClass(StrEnum):
    """Who made a difference."""

    HAND = "hand"
    """Someone set a property outside of Pulumi."""
    DELETED = "deleted"
    """Someone deleted the resource outside of Pulumi."""
    AUTOSCALER = "autoscaler"
    """An autoscaler or a schedule of the stack, within the plan's floor and ceiling."""
    CLOUD = "cloud"
    """The cloud itself: what nobody can set, or what other resources of the stack show again."""


REFUSED = (DriftClass.HAND, DriftClass.DELETED)
"""Classes that end `poolwright drift` with code 5."""


class DriftRecord(Schema):
    """One difference."""

    by: DriftClass
    """Who made it."""
    resource: str
    """Logical name."""
    type: str
    """Its type token."""
    urn: str
    """As the engine names it."""
    path: str
    """The property, `tags.Name`; empty when the resource is gone."""
    before: Any
    """What the state knows; null for nothing; secrets masked."""
    now: Any
    """What the cloud says; null for nothing; secrets masked."""
    reason: str
    """Why it is classed so."""
    remedy: str
    """What to do; empty where nothing is to be done."""


class DriftReport(Schema):
    """How a stack's cloud differs from its state."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """Its name."""
    cloud: str
    """sandbox or aws."""
    passed: bool
    """No difference is someone's hand or a deletion."""
    resources: int
    """How many the cloud was asked for."""
    differences: tuple[DriftRecord, ...]
    """By class (hand, deleted, autoscaler, cloud), then by type, name and path."""


def drift_of(readings: Sequence[Reading], *, stack: str, cloud: str) -> DriftReport:
    """Every difference between state and cloud."""
    order = list(DriftClass)
    found = sorted(
        _records(readings, stack),
        key=lambda record: (order.index(record.by), record.type, record.resource, record.path),
    )
    return DriftReport(
        stack=stack,
        cloud=cloud,
        passed=not any(record.by in REFUSED for record in found),
        resources=len(readings),
        differences=tuple(found),
    )


def _records(readings: Sequence[Reading], stack: str) -> Iterator[DriftRecord]:
    for reading in readings:
        if reading.now is None:
            yield _gone(reading, stack)
            continue
        for path, before, now in _own(differences(reading.known, reading.now)):
            yield _record(reading, path, before, now, readings, stack)


def _gone(reading: Reading, stack: str) -> DriftRecord:
    data = "; its data is gone with it: see docs/restore.md" if reading.protected else ""
    return DriftRecord(
        by=DriftClass.DELETED,
        resource=reading.name,
        type=reading.type,
        urn=reading.urn,
        path="",
        before=reading.id,
        now=None,
        reason="the cloud has no such resource any more",
        remedy=f"`poolwright refresh {stack}`, then `poolwright up {stack}` makes it again{data}",
    )


def _record(reading: Reading, path: str, before: Any, now: Any, readings: Sequence[Reading], stack: str) -> DriftRecord:
    owner = explanation(reading, path, before, now, readings)
    if owner is not None:
        by, reason, remedy = DriftClass(owner.by), owner.reason, ""
    elif not _is_settable(reading, path):
        by, reason, remedy = DriftClass.CLOUD, "nobody can set it: the cloud computes it", ""
    else:
        by = DriftClass.HAND
        reason, remedy = _by_hand(reading, path, stack)
    return DriftRecord(
        by=by,
        resource=reading.name,
        type=reading.type,
        urn=reading.urn,
        path=path,
        before=before,
        now=now,
        reason=reason,
        remedy=remedy,
    )


def _by_hand(reading: Reading, path: str, stack: str) -> tuple[str, str]:
    """Reason and remedy of what no owner of the stack explains."""
    if _top(path) in reading.inputs or _top(path) == "tagsAll":
        return (
            "set outside of Pulumi: no autoscaler, schedule or other resource of the stack does it",
            f"`poolwright refresh {stack}`, then `poolwright up {stack}` puts it back; to keep it, write it into the "
            "demand",
        )
    return (
        "set outside of Pulumi, where the program leaves the value to the cloud",
        "`up` does not put it back: undo it where it was done",
    )


def differences(known: Any, now: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Path, old and new value of each leaf that differs; nothing, an empty text and an empty list are one value.

    Lists of one length are compared entry by entry, others as a whole.
    """
    if _same(known, now):
        return
    if isinstance(known, Mapping) and isinstance(now, Mapping):
        before, after = cast("Mapping[str, Any]", known), cast("Mapping[str, Any]", now)
        for key in sorted({*before, *after}):
            yield from differences(before.get(key), after.get(key), _joined(path, key))
    elif (
        isinstance(known, list)
        and isinstance(now, list)
        and len(cast("list[Any]", known)) == len(cast("list[Any]", now))
    ):
        for index, (old, new) in enumerate(zip(cast("list[Any]", known), cast("list[Any]", now), strict=True)):
            yield from differences(old, new, f"{path}[{index}]")
    else:
        yield path, known, now


def _same(one: Any, other: Any) -> bool:
    if one == other or (_is_empty(one) and _is_empty(other)):
        return True
    # Policies are JSON in a text: another order of its keys is no difference.
    if isinstance(one, str) and isinstance(other, str) and one[:1] in "{[" and other[:1] in "{[":
        try:
            return bool(json.loads(one) == json.loads(other))
        except ValueError:
            return False
    return False


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _own(found: Iterable[tuple[str, Any, Any]]) -> Iterator[tuple[str, Any, Any]]:
    """Without what `tagsAll`, tags with the provider's own, says a second time."""
    listed = list(found)
    paths = {path for path, _, _ in listed}
    for path, before, now in listed:
        if not (_top(path) == "tagsAll" and "tags" + path.removeprefix("tagsAll") in paths):
            yield path, before, now


def _is_settable(reading: Reading, path: str) -> bool:
    """Whether a program or a person can set it, as the program does or the provider's schema says."""
    top = _top(path)
    if top in reading.inputs or top == "tagsAll":
        return True
    schema = resource_schema(reading.type)
    return schema is not None and top in schema.inputs


def _joined(path: str, key: str) -> str:
    """As the engine writes paths: `tags.Name`, `tags["a.b"]`."""
    if any(mark in key for mark in '.[]"'):
        escaped = key.replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
