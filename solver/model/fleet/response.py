"""Response: what a stack costs at least in each hour when the organisation's commitments are worth so much in it.

Commitments are shared by all stacks of an organisation, so what one of them uses is a matter of the others. A worth
θ(h) of a USD of all commitments together in hour h of the week prices it: a machine costs min(on demand, θ(h) · rate)
then, and the stacks no longer meet. What a stack costs at least by these prices is known for all worths at once: the
cost vectors of its hour classes (`compute/apart_bound.py`, raised by the joint program where services share machines),
and every way to run its jobs.

Where a stack has several sites, or hosts of its own beside AWS, there are no such vectors (`fleet/stack.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.apart_bound import ApartBound
from solver.model.compute.commitments import Good, merged
from solver.model.compute.hour_bounds import HourBounds
from solver.model.compute.job_task import flat_price
from solver.model.compute.jobs import JobRun, runs_of
from solver.model.compute.joint_bound import JointBound, Relaxation
from solver.model.compute.joint_program import JointProgram
from solver.model.compute.level_cost import LevelCosts
from solver.model.compute.problem import Problem
from solver.model.compute.search import Search
from solver.model.compute.site_search import Site, problem_of
from solver.model.compute.start_bound import known_starts
from solver.model.compute.valuation import valuation
from solver.quantity import HOURS_PER_WEEK

Floats = NDArray[np.float64]
_MORE = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.2, 1.3)
"""Worths beside the ratios of price to rate."""
_SOLVED = (0.5, 1.0, 1.3)
"""Of them, those at which integer programs are asked where all fillings of machines are listed; and the highest."""
_GAP = 5e-4
"""Of these programs."""


@dataclass(frozen=True)
class JobWay:
    """One way to run a job."""

    usd_per_hour: float
    """Of its on-demand machines, at list prices; 0 on spot."""
    rate: float | None
    """USD of commitments that cover them, an hour; None where none does."""
    fixed_usd: float
    """Volumes and spot machines of the week."""
    busy: tuple[int, ...]
    """Hours of the week in which it works."""

    def usd(self, worths: Floats) -> float:
        """USD of the week at these worths, by hour."""
        full = np.full(len(self.busy), self.usd_per_hour)
        paid = full if self.rate is None else np.minimum(full, self.rate * worths[list(self.busy)])
        return self.fixed_usd + float(paid.sum())


@dataclass(frozen=True)
class Tier:
    """A response at one of the prices that security measures have for vCPUs (`surcharge`)."""

    worths: Floats
    """Of a USD of commitments in an hour, ascending from 0."""
    least: Floats
    """Hour classes × worths: USD an hour that the services cost at least."""
    hour_of_week: tuple[int, ...]
    """The class of each hour."""
    jobs: tuple[tuple[JobWay, ...], ...]
    """By job: every way to run it."""
    fixed_usd_per_week: float
    """Whatever the worths."""

    def by_hour(self, worths: Floats) -> Floats:
        """Hours of the week × these worths: USD an hour, for the services.

        What a stack costs is concave in a worth and does not fall with it: what is known at two worths holds between
        them, and what is known at the highest above it.
        """
        table = np.zeros((len(self.least), len(worths)))
        for number, each in enumerate(self.least):
            table[number] = np.interp(worths, self.worths, each)
        return table[list(self.hour_of_week)]

    def usd(self, worths: Floats) -> float:
        """USD a week at least, at one worth for each hour of the week."""
        total = self.fixed_usd_per_week
        for number, least in enumerate(self.least):
            hours = [hour for hour, each in enumerate(self.hour_of_week) if each == number]
            here: Floats = np.asarray(np.interp(worths[hours], self.worths, least), dtype=np.float64)
            total += float(here.sum())
        return total + fsum(min(way.usd(worths) for way in ways) for ways in self.jobs)


@dataclass(frozen=True)
class Response:
    """What a stack costs at least at the organisation's prices, USD a week."""

    tiers: tuple[Tier, ...]
    """No plan is below the least of them."""

    def usd(self, worths: Floats) -> float:
        """USD a week at least, at one worth for each hour of the week."""
        return min(tier.usd(worths) for tier in self.tiers)


def response_of(site: Site, fixed_usd_per_week: float, *, jointly: bool) -> Response:
    """The response of a stack's only site; `jointly` asks the joint program too, which takes longer.

    `fixed_usd_per_week` is what all else costs at least, whatever machines there are.
    """
    return Response(
        tuple(
            _tier(replace(site, surcharge=surcharge), fixed_usd_per_week + usd * HOURS_PER_WEEK, jointly=jointly)
            for surcharge, usd in site.surcharge.by_line()
        )
    )


def _tier(site: Site, fixed_usd_per_week: float, *, jointly: bool) -> Tier:
    problem = problem_of(site)
    good = merged(site.goods)
    apart = ApartBound(problem)
    value = valuation(problem.hourly.columns, good, problem.prices, problem.jobs.types, more=_MORE)
    parts = [each for service in apart.services(value, shared=True) if (each := service.vectors()) is not None]
    classes = len(problem.hourly.task.weight)
    least = np.zeros((classes, len(value.worths)))
    for service in parts:
        # Services don't meet at given worths, so the least of all sums is the sum of what each has least.
        least = least + np.array([vectors.min(axis=0) for vectors in service])
    if jointly and len(parts) > 1:
        week = apart.week(value, parts)
        cap = apart.cap(week, good)
        ways = [list(each) for _, each in apart.ways(value, cap)]
        relaxation = Relaxation(value, week, lambda raised: raised.least(ways, cap))
        joint = JointBound(JointProgram(problem.hourly), relaxation, problem.deadline)
        joint.bound(np.inf)
        raised = [each.min(axis=0) for each in joint.raised().vectors]
        least = np.maximum(least, np.array(raised).reshape(least.shape))
    if Search.of(problem).is_listed:
        least = np.maximum(least, _listed(problem, good, value.worths, least[:, 0]))
    # Rounded ratios leave the last worth a little short of what the dearest machine costs on demand; it is no less.
    least = np.maximum.accumulate(least, axis=1)
    replicas = site.surcharge.usd_per_task_start * known_starts(problem.hourly.needs)
    rates: Mapping[str, float] = {} if good is None else good.rates
    jobs = tuple(
        _ways(list(runs_of(sizes, problem.jobs.jobs[key], flat_price(None))), rates)
        for key, sizes in sorted(problem.jobs.sizes.items())
    )
    return Tier(value.worths, least, problem.hourly.needs.hour_of_week, jobs, fixed_usd_per_week + replicas)


def _listed(problem: Problem, good: Good | None, worths: Floats, free: Floats) -> Floats:
    """Hour classes × worths, by integer programs at a few worths; `free` is what is known of a worth of 0."""
    bounds = HourBounds(problem.hourly, _GAP)
    classes = len(problem.hourly.task.weight)
    if good is None:
        lows = [bounds.cheapest(hour, problem.hourly.price, [])[0] for hour in range(classes)]
        return np.array(lows)[:, np.newaxis] * np.ones(len(worths))
    costs = LevelCosts(bounds, good, problem.prices, problem.jobs.types)
    highest = round(float(worths[-1]), 9)
    asked = sorted({each for each in _SOLVED if each < highest} | {highest})
    costs.solve([(hour, worth) for hour in range(classes) for worth in asked], [])
    found = np.zeros((classes, len(worths)))
    for hour in range(classes):
        known = [float(free[hour]), *(costs.cut(hour, worth) for worth in asked)]
        found[hour] = np.interp(worths, [0.0, *asked], known)
    return found


def _ways(runs: Sequence[JobRun], rates: Mapping[str, float]) -> tuple[JobWay, ...]:
    found: dict[JobWay, None] = {}
    for run in runs:
        machine, machines = run.size.machine, run.size.machines
        fixed = run.size.fixed_usd_per_hour * len(run.busy)
        if machine.on_demand:
            rate = rates.get(machine.machine.name)
            covered = None if rate is None else rate * machines
            found[JobWay(machine.usd_per_hour * machines, covered, fixed, run.busy)] = None
        else:
            found[JobWay(0.0, None, fixed + machine.usd_per_hour * machines * len(run.busy), ())] = None
    return _undominated(list(found))


def _undominated(ways: Sequence[JobWay]) -> tuple[JobWay, ...]:
    """Without those that another way, of the same hours, is nowhere dearer than."""
    by_hours: dict[tuple[int, ...], list[tuple[tuple[float, ...], JobWay]]] = {}
    for way in ways:
        rate = way.usd_per_hour * 2 if way.rate is None else way.rate
        by_hours.setdefault(way.busy, []).append(((way.fixed_usd, way.usd_per_hour, rate), way))
    found: list[JobWay] = []
    for _, same in sorted(by_hours.items()):
        kept: list[tuple[tuple[float, ...], JobWay]] = []
        for usd, way in sorted(same, key=lambda each: each[0]):
            if not any(all(mine <= yours for mine, yours in zip(other, usd, strict=True)) for other, _ in kept):
                kept.append((usd, way))
        found += [way for _, way in kept]
    return tuple(found)
