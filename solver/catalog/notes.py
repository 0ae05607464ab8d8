"""What the loader left out or found missing, without calling the table broken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoteKind(StrEnum):
    """Why a note was made."""

    DROPPED = "dropped"
    """A price that nobody should pay was left out."""
    HOLE = "hole"
    """A machine type is offered, but no source has its price or image."""


@dataclass(frozen=True, slots=True)
class Note:
    """One remark on a table."""

    kind: NoteKind
    region: str
    subject: str
    """A machine type, or a family."""
    text: str

    def __str__(self) -> str:
        return f"{self.region} {self.subject}: {self.text}"
