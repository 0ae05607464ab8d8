"""Reasons: for each service and job, what binds, what its machine types cost by themselves, and the runner-up.

A service's machine types are compared by what a month of it would cost on machines of that type alone (`alone_costs`);
the plan's cost also has shared machines and commitments in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import fsum

from solver.model.compute.alone_costs import OnSale, Way, alone_usd_per_month
from solver.model.compute.hourly import Hourly
from solver.model.compute.jobs import JobRun
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.purchase import Bought, Week, usd_per_week
from solver.model.compute.rivals import Rival
from solver.model.compute.rows import surviving
from solver.model.standby import standby_of
from solver.plan.compute import Commitment, ComputePlan, NodeGroup
from solver.plan.explanation import Reason
from solver.plan.schedule import format_days
from solver.plan.shares import sharing
from solver.plan.sharing import Shared, shared_machines
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH, cents, format_clock, format_usd
from solver.vocabulary import PurchaseOption, Weekday

_DAYS = tuple(Weekday)


def service_reasons(
    hourly: Hourly, plan: ComputePlan, sale: OnSale, usd_per_hour: Mapping[str, float]
) -> tuple[Reason, ...]:
    """One for each service, by key; `usd_per_hour` is the list or spot price of a machine, by node group."""
    parts = _parts_usd_per_month(plan, usd_per_hour)
    return tuple(_service(hourly, need, plan, sale, parts) for need in hourly.needs.services)


def _parts_usd_per_month(plan: ComputePlan, usd_per_hour: Mapping[str, float]) -> dict[str, float]:
    """By `workload.variant`: of shared machines as large a part of their price as it has of the places taken."""
    found: dict[str, float] = {}
    for group in plan.node_groups:
        if group.shared is None:
            continue
        weeks = sharing(plan, group)
        for hour, machines in enumerate(group.machines.hourly()):
            units = {name: week[hour] * group.shared.each.get(name, 0) for name, week in weeks.items()}
            usd = machines * usd_per_hour.get(group.key, 0.0) / max(sum(units.values()), 1)
            for name, mine in units.items():
                found[name] = found.get(name, 0.0) + usd * mine * WEEKS_PER_MONTH
    return found


def _service(hourly: Hourly, need: ServiceNeed, plan: ComputePlan, sale: OnSale, parts: Mapping[str, float]) -> Reason:
    needs = hourly.needs
    standing_by = standby_of(need.service) is not None
    most = need.needed if standing_by else need.load
    peak = max(range(len(needs.hours)), key=lambda hour: (most[hour], -hour))
    hour = needs.hours[peak].hours[0]
    groups = [group for group in plan.node_groups if _slots(needs, need, group) and group.runtime == "ecs"]
    running = [(group, group.machines.hourly()[hour]) for group in groups]
    have = fsum(_rate(needs, need, plan, group, hour, count) for group, count in running)
    left = fsum(_rate(needs, need, plan, group, hour, surviving(count, len(group.zones))) for group, count in running)
    load = float(need.load[peak] / need.grain)
    wanted = float(need.needed[peak] / need.grain)
    day = format_days((_DAYS[hour // 24],))
    text = f"at its peak ({day} {format_clock(hour % 24)}) {load:,.0f}/s need {wanted:,.0f}/s with headroom"
    if standing_by:
        text += " and for the loss of another site"
    if need.survives_zone:
        usual = "what must be held" if standing_by else "headroom"
        binds = "the loss of a zone" if load / max(left, 1e-9) > wanted / max(have, 1e-9) else usual
        text += f"; {have:,.0f}/s are held, {left:,.0f}/s after the loss of a zone: {binds} binds"
    else:
        text += f"; {have:,.0f}/s are held"
    costs = alone_usd_per_month(needs, need, hourly.rows, sale)
    if groups and all(group.shared is not None for group in groups):
        others = {name.split(".")[0] for group in groups for name in group.slots} - {need.key}
        part = fsum(parts.get(needs.runnables[variant].name, 0.0) for variant in need.variants)
        shared = f"machines that it shares with {len(others)} other service{'s' * (len(others) != 1)}"
        prices = "list" if all(group.purchase is PurchaseOption.ON_DEMAND for group in groups) else "list and spot"
        text += f". Its part of {shared} is {format_usd(part)} a month at {prices} prices"
        whole = [each for each in costs if need.spot_share == 1 or each[0][1] == PurchaseOption.ON_DEMAND]
        alone = next((f"machines of its own, {name} {way}, {format_usd(usd)}" for (name, way), usd in whole), None)
        return Reason(subject=f"workload {need.key}", text=f"{text}.", next_best=alone)
    used = {(group.machine_types[0], str(group.purchase)) for group, _ in running}
    mine = [f"{name} {purchase} {format_usd(usd)}" for (name, purchase), usd in costs if (name, purchase) in used]
    if mine:
        text += f". Alone on machines of one type, at list prices, a month costs: {', '.join(mine)}"
    return Reason(subject=f"workload {need.key}", text=f"{text}.", next_best=_next_best(costs, used))


def _next_best(costs: Sequence[tuple[Way, float]], used: Collection[Way]) -> str | None:
    """Of each way to buy that is used, the cheapest type that is not."""
    names = {name for name, _ in used}
    found: list[str] = []
    for way in sorted({purchase for _, purchase in used}, reverse=True):
        other = next(((name, usd) for (name, purchase), usd in costs if name not in names and purchase == way), None)
        if other is not None:
            found.append(f"{other[0]} {way}, {format_usd(other[1])}")
    return "; ".join(found) or None


def _slots(needs: Needs, need: ServiceNeed, group: NodeGroup) -> int:
    return sum(group.slots.get(needs.runnables[variant].name, 0) for variant in need.variants)


def _rate(needs: Needs, need: ServiceNeed, plan: ComputePlan, group: NodeGroup, hour: int, machines: int) -> float:
    """Units of load a second that so many machines of the group hold; of shared slots the part that it uses."""
    lost = group.machines.hourly()[hour] - machines
    shared = None
    if group.shared is not None:
        here = {name: week[hour] for name, week in sharing(plan, group).items()}
        shared = Shared(shared_machines(group, hour), here, group.shared.each)

    def replicas(name: str) -> int:
        if shared is None:
            return group.slots.get(name, 0) * machines
        return shared.left_for(name, 1, machines) if lost else shared.replicas.get(name, 0)

    return fsum(
        replicas(needs.runnables[variant].name) * float(needs.runnables[variant].capacity / need.grain)
        for variant in need.variants
    )


def job_reason(run: JobRun, rival: Rival | None) -> Reason:
    """Why a job runs as it does, and the cheapest way on another machine type."""
    mine = run.size.machine.machine.name
    text = (
        f"{run.size.workers} × {run.size.variant} on {run.size.machines} × {mine} {run.size.machine.purchase} "
        f"do the work in {run.size.hours} h, "
    )
    if rival is None:
        return Reason(subject=f"workload {run.size.job}", text=f"{text}the cheapest way inside the window.")
    extra = cents(rival.extra_usd_per_week * WEEKS_PER_MONTH)
    # A plan within the gap may still have a way that another one undercuts by a little.
    text += (
        "the cheapest way inside the window." if extra >= 0 else "as cheap as any inside the window, within the gap."
    )
    other = rival.run.size
    return Reason(
        subject=f"workload {run.size.job}",
        text=text,
        next_best=f"{other.machines} × {other.machine.machine.name} {other.machine.purchase}",
        extra_usd_per_month=extra,
    )


def planned_usage(plan: ComputePlan) -> list[dict[str, int]]:
    """On-demand machines of the plan by type, in each hour of the week."""
    usage: list[dict[str, int]] = [{} for _ in range(HOURS_PER_WEEK)]
    for group in plan.node_groups:
        if group.purchase is PurchaseOption.ON_DEMAND:
            name = group.machine_types[0]
            for hour, count in enumerate(group.machines.hourly()):
                if count:
                    usage[hour][name] = usage[hour].get(name, 0) + count
    return usage


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
