"""A site in a VPC that exists: nothing of it is built or paid for, and what it lacks is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.network.model import solve_network
from solver.plan.compute import ComputePlan
from solver.plan.network import NetworkPlan
from solver.plan.storage import FileSystemPlan, StoragePlan
from solver.vocabulary import NatMode, Tier

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]
Solver = Callable[..., PoolAnswer[NetworkPlan]]
VPC = "vpc-0a1b2c3d4e5f60718"
EMPTY = StoragePlan(protect=True)


def ids(zones: tuple[str, ...], place: str) -> dict[str, str]:
    return {zone: f"subnet-{place}{number:07x}" for number, zone in enumerate(zones)}


@pytest.fixture
def zones(catalog: Catalog, make_demand: DemandMaker) -> tuple[str, ...]:
    return tuple(sorted(catalog.region(make_demand().aws_sites["main"].region).zone_ids[:3]))


@pytest.fixture
def solve(catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker, zones: tuple[str, ...]) -> Solver:
    def answer(storage: StoragePlan = EMPTY, public: bool = True, **existing: Any) -> PoolAnswer[NetworkPlan]:
        wish: dict[str, Any] = {"vpc_id": VPC, "subnets": {"private": ids(zones, "a"), "public": ids(zones, "b")}}
        app = {"app": {"exposure": "public", "survive": "zone"}} if public else {}
        demand = make_demand(app, zones=list(zones), network={"existing": wish | existing})
        return solve_network(demand, "main", catalog, compute=make_compute(demand), storage=storage)

    return answer


def test_nothing_of_the_vpc_is_planned_or_paid_for(solve: Solver, zones: tuple[str, ...]) -> None:
    answer = solve()
    plan = answer.plan
    assert (plan.subnets, plan.endpoints, plan.nat.zones, plan.nat.mode) == ((), (), (), NatMode.NONE)
    assert plan.existing is not None
    assert plan.existing.vpc_id == VPC
    assert plan.existing.subnets == {Tier.PRIVATE: ids(zones, "a"), Tier.PUBLIC: ids(zones, "b")}
    assert not [line for line in answer.lines if line.item == "nat" or line.item.startswith("endpoint")]
    assert [line for line in answer.lines if line.item == "load-balancer public"]
    assert any(VPC in words for words in answer.not_priced)
    assert plan.leads_out


def test_a_public_service_needs_public_subnets(solve: Solver, zones: tuple[str, ...]) -> None:
    with pytest.raises(InfeasibleError, match="needs public subnets in 2 zones"):
        solve(subnets={"private": ids(zones, "a"), "public": ids(zones[:1], "b")})


def test_a_file_system_needs_data_subnets(solve: Solver, zones: tuple[str, ...]) -> None:
    shared = FileSystemPlan(
        key="shared",
        zone=None,
        throughput_mode="elastic",
        provisioned_mibps=None,
        infrequent_after_days=None,
        backup=False,
        mount="/shared",
        workloads=("app",),
        reason="test",
    )
    storage = StoragePlan(file_systems=(shared,), protect=True)
    with pytest.raises(InfeasibleError, match=f"none in {', '.join(zones)}"):
        solve(storage, public=False)
    private = ids(zones, "a")
    plan = solve(storage, public=False, subnets={"private": private, "data": private}).plan
    assert plan.existing is not None
    assert plan.existing.subnets[Tier.DATA] == private
    one = shared.model_copy(update={"zone": zones[0]})
    with pytest.raises(InfeasibleError, match="is in one zone"):
        solve(StoragePlan(file_systems=(one,), protect=True), public=False)


def test_addresses_are_checked_where_ranges_are_given(solve: Solver, zones: tuple[str, ...]) -> None:
    private, cidr = ids(zones, "a"), "10.0.0.{}/28"
    assert "not all are checked" in solve(public=False).reasons[0].text
    subnet = private[zones[0]]
    with pytest.raises(InfeasibleError, match=f"subnet {subnet} is too small"):
        solve(ranges={ids(zones, "b")[zones[0]]: "10.0.1.0/24", subnet: cidr.format(0)})
