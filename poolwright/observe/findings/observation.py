"""Observation: what a rule looks at, and Found: what it finds, its evidence, cause, money and the command that acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from poolwright.checks.check import Severity
from poolwright.observe.utilisation import Flags, Utilisation, runs
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.plan.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One stack: what was measured, what is approved, and the tables."""

    stack: str
    use: Utilisation
    plan: Plan
    demand: Demand
    catalog: Catalog

    def hour(self, place: int) -> datetime:
        """When an hour of the window begins, in UTC."""
        return self.use.first + timedelta(hours=int(place))

    def when(self, place: int) -> str:
        """An hour of the window as people of the stack say it: `Tue 2026-09-08 14:00`."""
        return clock_words(self.hour(place), self.demand.time_zone)

    def longest(self, hours: Flags) -> str:
        """The longest stretch in words: `Tue 2026-09-08 14:00 for 3 hours`."""
        first, end = max(runs(hours), key=lambda each: (each[1] - each[0], -each[0]))
        length = end - first
        return f"{self.when(first)} for {length} hour{'s' if length > 1 else ''}"


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that a rule finds."""

    subject: str
    """What it is about: `workloads.assistant`."""
    evidence: str
    """Figures and hours."""
    cause: str
    """The likely one."""
    act: str
    """The command, or the change."""
    usd_per_month: float | None = None
    """What acting saves; below 0: what it costs. None: a plan has to say."""
    severity: Severity = Severity.WARN


@dataclass(frozen=True)
class Rule:
    """One kind of finding."""

    id: str
    title: str
    find: Callable[[Observation], Iterator[Found]]


def clock_words(moment: datetime, time_zone: str) -> str:
    """`Tue 2026-09-08 14:00` in a time zone."""
    return f"{moment.astimezone(ZoneInfo(time_zone)):%a %Y-%m-%d %H:%M}"


def month_of(amount: float, hours: int) -> float:
    """An amount of so many hours, for a month of 730."""
    return amount / hours * 730 if hours else 0.0


def share_words(part: float) -> str:
    """`63 %`, `0.4 %`."""
    return f"{100 * part:.3g} %"


def hours_words(count: int, of: int) -> str:
    """`5 of 2,160 hours`."""
    return f"{count:,} of {of:,} hours"


def nice(value: float) -> str:
    """Three digits, as a person would write them."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
