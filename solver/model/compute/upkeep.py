"""Upkeep: what a demand wishes for the renewal of machines and for those that wait, as a plan says it."""

from __future__ import annotations

from collections.abc import Iterable

from solver.demand.demand import AwsSite, Demand
from solver.demand.machines import MachinesWish
from solver.model.compute.needs import volume_claims
from solver.model.compute.supply import Machine
from solver.model.reserved import is_reserved
from solver.plan.compute import ComputePlan
from solver.plan.upkeep import RefreshPlan, UpkeepPlan

WARMING_NOT_PRICED = "machines that are prepared to wait (machines.warm_machines): the minutes in which they run"
_ALL = 100
"""Percent: a replacement that pauses goes on to the end."""


def upkeep_of(site: AwsSite) -> UpkeepPlan:
    """The site's; without a pause there is no checkpoint either."""
    wish = site.machines or MachinesWish()
    refresh = wish.refresh
    pauses = refresh.checkpoints if refresh.bake_minutes else ()
    return UpkeepPlan(
        refresh=RefreshPlan(
            checkpoints=(*pauses, _ALL) if pauses else (),
            bake_minutes=refresh.bake_minutes if pauses else 0,
            min_healthy_percent=refresh.min_healthy_percent,
            max_healthy_percent=refresh.max_healthy_percent,
            alarms=refresh.alarms,
            rollback=refresh.rollback,
        ),
        max_lifetime_days=wish.max_lifetime_days,
    )


def warm_machines(demand: Demand, site_key: str, machine: Machine, workloads: Iterable[str]) -> int:
    """Machines of a group that wait, by the site's wish.

    AWS lets none wait beside spot machines, and a reservation has none to spare. A machine mounts its volumes when it
    first boots, and finds none when it starts again.
    """
    wish = demand.aws_sites[site_key].machines
    mounts = any(volume_claims(demand, demand.workloads[key].uses)[0] for key in workloads)
    if wish is None or not machine.on_demand or is_reserved(machine.machine.quota) or mounts:
        return 0
    return wish.warm_machines or 0


def warming_not_priced(plan: ComputePlan) -> tuple[str, ...]:
    """What a reader of the money must know."""
    return (WARMING_NOT_PRICED,) if any(group.warm_machines for group in plan.node_groups) else ()
