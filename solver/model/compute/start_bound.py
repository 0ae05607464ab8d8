"""Start bound: what a week costs at least, with what is billed when machines and replicas start.

Of N(h, j) machines of a type j in hour h of the week at least N(h, j) − N(h−1, j) start in it. With any multipliers
0 ≤ μ(h, j) ≤ s, where s is USD for a start, the starts of a week cost at least

    Σ over h, j:  μ(h, j) · (N(h, j) − N(h−1, j))  =  Σ over h, j:  u(h, j) · N(h, j),    u(h, j) = μ(h, j) − μ(h+1, j)

So a machine is dearer by u in the hours after a rise and cheaper in those before one, and the hours may be bounded one
by one, as without starts (`apart_bound`). Multipliers are taken that would be best for the plan at hand, with one u for
all hours of a class: half of what is best by type, and half of what is best for all machines as if of one type, which
holds types that the plan does not use. Where machines that a savings plan pays for would then cost less than nothing,
that worth of the plan's level says nothing.

A service all of whose variants have one capacity runs as many replicas as its load needs, on whatever machines
(`loads`): so many of them start in any plan. Of other services' replicas no start is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from solver.model.compute.apart_bound import ApartBound
from solver.model.compute.commitments import Good
from solver.model.compute.hourly import Hourly
from solver.model.compute.lowest import Lowest
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.options import options_of
from solver.model.compute.patterns import Pattern
from solver.model.compute.problem import Settled
from solver.model.compute.valuation import Valuation
from solver.quantity import HOURS_PER_WEEK

_pulp: Any = pulp
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_TAKEN = 0.6
"""Of a machine's price, at most, in the hours in which it is cheaper."""
_NOTHING = -1e9
"""USD: what says nothing as a lower bound."""
_MORE = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Worths of a USD of the level beside the usual ones: a machine that costs next to nothing can't be cheaper."""
_TOLERANCE = 1e-9
"""Of the multipliers in parts of s, whose limits a solver keeps no better."""


@dataclass(frozen=True)
class StartBound:
    """The bound for one site."""

    apart: ApartBound

    def bound_usd_per_week(self, good: Good | None, machines: Floats) -> float:
        """The bound; `machines` of each type run in a mean hour of each class in the plan at hand (classes × types)."""
        problem = self.apart.problem
        replicas = problem.surcharge.usd_per_task_start * known_starts(problem.hourly.needs)
        shifts = self._shifts(machines)
        if not shifts.any():
            return self.apart.known(good).bound_usd_per_week + replicas
        value = self.apart.valued(good, more=_MORE)
        vectors = self._plain_vectors(value, np.flatnonzero(~shifts.any(axis=1)))
        for number, shift in enumerate(shifts):
            if shift.any():
                for service, vector in enumerate(self._vectors(value, shift, number)):
                    vectors[service][number] = vector
        week = self.apart.week(value, vectors)
        cap = self.apart.cap(week, good)
        least, _ = week.least([list(each) for _, each in self.apart.ways(value, cap)], cap)
        return least + replicas

    def _shifts(self, machines: Floats) -> Floats:
        """u by hour class and type of machine, USD an hour."""
        hourly = self.apart.problem.hourly
        usd = self.apart.problem.surcharge.usd_per_machine_start
        if not usd or not machines.any():
            return np.zeros_like(machines)
        part = np.array([min(1.0, _TAKEN * machine.usd_per_hour / usd) for machine in hourly.columns.machines])
        together = self._pattern(machines.sum(axis=1), float(part.min()))
        by_type = [
            self._pattern(count, float(most)) if count.any() else together
            for count, most in zip(machines.T, part, strict=True)
        ]
        both: Floats = (np.array(by_type).T + together[:, np.newaxis]) / 2
        return usd * both

    def _pattern(self, machines: Floats, most: float) -> Floats:
        """u by hour class in parts of s, at least −`most`: the best for these machines."""
        hourly = self.apart.problem.hourly
        hour_of_week, weight = hourly.needs.hour_of_week, hourly.task.weight.tolist()
        problem: Any = _pulp.LpProblem("starts", _pulp.LpMaximize)
        multiplier = [_pulp.LpVariable(f"multiplier_h{hour:03d}", 0, 1) for hour in range(HOURS_PER_WEEK)]
        u = [_pulp.LpVariable(f"u_c{number:03d}", -most, 1) for number in range(len(machines))]
        gains = [float(count * hours) for count, hours in zip(machines, weight, strict=True)]
        problem += _pulp.LpAffineExpression(dict(zip(u, gains, strict=True)))
        for hour, number in enumerate(hour_of_week):
            problem += multiplier[hour] - multiplier[(hour + 1) % HOURS_PER_WEEK] == u[number], f"hour_{hour:03d}"
        found = hourly.backend.run(problem, relaxed=True).values
        pattern = np.array([found.get(each.name, 0.0) for each in u])
        return pattern if _is_closed(pattern[list(hour_of_week)]) else np.zeros(len(machines))

    def _plain_vectors(self, value: Valuation, plain: Integers) -> list[list[Floats]]:
        """By service and class: the cost vectors of the classes whose machines cost what they always do."""
        task, needs = self.apart.problem.hourly.task, self.apart.problem.hourly.needs
        found = [[np.zeros((1, len(value.worths)))] * len(task.required) for _ in needs.services]
        if not len(plain):
            return found
        for mine, each in zip(found, self.apart.services(value, shared=True, classes=plain), strict=True):
            vectors = each.vectors()
            assert vectors is not None, "the plan at hand holds all classes"
            for number, vector in zip(plain.tolist(), vectors, strict=True):
                mine[number] = vector
        return found

    def _vectors(self, value: Valuation, shift: Floats, number: int) -> list[Floats]:
        """By service: the cost vectors of a class with machines that are dearer by so much, by type."""
        hourly = self.apart.problem.hourly
        columns = hourly.columns

        def fixed_of(machine: int, pattern: Pattern) -> float:
            return columns.fixed_of(machine, pattern) + float(shift[machine])

        shifted = replace(columns, fixed=columns.fixed + shift[columns.machine], fixed_of=fixed_of)
        required = hourly.task.required[number : number + 1]
        here = replace(hourly, task=replace(hourly.task, columns=shifted, required=required))
        base = shifted.empty_usd_per_hour
        cost = np.vstack([value.columns(shifted), value.machine + base[:, np.newaxis]])
        nothing = (cost < 0).any(axis=0)
        found: list[Floats] = []
        for options in options_of(here, value, shared=True):
            nothing = nothing | (options.cost < 0).any(axis=0)
            kept = replace(options, cost=np.maximum(options.cost, 0.0))
            vectors = Lowest(kept, required[:, options.rows]).vectors()
            assert vectors is not None, "what holds a class at one price holds it at another"
            found += vectors
        return [np.where(nothing, _NOTHING, each) for each in found]


def machines_by_class(hourly: Hourly, plan: Settled) -> Floats:
    """Machines of each type in a mean hour of each class (classes × types of `hourly`) that run in a plan."""
    number_of = {(each.machine.name, each.on_demand): number for number, each in enumerate(hourly.columns.machines)}
    planned = plan.hourly.columns
    found = np.zeros((len(hourly.task.weight), len(number_of)))
    for number, here in zip(hourly.needs.hour_of_week, plan.hourly.needs.hour_of_week, strict=True):
        for column, count in plan.choice.hours[here].machines.items():
            machine = planned.machines[int(planned.machine[column])]
            place = number_of.get((machine.machine.name, machine.on_demand))
            if place is not None:
                found[number, place] += count
    mean: Floats = found / hourly.task.weight[:, np.newaxis]
    return mean


def known_starts(needs: Needs) -> int:
    """Starts of replicas in a week that no plan goes without."""
    order = needs.hour_of_week
    found = 0
    for service in needs.services:
        replicas = [_replicas(needs, service, number) for number in range(len(needs.hours))]
        found += sum(max(0, replicas[order[hour]] - replicas[order[hour - 1]]) for hour in range(len(order)))
    return found


def _replicas(needs: Needs, service: ServiceNeed, number: int) -> int:
    """Of a class, where that does not depend on the machines; else none."""
    capacities = {needs.runnables[variant].capacity for variant in service.variants}
    (capacity,) = capacities if len(capacities) == 1 else (0,)
    return max(-(-service.needed[number] // capacity), service.service.replicas.min) if capacity else 0


def _is_closed(hours: Floats) -> bool:
    """Whether multipliers with these differences, hour after hour around the week, can lie between 0 and 1."""
    height = -np.cumsum(hours)
    return abs(fsum(hours.tolist())) <= _TOLERANCE and float(height.max() - height.min()) <= 1 + _TOLERANCE
