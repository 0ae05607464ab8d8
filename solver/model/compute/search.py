"""Search: node groups, machines by hour, jobs and commitments of a site, with a proved lower bound.

Without commitments every hour class stands alone: its bound is the least that it costs over all columns. Node groups
are chosen twice, before and after the bounds, whose own choices are a good beginning.

Commitments tie the hours together: all of them, as one savings plan at their lowest rates (`commitments.merged`), give
a level, for which `levels` has a bound. The lines of that bound price machines in each class for the choice of groups.
A pool of choices for these groups then finds the best level: each choice's cost is known at every level, the best level
for the pool is one at which some choice is just covered, and new choices at that level join the pool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solver.errors import InfeasibleError
from solver.model.compute.commitments import Good, merged
from solver.model.compute.hour_bounds import HourBounds, Known
from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.job_task import JobTask
from solver.model.compute.jobs import JobRun
from solver.model.compute.level_cost import LevelCosts, Slot
from solver.model.compute.levels import LevelBound
from solver.model.compute.pool import Pool
from solver.model.compute.purchase import Bought
from solver.model.compute.quota import free_vcpus
from solver.model.compute.services import Besides, Choice, choose_groups, plan_hours, priced
from solver.quantity import HOURS_PER_WEEK

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_PLAN_GAP = 1e-4
"""Of an hour class for given groups."""
_BOUND_GAP = 5e-4
"""Of an hour class over all columns."""
_SETS = 2
"""Sets of groups that are tried."""
_LINES_PER_CLASS = 6
_WORK_PER_CLASS = 10
"""Integer programs for each hour class, at most: for the lines of the bound, and for all of it."""
_NO_BETTER = 1 - 1e-6


@dataclass(frozen=True)
class Settled:
    """What was found."""

    choice: Choice
    runs: Mapping[str, JobRun]
    """By job."""
    bound_usd_per_week: float
    """Services, jobs and commitments; the limit of node groups is left out of it."""
    good: Good | None
    """All commitments as one."""
    usd: tuple[float, ...]
    """What a USD of it is worth in an hour of each class."""


@dataclass(frozen=True)
class Search:
    """The search for one site."""

    hourly: Hourly
    """With the site's whole quotas."""
    jobs: JobTask
    prices: Mapping[str, float]
    """On-demand USD an hour of every machine type of the region."""
    quotas: Mapping[str, int]
    limit: int
    """Node groups."""
    gap: float
    """At which the search stops."""

    def settle(self) -> Settled:
        """The best that was found; InfeasibleError when no groups hold the services."""
        good = merged(self.hourly.goods)
        return self._without_commitments() if good is None else self._with_commitments(good)

    def _beside(self, runs: Mapping[str, JobRun]) -> Hourly:
        return replace(self.hourly, free=free_vcpus(self.quotas, runs.values()))

    def _first_groups(
        self, hourly: Hourly, bounds: HourBounds, price: Floats
    ) -> tuple[list[int], tuple[HourPlan, ...]]:
        """Groups and machines at the same prices in every hour."""
        classes = len(hourly.task.weight)
        relaxed = [bounds.relaxed(hour, price) for hour in range(classes)]
        for columns in choose_groups(hourly, self.limit, [price] * classes, relaxed):
            plans = plan_hours(hourly, columns, gap=_BOUND_GAP, price=[price] * classes)
            if plans is not None:
                return columns, plans
        raise InfeasibleError("no node groups hold the services")

    def _without_commitments(self) -> Settled:
        runs = self.jobs.cheapest(None, self.quotas)
        hourly = self._beside(runs)
        bounds = HourBounds(self.hourly, _BOUND_GAP)
        price = hourly.price
        classes = len(hourly.task.weight)
        columns, plans = self._first_groups(hourly, bounds, price)
        besides = Besides(self.jobs.usage(runs), self.prices)
        lows: list[float] = []
        starts: set[int] = set(columns)
        for hour, plan in enumerate(plans):
            low, found = bounds.cheapest(hour, price, [Known(plan.blocks)])
            lows.append(low * float(hourly.task.weight[hour]))
            starts |= set(found.columns if found is not None else plan.machines)
        best = priced(hourly, plans, besides)
        relaxed = [bounds.relaxed(hour, price) for hour in range(classes)]
        for again in choose_groups(hourly, self.limit, [price] * classes, relaxed, [sorted(starts), columns])[:_SETS]:
            plans = plan_hours(hourly, again, gap=_PLAN_GAP)
            choice = priced(hourly, plans, besides) if plans is not None else None
            if choice is not None and choice.usd_per_week < best.usd_per_week * _NO_BETTER:
                best = choice
        bound = sum(lows) + sum(run.usd_per_week for run in self.jobs.cheapest(None, None).values())
        return Settled(best, runs, bound, None, (0.0,) * classes)

    def _with_commitments(self, good: Good) -> Settled:
        bounds = HourBounds(self.hourly, _BOUND_GAP)
        classes = len(self.hourly.task.weight)
        weight = [int(each) for each in self.hourly.task.weight]
        costs = LevelCosts(bounds, good, self.prices, self.jobs.types)
        runs = self.jobs.cheapest(good, self.quotas)
        hourly = self._beside(runs)
        first, plans = self._first_groups(hourly, bounds, costs.prices_at(1.0))
        for hour, plan in enumerate(plans):
            costs.choices[hour] = [Known(plan.blocks)]
        known = priced(hourly, plans, Besides(self.jobs.usage(runs), self.prices))
        most = known.usd_per_week + sum(self.jobs.besides_on_demand(run) for run in runs.values())
        cap = most / HOURS_PER_WEEK
        low = LevelBound(costs, weight, self.jobs.ways(costs.best_ratio * cap), cap)
        low.raise_to(most, work=_LINES_PER_CLASS * classes, lines_only=True)
        _, level, _ = low.least()
        usd = low.prices(level)
        price = [costs.prices_at(each) for each in usd]
        relaxed = [bounds.relaxed(hour, price[hour]) for hour in range(classes)]
        free = {
            column
            for hour in range(classes)
            for column in costs.cheapest(Slot(hour), level, costs.choices[hour])[1].columns
        }
        best: tuple[float, Choice, dict[str, JobRun]] | None = None
        sets = choose_groups(hourly, self.limit, price, relaxed, [sorted(free), first])[:_SETS]
        for columns in [*sets, *([first] if first not in sets else [])]:
            found = self._fill(costs, columns, level, runs)
            if found is not None and (best is None or found[0] < best[0] * _NO_BETTER):
                best = found
        if best is None:
            raise InfeasibleError("no node groups hold the services")
        bound = low.raise_to(best[0] * (1 - self.gap), work=_WORK_PER_CLASS * classes)
        return Settled(best[1], best[2], bound, good, tuple(usd))

    def _fill(
        self, costs: LevelCosts, columns: Sequence[int], level: float, runs: Mapping[str, JobRun]
    ) -> tuple[float, Choice, dict[str, JobRun]] | None:
        """The best level for these groups: its cost, machines, commitments and jobs."""
        hourly = self._beside(runs)
        pool = Pool(costs, self.jobs, dict(runs), self.quotas)

        def plan(at: float) -> list[Known] | None:
            bought = (Bought(costs.good, 0, at),) if at > 0 else ()
            plans = plan_hours(hourly, columns, gap=_PLAN_GAP, bought=bought)
            return None if plans is None else [Known(each.blocks) for each in plans]

        found = pool.improve(level, plan)
        if found is None:
            return None
        chosen = tuple(
            HourPlan(each.machines(), 0.0, each.blocks)
            for each in (pool.best(hour, found) for hour in range(len(hourly.task.weight)))
        )
        for hour, each in enumerate(chosen):
            mine = Known(each.blocks)
            if mine not in costs.choices[hour]:
                costs.choices[hour].append(mine)
        choice = priced(self._beside(pool.runs), chosen, Besides(self.jobs.usage(pool.runs), self.prices))
        jobs = sum(self.jobs.besides_on_demand(run) for run in pool.runs.values())
        return choice.usd_per_week + jobs, choice, dict(pool.runs)
