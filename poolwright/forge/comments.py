"""One comment of a pull request that is found again by its first line, and written anew in its place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from poolwright.forge.connection import TRIES, Unsure


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment as the forge has it."""

    id: int
    """Its number."""
    body: str
    """Markdown."""
    url: str
    """Where a person reads it; empty where the forge does not say."""


class Comments(Protocol):
    """The comments of one pull request."""

    def own(self) -> Iterator[Comment]:
        """Those that whoever holds the token wrote, the oldest first.

        Nobody else's: who wrote a comment may change it afterwards, and with it what a review says.
        """
        ...

    def create(self, body: str) -> Comment:
        """Writes a new one; raises Unsure where nobody knows whether it was written."""
        ...

    def update(self, comment: Comment, body: str) -> Comment:
        """Writes one anew."""
        ...


class Outcome(StrEnum):
    """What was done."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """It said the same already."""
    SILENT = "silent"
    """Nothing changes, and there is no comment that says otherwise."""


def put(
    comments: Comments, text: str, marker: str, *, quiet: bool, sleep: Callable[[float], None] = time.sleep
) -> tuple[Outcome, Comment | None]:
    """Makes the text the body of the comment that begins with the marker; a quiet text never makes a new one."""
    for left in reversed(range(TRIES)):
        found = next((each for each in comments.own() if _lines(each.body)[:1] == [marker]), None)
        if found is not None:
            if _lines(found.body) == _lines(text):
                return Outcome.UNCHANGED, found
            return Outcome.UPDATED, comments.update(found, text)
        if quiet:
            return Outcome.SILENT, None
        try:
            return Outcome.CREATED, comments.create(text)
        except Unsure:
            # Perhaps it is there now: the next look says so, and a second comment is not made.
            if not left:
                raise
            sleep(2.0 ** (TRIES - left - 1))
    raise AssertionError("the last try ends in a comment or an error")


def _lines(text: str) -> list[str]:
    """A forge may end lines in its own way, and take space away from the end."""
    return [line.rstrip() for line in text.strip().splitlines()]
