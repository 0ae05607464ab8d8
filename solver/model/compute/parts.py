"""Parts: services that share machines, in the approved plan or in the new one; each part may stay or move by itself.

The ways of a part, the one that changes least first:

1. every hour keeps its approved machines where they hold it, and is planned anew with the approved groups where not;
2. all its hours are planned anew with the approved groups;
3. the first way with one of the new plan's groups beside the approved ones, where the new plan has several;
4. as the new plan has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.blocks import build_blocks
from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.promises import serves
from solver.model.compute.purchase import Bought
from solver.model.running import side_by_side

Integers = NDArray[np.int64]
Machines = Mapping[int, int]
"""By column, where any run."""
_GAP = 1e-4
_MOST_ADDED = 4
"""New groups of a part that are tried one at a time."""


def machines_of(vector: Integers, columns: Sequence[int]) -> Machines:
    """Those of these columns that run, by numbers in their order."""
    return {column: count for column, count in zip(columns, vector.tolist(), strict=True) if count}


@dataclass(frozen=True)
class Part:
    """Services that share machines, directly or through others."""

    services: frozenset[int]
    old: tuple[int, ...]
    """Approved columns."""
    new: tuple[int, ...]
    """Columns of the new plan."""


@dataclass(frozen=True)
class Way:
    """One way of a part: its machines in each hour class."""

    hours: tuple[Machines, ...]
    rank: int
    """How much it changes: 0 nothing at all; ways of a part are in this order."""

    @property
    def columns(self) -> frozenset[int]:
        """All that run in some hour."""
        return frozenset(column for hour in self.hours for column in hour)


def parts_of(hourly: Hourly, old: Sequence[int], new: Sequence[int]) -> list[Part]:
    """All services, in parts that share no column."""
    parts = [{service.number} for service in hourly.needs.services]
    for column in sorted({*old, *new}):
        held = _services(hourly, column)
        touched = [part for part in parts if part & held]
        parts = [part for part in parts if not part & held]
        parts.append({service for part in touched for service in part})
    return [
        Part(
            frozenset(part),
            tuple(column for column in sorted(old) if _services(hourly, column) <= part),
            tuple(column for column in sorted(new) if _services(hourly, column) <= part),
        )
        for part in sorted(parts, key=min)
    ]


def _services(hourly: Hourly, column: int) -> set[int]:
    slots = hourly.columns.slots[column]
    return {hourly.needs.runnables[variant].service for variant in np.nonzero(slots)[0].tolist()}


@dataclass(frozen=True)
class Ways:
    """The ways of the parts of one site."""

    hourly: Hourly
    """Classes in whose hours the approved machines don't change."""
    coarse: Hourly
    """The classes of the new plan."""
    origin: Sequence[int]
    """The class of the new plan that each class was cut from."""
    weeks: Mapping[int, tuple[int, ...]]
    """Approved machines of each column in the 168 hours."""
    fresh: Sequence[Machines]
    """Machines of the new plan by its classes."""
    bought: Sequence[Bought]
    """Commitments that what is planned anew may use, beside the machines of the other parts."""
    beside: Sequence[Mapping[str, int]]
    """On-demand machines of jobs by type, in each of the 168 hours."""

    def of(self, part: Part) -> Iterator[Way]:
        """The ways of a part, the one that changes least first, each made when it is asked for."""
        old = set(part.old)
        kept = self._kept(part)
        if all(each is not None for each in kept):
            yield Way(tuple(each for each in kept if each is not None), 0)
        elif part.old:
            yield from self._patched(part, kept, part.old, 1)
        if part.old:
            again = self._again(part, part.old)
            whole = [each for each in again if each is not None]
            if len(whole) == len(again):
                yield Way(tuple(whole[number] for number in self.origin), 2)
        added = [column for column in part.new if column not in old]
        if len(added) > 1 and part.old:
            for column in added[:_MOST_ADDED]:
                yield from self._patched(part, kept, tuple(sorted((*part.old, column))), 3)
        yield self.renewed(part)

    def renewed(self, part: Part) -> Way:
        """As the new plan has it."""
        mine = set(part.new)
        hours = [{column: count for column, count in hour.items() if column in mine} for hour in self.fresh]
        return Way(tuple(hours[number] for number in self.origin), 4)

    def _kept(self, part: Part) -> list[Machines | None]:
        found: list[Machines | None] = []
        for number, hours in enumerate(self.hourly.needs.hours):
            machines = {column: self.weeks[column][hours.hours[0]] for column in part.old}
            machines = {column: count for column, count in machines.items() if count}
            found.append(machines if serves(self.hourly, number, machines, part.services) else None)
        return found

    def _patched(
        self, part: Part, kept: Sequence[Machines | None], columns: tuple[int, ...], rank: int
    ) -> Iterator[Way]:
        missing = sorted({self.origin[number] for number, each in enumerate(kept) if each is None})
        again = self._again(part, columns, missing)
        hours = [each if each is not None else again[self.origin[number]] for number, each in enumerate(kept)]
        whole = [each for each in hours if each is not None]
        if len(whole) == len(hours):
            yield Way(tuple(whole), rank)

    def _again(
        self, part: Part, columns: tuple[int, ...], wanted: Sequence[int] | None = None
    ) -> list[Machines | None]:
        """By class of the new plan, where wanted: the cheapest machines of these columns for the part's services."""
        coarse = self.coarse
        mine = np.array([row.service in part.services for row in coarse.rows], dtype=np.bool_)
        task = replace(coarse.task, required=np.where(mine[np.newaxis, :], coarse.task.required, 0))
        hourly = replace(coarse, task=task)
        blocks = build_blocks(hourly.columns, hourly.rows, np.array(columns, dtype=np.int64), hourly.least)
        hours = range(len(task.weight)) if wanted is None else wanted

        def planned(hour: int) -> HourPlan | None:
            return hourly.plan_hour(blocks, hour, gap=_GAP, bought=self._left(part, hour))

        answers = side_by_side([lambda hour=hour: planned(hour) for hour in hours])
        found: list[Machines | None] = [None] * len(task.weight)
        for hour, plan in zip(hours, answers, strict=True):
            found[hour] = None if plan is None else plan.machines
        return found

    def _left(self, part: Part, hour: int) -> list[Bought]:
        """What jobs and the other parts of the new plan leave of the commitments, held ones first."""
        mine = set(part.new)
        usage = dict(self.beside[self.coarse.needs.hours[hour].hours[0]])
        columns = self.coarse.columns
        for column, count in self.fresh[hour].items():
            machine = columns.machines[int(columns.machine[column])]
            if column not in mine and machine.on_demand:
                usage[machine.machine.name] = usage.get(machine.machine.name, 0) + count
        found: list[Bought] = []
        for each in (*self.coarse.held, *self.bought):
            taken = 0.0
            for name, count in sorted(usage.items()):
                if name in each.takes:
                    fitting = min(float(count), (each.holds - taken) / each.takes[name])
                    taken += fitting * each.takes[name]
                    usage[name] = count - int(fitting)
            part_left = max(0.0, 1 - taken / each.holds) if each.holds else 0.0
            found.append(
                replace(each, machines=int(each.machines * part_left), usd_per_hour=each.usd_per_hour * part_left)
            )
        return [each for each in found if each.holds > 0]
