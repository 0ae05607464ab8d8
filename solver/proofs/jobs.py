"""Jobs: the work is done inside the window, by workers that have a machine for the whole time."""

from __future__ import annotations

from collections.abc import Iterator

from solver.demand.workloads import BatchJob, TrainingJob
from solver.plan.compute import JobPlan
from solver.proofs.view import HOURS, SiteView, exactly
from solver.vocabulary import PurchaseOption, Weekday

_DAYS = tuple(Weekday)


def job_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the jobs of a site, in words."""
    planned = {job.key: job for job in view.plan.compute.jobs}
    for key, wish in view.jobs():
        if key not in planned:
            yield f"{key}: no plan for the job"
            continue
        job = planned.pop(key)
        yield from (f"{key}: {fault}" for fault in _faults(view, job, wish))
    for key in planned:
        yield f"{key}: a job that the demand does not have"


def _faults(view: SiteView, job: JobPlan, wish: BatchJob | TrainingJob) -> Iterator[str]:
    variant = wish.variants.get(job.variant.key)
    if variant is None:
        yield f"{job.variant.key} is no variant of it"
        return
    if tuple(job.days) != tuple(wish.window.days):
        yield "it starts on other days than its window opens"
    offset = (job.start_hour - wish.window.opens) % 24
    if offset + job.hours > wish.window.hours:
        yield f"{job.hours} h from hour {job.start_hour} are not inside the window"
    if job.timeout_hours > wish.window.hours - offset:
        yield "the time-out is after the deadline"
    done = exactly(variant.throughput_per_second) * job.workers * job.hours * 3600
    if done < exactly(wish.work):
        yield f"{float(done):.0f} units of work are done, {wish.work:.0f} are asked for"
    gang = wish.workers if isinstance(wish, TrainingJob) else None
    if gang is not None and job.workers != gang:
        yield f"{job.workers} workers, the gang has {gang}"
    if isinstance(wish, BatchJob) and job.workers > wish.max_parallel:
        yield f"{job.workers} workers at once, max_parallel is {wish.max_parallel}"
    yield from _machine_faults(view, job, wish)


def _machine_faults(view: SiteView, job: JobPlan, wish: BatchJob | TrainingJob) -> Iterator[str]:
    name = f"{job.key}.{job.variant.key}"
    groups = [view.groups[key] for key in job.variant.node_groups if key in view.groups]
    if not groups or any(group.runtime != "batch" for group in groups):
        yield "it has no Batch node group"
        return
    gang = isinstance(wish, TrainingJob) and wish.workers > 1
    for group in groups:
        if group.purchase is PurchaseOption.SPOT and (wish.interruptible_share < 1 or gang):
            yield f"{group.key} is spot, which the job may not run on"
        if gang and group.slots.get(name, 0) > 1:
            yield f"{group.key} holds several workers of a gang on one machine"
    for day in job.days:
        begin = _DAYS.index(day) * 24 + job.start_hour
        # A window that opens late in the evening belongs to the day on which it opens.
        begin += 24 if job.start_hour < wish.window.opens else 0
        for hour in range(begin, begin + job.hours):
            running = sum(each.machines * each.replicas.get(name, 0) for each in view.placed[hour % HOURS])
            if running < job.workers:
                yield f"hour {hour % HOURS}: {running} of {job.workers} workers are placed"
                return
