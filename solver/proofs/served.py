"""What is served of a week's load, where it is short, and what would serve it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum

from solver.proofs.view import HOURS

HAIR = 1e-9
"""Part of a load by which capacity may be short: the last digit of a product of decimal numbers."""


@dataclass(frozen=True, kw_only=True)
class Growth:
    """What would serve the hour that is short most."""

    node_group: str
    """The group that grows first: of those that can, the one that holds most of the workload in that hour."""
    machines: int
    """How many machines more; 0 where the replicas find room on those that run."""
    variant: str
    """What runs on them."""
    replicas: int
    """How many replicas more."""
    over: tuple[str, ...] = ()
    """Ceilings that must be raised for it; none where autoscaling does it by itself."""
    but: str | None = None
    """Why raising them would not be enough."""


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """Hours of a week in which a workload is not served whole."""

    hours: int
    """How many."""
    first_hour: int
    """The first; hour 0 is Monday 00:00."""
    worst_hour: int
    """The one that lacks most."""
    load_per_second: float
    """In the worst hour."""
    held_per_second: float
    """In the worst hour."""
    next: Growth | None
    """What would serve the worst hour; None for a workload that the plan doesn't know."""

    @property
    def missing_per_second(self) -> float:
        """In the worst hour."""
        return self.load_per_second - self.held_per_second


@dataclass(frozen=True, kw_only=True)
class Served:
    """One workload's week."""

    share: float
    """Part of the week's load, 0 to 1; 1.0 exactly when no hour is short."""
    short: Shortage | None
    """Where less than all is served."""


def served_week(load: Sequence[float], held: Sequence[float], more: Callable[[int, float], Growth | None]) -> Served:
    """What is served of a week; `more` says what would serve what is missing in an hour."""
    short = [hour for hour in range(HOURS) if load[hour] - held[hour] > load[hour] * HAIR]
    if not short:
        return Served(share=1.0, short=None)
    worst = max(short, key=lambda hour: load[hour] - held[hour])
    served = fsum(min(asked, here) for asked, here in zip(load, held, strict=True))
    return Served(
        share=served / fsum(load),
        short=Shortage(
            hours=len(short),
            first_hour=short[0],
            worst_hour=worst,
            load_per_second=load[worst],
            held_per_second=held[worst],
            next=more(worst, load[worst] - held[worst]),
        ),
    )
