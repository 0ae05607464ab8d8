"""Stretch bound: what a week costs at least with its starts, where no commitment ties its hours together.

The multipliers of `start_bound` price starts into hours that are planned by themselves, and so into mixtures of their
plans, whose machines rise less than those of any one plan do. Here hours that follow each other are planned together,
in whole machines, from one calm run of hours to the next (`stretches`, `stretch_program`), and starts are counted
inside of each such stretch. Services that share no machine stand apart. Jobs have machines of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum, inf

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.hourly import picked
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.start_bound import known_starts
from solver.model.compute.stretch_program import StretchProgram
from solver.model.compute.stretches import Stretch, stretches_of
from solver.quantity import HOURS_PER_WEEK

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MOST_WORK = 30_000
"""Blocks times steps of all different stretches; more are some seconds of work."""
_FEW_STEPS, _MANY_STEPS = 5, 8
"""Of the longest stretch, at first and where that is not enough."""
_BLOCKS = 540
"""In all steps of a longer stretch, at most."""


@dataclass(frozen=True)
class StretchBound:
    """The bound for one site, beside a plan at hand that says how much is worth knowing."""

    problem: Problem
    plan: Settled

    def bound_usd_per_week(self, enough: float) -> float:
        """The bound; longer stretches are looked at where short ones prove less than is enough.

        Minus infinity where commitments or machines with unlisted patterns stand against it.
        """
        hourly = self.problem.hourly
        if hourly.goods or hourly.held or not hourly.columns.complete.all():
            return -inf
        parts = [(self._program(services), services) for services in self._apart()]
        replicas = self.problem.surcharge.usd_per_task_start * known_starts(hourly.needs)
        jobs = fsum(run.usd_per_week for run in self.problem.jobs.cheapest(None, None).values())
        bound = -inf
        # Most stretches are no longer where longer ones may be.
        known: list[dict[Stretch, float]] = [{} for _ in parts]
        for most in (_FEW_STEPS, _MANY_STEPS):
            found: list[float] = []
            for (program, services), least in zip(parts, known, strict=True):
                longest = min(most, max(_FEW_STEPS, _BLOCKS // max(program.blocks.count, 1)))
                found.append(self._part(program, services, longest, least))
            bound = max(bound, fsum([*found, replicas, jobs]))
            if bound >= enough or not np.isfinite(bound):
                break
        return bound

    def _part(
        self, program: StretchProgram, services: frozenset[int], longest: int, least: dict[Stretch, float]
    ) -> float:
        """What machines for these services cost at least with stretches of at most so many steps, USD a week.

        `least` is what is known of stretches, and gets the rest.
        """
        week = stretches_of(self.problem.hourly.needs.hour_of_week, _levels(program.required), longest)
        if not week or program.blocks.count * sum(map(len, week)) > _MOST_WORK:
            return -inf
        for each in week:
            if each not in least:
                least[each] = program.least(each, self._planned(each, services))
        return fsum(times * least[each] for each, times in week.items())

    def _apart(self) -> Iterator[frozenset[int]]:
        """Services by number: those that machines hold together."""
        service_of = np.array([each.service for each in self.problem.hourly.needs.runnables], dtype=np.int64)
        sets = [frozenset({each.number}) for each in self.problem.hourly.needs.services]
        for slots in np.unique(self.problem.hourly.columns.slots > 0, axis=0):
            held = frozenset(service_of[slots].tolist())
            joined = [each for each in sets if each & held]
            sets = [*(each for each in sets if not each & held), frozenset[int]().union(*joined)]
        yield from sets

    def _program(self, services: frozenset[int]) -> StretchProgram:
        hourly = self.problem.hourly
        rows = [number for number, row in enumerate(hourly.rows) if row.service in services]
        every = hourly.task.blocks
        mine = picked(every, np.nonzero(every.worth[:, rows].any(axis=1))[0])
        usd = hourly.columns.usd_per_hour()[mine.column] * mine.machines
        return StretchProgram(
            blocks=type(mine)(mine.column, mine.machines, mine.worth[:, rows]),
            required=hourly.task.required[:, rows],
            cost=np.tile(usd, (len(hourly.task.weight), 1)),
            usd_per_start=self.problem.surcharge.usd_per_machine_start,
            backend=hourly.backend,
        )

    def _planned(self, stretch: Stretch, services: frozenset[int]) -> float:
        """What the plan's machines for these services and their starts cost in a stretch, USD."""
        hourly = self.plan.hourly
        usd_per_hour = hourly.columns.usd_per_hour()
        held_by = np.array([each.service in services for each in hourly.needs.runnables], dtype=np.bool_)
        usd, before = 0.0, dict[int, int]()
        for place, step in enumerate(stretch):
            machines = {
                column: count
                for column, count in self._machines_of(step.number).items()
                if hourly.columns.slots[column][held_by].any()
            }
            usd += step.hours * fsum(float(usd_per_hour[column]) * count for column, count in machines.items())
            if place:
                rises = sum(max(0, count - before.get(column, 0)) for column, count in machines.items())
                usd += rises * self.problem.surcharge.usd_per_machine_start
            before = machines
        return usd

    def _machines_of(self, number: int) -> Mapping[int, int]:
        """By column, in the first hour of a class."""
        hour = self.problem.hourly.needs.hours[number].hours[0]
        return self.plan.choice.hours[self.plan.hourly.needs.hour_of_week[hour]].machines


def starts_usd_per_week(problem: Problem, plan: Settled) -> float:
    """What the starts of a plan's machines for services cost, and those of replicas that every plan has."""
    order = np.array(plan.hourly.needs.hour_of_week, dtype=np.int64)
    machines = np.zeros((len(plan.choice.hours), plan.hourly.columns.count), dtype=np.int64)
    for number, hour in enumerate(plan.choice.hours):
        for column, count in hour.machines.items():
            machines[number, column] = count
    week = machines[order]
    assert len(week) == HOURS_PER_WEEK
    rises = int(np.maximum(week - np.roll(week, 1, axis=0), 0).sum())
    surcharge = problem.surcharge
    known = known_starts(problem.hourly.needs)
    return rises * surcharge.usd_per_machine_start + known * surcharge.usd_per_task_start


def _levels(required: Integers) -> list[float]:
    """By hour class, how much must run: the sum over rows, each as a part of its highest."""
    parts = required / np.maximum(required.max(axis=0, initial=0), 1)
    return [float(each) for each in parts.sum(axis=1)]
