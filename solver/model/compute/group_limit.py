"""Group limit: a lower bound on the week that knows how many node groups there may be.

A plan of at most k groups does without all other columns. Columns are closed one by one, by branch and bound: in a
branch a column is either closed, and the services' vectors are those of the other columns, or kept, and counts. Where k
are kept, all others are closed. The bound is the least of the open branches; it holds wherever the search stops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.lowest import Lowest, Numbers
from solver.model.compute.valuation import Valuation
from solver.model.compute.week import Spans, Way, Week, added
from solver.model.deadline import NEVER, Deadline

Floats = NDArray[np.float64]
_MOST_CANDIDATES = 24
_LONGER = 4
"""Times the work for a bound that is needed."""
Key = tuple[int, Numbers]
"""A service and its options."""


@dataclass
class GroupLimit:
    """The bound for one site."""

    services: Sequence[Lowest]
    full: Sequence[Sequence[Floats]]
    """Of each service: vectors by hour class with all options."""
    value: Valuation
    weight: Sequence[int]
    ways: Sequence[Sequence[Way]]
    """Of jobs."""
    spans: Spans
    """Levels at which a week may cost less than the target."""
    limit: int
    target: float
    """USD a week: more need not be proved."""
    deadline: Deadline = NEVER
    solved: int = 0
    """Weeks bounded so far."""
    _vectors: dict[Key, list[Floats] | None] = field(default_factory=dict[Key, "list[Floats] | None"])
    _joint: dict[tuple[tuple[Key, bool], ...], list[Floats]] = field(
        default_factory=dict[tuple[tuple[Key, bool], ...], list[Floats]]
    )
    _sorted: list[list[int]] = field(default_factory=list[list[int]])

    def bound(self, level: float, *, work: int, needed: float = 0.0) -> float:
        """The bound, USD a week, at most the target; `work` is how many weeks may be bounded for it.

        Below what is `needed` it may be several times as many.
        """
        base, spans = self._least(frozenset(), self.spans)
        if base >= self.target:
            return self.target
        self.ways = self._ways(spans)
        candidates = self._candidates(level)
        single = {column: self._least(frozenset([column]), spans)[0] for column in candidates}
        useful = [column for column in candidates if single[column] > base]
        order = sorted(useful, key=lambda column: (-single[column], column))
        self._order(order)
        # Of limit + 1 columns a plan does without one.
        base = max(base, single[order[self.limit]] if len(order) > self.limit else base)
        heap: list[tuple[float, int, frozenset[int], int, int]] = [(base, 0, frozenset(), 0, 0)]
        kept_spans: dict[frozenset[int], Spans] = {frozenset(): spans}
        number = 0
        while heap and heap[0][0] < self.target and not self.deadline.has_passed():
            if self.solved >= (work if heap[0][0] >= needed else _LONGER * work):
                break
            low, _, closed, kept, place = heappop(heap)
            if place == len(order):
                heappush(heap, (low, -1, closed, kept, place))
                break
            column = order[place]
            more = closed | {column}
            usd, inside = self._least(more, kept_spans[closed])
            kept_spans[more] = inside
            heappush(heap, (max(low, usd), number := number + 1, more, kept, place + 1))
            if kept + 1 == self.limit:
                mine = frozenset(order[: place + 1]) - closed
                usd, _ = self._least(self._all() - mine, kept_spans[closed])
                heappush(heap, (max(low, usd), number := number + 1, self._all() - mine, self.limit, len(order)))
            else:
                heappush(heap, (low, number := number + 1, closed, kept + 1, place + 1))
        heapify(heap)
        return min(heap[0][0], self.target) if heap else self.target

    def _ways(self, spans: Spans) -> list[list[Way]]:
        """Without the ways of the first job with which a week costs the target or more."""
        if not self.ways:
            return []
        week = self._whole()
        others = self.ways[1:]
        near = [way for way in self.ways[0] if week.inside(spans, [[way], *others], self.target)[0] < self.target]
        return [near, *(list(ways) for ways in others)]

    def _whole(self) -> Week:
        keys = [(number, self._left(number, frozenset())) for number in range(len(self.services))]
        week = self._week(keys, [False] * len(keys))
        assert week is not None
        return week

    def _all(self) -> frozenset[int]:
        return frozenset(int(column) for each in self.services for column in each.options.column)

    def _candidates(self, level: float) -> list[int]:
        """Columns that the cheapest week without the limit may use."""
        week = self._whole()
        found: dict[int, int] = {}
        for number, hours in enumerate(self.weight):
            worth = week.place(number, level)
            for near in {max(worth - 1, 0), worth, min(worth + 1, len(self.value.worths) - 1)}:
                for each in self.services:
                    for option in each.used(number, near):
                        # Closing a machine that services share hardly ever proves anything.
                        if each.options.shared[option]:
                            continue
                        column = int(each.options.column[option])
                        found[column] = found.get(column, 0) + hours
        return sorted(sorted(found, key=lambda column: (-found[column], column))[:_MOST_CANDIDATES])

    def _order(self, order: Sequence[int]) -> None:
        """Options that may be closed stand last, so that the tables of the others are made once."""
        place = {column: number for number, column in enumerate(order, start=1)}
        self._sorted = []
        for each in self.services:
            places = [place.get(int(column), _MOST_CANDIDATES + 1) for column in each.options.column]
            self._sorted.append(sorted(range(each.options.count), key=lambda option: (-places[option], option)))

    def _least(self, closed: frozenset[int], spans: Spans) -> tuple[float, Spans]:
        """The bound without some columns, and the levels at which it is below the target."""
        self.solved += 1
        left = [self._left(number, closed) for number in range(len(self.services))]
        keys = [(number, options) for number, options in enumerate(left)]
        rough = [self._is_long(key) for key in keys]
        usd = 0.0
        # What takes long is found only where less does not reach the target.
        if any(rough):
            week = self._week(keys, rough)
            if week is None:
                return self.target, spans.none()
            usd, spans = week.inside(spans, self.ways, self.target)
        if usd < self.target:
            week = self._week(keys, [False] * len(keys))
            if week is None:
                return self.target, spans.none()
            usd, spans = week.inside(spans, self.ways, self.target)
        return usd, spans

    def _left(self, service: int, closed: frozenset[int]) -> Numbers:
        options = self.services[service].options
        order = self._sorted[service] if self._sorted else range(options.count)
        return tuple(option for option in order if int(options.column[option]) not in closed)

    def _is_long(self, key: Key) -> bool:
        """Whether the vectors are not known yet and come from a search."""
        each = self.services[key[0]]
        return each.units is None and len(key[1]) < each.options.count and key not in self._vectors

    def _of(self, key: Key, rough: bool) -> list[Floats] | None:
        each = self.services[key[0]]
        if len(key[1]) == each.options.count:
            return list(self.full[key[0]])
        if rough:
            return each.rough(key[1])
        if key not in self._vectors:
            self._vectors[key] = each.vectors(key[1])
        return self._vectors[key]

    def _week(self, keys: Sequence[Key], rough: Sequence[bool]) -> Week | None:
        """The week of these options; joint vectors of the first services are kept for the next one."""
        done: tuple[tuple[Key, bool], ...] = ()
        joint = [np.zeros((1, len(self.value.worths)))] * len(self.weight)
        for key, quick in zip(keys, rough, strict=True):
            done = (*done, (key, quick))
            found = self._joint.get(done)
            if found is None:
                vectors = self._of(key, quick)
                if vectors is None:
                    return None
                found = [added([joint[number], vectors[number]]) for number in range(len(self.weight))]
                if len(done) < len(keys):
                    self._joint[done] = found
            joint = found
        return Week(self.value, self.weight, joint)
