"""Rivals: the cheapest other way to run a job, with all other machines as they are planned.

A job's machines use what the services and the other jobs leave of the commitments. What is left is used up by the first
machines, so no price of one machine says what several cost: each way is billed as AWS bills its hours,

    Σ over its hours of  bill(others + the way) − bill(others)   +   volumes and spot machines

beside the planned commitments, and the cheapest ways again beside the commitments that are best with them. Each figure
is so the cost of a plan that could be had, and none is below the bound of all plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    _bills: dict[tuple[tuple[tuple[str, int], ...], str, int], float] = field(
        default_factory=dict[tuple[tuple[tuple[str, int], ...], str, int], float]
    )

    def of(self, run: JobRun, sizes: Sequence[JobSize], job: BatchJob | TrainingJob) -> Rival | None:
        """The cheapest of the other sizes with its start, within the quotas; None where there is none."""
        free = self._free_without(run)
        others = _without(self.planned, run)
        keys = [tuple(sorted(usage.items())) for usage in others]
        by_cost = [
            (round(self._usd(each, others, keys), 9), run_rank(each, job), each)
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

    def _usd(self, run: JobRun, others: Sequence[Usage], keys: Sequence[tuple[tuple[str, int], ...]]) -> float:
        """USD a week that a run adds to what the other machines cost beside the planned commitments."""
        size = run.size
        usd = self.task.besides_on_demand(run)
        if not size.machine.on_demand:
            return usd
        name = size.machine.machine.name
        return usd + sum(
            self._bill(others[hour], keys[hour], name, size.machines) - self._bill(others[hour], keys[hour], name, 0)
            for hour in run.busy
        )

    def _bill(self, usage: Usage, key: tuple[tuple[str, int], ...], name: str, machines: int) -> float:
        place = (key, name if machines else "", machines)
        if place not in self._bills:
            whole = {**usage, name: usage.get(name, 0) + machines} if machines else usage
            left = excess(whole, (*self.held, *self.bought), self.prices)
            self._bills[place] = sum(count * self.prices[each] for each, count in left.items())
        return self._bills[place]

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
