"""Replan: the search for one site where a plan is approved already, which begins with its node groups.

Most changes of a demand leave good node groups good. So the approved groups, and what little changes of them lead to,
are planned first, and bounded like any plan: the bound is of the new demand, no figure of the lock is a part of it. The
plan is taken where what lies between it and the bound is at most

* the gap asked for, as a part of what the whole stack costs, or
* or, where the approved plan was not quite proved to that, its own gap and half of the gap asked for.

Otherwise all is searched as from nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial

from solver.model.compute.apart import Apart
from solver.model.compute.approved import Approved, machine_again
from solver.model.compute.columns import with_patterns
from solver.model.compute.commitments import Good, merged
from solver.model.compute.hour_bounds import HourBounds, Known
from solver.model.compute.leeway import Leeway, Standing, most_usd_per_week
from solver.model.compute.level_cost import LevelCosts
from solver.model.compute.levels import LevelBound
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.purchase import Bought, usd_per_week, week_of
from solver.model.compute.search import Search
from solver.model.compute.services import Besides, plan_hours, priced, with_columns
from solver.model.compute.stability import approved_commitments
from solver.model.compute.supply import Machine
from solver.model.running import side_by_side
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH
from solver.vocabulary import PurchaseOption

_PLAN_GAP = 1e-4
"""Of an hour class for given groups."""
_BOUND_GAP = 5e-4
"""Of an hour class over all columns."""
_MOST_GAPS = 2
"""Times the gap asked for: an approved plan that is proved less well says nothing about how good the next one is."""
_WORK_PER_CLASS = 10
"""Integer programs for each hour class, at most."""
_NO_BETTER = 1 - 1e-6


@dataclass(frozen=True)
class Replan(Search):
    """The search for one site."""

    approved: tuple[int, ...] = ()
    """Columns of the approved groups."""
    besides_usd_per_week: float = 0.0
    """What the other pools of the stack cost."""
    proved: float = 0.0
    """What the approved plan leaves unproved, or the gap if that is more: part of all that the stack costs."""

    @classmethod
    def from_approved(
        cls, problem: Problem, approved: Approved, standing: Standing, on_sale: Sequence[Machine]
    ) -> Replan | None:
        """The search that begins with the approved groups; None where none of their machines is searched any more."""
        columns, known = problem.hourly.columns, len(problem.hourly.columns.machines)
        machines = approved.columns.machine
        groups = [
            (int(machines[column]), approved.columns.pattern(column))
            for column in sorted(approved.weeks)
            if int(machines[column]) < known
        ]
        if not groups:
            return None
        columns, numbers = with_patterns(columns, groups)
        problem = replace(problem, hourly=with_columns(problem.hourly, columns))
        found = cls(
            **{each.name: getattr(problem, each.name) for each in fields(problem)},
            approved=tuple(sorted(set(numbers))),
            besides_usd_per_week=_besides_usd_per_week(problem, approved, standing, on_sale),
            proved=problem.gap,
        )
        if found.is_listed and problem.gap < standing.gap <= _MOST_GAPS * problem.gap:
            return replace(found, proved=standing.gap)
        return found

    @property
    def tolerance(self) -> float:
        """Part of all that the stack costs which may lie between a plan and its bound."""
        return self.gap if self.proved <= self.gap else self.proved + self.gap / 2

    def is_enough(self, found: Settled) -> bool:
        """Whether so little lies between the plan and the bound that no more need be sought."""
        return self.usd(found) <= self.most_usd_per_week(found.bound_usd_per_week)

    def most_usd_per_week(self, bound: float) -> float:
        """What a plan with this bound may cost."""
        return most_usd_per_week(bound, self.besides_usd_per_week, self.tolerance)

    def leeway(self, found: Settled) -> Leeway:
        """What may change less than what was found from the approved groups."""
        most = self.most_usd_per_week(found.bound_usd_per_week)
        return Leeway(most, most, self.besides_usd_per_week, self.tolerance <= self.gap)

    def _target(self, found: Settled) -> float:
        """The bound with which the plan is proved as well as the approved one."""
        usd = self.usd(found)
        return usd - self.proved * (usd + self.besides_usd_per_week)

    def _targets(self, found: Settled) -> tuple[float, float]:
        """Bounds that leave half of the gap, for what stays though it costs more, and all of it."""
        usd = self.usd(found)
        gap = self.gap * (usd + self.besides_usd_per_week)
        return usd - gap / 2, usd - gap

    def begin(self) -> Settled | None:
        """The best found from the approved groups, with its bound; None where that is no plan, or not enough."""
        good = merged(self.hourly.goods)
        answer = Apart(self).settle(good, begun=self.approved, targets=self._targets)
        found = answer.settled
        if found is not None and self.is_enough(found):
            return found
        # Where services could share machines in too many ways to be listed, nothing says how good a plan is.
        if self.hourly.held or not self.is_listed:
            return None
        again = self.for_groups(self.approved, good) if self._shares or found is None else None
        found = min((each for each in (found, again) if each is not None), key=self.usd, default=None)
        if found is None:
            return None
        found = self._by_the_hour(replace(found, bound_usd_per_week=answer.bound_usd_per_week), good)
        return found if self.is_enough(found) else None

    @property
    def _shares(self) -> bool:
        """Whether services share the machines of an approved group."""
        runnables = self.hourly.needs.runnables
        patterns = [self.hourly.columns.pattern(column) for column in self.approved]
        return any(
            len({each.service for each, slots in zip(runnables, pattern, strict=True) if slots}) > 1
            for pattern in patterns
        )

    def _by_the_hour(self, found: Settled, good: Good | None) -> Settled:
        """It with the bound of integer programs over all columns; or its groups planned anew, where that is better."""
        runs = self.jobs.cheapest(good, self.quotas)
        hourly = self.beside(runs)
        level = sum(each.usd_per_hour for each in found.choice.bought)
        bought = (Bought(good, 0, level),) if good is not None and level > 0 else ()
        plans = plan_hours(hourly, found.choice.columns, gap=_PLAN_GAP, bought=bought)
        if plans is None:
            return found
        known = [[Known(plan.blocks)] for plan in plans]
        bounds = HourBounds(self.hourly, _BOUND_GAP)
        if good is None:
            tasks = [partial(bounds.cheapest, hour, hourly.price, each) for hour, each in enumerate(known)]
            lows = [low for low, _ in side_by_side(tasks)]
            bound = sum(low * weight for low, weight in zip(lows, hourly.task.weight.tolist(), strict=True))
            bound += sum(run.usd_per_week for run in self.jobs.cheapest(None, None).values())
            choice = priced(hourly, plans, Besides(self.jobs.usage(runs), self.prices))
            return self._better(found, Settled(hourly, choice, runs, 0.0, None, (0.0,) * len(plans)), bound)
        costs = LevelCosts(bounds, good, self.prices, self.jobs.types, dict(enumerate(known)))
        cap = self.usd(found) / HOURS_PER_WEEK
        weight = [int(each) for each in hourly.task.weight]
        low = LevelBound(costs, weight, self.jobs.ways(costs.best_ratio * cap), cap)
        bound = low.raise_to(self._target(found), work=_WORK_PER_CLASS * len(weight), deadline=self.deadline)
        return replace(found, bound_usd_per_week=max(bound, found.bound_usd_per_week))

    def _better(self, one: Settled, other: Settled, bound: float) -> Settled:
        best = other if self.usd(other) < self.usd(one) * _NO_BETTER else one
        return replace(best, bound_usd_per_week=max(bound, one.bound_usd_per_week))


def _besides_usd_per_week(
    problem: Problem, approved: Approved, standing: Standing, on_sale: Sequence[Machine]
) -> float:
    """What the other pools cost: as it is known, else about what they cost beside the approved plan."""
    if standing.besides_usd_per_month is not None:
        return standing.besides_usd_per_month / WEEKS_PER_MONTH
    return max(0.0, standing.usd_per_month / WEEKS_PER_MONTH - _usd_per_week(problem, approved, on_sale))


def _usd_per_week(problem: Problem, approved: Approved, on_sale: Sequence[Machine]) -> float:
    """About what the machines, their volumes and the commitments of the approved plan cost at today's prices."""
    usage: list[dict[str, int]] = [{} for _ in range(HOURS_PER_WEEK)]
    usd = 0.0
    for group in approved.plan.node_groups:
        week = group.machines.hourly()
        if group.purchase is PurchaseOption.SPOT:
            machine = machine_again(group, on_sale)
            usd += 0.0 if machine is None else machine.usd_per_hour * sum(week)
        elif group.machine_types[0] in problem.prices:
            for hour, count in enumerate(week):
                name = group.machine_types[0]
                usage[hour][name] = usage[hour].get(name, 0) + count
    for column, week in approved.weeks.items():
        usd += float(approved.columns.fixed[column]) * sum(week)
    bought = approved_commitments(problem.hourly, approved) or ()
    return usd + usd_per_week(week_of(usage, problem.prices), bought, problem.hourly.held)
