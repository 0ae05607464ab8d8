"""What was suggested for a stack and written, one entry after the other: `stacks/<stack>.suggestions.yaml`.

It is what a cool-down counts from: a load that has become more stays for a while. Days are those of the measurements.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

from poolwright.observe.suggest.load_change import Direction
from solver.demand.file_format import read_record
from solver.demand.located import shown_path
from solver.demand.names import Key
from solver.errors import ConfigError, Problem
from solver.plan.lines import Quoted, lines_of
from solver.plan.whole_file import write_whole
from solver.schema import Schema

SUFFIX = ".suggestions.yaml"
MOST_ENTRIES = 500
"""Older ones are of no use to any cool-down, and go."""
_HEADER = "# What measured loads of stack {stack} led to, oldest first. `poolwright suggest --write` adds to the end.\n"


class Entry(Schema):
    """One load that was changed."""

    on: date
    """The day on which the measurements end."""
    workload: Key
    """The service."""
    direction: Direction
    """Whether it became more."""
    highest_was: float
    """The load's highest hour before."""
    highest: float
    """And after."""


class Past(Schema):
    """The file."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: Key
    """The stack."""
    entries: tuple[Entry, ...] = ()
    """Oldest first."""


def past_path(root: Path, stack: str) -> Path:
    """The file of a stack of the project."""
    return root / "stacks" / f"{stack}{SUFFIX}"


def read_past(root: Path, stack: str) -> tuple[Entry, ...]:
    """The stack's entries, none where there is no file; ConfigError names each mistake by line."""
    path = past_path(root, stack)
    if not path.is_file():
        return ()
    past, _ = read_record(path, Past)
    if past.stack != stack:
        allowed = f"{stack} is allowed, as the file's name"
        raise ConfigError([Problem(file=shown_path(path), path="stack", found=past.stack, allowed=allowed)])
    return past.entries


def write_past(root: Path, stack: str, entries: Iterable[Entry]) -> Path:
    """Writes the last entries, the same ones as the same bytes."""
    path = past_path(root, stack)
    kept = tuple(entries)[-MOST_ENTRIES:]
    past = Past(stack=stack, entries=kept).model_dump(mode="json")
    rows = [{**row, "on": Quoted(str(row["on"]))} for row in cast("list[dict[str, Any]]", past["entries"])]
    write_whole(path, _HEADER.format(stack=stack) + lines_of({**past, "entries": rows}))
    return path


def days_since_more(entries: Iterable[Entry], workload: str, on: date) -> int | None:
    """Days since a service's load last became more; None where it never did."""
    days = [each.on for each in entries if each.workload == workload and each.direction is not Direction.LESS]
    return (on - max(days)).days if days else None
