"""Promise: a job's work is done inside its window.

A run has `workers` replicas that work side by side for a whole number of contiguous hours, on machines of one type:

    workers · throughput · 3600 · hours  ≥  work,      opens ≤ start,      start + hours ≤ deadline

A training job's gang has its own size and one worker to a machine; a batch job has at most `max_parallel` replicas, as
many to a machine as fit. All sizes, machine types and starts are tried, so the cheapest is exact for given prices by
hour; the earliest start wins where prices are equal. Jobs run on machines of their own, so they stand apart from the
services but for quotas and commitments. Spot machines are allowed where all of a job may be interrupted. What is
billed for the starts of its machines and workers is a part of what a run costs: many workers for an hour start more
than few for several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from solver.catalog.catalog import Catalog
from solver.demand.workloads import BatchJob, TrainingJob, Variant, Window
from solver.model.compute.hours import exact
from solver.model.compute.spot_machines import spot_machines
from solver.model.compute.supply import (
    Machine,
    Market,
    capacity,
    fits,
    offered,
    request,
    undivided,
    undominated,
)
from solver.model.reserved import is_reserved
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import Weekday

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_DAYS = tuple(Weekday)
_SECONDS_PER_HOUR = 3600
PriceByHour = Callable[[Machine], Floats]
"""USD of a machine in each of the 168 hours."""


@dataclass(frozen=True)
class JobSize:
    """One way to run a job, but for its start."""

    job: str
    variant: str
    machine: Machine
    machines: int
    slots: int
    """Workers that one machine holds."""
    workers: int
    hours: int
    fixed_usd_per_hour: float
    """Volumes of all its machines and replicas."""
    machines_usd_per_start: float
    """When all its machines start."""
    workers_usd_per_start: float
    """When all its workers do."""


@dataclass(frozen=True)
class JobRun:
    """A size with its start."""

    size: JobSize
    start: int
    """Hour of the day."""
    busy: tuple[int, ...]
    """Hours of the week in which it works."""
    fixed_usd_per_week: float
    """Volumes, and what is billed for starts."""
    usd_per_week: float
    """At the prices that it was chosen with."""


def job_sizes(
    key: str,
    job: BatchJob | TrainingJob,
    catalog: Catalog,
    market: Market,
    *,
    spot: bool,
    machine_usd_per_hour: float,
    replica_usd_per_hour: float,
    only: Sequence[Machine] = (),
) -> list[JobSize]:
    """All sizes that do the work within the window, on machines that no other replaces; none when it can't be done.

    With `only`, on these machines instead.
    """
    names = sorted(job.variants)
    variants = [whole_vcpus(job.variants[name]) for name in names]
    gang = isinstance(job, TrainingJob) and job.workers > 1
    on_sale = offered(catalog, market)
    may_be_spot = spot and job.interruptible_share >= 1 and not gang
    machines = undominated(on_sale, variants, market) if not only else [each for each in only if each.on_demand]
    # Batch starts the nodes of a multi-node job on on-demand machines only.
    if only and may_be_spot:
        machines += [
            each for each in only if not each.on_demand and len(each.types) * len(each.zones) >= job.spot_pools
        ]
    elif may_be_spot:
        machines += undominated(spot_machines(on_sale, variants, pools=job.spot_pools), variants, market)
    found: list[JobSize] = []
    for name, variant in zip(names, variants, strict=True):
        for machine in machines:
            if not fits(variant, machine, market):
                continue
            asked = request(variant, undivided=undivided(variant, machine))
            alone = isinstance(job, TrainingJob) or replica_usd_per_hour > 0
            each = 1 if alone else int((capacity(machine, market)[asked > 0] // asked[asked > 0]).min())
            kept = market.site.quotas.get(machine.machine.quota, 0)
            for hours, workers in shapes(job, variant):
                number = -(-workers // each)
                if is_reserved(machine.machine.quota) and number * machine.machine.vcpus > kept:
                    continue
                surcharge = market.surcharge
                more = surcharge.usd_per_hour(machine.machine)
                found.append(
                    JobSize(
                        job=key,
                        variant=name,
                        machine=machine,
                        machines=number,
                        slots=each,
                        workers=workers,
                        hours=hours,
                        fixed_usd_per_hour=number * (machine_usd_per_hour + more) + workers * replica_usd_per_hour,
                        machines_usd_per_start=number * surcharge.usd_per_machine_start,
                        workers_usd_per_start=workers * surcharge.usd_per_task_start,
                    )
                )
    return found


def whole_vcpus(variant: Variant) -> Variant:
    """Batch rounds a job's cpu up to whole vCPUs."""
    return variant.model_copy(update={"cpu": -(-variant.cpu // 1000) * 1000})


def shapes(job: BatchJob | TrainingJob, variant: Variant) -> list[tuple[int, int]]:
    """Hours and workers with which a variant does the work inside the window."""
    an_hour = exact(variant.throughput_per_second) * _SECONDS_PER_HOUR
    work = exact(job.work)
    if isinstance(job, TrainingJob):
        hours = ceil(work / (an_hour * job.workers))
        return [(hours, job.workers)] if hours <= job.window.hours else []
    found = [(hours, ceil(work / (an_hour * hours))) for hours in range(1, job.window.hours + 1)]
    return [(hours, workers) for hours, workers in found if workers <= job.max_parallel]


def runs_of(sizes: Sequence[JobSize], job: BatchJob | TrainingJob, price: PriceByHour) -> Iterator[JobRun]:
    """Every size with every start, at these prices."""
    prices: dict[str, Floats] = {}
    hours_of: dict[tuple[int, int], tuple[tuple[int, ...], Integers]] = {}
    for size in sizes:
        by_hour = prices.get(size.machine.name)
        if by_hour is None:
            by_hour = prices[size.machine.name] = price(size.machine)
        for late in range(job.window.hours - size.hours + 1):
            if (late, size.hours) not in hours_of:
                busy = busy_hours(job.window, late, size.hours)
                hours_of[late, size.hours] = (busy, np.array(busy, dtype=np.int64))
            busy, places = hours_of[late, size.hours]
            yield run_of(size, job.window, late, busy, float(by_hour[places].sum()))


def run_of(size: JobSize, window: Window, late: int, busy: tuple[int, ...], usd_per_machine: float) -> JobRun:
    """A size that starts `late` hours after the window opens; one of its machines costs so much in its hours of a week.

    Machines that work into the next run don't start again, workers do.
    """
    starts = _rises(busy) * size.machines_usd_per_start + len(window.days) * size.workers_usd_per_start
    fixed = size.fixed_usd_per_hour * len(busy) + starts
    return JobRun(size, (window.opens + late) % 24, busy, fixed, usd_per_machine * size.machines + fixed)


@cache
def _rises(busy: tuple[int, ...]) -> int:
    """Hours of the week with a run after one without."""
    return len(set(busy) - {(hour + 1) % HOURS_PER_WEEK for hour in busy})


def is_free(run: JobRun, free: Mapping[str, Integers]) -> bool:
    """Whether the quotas leave room for the run; `free` has, by family, the vCPUs that are free in each hour."""
    left = free.get(str(run.size.machine.machine.quota))
    return left is None or bool((left[list(run.busy)] >= run.size.machines * run.size.machine.machine.vcpus).all())


def cheapest_run(
    sizes: Sequence[JobSize],
    job: BatchJob | TrainingJob,
    price: PriceByHour,
    allowed: Mapping[str, Integers] | None = None,
) -> JobRun | None:
    """The size and start with the lowest cost at these prices; None when the quotas allow none.

    `allowed` has, by quota family, the vCPUs that are free in each hour of the week. Ties go to the fewest hours, the
    fewest machines, the machine's name, the variant and the earliest start.
    """
    best: tuple[tuple[float, int, int, str, str, int], JobRun] | None = None
    for run in runs_of(sizes, job, price):
        if allowed is not None and not is_free(run, allowed):
            continue
        rank = run_rank(run, job)
        if best is None or rank < best[0]:
            best = (rank, run)
    return None if best is None else best[1]


def run_rank(run: JobRun, job: BatchJob | TrainingJob) -> tuple[float, int, int, str, str, int]:
    """Cost first, then a fixed order."""
    size = run.size
    late = (run.start - job.window.opens) % 24
    return (round(run.usd_per_week, 9), size.hours, size.machines, size.machine.name, size.variant, late)


def busy_hours(window: Window, late: int, hours: int) -> tuple[int, ...]:
    """Hours of the week in which a run of `hours` works that starts `late` hours after the window opens."""
    starts = [_DAYS.index(day) * 24 + window.opens + late for day in window.days]
    return tuple(sorted({(start + hour) % HOURS_PER_WEEK for start in starts for hour in range(hours)}))
