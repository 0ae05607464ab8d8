"""Leeway: what a plan may cost more than the best one found, for the sake of changing less.

The gap asked for is a part of all that the stack costs, so what the other pools cost beside the machines counts too. A
plan that changes is held to what the bound proves, c − bound ≤ gap · (c + besides): it never ends above the gap where
the best one found does not. Before the other pools are solved, they are taken to cost what they do beside the approved
plan (`solver/model/kept_within.py` asks again where that was too much).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf


@dataclass(frozen=True)
class Standing:
    """What a lock says of the plan that stands, and what is known of the one that is sought."""

    usd_per_month: float
    """What the stack costs."""
    gap: float
    """What may lie between that and the bound, as a part of it."""
    besides_usd_per_month: float | None = None
    """What the other pools cost beside the plan that is sought; None where they cost about what they do now."""
    is_followed: bool = True
    """Whether it is where the search begins, and a plan may cost more for its sake."""


@dataclass(frozen=True)
class Leeway:
    """What a plan may cost that changes less than the best one found, USD a week."""

    most: float = inf
    """At all."""
    most_changed: float = inf
    """Where something of the approved plan changes."""
    besides: float = 0.0
    """What the other pools cost: the gap is a part of all."""
    is_begun: bool = False
    """The best one was found from the approved plan, and is proved as well as is asked for."""

    def besides_too(self, usd_per_week: float) -> Leeway:
        """What is left where so much of the plan's cost is counted with the other pools."""
        return replace(
            self,
            most=self.most - usd_per_week,
            most_changed=self.most_changed - usd_per_week,
            besides=self.besides + usd_per_week,
        )


def most_usd_per_week(bound: float, besides: float, gap: float) -> float:
    """What a plan may cost that is proved within the gap of all that the stack costs."""
    return (bound + gap * besides) / (1 - gap)
