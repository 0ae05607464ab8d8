"""Deadline: a person's patience, asked for between the steps of a search. A solve has none unless it is given one.

With a deadline an answer depends on how fast the machine is. So the clock is the caller's, nothing in `solver` reads
one, and what must be the same on every machine is solved without. A step that has begun is finished, bounds stay valid,
and where nothing has been found yet the search goes on until something is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf


def _no_clock() -> float:
    return 0.0


@dataclass(frozen=True)
class Deadline:
    """When a search should end, by some clock."""

    at: float = inf
    """As the clock counts; infinite for never."""
    clock: Callable[[], float] = _no_clock

    def has_passed(self) -> bool:
        """Whether only what an answer still needs is to be done."""
        return self.at < inf and self.clock() >= self.at


NEVER = Deadline()
AT_ONCE = Deadline(at=0.0)
"""It has passed by any machine's clock: the first answer, the same everywhere."""
