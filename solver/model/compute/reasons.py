"""Reasons: for each service and job, what binds, what its machines cost for each unit of load, and the runner-up.

The price of a unit is that of a machine at its on-demand or spot price, filled with one service's replicas and fully
used: USD an hour / (replicas × throughput × utilisation). It compares machines; the plan's cost also has idle hours,
shared machines and commitments in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

import numpy as np

from solver.demand.workloads import BatchJob, TrainingJob
from solver.model.compute.columns import Columns
from solver.model.compute.hourly import Hourly
from solver.model.compute.jobs import JobRun, JobSize, PriceByHour, cheapest_run
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.purchase import Bought, Week, usd_per_week, week_of
from solver.model.compute.rows import surviving
from solver.plan.compute import Commitment, ComputePlan, NodeGroup
from solver.plan.explanation import Reason
from solver.plan.schedule import format_days
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH, format_clock, format_usd
from solver.vocabulary import PurchaseOption, Weekday

_MILLION = 1_000_000
_SECONDS_PER_HOUR = 3600
_DAYS = tuple(Weekday)


def service_reasons(hourly: Hourly, plan: ComputePlan) -> tuple[Reason, ...]:
    """One for each service, by key."""
    return tuple(_service(hourly, need, plan) for need in hourly.needs.services)


def _service(hourly: Hourly, need: ServiceNeed, plan: ComputePlan) -> Reason:
    needs = hourly.needs
    peak = max(range(len(needs.hours)), key=lambda hour: (need.load[hour], -hour))
    hour = needs.hours[peak].hours[0]
    groups = [group for group in plan.node_groups if _slots(needs, need, group) and group.runtime == "ecs"]
    running = [(group, group.machines.hourly()[hour]) for group in groups]
    have = fsum(_rate(needs, need, group) * count for group, count in running)
    left = fsum(_rate(needs, need, group) * surviving(count, len(group.zones)) for group, count in running)
    load = float(need.load[peak] / need.grain)
    wanted = float(need.needed[peak] / need.grain)
    day = format_days((_DAYS[hour // 24],))
    text = f"at its peak ({day} {format_clock(hour % 24)}) {load:,.0f}/s need {wanted:,.0f}/s with headroom"
    if need.survives_zone:
        binds = "the loss of a zone" if load / max(left, 1e-9) > wanted / max(have, 1e-9) else "headroom"
        text += f"; {have:,.0f}/s are held, {left:,.0f}/s after the loss of a zone: {binds} binds"
    else:
        text += f"; {have:,.0f}/s are held"
    costs = _unit_costs(hourly.columns, needs, need)
    used = {(group.machine_types[0], str(group.purchase)) for group, _ in running}
    mine = [f"{name} {purchase} {format_usd(usd)}" for (name, purchase), usd in costs if (name, purchase) in used]
    if mine:
        text += f". A million units cost {', '.join(mine)}"
    names = {name for name, _ in used}
    other = next(((key, usd) for key, usd in costs if key[0] not in names and key[1] == "on-demand"), None)
    next_best = None if other is None else f"{other[0][0]} on demand, {format_usd(other[1])} for a million units"
    return Reason(subject=f"workload {need.key}", text=f"{text}.", next_best=next_best)


def _slots(needs: Needs, need: ServiceNeed, group: NodeGroup) -> int:
    return sum(group.slots.get(needs.runnables[variant].name, 0) for variant in need.variants)


def _rate(needs: Needs, need: ServiceNeed, group: NodeGroup) -> float:
    """Units of load a second that one machine of the group holds."""
    return fsum(
        group.slots.get(needs.runnables[variant].name, 0) * float(needs.runnables[variant].capacity / need.grain)
        for variant in need.variants
    )


def _unit_costs(columns: Columns, needs: Needs, need: ServiceNeed) -> list[tuple[tuple[str, str], float]]:
    """USD for a million units by machine type and purchase option, cheapest first, each filled with this service."""
    capacity = np.array([each.capacity if each.service == need.number else 0 for each in needs.runnables])
    mine = np.array([each.service == need.number for each in needs.runnables])
    alone = (columns.slots[:, ~mine] == 0).all(axis=1) & (columns.slots[:, mine] > 0).any(axis=1)
    usd = columns.usd_per_hour()
    best: dict[tuple[str, str], float] = {}
    for column in np.nonzero(alone)[0].tolist():
        machine = columns.machines[int(columns.machine[column])]
        worth = int(columns.slots[column] @ capacity)
        if worth <= 0:
            continue
        price = float(usd[column]) / (float(worth / need.grain) * _SECONDS_PER_HOUR) * _MILLION
        key = (machine.machine.name, str(machine.purchase))
        best[key] = min(best.get(key, price), price)
    return sorted(best.items(), key=lambda item: (item[1], item[0]))


def job_reason(run: JobRun, sizes: Sequence[JobSize], job: BatchJob | TrainingJob, price: PriceByHour) -> Reason:
    """Why a job runs as it does, and the cheapest way on another machine type."""
    mine = run.size.machine.machine.name
    others = [size for size in sizes if size.machine.machine.name != mine]
    rival = cheapest_run(others, job, price) if others else None
    text = (
        f"{run.size.workers} × {run.size.variant} on {run.size.machines} × {mine} {run.size.machine.purchase} "
        f"do the work in {run.size.hours} h, the cheapest way inside the window."
    )
    if rival is None:
        return Reason(subject=f"workload {run.size.job}", text=text)
    return Reason(
        subject=f"workload {run.size.job}",
        text=text,
        next_best=f"{rival.size.machines} × {rival.size.machine.machine.name} {rival.size.machine.purchase}",
        extra_usd_per_month=round((rival.usd_per_week - run.usd_per_week) * WEEKS_PER_MONTH, 2),
    )


def planned_week(plan: ComputePlan, prices: Mapping[str, float]) -> Week:
    """On-demand machines of the plan by type, hour by hour."""
    usage: list[dict[str, int]] = [{} for _ in range(HOURS_PER_WEEK)]
    for group in plan.node_groups:
        if group.purchase is PurchaseOption.ON_DEMAND:
            name = group.machine_types[0]
            for hour, count in enumerate(group.machines.hourly()):
                usage[hour][name] = usage[hour].get(name, 0) + count
    return week_of(usage, prices)


def with_commitment_reasons(
    plan: ComputePlan, bought: Sequence[Bought], held: Sequence[Bought], week: Week
) -> ComputePlan:
    """The plan with what each commitment saves: the bill of the planned week without it, less the bill with it."""
    whole = usd_per_week(week, bought, held)
    found: list[Commitment] = []
    for place, commitment in enumerate(plan.commitments):
        others = [each for number, each in enumerate(bought) if number != place]
        saved = (usd_per_week(week, others, held) - whole) * WEEKS_PER_MONTH
        found.append(
            commitment.model_copy(
                update={"reason": f"Without it the same machines cost {format_usd(saved)} a month more."}
            )
        )
    return plan.model_copy(update={"commitments": tuple(found)})
