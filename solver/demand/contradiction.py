"""Contradiction: two parts of a demand that don't agree, and the words in which it is told."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

CONTRADICTIONS = "contradictions"
"""Type of the pydantic error that carries them."""


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two parts of a demand that don't agree, at the part that would be changed."""

    path: tuple[str | int, ...]
    """Keys and positions from the root of the demand."""
    allowed: str
    """What would be accepted."""
    found: str | None = None
    """The value, where it is not the one at `path`."""
    hint: str | None = None
    """The likely remedy."""

    def __str__(self) -> str:
        text = f"{'.'.join(str(part) for part in self.path)}: {self.allowed}"
        return text if self.hint is None else f"{text}. {self.hint}"


def one_of(names: list[str]) -> str:
    """What is allowed where one of these names is."""
    if not names:
        return "none is allowed, since there is none"
    return f"{names[0]} is allowed" if len(names) == 1 else f"one of {', '.join(names)} is allowed"


def near(name: str, names: list[str]) -> str | None:
    """The name that was probably meant, as a question."""
    found = get_close_matches(name, names, n=1)
    return f"Did you mean {found[0]}?" if found else None
