"""Steady runs: the approved run of a job is kept where it still does the work and costs the same within the gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from solver.demand.workloads import BatchJob, TrainingJob
from solver.model.compute.jobs import JobRun, JobSize, PriceByHour, busy_hours, run_of
from solver.plan.compute import ComputePlan


def steadiest_run(
    approved: ComputePlan | None,
    sizes: Sequence[JobSize],
    job: BatchJob | TrainingJob,
    fresh: JobRun,
    price: PriceByHour,
    free: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.int64]]],
    *,
    gap: float,
) -> JobRun:
    """The approved run of a job, where it still does the work and costs the same within the gap; else the fresh one."""
    old = next((each for each in approved.jobs if each.key == fresh.size.job), None) if approved is not None else None
    if old is None or approved is None or tuple(old.days) != tuple(job.window.days):
        return fresh
    groups = {group.key: group for group in approved.node_groups if group.key in old.variant.node_groups}
    late = (old.start_hour - job.window.opens) % 24
    for size in sizes:
        same = any(
            (group.machine_types, group.purchase, group.zones)
            == (size.machine.types, size.machine.purchase, size.machine.zones)
            for group in groups.values()
        )
        if (size.variant, size.workers, size.hours) != (old.variant.key, old.workers, old.hours) or not same:
            continue
        if late + size.hours > job.window.hours:
            continue
        busy = busy_hours(job.window, late, size.hours)
        here = list(busy)
        left = free.get(str(size.machine.machine.quota))
        if left is not None and bool((left[here] < size.machines * size.machine.machine.vcpus).any()):
            continue
        run = run_of(size, job.window, late, busy, float(price(size.machine)[here].sum()))
        if run.usd_per_week <= fresh.usd_per_week * (1 + gap):
            return run
    return fresh
