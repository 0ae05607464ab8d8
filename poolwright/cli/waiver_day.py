"""The day that waivers are compared with, and the refusal of what has ended by then."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from solver.errors import ConfigError, GateError, Problem

if TYPE_CHECKING:
    from solver.demand.loader import LoadedDemand


def day_of(on: str | None) -> date:
    """The day that a user writes, or today; ConfigError for what is no day."""
    if on is None:
        return date.today()
    try:
        return date.fromisoformat(on)
    except ValueError:
        problem = Problem(file="", path="--on", found=f'"{on}"', allowed="a date like 2027-06-30 is allowed")
        raise ConfigError([problem]) from None


def refuse_ended(loaded: LoadedDemand, on: date) -> None:
    """GateError (exit code 5) with file, line and remedy of each waiver that has ended by a day."""
    from poolwright.checks.waivers import ended_waivers

    ended = ended_waivers(loaded, on)
    if ended:
        raise GateError("\n".join(map(str, ended)))
