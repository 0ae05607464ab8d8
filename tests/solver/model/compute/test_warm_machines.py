"""Machines that wait: beside plain machines on demand alone, and paid for by their volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.machines import MachinesWish
from solver.model.compute.upkeep import WARMING_NOT_PRICED
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import PurchaseOption
from solver.witness import plan_faults

DemandMaker = Callable[..., Demand]


def planned(make_demand: DemandMaker, catalog: Catalog, warm: int | None, **workload: Any) -> tuple[Plan, Demand]:
    demand = make_demand(
        workloads={"app": {"load": {"constant_per_second": 60}, "headroom": 0, **workload}},
        storage={"scratch": {"kind": "volume", "attach": "machine", "size": "10Gi"}} if "uses" in workload else {},
        compliance={"profile": "none"},
        limits={"machines": ["c7i.*"], "node_groups": 4},
    )
    site = demand.sites["main"].model_copy(update={"machines": MachinesWish(warm_machines=warm)})
    demand = demand.model_copy(update={"sites": {"main": site}})
    plan = solve(demand, catalog)
    assert not list(plan_faults(plan, demand, catalog))
    return plan, demand


def waiting(plan: Plan) -> dict[PurchaseOption, set[int]]:
    found: dict[PurchaseOption, set[int]] = {}
    for group in plan.aws_sites["main"].compute.node_groups:
        found.setdefault(group.purchase, set()).add(group.warm_machines)
    return found


def usd(plan: Plan) -> float:
    return sum(line.usd_per_month for line in plan.cost_lines if line.detail == "root volumes of machines that wait")


def test_machines_wait_beside_those_on_demand_and_cost_their_root_volume(
    make_demand: DemandMaker, catalog: Catalog
) -> None:
    plan, demand = planned(make_demand, catalog, 2, interruptible_share=0.5)
    assert waiting(plan) == {PurchaseOption.ON_DEMAND: {2}, PurchaseOption.SPOT: {0}}
    gib = catalog.price("us-east-1", "ebs", "gp3_storage").usd_first
    count = sum(group.warm_machines for group in plan.aws_sites["main"].compute.node_groups)
    assert usd(plan) == pytest.approx(count * 40 * gib, abs=0.01)
    assert WARMING_NOT_PRICED in plan.not_priced
    without, _ = planned(make_demand, catalog, None, interruptible_share=0.5)
    assert plan.proof.cost_usd_per_month - without.proof.cost_usd_per_month == pytest.approx(usd(plan), abs=0.01)
    assert usd(without) == 0 and WARMING_NOT_PRICED not in without.not_priced
    other = demand.model_copy(update={"sites": {"main": demand.sites["main"].model_copy(update={"machines": None})}})
    assert any("2 machines wait, which nobody asked for" in fault for fault in plan_faults(plan, other, catalog))


def test_a_machine_that_mounts_volumes_at_its_first_boot_does_not_wait(
    make_demand: DemandMaker, catalog: Catalog
) -> None:
    plan, _ = planned(make_demand, catalog, 2, uses={"scratch": "read-write"})
    assert waiting(plan) == {PurchaseOption.ON_DEMAND: {0}}
    assert usd(plan) == 0
