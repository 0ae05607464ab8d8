"""What changes of the definitions, apart from what changes of the sizes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from poolwright.review.promotion import DefinitionChange
from solver.plan.difference import Change, ChangeKind

_SIZES = frozenset(
    {
        "replicas",
        "max_replicas",
        "node_groups",
        "weights",
        "load_per_replica_per_second",
        "max_utilisation",
        "start_hour",
        "hours",
        "days",
        "workers",
        "timeout_hours",
        "attempts",
        "max_per_machine",
        "log_retention_days",
    }
)
"""Keys of a service, a job or a variant in a lock that are no definition of the release's."""
_WORKLOADS = ("services", "jobs")


def definition_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[DefinitionChange, ...]:
    """What differs between two stacks' shared parts, by path; a part that came or went whole is one change."""
    return tuple(_changes(before, after, ()))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[DefinitionChange]:
    for name in sorted(before.keys() | after.keys()):
        here = (*path, name)
        old: object = before.get(name)
        new: object = after.get(name)
        if old == new:
            continue
        inside = [_entries(each) for each in (old, new)]
        if all(each is not None for each in inside) or len(here) == 1:
            yield from _changes(inside[0] or {}, inside[1] or {}, here)
            continue
        kind = ChangeKind.ADDED if name not in before else ChangeKind.CHANGED
        yield DefinitionChange(
            key=".".join(here),
            kind=ChangeKind.REMOVED if name not in after else kind,
            old=shown(old) if name in before else "",
            new=shown(new) if name in after else "",
        )


def _entries(value: object) -> Mapping[str, Any] | None:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else None


def shown(value: object) -> str:
    """A value on a line, as a person would write it in YAML."""
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        return "{" + ", ".join(f"{key}: {shown(each)}" for key, each in sorted(entries.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(each) for each in cast("list[object]", value)) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def is_size(change: Change) -> bool:
    """Whether a decision of a lock that differs is about sizes, not about what runs."""
    steps = change.path.split(".")
    # site.compute.services.<name>.<key> or ….variants.<name>.<key>; on a Docker site without `compute`.
    rest = steps[2:] if steps[1:2] == ["compute"] else steps[1:]
    if not rest or rest[0] not in _WORKLOADS:
        return True
    rest = rest[2:]
    rest = rest[2:] if rest[:1] == ["variants"] else rest[1:] if rest[:1] == ["variant"] else rest
    return not rest or rest[0] in _SIZES
