"""Fewest steps: of the machines that the parts may have in each hour class, those that change least of what is built.

What a node group's machines change in a week are steps of a schedule, each a resource of the cloud, as the same step of
its service's replicas. A plan that has to change somewhere may cost a little more than the best one (`stability`); that
little is spent on fewer changed steps. Each class of each part has candidates: its approved machines, those with a few
more or fewer of one group, those of other hours and of the ways of the part, as far as they keep the promises. One
class after the other takes the candidate with which

    changes + rate · cost

is least, until nothing helps; a higher rate is taken until all together cost no more than they may. Costs are those
beside given commitments; who asks for the steps says whether a choice is cheap enough with the best ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.class_bills import ClassBills
from solver.model.compute.hourly import Hourly
from solver.model.compute.parts import Machines, Part, Way, machines_of
from solver.model.compute.promises import serves
from solver.model.compute.purchase import Bought
from solver.model.compute.services import Besides

Integers = NDArray[np.int64]
Steps = Mapping[tuple[int, tuple[int, ...]], int]
_GROUP = 6
"""What a node group that comes or goes counts, in steps: its template, its capacity provider, its service."""
_SWEEPS = 4
_RATES = (0.0, *(4.0**power for power in range(-2, 6)))
"""Changes for a USD a week."""
_BETWEEN = 4
"""Rates that are tried between the last one that costs too much and the first that doesn't."""
_MOST_MORE = 12
"""Machines of one group that are added or taken away."""
_MOST_CANDIDATES = 20
"""Of a part in a class."""
_MOST_OTHERS = 40
"""Machines of other hours and ways that are looked at for them."""
_WORK = 40_000
"""Candidates that are judged, in all."""
_RANK = 1
_SAME = 1e-9


@dataclass(frozen=True)
class _Candidates:
    """What one part may have."""

    part: Part
    columns: tuple[int, ...]
    machines: tuple[Integers, ...]
    """By class: candidates × columns."""


@dataclass
class FewestSteps:
    """The search for one site."""

    hourly: Hourly
    parts: Sequence[Part]
    weeks: Mapping[int, tuple[int, ...]]
    """Approved machines of each column in the 168 hours."""
    bought: Sequence[Bought]
    """Commitments that cover what they can."""
    besides: Besides
    limit: int
    """Node groups."""
    _judged: int = 0
    _order: Integers = field(init=False)
    _weight: list[int] = field(init=False)
    _known: dict[tuple[int, bytes], int] = field(default_factory=dict[tuple[int, bytes], int])
    _bills: ClassBills = field(init=False)

    def __post_init__(self) -> None:
        self._order = np.array(self.hourly.needs.hour_of_week, dtype=np.int64)
        self._weight = self.hourly.task.weight.tolist()
        self._bills = ClassBills(self.hourly, self.bought, self.besides)

    def ways(
        self,
        known: Sequence[Sequence[Way]],
        starts: Sequence[Sequence[Way]],
        is_cheap: Callable[[Sequence[Way]], bool],
    ) -> list[Way] | None:
        """By part the way that changes least of all that were found cheap enough; None where none of them was.

        `known` has the ways of each part, `starts` have one way for each part.
        """
        candidates = [self._candidates(part, ways) for part, ways in zip(self.parts, known, strict=True)]
        best: list[Way] | None = None
        least = 0

        def tried(rate: float) -> bool:
            nonlocal best, least
            found = min((self._descended(candidates, start, rate) for start in starts), key=lambda each: each[0])[1]
            if not is_cheap(found):
                return False
            count = self.changes(found)
            if best is None or count < least:
                best, least = found, count
            return True

        low = 0.0
        for rate in _RATES:
            if self._judged > _WORK:
                break
            if tried(rate):
                high = rate
                for _ in range(_BETWEEN if rate > _RATES[1] else 0):
                    middle = (low * high) ** 0.5
                    low, high = (low, middle) if tried(middle) else (middle, high)
                break
            low = rate or _RATES[1] / 4
        return best

    def changes(self, taken: Sequence[Way]) -> int:
        """Steps, ceilings and groups that change, in all parts."""
        return sum(
            self._changed(column, np.array([hour.get(column, 0) for hour in way.hours], dtype=np.int64))
            for part, way in zip(self.parts, taken, strict=True)
            for column in sorted({*part.old, *way.columns})
        )

    def _candidates(self, part: Part, ways: Sequence[Way]) -> _Candidates:
        columns = tuple(sorted({*part.old, *(column for way in ways for column in way.columns)}))
        everywhere = dict.fromkeys(_vector(hour, columns) for way in ways for hour in way.hours)
        approved = [self._approved(part, number) for number in range(len(self.hourly.needs.hours))]
        everywhere |= dict.fromkeys(_vector(machines, columns) for machines in approved)
        machines: list[Integers] = []
        for number in range(len(approved)):
            mine = dict.fromkeys(_vector(way.hours[number], columns) for way in ways)
            near = _vector(approved[number], columns)
            # Without the groups that the new plan has no more.
            left = tuple(count if column in part.new else 0 for count, column in zip(near, columns, strict=True))
            beside = [
                vector for each in dict.fromkeys((near, left)) for vector in self._beside(part, number, each, columns)
            ]
            others = sorted(everywhere, key=lambda vector: (_differs(vector, near), vector))[:_MOST_OTHERS]
            for vector in (near, left, *beside, *others):
                if len(mine) >= _MOST_CANDIDATES:
                    break
                if vector not in mine and self._serves(part, number, vector, columns):
                    mine[vector] = None
            machines.append(np.array(list(mine), dtype=np.int64).reshape(len(mine), len(columns)))
        return _Candidates(part, columns, tuple(machines))

    def _approved(self, part: Part, number: int) -> dict[int, int]:
        first = self.hourly.needs.hours[number].hours[0]
        return {column: self.weeks[column][first] for column in part.old}

    def _beside(
        self, part: Part, number: int, near: tuple[int, ...], columns: tuple[int, ...]
    ) -> Iterator[tuple[int, ...]]:
        """The approved machines with as few more of one group as are needed, or as many fewer as may be."""
        enough = self._serves(part, number, near, columns)
        for place, column in enumerate(columns):
            if column not in part.old:
                continue
            found: tuple[int, ...] | None = None
            for step in range(1, _MOST_MORE + 1):
                count = near[place] + (-step if enough else step)
                vector = (*near[:place], count, *near[place + 1 :])
                is_served = count >= 0 and self._serves(part, number, vector, columns)
                if is_served:
                    found = vector
                if is_served != enough:
                    break
            if found is not None:
                yield found

    def _serves(self, part: Part, number: int, vector: tuple[int, ...], columns: tuple[int, ...]) -> bool:
        machines = {column: count for column, count in zip(columns, vector, strict=True) if count}
        return serves(self.hourly, number, machines, part.services)

    def _descended(
        self, candidates: Sequence[_Candidates], start: Sequence[Way], rate: float
    ) -> tuple[tuple[float, float], list[Way]]:
        """From ways of the parts, candidates that are better at a rate, until there are none; with what is least."""
        weeks = [
            np.array([_vector(hour, each.columns) for hour in way.hours], dtype=np.int64)
            for each, way in zip(candidates, start, strict=True)
        ]
        for _ in range(_SWEEPS):
            moved = False
            for number in range(len(self._weight)):
                for place, each in enumerate(candidates):
                    moved |= self._moved(candidates, weeks, number, place, each.machines[number], rate)
            if not moved:
                break
        ways = [
            Way(tuple(machines_of(vector, each.columns) for vector in week), _RANK)
            for each, week in zip(candidates, weeks, strict=True)
        ]
        usd = sum(self._usd(candidates, weeks, number) for number in range(len(self._weight)))
        return (round(self.changes(ways) + rate * usd, 9), round(usd, 9)), ways

    def _moved(
        self,
        candidates: Sequence[_Candidates],
        weeks: Sequence[Integers],
        number: int,
        place: int,
        machines: Integers,
        rate: float,
    ) -> bool:
        """Whether a part now has a better candidate in a class."""
        each, week = candidates[place], weeks[place]
        now = week[number].copy()
        others = sum(int(other.any(axis=0).sum()) for other in weeks) - int(week.any(axis=0).sum())
        best, chosen = self._of(each, week) + rate * self._usd(candidates, weeks, number) - _SAME, now
        self._judged += len(machines)
        for vector in machines if self._judged <= _WORK else ():
            week[number] = vector
            if others + int(week.any(axis=0).sum()) > self.limit:
                continue
            total = self._of(each, week) + rate * self._usd(candidates, weeks, number)
            if total < best:
                best, chosen = total - _SAME, vector
        week[number] = chosen
        return bool((chosen != now).any())

    def _of(self, each: _Candidates, week: Integers) -> int:
        """Changes of a part."""
        return sum(self._changed(column, week[:, place]) for place, column in enumerate(each.columns))

    def _usd(self, candidates: Sequence[_Candidates], weeks: Sequence[Integers], number: int) -> float:
        """What all machines of a class cost in a week."""
        machines = tuple(
            (column, count)
            for each, week in zip(candidates, weeks, strict=True)
            for column, count in zip(each.columns, week[number].tolist(), strict=True)
            if count
        )
        return self._bills.usd_per_week(number, machines)

    def _changed(self, column: int, values: Integers) -> int:
        """What changes of one column's group: its steps, its ceiling, or all of it."""
        key = (column, values.tobytes())
        if key not in self._known:
            before = self.weeks.get(column, ())
            after = values[self._order]
            self._known[key] = _changes(np.array(before, dtype=np.int64), after)
        return self._known[key]


def _changes(before: Integers, after: Integers) -> int:
    runs = bool(before.any()) if before.size else False
    if runs != bool(after.any()):
        return _GROUP + len(steps_of(after))
    if not runs:
        return 0
    old, new = steps_of(before), steps_of(after)
    changed = sum(1 for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return changed + int(before.max() != after.max())


def steps_of(week: Integers) -> Steps:
    """Steps of a week's schedule, by hour of the day and days: what a number becomes then."""
    changed = np.flatnonzero(week != np.roll(week, 1)).tolist()
    days: dict[tuple[int, int], list[int]] = {}
    for hour in changed:
        days.setdefault((hour % 24, int(week[hour])), []).append(hour // 24)
    return {(hour, tuple(each)): value for (hour, value), each in days.items()} or {(-1, ()): int(week[0])}


def _differs(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, int]:
    """In how many groups, and by how many machines."""
    apart = [abs(a - b) for a, b in zip(one, other, strict=True) if a != b]
    return len(apart), sum(apart)


def _vector(machines: Machines, columns: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(machines.get(column, 0) for column in columns)
