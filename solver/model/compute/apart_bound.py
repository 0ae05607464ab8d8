"""Bound of planning apart: what every service costs at least, by parts of machines or by machines of its own.

Any plan is both: machines that services share are split into parts, each of which its service pays, and a service that
pays nothing for what shares its machines still needs whole ones. So no plan costs less than the sum of all parts, nor
less than the whole machines of any one service with the jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.errors import InfeasibleError
from solver.model.compute.commitments import Good
from solver.model.compute.jobs import JobRun
from solver.model.compute.joint_bound import JointBound, Relaxation
from solver.model.compute.joint_program import JointProgram
from solver.model.compute.lowest import Lowest
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.options import options_of
from solver.model.compute.problem import Problem
from solver.model.compute.replicas import fewest_replicas
from solver.model.compute.valuation import Valuation, valuation
from solver.model.compute.week import Way, Week, added
from solver.quantity import HOURS_PER_WEEK

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_FEW = 8
"""Options of a service of which whole ways are looked at where commitments are held."""
_CAP = 1.1
"""Levels are looked at up to this multiple of what all would cost on demand; the bound says so where it matters."""


@dataclass(frozen=True)
class Beginning:
    """What is known of the services before any plan: by parts of machines, and by machines of their own."""

    value: Valuation
    shared: list[Lowest]
    parts: list[Sequence[Floats]]
    """Cost vectors of `shared`."""
    joint: Week
    """Of `parts`."""
    own: list[Lowest]
    whole: list[list[Floats]] | None
    """Cost vectors of `own`; None where a service has none."""
    cap: float
    """Levels up to it are looked at, USD an hour."""
    bound_usd_per_week: float
    best_level: float
    """Of `joint`."""


@dataclass(frozen=True)
class ApartBound:
    """The bound of planning apart, for one site."""

    problem: Problem

    def bound_usd_per_week(self, good: Good | None, *, jointly: bool = False) -> float:
        """The bound alone, by the joint program too if asked for; InfeasibleError for a service that nothing holds."""
        known = self.known(good)
        if not jointly:
            return known.bound_usd_per_week
        joint = JointBound(JointProgram(self.problem.hourly), self.relaxation(known, good), self.problem.deadline)
        return max(known.bound_usd_per_week, joint.bound(np.inf))

    def relaxation(self, known: Beginning, good: Good | None) -> Relaxation:
        """The bound by parts of machines, which may be raised."""

        def least(week: Week) -> tuple[float, float]:
            cap = max(known.cap, self.cap(week, good))
            return week.least([list(each) for _, each in self.ways(known.value, cap)], cap)

        return Relaxation(known.value, known.joint, least)

    def valued(self, good: Good | None, more: Sequence[float] = ()) -> Valuation:
        """What columns cost, with `more` worths of a USD of the savings plan's level than its ratios."""
        hourly = self.problem.hourly
        return valuation(hourly.columns, good, self.problem.prices, self.problem.jobs.types, hourly.held, more)

    def known(self, good: Good | None) -> Beginning:
        """The beginning; InfeasibleError for a service that nothing holds."""
        value = self.valued(good)
        shared = self.services(value, shared=True)
        parts: list[Sequence[Floats]] = []
        needs = self.problem.hourly.needs
        for service, each in zip(needs.services, shared, strict=True):
            mine = each.vectors()
            if mine is None:
                raise _not_held(needs, service)
            parts.append(mine)
        joint = self.week(value, parts)
        own = self.services(value, shared=False)
        vectors = [each.vectors() for each in own]
        whole = [each for each in vectors if each is not None]
        weeks = [joint, *(self.week(value, [each]) for each in whole), self.week(value, whole)]
        cap = max(self.cap(week, good) for week in weeks)
        ways = [list(each) for _, each in self.ways(value, cap)]
        bound, level = joint.least(ways, cap)
        # Whatever shares its machines, a service needs whole ones: where one has most of the cost, that says more.
        bound = max([bound, *(week.least(ways, cap)[0] for week in weeks[1:-1])])
        return Beginning(value, shared, parts, joint, own, whole if len(whole) == len(own) else None, cap, bound, level)

    def cap(self, week: Week, good: Good | None) -> float:
        """The highest level that is looked at, USD an hour."""
        if good is None:
            return 0.0
        return _CAP * float(week.usd(np.zeros(1), self.problem.jobs.ways(0.0))[0]) / HOURS_PER_WEEK

    def ways(self, value: Valuation, cap: float) -> list[tuple[str, Mapping[Way, JobRun]]]:
        return list(self.problem.jobs.runs_by_way(float(value.worths[-1]) * cap + float(value.held_usd[-1])))

    def services(self, value: Valuation, *, shared: bool, classes: Integers | None = None) -> list[Lowest]:
        """By service, for these hour classes or for all."""
        options = options_of(self.problem.hourly, value, shared=shared)
        required = self.problem.hourly.task.required
        required = required if classes is None else required[classes]
        return [Lowest(each, required[:, each.rows], exact=bool(value.held) and each.count <= _FEW) for each in options]

    def week(self, value: Valuation, vectors: Sequence[Sequence[Floats]]) -> Week:
        weight = [int(hours) for hours in self.problem.hourly.task.weight]
        nothing = np.zeros((1, len(value.worths)))
        joint = [added([each[number] for each in vectors]) if vectors else nothing for number in range(len(weight))]
        return Week(value, weight, joint)


def _not_held(needs: Needs, service: ServiceNeed) -> InfeasibleError:
    most, fewest = service.service.replicas.max, fewest_replicas(needs, service)
    if fewest > most:
        return InfeasibleError(
            f"{service.key} needs {fewest:,} replicas of its fastest variant at its peak",
            conflict=(f"workloads.{service.key}.replicas.max: {most}",),
        )
    return InfeasibleError(f"no machines on sale hold {service.key}", conflict=(f"workloads.{service.key}",))
