"""Located: a value of a file that knows where it stands; the reader makes it, errors point at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.errors import Problem

Scalar = str | int | float | bool | None
Steps = Sequence[str | int]
"""Keys and positions from the root of a tree."""

_SHOWN_CHARACTERS = 60


@dataclass(slots=True, eq=False)
class Located:
    """A scalar, mapping or list with its place; it may occur at several places of a tree, so nobody changes it."""

    value: Scalar | dict[str, Located] | list[Located]
    file: Path
    line: int
    """1-based; of the key for a value in a mapping."""
    text: str = ""
    """A scalar as it stands in the file, without quotes."""
    nodes: int = 1
    """Nodes of the tree below, this one included, with each alias counted in full."""
    depth: int = 1
    """Levels of the tree below, this one included."""

    @property
    def mapping(self) -> dict[str, Located] | None:
        """The entries of a mapping; None for anything else."""
        return self.value if isinstance(self.value, dict) else None

    def child(self, step: str | int) -> Located | None:
        """The value at one key or position; None where there is none."""
        if isinstance(self.value, dict):
            return self.value.get(step) if isinstance(step, str) else None
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            return self.value[step]
        return None

    def at(self, steps: Steps) -> Located | None:
        """The value at a path; None where there is none."""
        node: Located | None = self
        for step in steps:
            node = node.child(step) if node is not None else None
        return node

    def nearest(self, steps: Steps) -> Located:
        """The value at the longest part of a path that exists."""
        node = self
        for step in steps:
            below = node.child(step)
            if below is None:
                return node
            node = below
        return node

    def plain(self) -> object:
        """The tree as Python dictionaries, lists and scalars, without the entries that null removes."""
        if isinstance(self.value, dict):
            return {key: entry.plain() for key, entry in self.value.items() if entry.value is not None}
        if isinstance(self.value, list):
            return [entry.plain() for entry in self.value]
        return self.value

    def shown(self) -> str:
        """The value for a message: texts in double quotes, long ones cut, mappings and lists by their kind."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return f"a list of {len(self.value)}"
        text = self.text if len(self.text) <= _SHOWN_CHARACTERS else f"{self.text[: _SHOWN_CHARACTERS - 1]}…"
        if isinstance(self.value, str):
            return f'"{text}"'
        return text or "null"


def shown_path(path: Path) -> str:
    """A path as the user would type it: from the working directory when it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd().resolve()))
    except (ValueError, OSError):
        return str(path)


def problem_at(
    tree: Located, path: Steps, allowed: str, *, found: str | None = None, hint: str | None = None
) -> Problem:
    """A problem with the value at a path; its line is the value's, or that of what should hold it."""
    there, nearby = tree.at(path), tree.nearest(path)
    if found is None and there is not None and not isinstance(there.value, dict):
        found = there.shown()
    return Problem(
        file=shown_path(nearby.file),
        line=nearby.line,
        path=".".join(str(step) for step in path),
        found=found,
        allowed=allowed,
        hint=hint,
    )
