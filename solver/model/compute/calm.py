"""Calm: of plans that cost the same within the gap, one whose machines come and go less often.

Hours planned by themselves take whichever machines are cheapest in each, and may change all of them from one hour to
the next to save a cent. A machine that starts is paid for before it serves and after it is drained of what runs, and
each change is a step of a schedule. So a start counts here as some minutes of its machine (`_START_HOURS`), and with
what is billed for it. Those minutes are no part of a plan's cost or bound, which count machines by the hour; a calmer
plan may cost a little more by the hour, up to half of the gap, and nothing more where no more is proved.

Each hour class of each part has candidates: machines of other classes, the larger of its own and theirs, and those of
the hours beside it with as few more or fewer as will do. One class after the other takes the candidate with which

    machine hours + worth · starts

cost least in the week, until nothing helps; worths from the highest down are tried until the plan costs no more than
it may. Hour classes keep every promise in whole numbers.

Where starts are billed, services apart have been chosen by that before, among all their ways (`starts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.class_bills import ClassBills
from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.leeway import most_usd_per_week
from solver.model.compute.parts import Part, machines_of, parts_of
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.promises import is_within_quotas, serves
from solver.model.compute.quota import free_vcpus
from solver.model.compute.services import Besides, Choice, priced
from solver.model.compute.stretch_bound import starts_usd_per_week

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_START_HOURS = 5 / 60
"""Of a machine's price, for a start: about what it is there before it serves, and while replicas leave it."""
_WORTHS = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1)
_OF_THE_GAP = 0.5
"""Starts are billed, too, and no bound knows all of them."""
_SWEEPS = 6
_MOST_MORE = 12
"""Machines of one column that are added to those of the hour beside."""
_NEAR = 1e-9
_BETTER = 1e-7


def calmed(problem: Problem, found: Settled) -> Settled:
    """The plan, or one with fewer starts that costs the same within the gap."""
    columns = found.choice.columns
    if len(found.choice.hours) < 2 or not columns:
        return found

    def usd_per_week(settled: Settled) -> float:
        return problem.usd(settled) + starts_usd_per_week(problem, settled)

    most = max(most_usd_per_week(found.bound_usd_per_week, 0.0, _OF_THE_GAP * problem.gap), usd_per_week(found))
    hourly = replace(found.hourly, free=free_vcpus(problem.quotas, found.runs.values()))
    besides = Besides(problem.jobs.usage(found.runs), problem.prices)
    search = _Calm(hourly, found.choice, besides, problem.surcharge.usd_per_machine_start)
    for worth in _WORTHS:
        hours = search.hours(worth)
        if hours == found.choice.hours:
            continue
        calmer = replace(found, choice=priced(hourly, hours, besides))
        if usd_per_week(calmer) <= most:
            return calmer
    return found


@dataclass(frozen=True)
class _Own:
    """One part, and where its columns stand among all that run."""

    part: Part
    places: list[int]


@dataclass
class _Calm:
    """The search for one plan."""

    hourly: Hourly
    choice: Choice
    besides: Besides
    usd_per_start: float
    """What is billed for a start, whatever the machine."""
    _columns: list[int] = field(init=False)
    _order: Integers = field(init=False)
    _bills: ClassBills = field(init=False)
    _fit: dict[tuple[int, tuple[int, ...], bytes], bool] = field(
        default_factory=dict[tuple[int, tuple[int, ...], bytes], bool]
    )

    def __post_init__(self) -> None:
        self._columns = self.choice.columns
        self._order = np.array(self.hourly.needs.hour_of_week, dtype=np.int64)
        self._bills = ClassBills(self.hourly, self.choice.bought, self.besides)

    def hours(self, worth: float) -> tuple[HourPlan, ...]:
        """Machines of each class where a start is worth so much of what it counts."""
        week = np.array(
            [[hour.machines.get(column, 0) for column in self._columns] for hour in self.choice.hours], dtype=np.int64
        )
        usd_per_hour = self.hourly.columns.usd_per_hour()[self._columns]
        usd_per_start = worth * (self.usd_per_start + _START_HOURS * usd_per_hour)
        parts = [
            _Own(part, [self._columns.index(column) for column in part.new])
            for part in parts_of(self.hourly, (), self._columns)
            if part.new
        ]
        for _ in range(_SWEEPS):
            moved = False
            for number in range(len(week)):
                for own in parts:
                    better = self._better(week, number, own, usd_per_start[own.places])
                    if better is not None:
                        week[number, own.places] = better
                        moved = True
            if not moved:
                break
        return tuple(HourPlan(machines_of(each, self._columns), 0.0, {}) for each in week)

    def _better(self, week: Integers, number: int, own: _Own, usd_per_start: Floats) -> Integers | None:
        """Machines of a part in a class with which the week costs less, the best that there are."""
        mine = week[:, own.places]
        now = mine[number]
        beside = self._beside(mine, number)
        others = np.unique(mine, axis=0)
        pool = [now, *others, *np.maximum(others, now), *self._near(beside, number, own)]
        options = np.unique(np.array(pool, dtype=np.int64), axis=0)
        whole = np.repeat(week[number][np.newaxis], len(options), axis=0)
        whole[:, own.places] = options
        total = self._starts(options, beside, usd_per_start) + self._bills_of(whole, number)
        at_present = int(np.nonzero((options == now).all(axis=1))[0][0])
        for place in np.argsort(np.round(total, 9), kind="stable").tolist():
            if total[place] >= total[at_present] * (1 - _BETTER) - _NEAR:
                return None
            if self._serves(options[place], number, own) and self._has_room(whole[place], number):
                return options[place]
        return None

    def _beside(self, mine: Integers, number: int) -> tuple[Integers, Integers]:
        """Machines in the hours before the class's runs of hours, and in those after them."""
        here = self._order == number
        first = here & (np.roll(self._order, 1) != number)
        last = here & (np.roll(self._order, -1) != number)
        return mine[np.roll(self._order, 1)[first]], mine[np.roll(self._order, -1)[last]]

    def _starts(self, options: Integers, beside: tuple[Integers, Integers], usd_per_start: Floats) -> Floats:
        """What the starts around a class cost with each option."""
        before, after = beside
        rises = np.maximum(options[:, np.newaxis] - before[np.newaxis], 0).sum(axis=1)
        rises += np.maximum(after[np.newaxis] - options[:, np.newaxis], 0).sum(axis=1)
        found: Floats = rises @ usd_per_start
        return found

    def _bills_of(self, whole: Integers, number: int) -> Floats:
        """What all machines of a class cost in a week, for each row of machines."""
        machines = [tuple(machines_of(each, self._columns).items()) for each in whole]
        return np.array([self._bills.usd_per_week(number, each) for each in machines])

    def _near(self, beside: tuple[Integers, Integers], number: int, own: _Own) -> Iterator[Integers]:
        """The machines of the hours beside, with as few more of one column as will do, or as many fewer as may be."""
        for vector in np.unique(np.vstack(beside), axis=0):
            if self._serves(vector, number, own):
                yield from self._reduced(vector, number, own)
                continue
            for column in range(len(vector)):
                more = vector.copy()
                for _ in range(_MOST_MORE):
                    more[column] += 1
                    if self._serves(more, number, own):
                        yield more
                        yield from self._reduced(more, number, own)
                        break

    def _reduced(self, vector: Integers, number: int, own: _Own) -> Iterator[Integers]:
        """Without the machines that can be done without, those of one column first, for each column."""
        for first in range(len(vector)):
            found = vector.copy()
            for column in (first, *(other for other in range(len(vector)) if other != first)):
                while found[column] > 0:
                    found[column] -= 1
                    if not self._serves(found, number, own):
                        found[column] += 1
                        break
            yield found

    def _serves(self, vector: Integers, number: int, own: _Own) -> bool:
        columns = own.part.new
        key = (number, columns, vector.tobytes())
        if key not in self._fit:
            self._fit[key] = serves(self.hourly, number, machines_of(vector, columns), own.part.services)
        return self._fit[key]

    def _has_room(self, whole: Integers, number: int) -> bool:
        return not self.hourly.free or is_within_quotas(self.hourly, number, machines_of(whole, self._columns))
