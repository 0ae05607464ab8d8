"""Sidecars count: a machine holds as many replicas as have room with all that runs beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from solver.catalog.loader import load_catalog
from solver.catalog.machines import Reserved, allocatable
from solver.demand.demand import Demand
from solver.model.network.traffic import traffic_of
from solver.plan.compute import ComputePlan
from solver.plan.plan import Plan
from solver.solve import solve
from solver.witness import plan_faults

CATALOG = load_catalog(Path(__file__).resolve().parents[3] / "cases" / "catalog", ["eu-west-1"])
PROXY = {"image": {"reference": "example.com/proxy:1", "size_mib": 1024}, "cpu": "500m", "memory": "512Mi"}


def demand(sidecars: dict[str, Any], daemons: dict[str, Any] | None = None) -> Demand:
    """One service whose replicas take half a vCPU each, four to a machine of 2 vCPUs without sidecars."""
    variants = {"cpu": {"cpu": "500m", "memory": "1Gi", "throughput_per_second": 10, "source": "measured"}}
    service = {"kind": "service", "image": {"reference": "example.com/web:1", "size_mib": 1024}, "variants": variants}
    return Demand.model_validate(
        {
            "stack": "test",
            "owner": "me@example.com",
            "sites": {
                "main": {
                    "region": "eu-west-1",
                    "zones": 2,
                    "network": {"cidr": "10.1.0.0/16"},
                    "daemons": daemons or {},
                }
            },
            "workloads": {"web": {**service, "load": {"constant_per_second": 40}, "sidecars": sidecars}},
            "compliance": {"profile": "none"},
            "purchase": {"spot": False},
            "limits": {"machines": ["m7i.large"]},
            "machine_starts_per_week": 7,
        }
    )


def planned(sidecars: dict[str, Any]) -> ComputePlan:
    return solve(demand(sidecars), CATALOG).aws_sites["main"].compute


@pytest.mark.parametrize(("sidecars", "slots"), [({}, 4), ({"proxy": PROXY}, 2)])
def test_a_machine_holds_fewer_replicas_with_sidecars(sidecars: dict[str, Any], slots: int) -> None:
    compute = planned(sidecars)
    (group,) = compute.node_groups
    assert group.slots == {"web.cpu": slots}
    has = allocatable(CATALOG.machine("m7i.large"), eni_trunking=compute.eni_trunking, reserved=Reserved())
    (variant,) = compute.services[0].variants
    assert slots * variant.cpu_millis <= has.cpu_millis < (slots + 1) * variant.cpu_millis


def test_a_replicas_request_in_the_plan_has_its_sidecars_in_it() -> None:
    (service,) = planned({"proxy": PROXY}).services
    assert (service.variants[0].cpu_millis, service.variants[0].memory_mib) == (1000, 1536)
    assert (service.sidecars[0].cpu_millis, service.sidecars[0].memory_mib) == (500, 512)


def test_the_witness_adds_sidecars_up_by_itself() -> None:
    bare = Plan.model_validate(solve(demand({}), CATALOG).model_dump(mode="json"))
    faults = list(plan_faults(bare, demand({"proxy": PROXY}), CATALOG))
    assert any("of cpu, 4000 are needed" in fault for fault in faults)


def test_machines_pull_the_images_of_sidecars_too() -> None:
    bare, beside = (
        traffic_of(demand(sidecars), "main", planned(sidecars), None).outside_pulls_gib
        for sidecars in ({}, {"proxy": PROXY})
    )
    assert beside == pytest.approx(2 * bare)


def test_a_machine_holds_fewer_replicas_where_daemons_run_and_the_witness_knows() -> None:
    wished = demand({}, {"agent": PROXY})
    compute = solve(wished, CATALOG).aws_sites["main"].compute
    assert [group.slots for group in compute.node_groups] == [{"web.cpu": 3}]
    assert [(each.key, each.cpu_millis, each.memory_mib) for each in compute.daemons] == [("agent", 500, 512)]
    bare = Plan.model_validate(solve(demand({}), CATALOG).model_dump(mode="json"))
    assert any("has 1500 of cpu, 2000 are needed" in fault for fault in plan_faults(bare, wished, CATALOG))


def test_machines_pull_the_images_of_daemons_too() -> None:
    wished = demand({}, {"agent": PROXY})
    compute = solve(wished, CATALOG).aws_sites["main"].compute
    pulled, bare = (
        traffic_of(each, "main", there, None).outside_pulls_gib
        for each, there in ((wished, compute), (demand({}), planned({})))
    )
    assert pulled == pytest.approx(2 * bare)
