"""Comparison: what a plan for another demand, or at other prices, costs more or less than the plan of the stack.

Each plan costs what its lines say, so the difference of two plans is exact. What the *least possible* costs differ by
is known only as well as the two are proven: with cost c and lower bound b of each plan, it lies between
b(then) − c(now) and c(then) − b(now). Where every plan for the one demand is a plan for the other too, each plan and
each bound says something about both, and the sign is known.
"""

from __future__ import annotations

from enum import StrEnum

from solver.quantity import cents
from solver.schema import Schema

Costs = tuple[float, float]
"""Cost of a plan and lower bound of the cost of all plans, USD a month."""


class Direction(StrEnum):
    """How the plans for the other demand are related to those for the stack's."""

    TIGHTER = "tighter"
    """They are some of them: something is forbidden or asked for on top."""
    FREER = "freer"
    """They are among them: something is asked for no more."""
    OTHER = "other"
    """Neither."""


class Comparison(Schema):
    """Two plans' costs."""

    arguments: tuple[str, ...]
    """What `poolwright whatif STACK` takes to make the same comparison: `limits.node_groups=4`."""
    usd_per_month: float
    """Cost of that plan less the cost of the stack's."""
    least_usd_per_month: float
    """The least possible costs differ by no less."""
    most_usd_per_month: float
    """The least possible costs differ by no more."""


def compared(arguments: tuple[str, ...], now: Costs, then: Costs, direction: Direction = Direction.OTHER) -> Comparison:
    """The difference of two plans, from the first to the second."""
    (cost_now, bound_now), (cost_then, bound_then) = now, then
    least, most = bound_then - cost_now, cost_then - bound_now
    # The cheaper plan of the two is one for the freer demand, the higher bound is one of the tighter demand.
    apart = max(0.0, max(bound_now, bound_then) - min(cost_now, cost_then))
    if direction is Direction.TIGHTER:
        least = max(least, apart)
    elif direction is Direction.FREER:
        most = min(most, -apart)
    return Comparison(
        arguments=arguments,
        usd_per_month=cents(cost_then - cost_now),
        least_usd_per_month=cents(least),
        most_usd_per_month=cents(most),
    )
