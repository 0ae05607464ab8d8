"""Levels: how much of a savings plan to buy, and what that leaves as a bound.

The week costs, with slots t of w(t) hours,

    T(s)  =  168 · s  +  Σ_t  w(t) · C_t(s)

From above: a pool of choices for each slot, found at several levels; each choice's cost is known at every level, so the
best level for the pool is found exactly, at one of the levels where some choice is just covered. New choices at that
level join the pool until nothing improves.

From below: C_t falls by at most ρ for each USD of s, and never rises. So between two levels a < b at which C_t is
bounded from below by A and B, C_t(s) ≥ max(B, A − ρ · (s − a)). The least of the sum of these over all s is a bound on
T; where it lies, the slots that may give away most are bounded anew, until the bound is good enough or the work is
spent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.level_cost import Known, LevelCosts, Slot
from solver.quantity import HOURS_PER_WEEK

Floats = NDArray[np.float64]
_ROUNDS = 4
_FIRST = (1.0, 0.75, 0.5)
"""Levels at which choices are made first, as parts of the relaxation's level."""
_AT_ONCE = 4
_NO_BETTER = 1 - 1e-6


@dataclass
class Pool:
    """Known choices of each hour class."""

    costs: LevelCosts
    weights: Mapping[Slot, int]
    """Hours of the week in each slot."""
    known: dict[int, list[Known]] = field(default_factory=dict[int, list[Known]])

    def add(self, choices: Sequence[Known]) -> None:
        """One choice for each hour class."""
        for hour, choice in enumerate(choices):
            mine = self.known.setdefault(hour, [])
            if choice not in mine:
                mine.append(choice)

    def best(self, slot: Slot, level: float) -> tuple[float, Known]:
        """The cheapest known choice of a slot at a level."""
        return min(
            ((self.costs.cost_of(slot, level, each), place) for place, each in enumerate(self.known[slot.hour])),
        )[0], min(self.known[slot.hour], key=lambda each: self.costs.cost_of(slot, level, each))

    def usd_per_week(self, level: float) -> float:
        """T of the pool at a level."""
        return HOURS_PER_WEEK * level + sum(
            weight * min(self.costs.cost_of(slot, level, each) for each in self.known[slot.hour])
            for slot, weight in self.weights.items()
        )

    def best_level(self) -> tuple[float, float]:
        """The lowest T of the pool, and its level."""
        levels = {0.0}
        for slot in self.weights:
            levels |= {self.costs.usage_of(slot, each) for each in self.known[slot.hour]}
        return min((self.usd_per_week(level), level) for level in sorted(levels))


def improve(pool: Pool, expected: float, plan: Callable[[float], Sequence[Known] | None]) -> float:
    """Fill the pool, beginning around the relaxation's level; the best level."""
    for part in _FIRST:
        choices = plan(expected * part)
        if choices is not None:
            pool.add(choices)
    usd, level = pool.best_level()
    for _ in range(_ROUNDS):
        choices = plan(level)
        if choices is None:
            break
        pool.add(choices)
        better, at = pool.best_level()
        if better >= usd * _NO_BETTER:
            break
        usd, level = better, at
    return level


@dataclass
class LevelBound:
    """The bound from below, refined step by step."""

    pool: Pool
    found: dict[Slot, dict[float, float]] = field(default_factory=dict[Slot, dict[float, float]])

    def raise_to(self, target: float, level: float, *, work: int) -> float:
        """Refine until the bound reaches `target` USD a week, or `work` integer programs are spent; the bound.

        `level` is the best one known: nothing is as likely to be the least.
        """
        costs = self.pool.costs
        usage = max(
            (costs.usage_of(slot, each) for slot in self.pool.weights for each in self.pool.known[slot.hour]),
            default=0.0,
        )
        for slot in self.pool.weights:
            self._evaluate(slot, 0.0)
            self._evaluate(slot, level)
        top = max(usage, level) * 1.5 + 1.0
        bound, at = self._least(top)
        while bound < target and costs.solved < work:
            ranked = sorted(
                ((self._given_away(slot, at) * weight, slot) for slot, weight in self.pool.weights.items()),
                key=lambda item: (-item[0], item[1].hour, item[1].beside),
            )
            chosen = [slot for loss, slot in ranked[:_AT_ONCE] if loss > 0]
            if not chosen:
                break
            for slot in chosen:
                self._evaluate(slot, at)
            better, at = self._least(top)
            bound = max(bound, better)
        return bound

    def _evaluate(self, slot: Slot, level: float) -> None:
        level = round(level, 9)
        values = self.found.setdefault(slot, {})
        if level not in values:
            values[level] = self.pool.costs.at_least(slot, level, self.pool.known[slot.hour])

    def _given_away(self, slot: Slot, level: float) -> float:
        """How much a slot's bound may rise at a level: up to the cheapest known choice there."""
        if round(level, 9) in self.found[slot]:
            return 0.0
        return self.pool.best(slot, level)[0] - float(self._values(slot, np.array([level]))[0])

    def _values(self, slot: Slot, levels: Floats) -> Floats:
        points = np.array(sorted(self.found[slot]))
        values = np.array([self.found[slot][point] for point in points.tolist()])
        ratio = self.pool.costs.best_ratio
        before = np.searchsorted(points, levels, side="right") - 1
        falling = values[before] - ratio * (levels - points[before])
        after = np.minimum(np.searchsorted(points, levels, side="left"), len(points) - 1)
        beyond = levels > points[-1]
        never_less = np.where(beyond, self._floor(slot), values[after])
        return np.maximum(falling, never_less)

    def _floor(self, slot: Slot) -> float:
        """C at any level whatever: nothing on demand is paid."""
        return self.pool.costs.free_floor(slot)

    def _least(self, top: float) -> tuple[float, float]:
        """The least of the bound over all levels up to `top`, and where; it is piecewise linear."""
        ratio = self.pool.costs.best_ratio
        levels = {0.0, top}
        for slot, values in self.found.items():
            points = sorted(values)
            levels |= set(points)
            ends = [*(values[point] for point in points[1:]), self._floor(slot)]
            for point, end in zip(points, ends, strict=True):
                levels.add(point + max(0.0, values[point] - end) / ratio)
        tried = np.array(sorted(level for level in levels if level <= top))
        total = HOURS_PER_WEEK * tried
        for slot, weight in self.pool.weights.items():
            total = total + weight * self._values(slot, tried)
        place = int(np.argmin(total))
        return float(total[place]), float(tried[place])
