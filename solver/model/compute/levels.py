"""Levels: a lower bound on the week for every level of a savings plan.

With slots t of w(t) hours (hour classes, with or without jobs beside), the week costs

    T(s)  =  168 · s  +  Σ_t  w(t) · C_t(s)

and each C_t is bounded from below, for all s, by what `level_cost` has found: lines Z(φ) − φ · s, and values at some
levels a < b, between which C_t(s) ≥ max(C_t(b), C_t(a) − ρ · (s − a)), since C_t falls by at most ρ for each USD and
never rises. The least of the sum over all s is a bound on the week. Where it lies, the slots that give away most get a
line at the slope between their two lowest known choices on either side, and where no line helps, a value; until the
bound is good enough or the work is spent.

A job runs in one of many ways. The bound takes the cheapest of all, each with its own slots; of several jobs the
largest one is treated so, and each other one alone, as if the plan's level were all its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.level_cost import LevelCosts, Slot
from solver.model.compute.week import Way
from solver.model.deadline import NEVER, Deadline
from solver.quantity import HOURS_PER_WEEK

Floats = NDArray[np.float64]
_AT_ONCE = 6
_SAME = 1e-6
_LITTLE = 0.1
"""Slots that give away less than this part of the worst are left for later."""


@dataclass
class LevelBound:
    """The bound from below, refined step by step."""

    costs: LevelCosts
    weight: Sequence[int]
    """Hours of each class."""
    ways: Sequence[Sequence[Way]]
    """Of each job, the largest first."""
    cap: float
    """Levels above it are not looked at: the bound is at most 168 · cap, which the plan alone then costs."""
    lines: dict[int, set[float]] = field(default_factory=dict[int, set[float]])
    """Prices at which each class has a line."""
    solved: dict[int, set[float]] = field(default_factory=dict[int, set[float]])
    """Those of them that an integer program has tightened."""
    points: dict[Slot, dict[float, float]] = field(default_factory=dict[Slot, dict[float, float]])

    def raise_to(self, target: float, *, work: int, lines_only: bool = False, deadline: Deadline = NEVER) -> float:
        """Refine until the bound reaches `target` USD a week, or `work` integer programs are spent; the bound.

        With `lines_only` it stops where a value at a level would be next: at the Lagrangian bound.
        """
        for hour in range(len(self.weight)):
            # The relaxation's lines at both ends: what an hour costs with on-demand machines for nothing, and in full.
            self.lines.setdefault(hour, set()).update((0.0, round(self.costs.best_ratio, 6)))
        first = [(hour, 1.0) for hour in range(len(self.weight)) if 1.0 not in self.lines[hour]]
        self.costs.solve(first, [])
        for hour, price in first:
            self.lines[hour].add(price)
            self.solved.setdefault(hour, set()).add(price)
        bound, level, way = self.least()
        while bound < target and self.costs.solved < work and not deadline.has_passed():
            if not self._refine(level, way, work, lines_only=lines_only):
                break
            better, level, way = self.least()
            bound = max(bound, better)
        return bound

    def least(self) -> tuple[float, float, Way | None]:
        """The least of the bound over all levels, where it lies, and how the largest job runs there."""
        levels = self._breakpoints()
        base = {hour: self._values(Slot(hour), levels) for hour in range(len(self.weight))}
        total = HOURS_PER_WEEK * levels
        for hour, weight in enumerate(self.weight):
            total = total + weight * base[hour]
        runs: list[Floats] = []
        for place, ways in enumerate(self.ways):
            extra = [self._extra(way, levels, base, alone=place > 0) for way in ways]
            total = total + np.min(extra, axis=0)
            if place == 0:
                runs = extra
        at = int(np.argmin(total))
        way = self.ways[0][int(np.argmin([extra[at] for extra in runs]))] if runs else None
        return min(float(total[at]), HOURS_PER_WEEK * self.cap), float(levels[at]), way

    def prices(self, level: float) -> list[float]:
        """By class, the price of a USD of the level at which its bound there is tightest."""
        return [self._best_line(hour, level) for hour in range(len(self.weight))]

    def _extra(self, way: Way, levels: Floats, base: dict[int, Floats], *, alone: bool) -> Floats:
        found = np.full(len(levels), way.fixed_usd)
        for hour in way.hours if way.beside else ():
            if alone:
                full = sum(self.costs.prices[name] * count for name, count in way.beside)
                found = found + np.maximum(full - self.costs.best_ratio * levels, 0.0)
            else:
                found = found + self._values(Slot(hour, way.beside), levels) - base[hour]
        return found

    def _values(self, slot: Slot, levels: Floats) -> Floats:
        found = np.zeros(len(levels))
        for price in self.lines.get(slot.hour, ()):
            value = self.costs.cut(slot.hour, price) + self.costs.beside_at(slot, price)
            found = np.maximum(found, value - price * levels)
        ratio = self.costs.best_ratio
        # With jobs beside, an hour costs no less than without.
        for place in {slot, Slot(slot.hour)}:
            for level, value in self.points.get(place, {}).items():
                found = np.maximum(found, np.where(levels >= level, value - ratio * (levels - level), value))
        return found

    def _breakpoints(self) -> Floats:
        """Levels among which the least of the bound lies: all where two of a slot's lines or values meet."""
        ratio = self.costs.best_ratio
        slots = {Slot(hour) for hour in range(len(self.weight))}
        slots |= {Slot(hour, way.beside) for way in (self.ways[0] if self.ways else ()) for hour in way.hours}
        found = [np.zeros(1)]
        for slot in sorted(slots):
            known = {**self.points.get(Slot(slot.hour), {}), **self.points.get(slot, {})}
            pieces = [
                (self.costs.cut(slot.hour, price) + self.costs.beside_at(slot, price), price)
                for price in sorted(self.lines.get(slot.hour, ()))
            ]
            pieces += [(value + ratio * level, ratio) for level, value in known.items()]
            pieces += [(value, 0.0) for value in known.values()]
            pieces.append((0.0, 0.0))
            height = np.array([piece[0] for piece in pieces])
            slope = np.array([piece[1] for piece in pieces])
            with np.errstate(divide="ignore", invalid="ignore"):
                meet = (height[:, np.newaxis] - height) / (slope[:, np.newaxis] - slope)
            found += [meet[np.isfinite(meet) & (meet > 0)], np.array(sorted(known))]
        levels = np.unique(np.round(np.concatenate([*found, np.array([self.cap])]), 9))
        return levels[levels <= self.cap]

    def _best_line(self, hour: int, level: float) -> float:
        return max(self.lines[hour], key=lambda price: (self.costs.cut(hour, price) - price * level, price))

    def _refine(self, level: float, way: Way | None, work: int, *, lines_only: bool) -> bool:
        """Tighten the slots that give away most at a level; whether anything was left to do."""
        here: dict[Slot, float] = {Slot(hour): float(weight) for hour, weight in enumerate(self.weight)}
        if way is not None and way.beside:
            for hour in way.hours:
                here[Slot(hour)] -= 1.0
                slot = Slot(hour, way.beside)
                here[slot] = here.get(slot, 0.0) + 1.0
        at = np.array([level])
        given: list[tuple[float, Slot]] = []
        for slot, weight in here.items():
            if weight > 0:
                most = self.costs.cheapest(slot, level, self.costs.choices[slot.hour])[0]
                given.append((weight * (most - float(self._values(slot, at)[0])), slot))
        given.sort(key=lambda item: (-item[0], item[1]))
        worst = max((loss for loss, _ in given), default=0.0)
        lines: list[tuple[int, float]] = []
        points: list[tuple[Slot, float, float]] = []
        room = min(_AT_ONCE, work - self.costs.solved)
        for loss, slot in given[:room]:
            if loss <= worst * _LITTLE or loss <= _SAME:
                break
            price = self._chord(slot.hour, level)
            if not any(abs(price - other) < _SAME for other in self.solved.get(slot.hour, ())):
                lines.append((slot.hour, price))
                self.solved.setdefault(slot.hour, set()).add(price)
            elif not lines_only and round(level, 6) not in self.points.get(slot, {}):
                points.append((slot, round(level, 6), self._best_line(slot.hour, level)))
        self.costs.solve(lines, points)
        for hour, price in lines:
            self.lines[hour].add(price)
        for slot, at_level, _ in points:
            self.points.setdefault(slot, {})[at_level] = self.costs.point(slot, at_level)
        return bool(lines or points)

    def _chord(self, hour: int, level: float) -> float:
        """The slope of the line through the two choices that bound the class's lower hull at a level."""
        slot = Slot(hour)
        known = self.costs.choices[hour]
        ends = [(self.costs.usage_of(slot, each), self.costs.cost_of(slot, 1e9, each)) for each in known]
        below = [end for end in ends if end[0] <= level + _SAME]
        above = [end for end in ends if end[0] > level + _SAME]
        if not below or not above:
            return self._best_line(hour, level)
        # The hull's edge over `level` has the least height there.
        _, slope = min(
            (
                low[1] + (high[1] - low[1]) * (level - low[0]) / (high[0] - low[0]),
                (low[1] - high[1]) / (high[0] - low[0]),
            )
            for low in below
            for high in above
        )
        return min(max(round(slope, 6), 0.0), round(self.costs.best_ratio, 6))
