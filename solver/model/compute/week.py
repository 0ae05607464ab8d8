"""Week: what all hour classes cost together, at the best level of a savings plan and with the best runs of the jobs.

With vectors of costs for each hour class (`valuation`), a week at level s costs

    T(s)  =  168 · s  +  Σ over hours:  min over vectors v of the hour's class:  max over θ:  v(θ) + beside(θ) − θ · s

where `beside` is what jobs' on-demand machines cost that run in the hour. T is not convex, but every hour's cost falls
with s: between two levels a < b the week costs at least 168 · a and the hours' costs at b. Levels are searched on a
grid that gets finer where that bound is below the best cost found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.pareto import undominated
from solver.model.compute.valuation import Valuation
from solver.quantity import HOURS_PER_WEEK

Floats = NDArray[np.float64]
Beside = tuple[tuple[str, int], ...]
"""On-demand machines of jobs, by type."""
_MOST_VECTORS = 400
_MOST_SUMS = 2_400
"""Of two sets of vectors: four times as many raise the bound of twenty interruptible services by a thousandth."""
_AT_ONCE = 32
_SPANS = 64
_PARTS = 12
_DEEPEST = 4
_PRECISION = 2e-4
_SHORT = 1e-3
"""Spans in which the level alone changes the week by this part are short."""


@dataclass(frozen=True)
class Way:
    """One way to run a job."""

    beside: Beside
    """On-demand machines by type; none on spot."""
    hours: tuple[int, ...]
    """The hour class of each hour in which it works."""
    fixed_usd: float
    """Volumes, starts, and spot machines, of the week."""


@dataclass(frozen=True)
class Spans:
    """Spans of levels, from start to end."""

    start: Floats
    end: Floats

    def picked(self, chosen: NDArray[np.bool_]) -> Spans:
        """Some of them."""
        return Spans(self.start[chosen], self.end[chosen])

    def cut(self, parts: int) -> Spans:
        """Each one in so many equal parts."""
        edges = np.linspace(self.start, self.end, parts + 1, axis=1)
        return Spans(edges[:, :-1].ravel(), edges[:, 1:].ravel())

    def none(self) -> Spans:
        """No span."""
        return Spans(self.start[:0], self.end[:0])


@dataclass
class Week:
    """Costs of a week for vectors of each hour class."""

    valuation: Valuation
    weight: Sequence[int]
    """Hours of each class."""
    vectors: Sequence[Floats]
    """By class: vectors × worths."""
    _beside: dict[Beside, Floats] = field(default_factory=dict[Beside, Floats])

    def hour(self, number: int, beside: Beside, levels: Floats) -> Floats:
        """By level: USD of an hour of a class with these machines beside."""
        vectors = self.vectors[number]
        if beside or self.valuation.held:
            found = self._beside.get(beside)
            if found is None:
                found = self._beside[beside] = self.valuation.beside(beside)
            vectors = vectors + found
        total = np.full(len(levels), np.inf)
        paid = self.valuation.worths[:, np.newaxis, np.newaxis] * levels
        for start in range(0, len(vectors), _AT_ONCE):
            lines = (vectors[start : start + _AT_ONCE].T[:, :, np.newaxis] - paid).max(axis=0)
            np.minimum(total, lines.min(axis=0), out=total)
        return total

    def chosen(self, number: int, beside: Beside, level: float) -> int:
        """The cheapest vector of an hour at a level; the first of several."""
        vectors: Floats = self.vectors[number] + self.valuation.beside(beside)
        usd: Floats = np.max(vectors - self.valuation.worths * level, axis=1)
        return int(np.argmin(np.round(usd, 9)))

    def place(self, number: int, level: float) -> int:
        """Which of the worths counts in an hour of a class."""
        vector: Floats = self.vectors[number][self.chosen(number, (), level)] + self.valuation.beside(())
        return int(np.argmax(np.round(vector - self.valuation.worths * level, 9)))

    def worth(self, number: int, level: float) -> float:
        """What one more USD of the level is worth in an hour of a class."""
        return float(self.valuation.worths[self.place(number, level)])

    def usd(self, levels: Floats, jobs: Sequence[Sequence[Way]], *, at: Floats | None = None) -> Floats:
        """By level: USD of a week; hours and jobs are taken as they are `at` these levels instead, where given.

        The first job runs in the way that is cheapest with the hours; each other one as if the level were all its own.
        """
        used = levels if at is None else at
        base = [self.hour(number, (), used) for number in range(len(self.weight))]
        total = HOURS_PER_WEEK * levels
        for hours, usd in zip(self.weight, base, strict=True):
            total = total + hours * usd
        found: dict[tuple[int, Beside], Floats] = {}
        for place, ways in enumerate(jobs):
            extra = np.full(len(levels), np.inf)
            for way in ways:
                usd = np.full(len(levels), way.fixed_usd)
                if way.beside and place > 0:
                    full = float(self.valuation.beside(way.beside)[-1])
                    usd += len(way.hours) * np.maximum(full - self.valuation.worths[-1] * used, 0.0)
                elif way.beside:
                    for number in sorted(set(way.hours)):
                        key = (number, way.beside)
                        if key not in found:
                            found[key] = self.hour(*key, used) - base[number]
                        usd = usd + way.hours.count(number) * found[key]
                extra = np.minimum(extra, usd)
            if ways:
                total = total + extra
        return total

    def least(self, jobs: Sequence[Sequence[Way]], cap: float) -> tuple[float, float]:
        """A lower bound on the week over all levels, USD, and the best level found; `cap` is where the search ends."""
        if len(self.valuation.worths) == 1 or cap <= 0:
            return float(self.usd(np.zeros(1), jobs)[0]), 0.0
        grid = np.linspace(0.0, cap, _SPANS + 1)
        best, level = self._cheapest(grid, jobs)
        spans = Spans(grid[:-1], grid[1:])
        bound = np.inf
        for depth in range(_DEEPEST + 1):
            low = self.usd(spans.start, jobs, at=spans.end)
            good = low >= best * (1 - _PRECISION)
            bound = min(bound, float(low[good].min(initial=np.inf)))
            spans, low = spans.picked(~good), low[~good]
            if len(low) == 0 or depth == _DEEPEST:
                bound = min(bound, float(low.min(initial=np.inf)))
                break
            spans = spans.cut(_PARTS)
            usd, at = self._cheapest(spans.start, jobs)
            if usd < best:
                best, level = usd, at
        # Levels above the cap cost at least 168 · cap.
        return min(bound, HOURS_PER_WEEK * cap), level

    def _cheapest(self, levels: Floats, jobs: Sequence[Sequence[Way]]) -> tuple[float, float]:
        usd = self.usd(levels, jobs)
        return float(usd.min()), float(levels[int(np.argmin(usd))])

    def spans_below(self, jobs: Sequence[Sequence[Way]], cap: float, target: float) -> Spans:
        """Short spans of levels in which a week may cost less than the target."""
        if len(self.valuation.worths) == 1 or cap <= 0:
            return Spans(np.zeros(1), np.zeros(1))
        grid = np.linspace(0.0, max(cap, target / HOURS_PER_WEEK), _SPANS + 1)
        spans = Spans(grid[:-1], grid[1:])
        while True:
            _, spans = self.inside(spans, jobs, target)
            longest = float((spans.end - spans.start).max(initial=0.0)) * HOURS_PER_WEEK / (_SHORT * target)
            if longest <= 1:
                return spans
            spans = spans.cut(min(_PARTS, ceil(longest)))

    def inside(self, spans: Spans, jobs: Sequence[Sequence[Way]], target: float) -> tuple[float, Spans]:
        """A lower bound over these spans, at most the target, and those in which it is lower than that."""
        if not len(spans.start):
            return target, spans
        low = self.usd(spans.start, jobs, at=spans.end)
        return min(float(low.min()), target), spans.picked(low < target)


def added(parts: Sequence[Floats]) -> Floats:
    """All sums of one vector of each part; where there are too many, some stand for others (`fewer`)."""
    total = parts[0]
    for part in parts[1:]:
        total = fewer(total, max(_MOST_SUMS // max(len(part), 1), 1))
        total = (total[:, np.newaxis] + part[np.newaxis]).reshape(-1, total.shape[1])
        total = fewer(total[undominated(total)])
    return total


def fewer(vectors: Floats, most: int = _MOST_VECTORS) -> Floats:
    """At most so many vectors: neighbours by cost without a savings plan become one, at their least in each worth."""
    if len(vectors) <= most:
        return vectors
    order = np.argsort(vectors[:, -1], kind="stable")
    return np.array([vectors[some].min(axis=0) for some in np.array_split(order, most)])
