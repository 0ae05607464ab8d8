"""Search: node groups, machines by hour, jobs and commitments of a site, with a proved lower bound.

Without commitments every hour class stands alone: its bound is the least that it costs over all columns. Node groups
are chosen twice, before and after the bounds, whose own choices are a good beginning.

Commitments tie the hours together: all of them, as one savings plan at their lowest rates (`commitments.merged`), give
a level, for which `levels` has a bound. The lines of that bound price machines in each class for the choice of groups.
A pool of choices for these groups then finds the best level: each choice's cost is known at every level, the best level
for the pool is one at which some choice is just covered, and new choices at that level join the pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import chain
from math import inf

import numpy as np
from numpy.typing import NDArray

from solver.errors import InfeasibleError
from solver.model.compute.adjusting import Adjusting
from solver.model.compute.apart import Apart
from solver.model.compute.bundles import Bundles
from solver.model.compute.columns import with_patterns
from solver.model.compute.commitments import Good, merged
from solver.model.compute.held import free_of_charge
from solver.model.compute.hour_bounds import HourBounds, Known
from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.jobs import JobRun
from solver.model.compute.joint_bound import JointBound, Relaxation
from solver.model.compute.joint_master import Filled
from solver.model.compute.joint_program import JointProgram
from solver.model.compute.level_cost import LevelCosts, Slot
from solver.model.compute.levels import LevelBound
from solver.model.compute.pool import Pool
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.quota import free_vcpus
from solver.model.compute.requirements import Requirements, beside_held, usual_prices
from solver.model.compute.services import Besides, choose_groups, plan_hours, priced, with_columns
from solver.model.compute.splitting import split_by_jobs
from solver.model.compute.weekly import Weekly
from solver.model.compute.within_quotas import groups_within
from solver.model.running import side_by_side
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
_FEW, _MORE = 4, 8
"""Requirements that stand for the week where fillings are found, and where groups are adjusted."""
_NEAR = 1.1
"""Plans that cost more than so many times the cheapest one are not adjusted."""
_FAR = 1.2
"""Times what a plan is worth: integer programs over all columns cost 12 to 15 % less than bundles in five stacks of 3
to 8 services, and don't bring a dearer one there."""
_FILLINGS = 120
"""That a group may have instead of its own, while it is adjusted."""
_MOST_COLUMNS = 600
"""More are too many for integer programs over all of them."""


@dataclass(frozen=True)
class Search(Problem):
    """The search for one site."""

    @classmethod
    def of(cls, problem: Problem) -> Search:
        """The search for a problem."""
        return cls(**{each.name: getattr(problem, each.name) for each in fields(problem)})

    def settle(self, *, prove: bool = True, worth_usd_per_week: float = inf) -> Settled:
        """The best that was found; InfeasibleError when no groups hold the services.

        Without `prove` nobody asks for the bound, and what takes long and says nothing but that is left out. Where
        there are other plans, one is worth something up to their cost: what is far above it is not improved.
        """
        good = merged(self.hourly.goods)
        answer = Apart(self).settle(good)
        found = answer.settled
        if found is not None:
            usd = self.usd(found)
            enough = answer.is_enough and not self.short_families(found)
            if usd - answer.bound_usd_per_week <= self.gap * usd or enough or self.deadline.has_passed():
                return found
        shared = self._shared(good, worth_usd_per_week)
        if shared is None and found is None and worth_usd_per_week == inf:
            shared = self._within_quotas(good)
        if shared is None and found is None:
            raise InfeasibleError("no node groups hold the services")
        alone = shared is None or (found is not None and self.usd(found) < self.usd(shared) * _NO_BETTER)
        better = found if alone else shared
        assert better is not None
        bound = max(0.0 if shared is None else shared.bound_usd_per_week, answer.bound_usd_per_week)
        better = replace(
            better,
            bound_usd_per_week=bound,
            limited=answer.is_limited and bound == answer.bound_usd_per_week,
        )
        # Integer programs over all columns say more than the joint program, which is for what can't be listed.
        proved = (self.is_listed and not self.hourly.held) or bound >= self.usd(better) * (1 - self.gap)
        if proved or self.usd(better) > worth_usd_per_week or len(self.hourly.needs.services) < 2:
            return better
        most = self.usd(better) * _NEAR
        plans = [better, *(each for each in (shared, found) if each is not None and self.usd(each) <= most)]
        program = JointProgram(self.hourly)
        for plan in dict.fromkeys(_groups_of(each) for each in plans):
            better = self._adjusted(better, plan, program, good)
        return self._proved(better, program, answer.relaxation) if prove else better

    def _proved(self, found: Settled, program: JointProgram, relaxation: Relaxation) -> Settled:
        """A plan with the bound of the joint program."""
        low = JointBound(program, relaxation, self.deadline).bound(self.usd(found) * (1 - self.gap))
        bound = max(found.bound_usd_per_week, low)
        return replace(found, bound_usd_per_week=bound, jointly=low >= bound, limited=found.limited and low < bound)

    def _adjusted(self, found: Settled, groups: Sequence[Filled], program: JointProgram, good: Good | None) -> Settled:
        """The plan, or a better one that comes of adjusting these groups."""
        price = usual_prices(self.hourly, good, self.prices, self.jobs.types)
        few = Requirements.of(program, price, _FEW)
        begun = None if self.deadline.has_passed() else Adjusting(few, self.limit).judged(groups)
        if begun is None:
            return found
        fillings = Weekly(few, self.limit, self.deadline).fillings(begun.groups, begun.machines)
        more = Requirements.of(program, price, _MORE)
        better = Adjusting(more, self.limit, self.deadline).improve(begun.groups, fillings[:_FILLINGS])
        other = None if better is None else self.with_groups(better.groups, good)
        if other is None or self.usd(other) >= self.usd(found) * _NO_BETTER:
            return found
        return replace(other, bound_usd_per_week=found.bound_usd_per_week, limited=found.limited)

    @property
    def is_listed(self) -> bool:
        """Whether every way to fill the machines is a column, and these are not too many."""
        return bool(self.hourly.columns.complete.all()) and self.hourly.columns.count <= _MOST_COLUMNS

    def _shared(self, good: Good | None, worth_usd_per_week: float) -> Settled | None:
        """The best plan found in which services share machines; None where none was found."""
        bundled = self._from_bundles(good)
        far = worth_usd_per_week < inf and (bundled is None or self.usd(bundled) > worth_usd_per_week * _FAR)
        if far or not self.is_listed or (bundled is not None and self.deadline.has_passed()):
            return bundled
        try:
            listed = self._without_commitments() if good is None else self._with_commitments(good)
        except InfeasibleError:
            return bundled
        if self.hourly.held:
            listed = self._beside_held(listed)
        if bundled is None or self.usd(bundled) >= self.usd(listed):
            return listed
        return replace(bundled, bound_usd_per_week=listed.bound_usd_per_week)

    def _groups_within(self, hourly: Hourly) -> Iterator[list[int]]:
        """The groups for the quotas, where there are any; asked for when no others hold the services."""
        columns = groups_within(hourly, self.limit) if self.quotas else None
        if columns is not None:
            yield columns

    def _within_quotas(self, good: Good | None) -> Settled | None:
        """With groups chosen for the quotas, and for the machines that jobs take."""
        columns = groups_within(self.beside(self.jobs.cheapest(good, self.quotas)), self.limit)
        return None if columns is None else self.for_groups(columns, good)

    def _beside_held(self, found: Settled) -> Settled:
        """A plan that was made, and its bound proved, without the held commitments; now for them, and without it."""
        hourly = replace(found.hourly, free=free_vcpus(self.quotas, found.runs.values()))
        besides = Besides(self.jobs.usage(found.runs), self.prices)
        choices = [found.choice]
        for bought in ((), found.choice.bought):
            plans = plan_hours(hourly, found.choice.columns, gap=_PLAN_GAP, bought=bought)
            if plans is not None:
                choices.append(priced(hourly, plans, besides))
        best = min(choices, key=lambda choice: choice.usd_per_week)
        return replace(found, choice=best, bound_usd_per_week=0.0)

    def _from_bundles(self, good: Good | None) -> Settled | None:
        """With the node groups of bundles, which prove nothing; where something is held, also of those that it pays."""
        every = [Bundles(self.hourly)]
        if self.hourly.held:
            every.append(Bundles(self.hourly, beside_held(self.hourly, good, self.prices, self.jobs.types)))
        chosen = dict.fromkeys(tuple(groups) for each in every if (groups := each.choose(self.limit)) is not None)
        found = [each for groups in chosen if (each := self.with_groups(groups, good)) is not None]
        return min(found, key=self.usd, default=None)

    def with_groups(self, groups: Sequence[Filled], good: Good | None) -> Settled | None:
        """The best plan found with these node groups; it proves nothing. None where they don't hold the services."""
        columns, chosen = with_patterns(self.hourly.columns, groups)
        return replace(self, hourly=with_columns(self.hourly, columns)).for_groups(chosen, good)

    def for_groups(self, columns: Sequence[int], good: Good | None) -> Settled | None:
        """The best plan found with the node groups of these columns; it proves nothing. None where they don't do."""
        every = [self.jobs.cheapest(good, self.quotas)]
        if self.hourly.held:
            # As if what is held were enough for the jobs too.
            runs = self.jobs.cheapest(free_of_charge(self.hourly.held), self.quotas)
            every += [runs] if runs != every[0] else []
        found = [each for runs in every if (each := self._with_runs(columns, runs, good)) is not None]
        return min(found, key=self.usd, default=None)

    def _with_runs(self, columns: Sequence[int], runs: Mapping[str, JobRun], good: Good | None) -> Settled | None:
        hourly = self.beside(runs)
        plans = plan_hours(hourly, columns, gap=_BOUND_GAP)
        if plans is None:
            return None
        choice = priced(hourly, plans, Besides(self.jobs.usage(runs), self.prices))
        if good is None:
            return Settled(hourly, choice, runs, 0.0, None, (0.0,) * len(plans))
        costs = LevelCosts(HourBounds(self.hourly, _BOUND_GAP), good, self.prices, self.jobs.types)
        pool = Pool(costs, self.jobs, columns, dict(runs), self.quotas, hourly)
        found = pool.improve([sum(each.usd_per_hour for each in choice.bought)])
        if found is None:
            return None
        return self._settled(pool, found[1], 0.0, good, [1.0] * len(plans))

    def beside(self, runs: Mapping[str, JobRun]) -> Hourly:
        """The hour classes with the quotas that these runs leave."""
        return replace(self.hourly, free=free_vcpus(self.quotas, runs.values()))

    def _first_groups(
        self, hourly: Hourly, bounds: HourBounds, price: Floats
    ) -> tuple[list[int], tuple[HourPlan, ...]]:
        """Groups and machines at the same prices in every hour."""
        classes = len(hourly.task.weight)
        relaxed = [bounds.relaxed(hour, price) for hour in range(classes)]
        sets = choose_groups(hourly, self.limit, [price] * classes, relaxed)
        for columns in chain(sets, self._groups_within(hourly)):
            plans = plan_hours(hourly, columns, gap=_BOUND_GAP, price=[price] * classes)
            if plans is not None:
                return columns, plans
        raise InfeasibleError("no node groups hold the services")

    def _without_commitments(self) -> Settled:
        runs = self.jobs.cheapest(None, self.quotas)
        hourly = self.beside(runs)
        bounds = HourBounds(self.hourly, _BOUND_GAP)
        price = hourly.price
        classes = len(hourly.task.weight)
        columns, plans = self._first_groups(hourly, bounds, price)
        besides = Besides(self.jobs.usage(runs), self.prices)
        lows: list[float] = []
        starts: set[int] = set(columns)
        tasks = [partial(bounds.cheapest, hour, price, [Known(plan.blocks)]) for hour, plan in enumerate(plans)]
        for hour, (low, found) in enumerate(side_by_side(tasks)):
            lows.append(low * float(hourly.task.weight[hour]))
            starts |= set(plans[hour].machines if found is None else found.columns)
        best = priced(hourly, plans, besides)
        relaxed = [bounds.relaxed(hour, price) for hour in range(classes)]
        for again in choose_groups(hourly, self.limit, [price] * classes, relaxed, [sorted(starts), columns])[:_SETS]:
            if self.deadline.has_passed():
                break
            plans = plan_hours(hourly, again, gap=_PLAN_GAP)
            choice = priced(hourly, plans, besides) if plans is not None else None
            if choice is not None and choice.usd_per_week < best.usd_per_week * _NO_BETTER:
                best = choice
        bound = sum(lows) + sum(run.usd_per_week for run in self.jobs.cheapest(None, None).values())
        return Settled(hourly, best, runs, bound, None, (0.0,) * classes)

    def _with_commitments(self, good: Good) -> Settled:
        bounds = HourBounds(self.hourly, _BOUND_GAP)
        classes = len(self.hourly.task.weight)
        weight = [int(each) for each in self.hourly.task.weight]
        costs = LevelCosts(bounds, good, self.prices, self.jobs.types)
        runs = self.jobs.cheapest(good, self.quotas)
        hourly = self.beside(runs)
        first, plans = self._first_groups(hourly, bounds, costs.prices_at(1.0))
        for hour, plan in enumerate(plans):
            costs.choices[hour] = [Known(plan.blocks)]
        known = priced(hourly, plans, Besides(self.jobs.usage(runs), self.prices))
        most = known.usd_per_week + sum(self.jobs.besides_on_demand(run) for run in runs.values())
        cap = most / HOURS_PER_WEEK
        low = LevelBound(costs, weight, self.jobs.ways(costs.best_ratio * cap), cap)
        # What is held is not in this bound: it chooses groups then, and proves nothing.
        proves = not self.hourly.held
        low.raise_to(most, work=(_LINES_PER_CLASS if proves else 1) * classes, lines_only=True, deadline=self.deadline)
        _, level, _ = low.least()
        usd = low.prices(level)
        price = [costs.prices_at(each) for each in usd]
        relaxed = [bounds.relaxed(hour, price[hour]) for hour in range(classes)]
        free = {
            column
            for hour in range(classes)
            for column in costs.cheapest(Slot(hour), level, costs.choices[hour])[1].columns
        }
        sets = choose_groups(self.hourly, self.limit, price, relaxed, [sorted(free), first])[:_SETS]
        pools: list[tuple[float, float, Pool]] = []
        for columns in [*sets, *([first] if first not in sets else [])]:
            if pools and self.deadline.has_passed():
                break
            pool = Pool(costs, self.jobs, columns, dict(runs), self.quotas, hourly)
            found = pool.improve([level, 0.8 * level])
            if found is not None:
                pools.append((*found, pool))
        if not pools:
            raise InfeasibleError("no node groups hold the services")
        usd_per_week, at, pool = min(pools, key=lambda each: each[0])
        work = _WORK_PER_CLASS * classes
        bound = low.raise_to(usd_per_week * (1 - self.gap), work=work, deadline=self.deadline) if proves else 0.0
        again = pool.improve([low.least()[1]])
        if again is not None and again[0] < usd_per_week:
            usd_per_week, at = again
        return self._settled(pool, at, bound, good, usd)

    def _settled(self, pool: Pool, level: float, bound: float, good: Good, usd: Sequence[float]) -> Settled:
        """The best choices of a pool at a level, with the commitments that are best for them."""
        hourly, origin = split_by_jobs(self.beside(pool.runs), pool.runs)
        usage = self.jobs.usage(pool.runs)
        plans: list[HourPlan] = []
        for number, hours in enumerate(hourly.needs.hours):
            slot = Slot(origin[number], tuple(sorted(usage[hours.hours[0]].items())))
            known = pool.best(slot, level)
            plans.append(HourPlan(known.machines(), 0.0, known.blocks))
        choice = priced(hourly, tuple(plans), Besides(usage, self.prices))
        return Settled(hourly, choice, dict(pool.runs), bound, good, tuple(usd[number] for number in origin))


def _groups_of(found: Settled) -> tuple[Filled, ...]:
    columns = found.hourly.columns
    return tuple((int(columns.machine[column]), columns.pattern(column)) for column in found.choice.columns)
