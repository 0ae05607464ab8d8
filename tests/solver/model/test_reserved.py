"""Machines that AWS keeps for the account: they are used first, never beyond their number, where they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.reserved import FEES_NOT_PRICED
from solver.plan.compute import CapacityUse, ComputePlan, NodeGroup
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import CapacityKind
from solver.witness import plan_faults

DemandMaker = Callable[..., Demand]
ZONES = ("use1-az1", "use1-az2", "use1-az4")
GROUP = "arn:aws:resource-groups:us-east-1:123456789012:group/launch"
TWO = {"id": "cr-0123456789abcdef0", "machine_type": "c7i.large", "count": 2, "zones": ["use1-az2"]}
SIX = {"resource_group": GROUP, "machine_type": "c7i.large", "count": 6, "zones": list(ZONES)}


def demand_of(
    make_demand: DemandMaker, capacity: dict[str, Any], workload: dict[str, Any] | None = None, **rest: Any
) -> Demand:
    """A service that needs six c7i.large all week, or another workload."""
    app = {"load": {"constant_per_second": 60}, "headroom": 0, "max_utilisation": 0.5}
    return make_demand(
        **{
            "zones": list(ZONES),
            "workloads": {"app": workload or app},
            "compliance": {"profile": "none"},
            "purchase": {"spot": False, "capacity": capacity},
            "limits": {"machines": ["c7i.large"], "node_groups": 4, "gap": 0.0001},
            **rest,
        }
    )


def planned(demand: Demand, catalog: Catalog, previous: Plan | None = None) -> ComputePlan:
    plan = solve(demand, catalog, previous=previous)
    assert not list(plan_faults(plan, demand, catalog))
    assert plan.proof.proven
    assert (FEES_NOT_PRICED in plan.not_priced) is bool(demand.purchase.capacity)
    assert all(line.usd_per_month > 0 for line in plan.cost_lines if line.item.startswith("node-group "))
    return plan.aws_sites["main"].compute


def inside(compute: ComputePlan, key: str) -> list[NodeGroup]:
    return [group for group in compute.node_groups if group.capacity is not None and group.capacity.key == key]


def test_kept_machines_are_used_first_and_the_rest_is_bought(make_demand: DemandMaker, catalog: Catalog) -> None:
    demand = demand_of(make_demand, {"launch": TWO})
    compute = planned(demand, catalog)
    (kept,) = inside(compute, "launch")
    assert (kept.machine_types, kept.zones, kept.machines.low, kept.max_machines) == (
        ("c7i.large",),
        ("use1-az2",),
        2,
        2,
    )
    assert sum(group.machines.high for group in compute.node_groups if group is not kept) == 4
    assert compute.kept == (
        CapacityUse(key="launch", machine_type="c7i.large", count=2, zones=("use1-az2",), used=1.0),
    )


def test_the_plan_costs_what_the_bought_machines_do_and_every_machines_volume(
    make_demand: DemandMaker, catalog: Catalog
) -> None:
    def lines(capacity: dict[str, Any]) -> dict[str, float]:
        plan = solve(demand_of(make_demand, capacity), catalog)
        found: dict[str, float] = {}
        for line in plan.cost_lines:
            if line.item.startswith("node-group "):
                found[line.detail] = found.get(line.detail, 0.0) + line.usd_per_month
        return found

    bought, kept = lines({}), lines({"launch": TWO})
    assert kept["machine hours on demand"] == pytest.approx(bought["machine hours on demand"] * 4 / 6, abs=0.01)
    assert kept["root volumes"] == pytest.approx(bought["root volumes"], abs=0.01)


def test_what_survives_a_zone_needs_kept_machines_in_several(make_demand: DemandMaker, catalog: Catalog) -> None:
    app = {"load": {"constant_per_second": 40}, "headroom": 0, "max_utilisation": 0.5, "survive": "zone"}
    assert not inside(planned(demand_of(make_demand, {"one": TWO}, app), catalog), "one")
    (spread,) = inside(planned(demand_of(make_demand, {"all": SIX}, app), catalog), "all")
    assert (spread.zones, spread.machines.low, spread.max_machines) == (ZONES, 6, 6)


def test_a_job_runs_in_a_reservation_that_holds_it_whole_and_in_no_block(
    make_demand: DemandMaker, catalog: Catalog
) -> None:
    job = {
        "kind": "batch",
        "load": None,
        "work": 3600 * 10 * 2,
        "max_parallel": 2,
        "window": {"opens": "22:00", "deadline": "23:00"},
    }
    job = {key: value for key, value in job.items() if value is not None}

    def demand(**kept: Any) -> Demand:
        made = demand_of(make_demand, {"night": {**TWO, **kept}})
        report = {**made.workloads["app"].model_dump(mode="json", exclude={"load"}), **job}
        names = {"kind", "image", "variants", *job}
        report = {key: value for key, value in report.items() if key in names}
        return Demand.model_validate(
            {**made.model_dump(mode="json", exclude_unset=True), "workloads": {"report": report}}
        )

    assert [group.runtime for group in inside(planned(demand(), catalog), "night")] == ["batch"]
    block = demand(kind="block", ends="2026-12-24")
    assert not inside(planned(block, catalog), "night")


def test_a_reservation_takes_of_the_quota_and_a_block_does_not(make_demand: DemandMaker, catalog: Catalog) -> None:
    def with_quota(vcpus: int, **kept: Any) -> Demand:
        demand = demand_of(make_demand, {"launch": {**TWO, **kept}})
        site = demand.sites["main"].model_copy(update={"quotas": {"standard": vcpus}})
        return demand.model_copy(update={"sites": {"main": site}})

    assert inside(planned(with_quota(12), catalog), "launch")
    assert inside(planned(with_quota(8, kind="block", ends=date(2026, 12, 24)), catalog), "launch")
    with pytest.raises(InfeasibleError) as refused:
        solve(with_quota(11), catalog)
    assert "sites.main.quotas.standard: 11; sites.main.quotas.standard: 12 vCPU would do" in str(refused.value)


def test_a_type_that_is_sold_in_blocks_alone_is_planned_where_one_is_named(
    make_demand: DemandMaker, catalog: Catalog
) -> None:
    assert not catalog.offering("us-east-1", "p6-b200.48xlarge").purchasable
    block = {"kind": "block", "machine_type": "p6-b200.48xlarge", "count": 1, "zones": ["use1-az6"]}
    demand = make_demand(
        zones=["use1-az6"],
        workloads={
            "app": {
                "variants": {
                    "b200": {
                        "cpu": 8,
                        "memory": "64Gi",
                        "accelerator": {"model": "b200"},
                        "throughput_per_second": 100,
                        "source": "made up",
                    }
                },
            }
        },
        compliance={"profile": "none"},
        purchase={"capacity": {"launch": {**block, "id": TWO["id"], "ends": "2026-12-24"}}},
    )
    (group,) = inside(planned(demand, catalog), "launch")
    assert group.capacity is not None and group.capacity.kind is CapacityKind.BLOCK


def test_an_approved_plan_keeps_its_groups_and_loses_those_of_a_reservation_that_is_gone(
    make_demand: DemandMaker, catalog: Catalog
) -> None:
    demand = demand_of(make_demand, {"launch": TWO})
    before = solve(demand, catalog)
    again = planned(demand, catalog, before)
    assert again.node_groups == before.aws_sites["main"].compute.node_groups
    gone = planned(demand_of(make_demand, {}), catalog, before)
    assert not inside(gone, "launch")
    assert sum(group.machines.high for group in gone.node_groups) == 6


def test_a_plan_that_leaves_its_reservation_is_refuted(make_demand: DemandMaker, catalog: Catalog) -> None:
    demand = demand_of(make_demand, {"launch": TWO})
    plan = solve(demand, catalog)
    (kept,) = inside(plan.aws_sites["main"].compute, "launch")

    def faults(demand: Demand = demand, **changes: Any) -> str:
        compute = plan.aws_sites["main"].compute
        groups = tuple(kept.model_copy(update=changes) if each is kept else each for each in compute.node_groups)
        site = plan.aws_sites["main"].model_copy(update={"compute": compute.model_copy(update={"node_groups": groups})})
        return "\n".join(plan_faults(plan.model_copy(update={"sites": {"main": site}}), demand, catalog))

    assert "launch is in use1-az2" in faults(zones=("use1-az1",))
    assert "launch holds c7i.large on demand" in faults(machine_types=("m7i.large",))
    assert "up to 3 machines in launch, which has 2" in faults(max_machines=3)
    assert "is another reservation" in faults(capacity=kept.capacity.model_copy(update={"id": "cr-0f"}))  # pyright: ignore[reportOptionalMemberAccess]
    fewer = demand_of(make_demand, {"launch": {**TWO, "count": 1}})
    assert "hour 0: 2 machines in launch, which has 1" in faults(fewer)
    assert "launch is no capacity of the site" in faults(demand_of(make_demand, {}))
