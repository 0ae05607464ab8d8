"""Conflicts of the pools around compute: they are planned in an instant, so the pool itself is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.conflict.report import Conflicts
from solver.model.conflict.wish import Wish

_MOST_WISHES = 60
"""Beyond it a smallest set may take too long to find, and nobody would read it."""

Answer = TypeVar("Answer")
WishesOf = Callable[[Demand, str], Sequence[Wish]]
"""The wishes that a pool of a site has to keep."""


def pool_or_explain(demand: Demand, site_key: str, wishes_of: WishesOf, solve: Callable[[Demand], Answer]) -> Answer:
    """What `solve` gives; where the pool can't be had, its own words with the smallest sets of wishes in conflict."""
    try:
        return solve(demand)
    except InfeasibleError as error:
        wishes = wishes_of(demand, site_key)
        if len(wishes) > _MOST_WISHES:
            raise

        def possible(changed: Demand) -> bool:
            try:
                solve(changed)
            except InfeasibleError:
                return False
            return True

        found = Conflicts(demand, wishes, possible, possible).members()
        if not found:
            raise
        raise InfeasibleError(error.summary, conflict=found[0], also=found[1:]) from error
