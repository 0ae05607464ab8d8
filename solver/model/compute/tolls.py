"""Tolls: what a quota makes a vCPU of its family worth, for a bound that knows quotas and for other node groups.

A plan within the quotas Q runs at most Q(f) vCPUs of a family f in each hour. So with any toll π(f) ≥ 0 on them,

    cost(plan)  ≥  least cost with tolls  −  Σ over families f:  π(f) · Q(f) · hours of a week

(Lagrangian relaxation; Geoffrion, 1974). The right side is concave in each toll: tolls are doubled while it rises, then
the highest point between is narrowed down. Tolls also say which machines to do without where the quota is short, so
node groups are sought at these prices as well, and planned at their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum

import numpy as np

from solver.errors import InfeasibleError
from solver.model.compute.commitments import Good
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.search import Search
from solver.model.reserved import is_reserved
from solver.quantity import HOURS_PER_WEEK

Tolls = tuple[tuple[str, float], ...]
_MOST_DOUBLED = 8
_NARROWED = 4
_BETTER = 1 + 1e-6


@dataclass
class Tolled:
    """Bounds and plans of one site at tolls."""

    problem: Problem
    """Without tolls."""
    settled_at: Callable[[Tolls], Settled]
    """The best plan found with tolls, and its bound."""
    least_at: Callable[[Tolls], float]
    """What nothing costs less than with the tolls paid, USD a week."""
    good: Good | None
    _known: dict[Tolls, float] = field(default_factory=dict[Tolls, float])

    def improve(self, found: Settled) -> Settled:
        """With the bound at the best tolls, and the plan that they lead to where it costs less."""
        if not self._is_open(found):
            return found
        tolls = self._best_tolls(self.problem.short_families(found))
        found = self._with_bound(found, self._bound(tolls))
        if not tolls or not self._is_open(found) or self.problem.deadline.has_passed():
            return found
        try:
            other = self.settled_at(tolls)
        except InfeasibleError:
            return found
        found = self._with_bound(found, other.bound_usd_per_week - self._allowance(tolls))
        again = Search.of(self.problem).with_groups(self._groups(other), self.good)
        if again is None or self.problem.usd(again) * _BETTER >= self.problem.usd(found):
            return found
        return replace(again, bound_usd_per_week=found.bound_usd_per_week, jointly=found.jointly)

    def _is_open(self, found: Settled) -> bool:
        usd = self.problem.usd(found)
        return usd - found.bound_usd_per_week > self.problem.gap * usd

    def _with_bound(self, found: Settled, bound: float) -> Settled:
        return replace(found, bound_usd_per_week=bound) if bound > found.bound_usd_per_week else found

    def _best_tolls(self, families: Sequence[str]) -> Tolls:
        """By one family after the other; those whose quota is not short get none."""
        tolls: dict[str, float] = {}
        for family in families:
            step = self._usd_per_vcpu_hour(family)
            if step is not None:
                usd = self._best_of(family, tolls, step)
                tolls |= {family: usd} if usd > 0 else {}
        return tuple(sorted(tolls.items()))

    def _best_of(self, family: str, others: Mapping[str, float], step: float) -> float:
        def bound(usd: float) -> float:
            return self._bound(tuple(sorted({**others, family: usd}.items())) if usd else tuple(sorted(others.items())))

        low, best, high = 0.0, 0.0, step
        for _ in range(_MOST_DOUBLED):
            if bound(high) <= bound(best) * _BETTER:
                break
            low, best, high = best, high, 2 * high
        for _ in range(_NARROWED):
            # The highest point of a concave curve lies on one side of its best known one.
            for middle in ((low + best) / 2, (best + high) / 2):
                if bound(middle) > bound(best):
                    low, best, high = (low, middle, best) if middle < best else (best, middle, high)
                    break
            else:
                low, high = (low + best) / 2, (best + high) / 2
        return best

    def _usd_per_vcpu_hour(self, family: str) -> float | None:
        """Of the family's cheapest machine by its vCPUs; where its machines are free, of the cheapest that is not."""
        prices = [
            each.usd_per_hour / each.machine.vcpus
            for each in self.problem.hourly.columns.machines
            if not is_reserved(each.machine.quota) and (is_reserved(family) or each.machine.quota == family)
        ]
        return min(prices, default=None)

    def _bound(self, tolls: Tolls) -> float:
        if tolls not in self._known:
            try:
                self._known[tolls] = self.least_at(tolls) - self._allowance(tolls)
            except InfeasibleError:
                self._known[tolls] = -np.inf
        return self._known[tolls]

    def _allowance(self, tolls: Tolls) -> float:
        return fsum(usd * self.problem.quotas[family] for family, usd in tolls) * HOURS_PER_WEEK

    def _groups(self, other: Settled) -> list[tuple[int, tuple[int, ...]]]:
        """Node groups of a plan made at tolls, by this problem's machines, of which those are a part."""
        mine = {(each.types, each.purchase): number for number, each in enumerate(self.problem.hourly.columns.machines)}
        columns = other.hourly.columns
        found: list[tuple[int, tuple[int, ...]]] = []
        for column in other.choice.columns:
            machine = columns.machines[int(columns.machine[column])]
            number = mine.get((machine.types, machine.purchase))
            if number is not None:
                found.append((number, columns.pattern(column)))
        return found
