"""Problem: what is to be planned for one site's machines, and what a search settles on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solver.model.compute.commitments import Good
from solver.model.compute.hourly import Hourly
from solver.model.compute.job_task import JobTask
from solver.model.compute.jobs import JobRun
from solver.model.compute.quota import free_vcpus
from solver.model.compute.services import Choice
from solver.model.deadline import NEVER, Deadline
from solver.model.surcharge import Surcharge


@dataclass(frozen=True)
class Problem:
    """Services, jobs and limits of one site."""

    hourly: Hourly
    """With the site's whole quotas."""
    jobs: JobTask
    prices: Mapping[str, float]
    """On-demand USD an hour of every machine type of the region."""
    quotas: Mapping[str, int]
    limit: int
    """Node groups."""
    gap: float
    """What need not be proved: the search stops there."""
    surcharge: Surcharge
    """What a start of a machine costs."""
    deadline: Deadline = NEVER
    """When to be content with what was found."""

    def usd(self, settled: Settled) -> float:
        """What a plan costs, USD a week: also the volumes and spot machines of its jobs."""
        besides = self.jobs.besides_on_demand
        return settled.choice.usd_per_week + sum(besides(run) for run in settled.runs.values())

    def short_families(self, settled: Settled) -> list[str]:
        """Quota families of which some hour of the plan leaves less than their largest machine would take."""
        columns = settled.hourly.columns
        largest: dict[str, int] = {}
        for machine in columns.machines:
            family = str(machine.machine.quota)
            largest[family] = max(largest.get(family, 0), machine.machine.vcpus)
        short: list[str] = []
        for family, free in free_vcpus(self.quotas, settled.runs.values()).items():
            left = free.copy()
            for hour, number in enumerate(settled.hourly.needs.hour_of_week):
                for column, count in settled.choice.hours[number].machines.items():
                    machine = columns.machines[int(columns.machine[column])].machine
                    left[hour] -= count * machine.vcpus if machine.quota == family else 0
            if int(left.min()) < largest.get(family, 0):
                short.append(family)
        return short


@dataclass(frozen=True)
class Settled:
    """A plan of machines, commitments and jobs, with what it proves."""

    hourly: Hourly
    """The hour classes of the choice: those of the search, cut where jobs run."""
    choice: Choice
    runs: Mapping[str, JobRun]
    """By job."""
    bound_usd_per_week: float
    """Services, jobs and commitments."""
    good: Good | None
    """All commitments as one."""
    usd: tuple[float, ...]
    """What a USD of it is worth in an hour of each class."""
    jointly: bool = False
    """The bound is that of the joint program."""
    limited: bool = False
    """The limit of node groups is a part of the bound: it holds for groups that are filled alike in all hours."""
