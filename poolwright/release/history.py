"""What a stack was made to run, one entry after the other: `stacks/<stack>.history.yaml`.

Promotions and rollbacks add to its end; nobody takes an entry away. Days are facts that the caller gives.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from poolwright.release.release import LockDigest, ReleaseId, Revision
from solver.demand.file_format import read_record
from solver.demand.located import shown_path
from solver.demand.names import Key
from solver.demand.yaml_reader import plain_scalar
from solver.errors import ConfigError, Problem
from solver.plan.lines import Quoted, lines_of
from solver.plan.lock import read_text
from solver.plan.whole_file import write_whole
from solver.schema import Schema, is_empty

SUFFIX = ".history.yaml"
HEAD: Literal["head"] = "head"
"""The release of a stack that has no release file: its own files say all."""
_HEADER = "# What stack {stack} was made to run, oldest first. Promotions and rollbacks add to the end.\n"


class Event(StrEnum):
    """What an entry tells of."""

    PROMOTED = "promoted"
    """A release came from another stack."""
    ROLLED_BACK = "rolled-back"
    """The stack went back to what it had run before."""
    RAN = "ran"
    """It was built, and someone wrote down how that went."""


class Entry(Schema):
    """One thing that happened to a stack."""

    event: Event
    """What it was."""
    on: date
    """The day."""
    release: ReleaseId | Literal["head"]
    """What runs since then; head: the stack's own files."""
    lock: LockDigest
    """The lock that it was built from."""
    by: str
    """Who did it."""
    source: Annotated[Key | None, Field(exclude_if=is_empty)] = None
    """The stack that a promoted release came from."""
    revision: Annotated[Revision | None, Field(exclude_if=is_empty)] = None
    """The git revision of its files."""
    healthy: Annotated[bool | None, Field(exclude_if=lambda value: value is None)] = None
    """What the smoke tests said; None: nobody asked them."""
    reason: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """Why, of a rollback above all."""


class History(Schema):
    """The file."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: Key
    """The stack."""
    entries: tuple[Entry, ...]
    """Oldest first."""


def history_path(root: Path, stack: str) -> Path:
    """The file of a stack of the project."""
    return root / "stacks" / f"{stack}{SUFFIX}"


def read_history(root: Path, stack: str) -> tuple[Entry, ...]:
    """The stack's entries, oldest first, none where there is no file; ConfigError names each mistake by line."""
    path = history_path(root, stack)
    if not path.is_file():
        return ()
    history, _ = read_record(path, History)
    if history.stack != stack:
        problem = Problem(
            file=shown_path(path), path="stack", found=history.stack, allowed=f"{stack} is allowed, as the file's name"
        )
        raise ConfigError([problem])
    return history.entries


def append_entry(root: Path, stack: str, entry: Entry) -> Path:
    """Adds an entry to the end and gives the file; an entry that is already the last one is not added twice."""
    path = history_path(root, stack)
    entries = read_history(root, stack)
    if not entries or entries[-1] != entry:
        write_whole(path, history_text(stack, (*entries, entry)))
    elif (text := history_text(stack, entries)) != read_text(path):
        write_whole(path, text)
    return path


def history_text(stack: str, entries: tuple[Entry, ...]) -> str:
    """The file's text: one line for each entry, the same entries as the same bytes."""
    history = History(stack=stack, entries=entries).model_dump(mode="json")
    rows = [
        {key: _quoted(value) for key, value in row.items()} for row in cast("list[dict[str, Any]]", history["entries"])
    ]
    return _HEADER.format(stack=stack) + lines_of({**history, "entries": rows})


def _quoted(value: object) -> object:
    return Quoted(value) if isinstance(value, str) and not isinstance(plain_scalar(value), str) else value
