"""The difference between an approved plan and a new one: one Change for each decision that moves, and the money."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, cast

from solver.plan.lock import Lock
from solver.quantity import cents
from solver.schema import Schema

_SILENT = frozenset({"reason", "held", "kept", "hour_classes"})


class ChangeKind(StrEnum):
    """What happened to a decision."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(Schema):
    """One decision that differs."""

    kind: ChangeKind
    """Added, removed or changed."""
    path: str
    """Where: `main.compute.node_groups.g6-xlarge-on-demand.machines`."""
    old: str = ""
    """As the old lock has it."""
    new: str = ""
    """As the new one has it."""


class Difference(Schema):
    """All that differs between two locks of a stack."""

    changes: tuple[Change, ...]
    """By path."""
    old_usd_per_month: float | None
    """None when there was no lock."""
    new_usd_per_month: float
    """Of the new plan."""

    @property
    def usd_per_month(self) -> float:
        """New less old; the whole cost when there was no lock."""
        return cents(self.new_usd_per_month - (self.old_usd_per_month or 0.0))


def difference(old: Lock | None, new: Lock) -> Difference:
    """What the new lock would change; cost figures are in the totals, not in the changes."""
    before = dict(_decisions(old)) if old is not None else {}
    after = dict(_decisions(new))
    changes = [
        Change(kind=kind, path=path, old=before.get(path, ""), new=after.get(path, ""))
        for path in sorted(before.keys() | after.keys())
        if (kind := _kind(before.get(path), after.get(path))) is not None
    ]
    return Difference(
        changes=tuple(_outermost(changes)),
        old_usd_per_month=None if old is None else old.proof.cost_usd_per_month,
        new_usd_per_month=new.proof.cost_usd_per_month,
    )


def _kind(old: str | None, new: str | None) -> ChangeKind | None:
    if old == new:
        return None
    if old is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if new is None else ChangeKind.CHANGED


def _outermost(changes: list[Change]) -> Iterator[Change]:
    """A part that came or went whole is one change, not one for each of its fields."""
    whole: str | None = None
    for change in changes:
        if whole is not None and change.path.startswith(f"{whole}."):
            continue
        whole = change.path if change.kind is not ChangeKind.CHANGED else None
        yield change


def _decisions(lock: Lock) -> Iterator[tuple[str, str]]:
    content: dict[str, Any] = lock.model_dump(mode="json")
    for name in ("owner", "cost_centre", "time_zone"):
        yield name, content[name]
    if "week_of" in content:
        yield "week_of", content["week_of"]
    for tag, value in content["tags"].items():
        yield f"tags.{tag}", value
    for site, pools in content["sites"].items():
        for pool, part in pools.items():
            yield from _flatten(f"{site}.{pool}", part)


def _flatten(path: str, value: object) -> Iterator[tuple[str, str]]:
    """Paths of keyed parts and of scalars; a keyed part itself is a path with its key as value."""
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        for key, entry in entries.items():
            if key not in _SILENT:
                yield from _flatten(f"{path}.{key}", entry)
        return
    if isinstance(value, list):
        rows = cast("list[object]", value)
        if rows and all(isinstance(row, dict) and "key" in row for row in rows):
            for row in cast("list[dict[str, object]]", rows):
                yield f"{path}.{row['key']}", str(row["key"])
                yield from _flatten(f"{path}.{row['key']}", {k: v for k, v in row.items() if k != "key"})
            return
        yield path, ", ".join(_one_line(row) for row in rows) or "none"
        return
    yield path, "none" if value is None else str(value)


def _one_line(value: object) -> str:
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        return " ".join(f"{key}={_one_line(entry)}" for key, entry in entries.items() if key not in _SILENT)
    if isinstance(value, list):
        return "[" + " ".join(_one_line(row) for row in cast("list[object]", value)) + "]"
    return str(value)
