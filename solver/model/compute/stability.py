"""Stability: the approved plan is kept where it still holds, and left only for what earns the disruption.

Of plans that cost the same within the gap asked for, the one that changes least is taken. Three steps, least first:
every hour class keeps its approved machines where they hold it, and is planned anew with the approved node groups where
they don't; all hours are planned anew with the approved node groups; the new plan. A step is taken when it costs at
most the gap more than the new plan, unless it loses a proof that the new plan has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from solver.demand.workloads import BatchJob, TrainingJob
from solver.model.compute.blocks import build_blocks
from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.jobs import JobRun, JobSize, PriceByHour, busy_hours
from solver.model.compute.promises import holds
from solver.model.compute.purchase import Bought
from solver.model.compute.services import Besides, Choice, plan_hours, priced
from solver.plan.compute import ComputePlan, NodeGroup

_EXACT = 1e-4


def steadiest(
    hourly: Hourly,
    approved: ComputePlan | None,
    fresh: Choice,
    besides: Besides,
    bought: Sequence[Bought],
    *,
    gap: float,
    bound_usd_per_week: float,
) -> Choice:
    """The choice that changes least among those that cost the same as the fresh one within the gap.

    `bound_usd_per_week` is the least that any choice costs: a fresh choice within the gap of it is not given up for one
    that is not.
    """
    most = fresh.usd_per_week * (1 + gap)
    proven = bound_usd_per_week / (1 - gap)
    if fresh.usd_per_week <= proven:
        most = min(most, proven)
    for plans in _steps(hourly, approved, bought):
        choice = priced(hourly, plans, besides)
        if choice.usd_per_week <= most:
            return choice
    return fresh


def _steps(hourly: Hourly, approved: ComputePlan | None, bought: Sequence[Bought]) -> Iterator[tuple[HourPlan, ...]]:
    groups = [] if approved is None else [group for group in approved.node_groups if group.runtime == "ecs"]
    columns = [_column(hourly, group) for group in groups]
    known = {column: group for column, group in zip(columns, groups, strict=True) if column is not None}
    if not known:
        return
    replanned = plan_hours(hourly, sorted(known), gap=_EXACT, bought=bought)
    if replanned is None:
        return
    if len(known) == len(groups):
        kept = [_kept(hourly, hour, known) for hour in range(len(hourly.task.weight))]
        yield tuple(old if old is not None else new for old, new in zip(kept, replanned, strict=True))
    yield replanned


def _column(hourly: Hourly, group: NodeGroup) -> int | None:
    """The column that a node group is made of; None when it is not for sale, or another replaces it."""
    columns = hourly.columns
    slots = np.array([group.slots.get(each.name, 0) for each in hourly.needs.runnables], dtype=np.int64)
    for number, machine in enumerate(columns.machines):
        if (machine.types, machine.purchase, machine.zones) == (group.machine_types, group.purchase, group.zones):
            found = np.nonzero((columns.machine == number) & (columns.slots == slots).all(axis=1))[0]
            if len(found):
                return int(found[0])
    return None


def _kept(hourly: Hourly, hour: int, known: Mapping[int, NodeGroup]) -> HourPlan | None:
    """The approved machines of an hour class, if every promise holds with them; the most of its hours count."""
    hours = hourly.needs.hours[hour].hours
    weeks = {column: group.machines.hourly() for column, group in sorted(known.items())}
    machines = {column: most for column, week in weeks.items() if (most := max(week[each] for each in hours))}
    if not holds(hourly, hour, machines):
        return None
    blocks = build_blocks(hourly.columns, hourly.rows, np.array(sorted(machines), dtype=np.int64), hourly.least)
    cost = hourly.block_costs(blocks, hour)
    single = {
        int(column): float(usd) / int(number)
        for column, number, usd in zip(blocks.column.tolist(), blocks.machines.tolist(), cost.tolist(), strict=True)
    }
    return HourPlan(machines, sum(single.get(column, 0.0) * count for column, count in machines.items()), {})


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
        usd = float(price(size.machine)[here].sum()) * size.machines + size.fixed_usd_per_hour * len(busy)
        if usd <= fresh.usd_per_week * (1 + gap):
            return JobRun(size, old.start_hour, busy, usd)
    return fresh
