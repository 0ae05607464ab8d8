"""Rivals: the cheapest other way to run a job, with all other machines as they are planned.

A job's machines use what the services and the other jobs leave of the commitments. What is left is used up by the first
machines, so no price of one machine says what several cost: each way is billed as AWS bills its hours,

    Σ over its hours of  bill(others + the way) − bill(others)   +   volumes and spot machines

beside the planned commitments, and the cheapest ways again beside the commitments that are best with them. Each figure
is so the cost of a plan that could be had, and none is below the bound of all plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from solver.demand.workloads import BatchJob, TrainingJob
from solver.model.backend import Backend
from solver.model.compute.commitments import Good
from solver.model.compute.job_task import JobTask, flat_price
from solver.model.compute.jobs import Integers, JobRun, JobSize, is_free, run_rank, runs_of
from solver.model.compute.purchase import Bought, Usage, best_commitments, excess, usd_per_week, week_of

_BOUGHT_ANEW = 2
"""Ways whose commitments are bought anew: the cheapest beside the planned ones, and as many of the cheapest without."""


@dataclass(frozen=True)
class Rival:
    """Another way to run a job."""

    run: JobRun
    extra_usd_per_week: float
    """What the plan with it costs more."""


@dataclass
class Rivals:
    """The other ways of one site's jobs."""

    task: JobTask
    planned: Sequence[Usage]
    """On-demand machines by type, in each hour of the week, of all services and jobs."""
    prices: Mapping[str, float]
    goods: Sequence[Good]
    """Commitments that may be bought."""
    bought: Sequence[Bought]
    held: Sequence[Bought]
    free: Mapping[str, Integers]
    """By quota family, the vCPUs that services and jobs leave in each hour."""
    backend: Backend

    def of(self, run: JobRun, sizes: Sequence[JobSize], job: BatchJob | TrainingJob) -> Rival | None:
        """The cheapest of the other sizes with its start, within the quotas; None where there is none."""
        free = self._free_without(run)
        others = _without(self.planned, run)
        added = _Added(others, (*self.held, *self.bought), self.prices)
        by_cost = [
            (round(self._usd(each, added), 9), run_rank(each, job), each)
            for each in runs_of(sizes, job, flat_price(None))
            if is_free(each, free)
        ]
        if not by_cost:
            return None
        anew = [each for *_, each in nsmallest(_BOUGHT_ANEW, by_cost, key=lambda found: found[:2])]
        if self.goods:
            # What is cheap without any commitment may be what a plan with fewer of them has.
            anew += [each for *_, each in nsmallest(_BOUGHT_ANEW, by_cost, key=lambda found: found[1])]
        usd, _, best = min(
            (round(self._least(each, others), 9), run_rank(each, job), place) for place, each in enumerate(anew)
        )
        return Rival(anew[best], usd - self._whole(run, others, self.bought))

    def _usd(self, run: JobRun, added: _Added) -> float:
        """USD a week that a run adds to what the other machines cost beside the planned commitments."""
        size = run.size
        usd = self.task.besides_on_demand(run)
        if not size.machine.on_demand:
            return usd
        return usd + added.usd(size.machine.machine.name, size.machines, run.busy)

    def _least(self, run: JobRun, others: Sequence[Usage]) -> float:
        """USD a week of all machines with a run, beside the planned commitments or those that are best with it."""
        usd = self._whole(run, others, self.bought)
        if not self.goods:
            return usd
        best = best_commitments(week_of(_with(others, run), self.prices), self.goods, self.backend, self.held)
        return min(usd, self._whole(run, others, best))

    def _whole(self, run: JobRun, others: Sequence[Usage], bought: Sequence[Bought]) -> float:
        week = week_of(_with(others, run), self.prices)
        return usd_per_week(week, bought, self.held) + self.task.besides_on_demand(run)

    def _free_without(self, run: JobRun) -> dict[str, Integers]:
        family = str(run.size.machine.machine.quota)
        free = {name: left.copy() for name, left in self.free.items()}
        if family in free:
            free[family][list(run.busy)] += run.size.machines * run.size.machine.machine.vcpus
        return free


class _Added:
    """What machines add to the bill of others, beside commitments that are paid for."""

    def __init__(self, others: Sequence[Usage], paid: Sequence[Bought], prices: Mapping[str, float]) -> None:
        """`others` are on-demand machines by type, in each hour of the week."""
        numbers: dict[tuple[tuple[str, int], ...], int] = {}
        self._class_of = [numbers.setdefault(tuple(sorted(usage.items())), len(numbers)) for usage in others]
        self._usage: list[Usage] = [dict(key) for key in numbers]
        self._paid, self._prices = paid, prices
        self._before = [self._bill(usage) for usage in self._usage]
        self._found: dict[tuple[str, int, int], float] = {}

    def usd(self, name: str, machines: int, hours: Sequence[int]) -> float:
        """USD of these hours for so many machines of a type."""
        return sum(self._hour(name, machines, self._class_of[hour]) for hour in hours)

    def _hour(self, name: str, machines: int, number: int) -> float:
        place = (name, machines, number)
        if place not in self._found:
            usage = self._usage[number]
            self._found[place] = self._bill({**usage, name: usage.get(name, 0) + machines}) - self._before[number]
        return self._found[place]

    def _bill(self, usage: Usage) -> float:
        left = excess(usage, self._paid, self._prices)
        return sum(count * self._prices[each] for each, count in left.items())


def _without(planned: Sequence[Usage], run: JobRun) -> list[dict[str, int]]:
    usage = [dict(each) for each in planned]
    if run.size.machine.on_demand:
        name = run.size.machine.machine.name
        for hour in run.busy:
            usage[hour][name] -= run.size.machines
    return [{name: count for name, count in each.items() if count} for each in usage]


def _with(others: Sequence[Usage], run: JobRun) -> list[dict[str, int]]:
    usage = [dict(each) for each in others]
    if run.size.machine.on_demand:
        name = run.size.machine.machine.name
        for hour in run.busy:
            usage[hour][name] = usage[hour].get(name, 0) + run.size.machines
    return usage
