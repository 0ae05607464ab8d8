"""JobTask: the jobs of one site, their cheapest runs, and all ways to run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.demand.workloads import BatchJob, TrainingJob
from solver.errors import InfeasibleError
from solver.model.compute.commitments import Good
from solver.model.compute.jobs import JobRun, JobSize, PriceByHour, cheapest_run, run_rank, runs_of
from solver.model.compute.quota import free_vcpus
from solver.model.compute.supply import Machine
from solver.model.compute.week import Way
from solver.quantity import HOURS_PER_WEEK

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class JobTask:
    """Jobs with their sizes."""

    sizes: Mapping[str, Sequence[JobSize]]
    """By job."""
    jobs: Mapping[str, BatchJob | TrainingJob]
    hour_of_week: tuple[int, ...]
    """The hour class of each hour."""

    @property
    def types(self) -> frozenset[str]:
        """On-demand machine types that some size uses."""
        return frozenset(
            size.machine.machine.name for sizes in self.sizes.values() for size in sizes if size.machine.on_demand
        )

    def cheapest(self, good: Good | None, quotas: Mapping[str, int] | None) -> dict[str, JobRun]:
        """The cheapest run of each job, one after the other, at on-demand prices or at a commitment's rates."""
        runs: dict[str, JobRun] = {}
        for key, sizes in self.sizes.items():
            free = None if quotas is None else free_vcpus(quotas, runs.values())
            run = cheapest_run(sizes, self.jobs[key], flat_price(good), free)
            if run is None:
                raise InfeasibleError(f"{key} can't be done within the quotas", conflict=(f"workloads.{key}",))
            runs[key] = run
        return runs

    def usage(self, runs: Mapping[str, JobRun]) -> list[dict[str, int]]:
        """On-demand machines by type in each hour of the week."""
        usage: list[dict[str, int]] = [{} for _ in range(HOURS_PER_WEEK)]
        for run in runs.values():
            if run.size.machine.on_demand:
                name = run.size.machine.machine.name
                for hour in run.busy:
                    usage[hour][name] = usage[hour].get(name, 0) + run.size.machines
        return usage

    def besides_on_demand(self, run: JobRun) -> float:
        """USD a week of a run but for its on-demand machine hours: volumes, starts, and spot machines."""
        machine = run.size.machine
        spot = 0.0 if machine.on_demand else machine.usd_per_hour * run.size.machines
        return spot * len(run.busy) + run.fixed_usd_per_week

    def way(self, run: JobRun) -> Way:
        """A run as the bound sees it."""
        machine = run.size.machine
        beside = ((machine.machine.name, run.size.machines),) if machine.on_demand else ()
        hours = tuple(sorted(self.hour_of_week[hour] for hour in run.busy))
        return Way(beside, hours, self.besides_on_demand(run))

    def ways(self, most_saved_per_hour: float) -> list[list[Way]]:
        """All ways to run each job that may be the cheapest, the largest job first."""
        return [list(runs) for _, runs in self.runs_by_way(most_saved_per_hour)]

    def runs_by_way(self, most_saved_per_hour: float) -> list[tuple[str, dict[Way, JobRun]]]:
        """By job, the largest first: all ways to run it that may be the cheapest, each with its best run.

        A commitment saves at most `most_saved_per_hour` in an hour: what is dearer than the cheapest by more is out.
        """
        found: list[tuple[float, str, dict[Way, JobRun]]] = []
        for key, sizes in self.sizes.items():
            job = self.jobs[key]
            every = sorted(runs_of(sizes, job, flat_price(None)), key=lambda run: run_rank(run, job))
            least = every[0].usd_per_week
            ways: dict[Way, JobRun] = {}
            for run in every:
                if run.usd_per_week - most_saved_per_hour * len(run.busy) <= least:
                    ways.setdefault(self.way(run), run)
            found.append((-least, key, ways))
        return [(key, ways) for _, key, ways in sorted(found, key=lambda each: each[:2])]


def flat_price(good: Good | None) -> PriceByHour:
    """The same price in every hour: on demand, or at the commitment's rate where it covers the machine."""

    def price(machine: Machine) -> Floats:
        rate = good.rates.get(machine.machine.name) if good is not None and machine.on_demand else None
        return np.full(HOURS_PER_WEEK, machine.usd_per_hour if rate is None else rate)

    return price


def price_by_hour(good: Good | None, usd: Sequence[float], hour_of_week: Sequence[int]) -> PriceByHour:
    """A machine's price in each hour: on demand, or at its rate times what a USD of the commitment is worth then."""
    worth = np.array([usd[number] for number in hour_of_week]) if good is not None else np.zeros(HOURS_PER_WEEK)

    def price(machine: Machine) -> Floats:
        full = np.full(HOURS_PER_WEEK, machine.usd_per_hour)
        rate = good.rates.get(machine.machine.name) if good is not None and machine.on_demand else None
        return full if rate is None else np.minimum(full, rate * worth)

    return price
