"""Addresses needed: tasks twice in a rolling release, machines, and what lives beside them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.catalog.services import NetworkService
from solver.demand.demand import Demand
from solver.model.network.addressing import SubnetKey
from solver.model.network.load_balancers import load_balancers
from solver.model.network.needs import address_needs
from solver.plan.compute import ComputePlan
from solver.plan.storage import StoragePlan
from solver.vocabulary import Tier

DemandMaker = Callable[..., Demand]
KIND = NetworkService(
    title="load balancer",
    costs=(),
    limits={"rules_per_listener": 100, "target_groups": 100},
    capacity_unit={
        "new_connections_per_second": 25,
        "active_connections": 3000,
        "gib_per_hour": 1,
        "rule_evaluations_per_second": 1000,
    },
)
ComputeMaker = Callable[..., ComputePlan]
ZONES = ("use1-az1", "use1-az2", "use1-az4")


def private_need(compute: ComputePlan, *, zones: int = 3, growth: float = 0.0, endpoints: int = 0) -> int:
    needs = address_needs(
        ZONES[:zones],
        compute,
        StoragePlan(protect=True),
        (),
        interface_endpoints=endpoints,
        nat_zones=(),
        growth=growth,
    )
    assert {key.tier for key in needs} == {Tier.PRIVATE}
    return needs[SubnetKey(Tier.PRIVATE, ZONES[0])]


def test_tasks_count_twice_and_machines_with_their_trunk(make_demand: DemandMaker, make_compute: ComputeMaker) -> None:
    # One zone: 10 tasks twice, 6 machines at the ceiling with two interfaces each.
    assert private_need(make_compute(make_demand(), replicas=10), zones=1) == 10 * 2 + 6 * 2


def test_a_zone_holds_its_share_after_the_loss_of_another(make_demand: DemandMaker, make_compute: ComputeMaker) -> None:
    # Two of three zones are left: 20 tasks and 6 machines over two zones.
    assert private_need(make_compute(make_demand(), replicas=10)) == 10 + 3 * 2


@pytest.mark.parametrize(("growth", "tasks"), [(0.0, 20), (1.0, 40)])
def test_growth_is_room_for_more_of_the_peak(
    make_demand: DemandMaker, make_compute: ComputeMaker, growth: float, tasks: int
) -> None:
    assert private_need(make_compute(make_demand(), replicas=10), zones=1, growth=growth) == tasks + 6 * 2


def test_every_endpoint_that_may_come_has_its_address(make_demand: DemandMaker, make_compute: ComputeMaker) -> None:
    compute = make_compute(make_demand(), replicas=10)
    assert private_need(compute, endpoints=7) == private_need(compute) + 7


def test_public_subnets_are_where_gateways_or_load_balancers_are(
    make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand({"app": {"exposure": "public"}})
    compute = make_compute(demand)
    storage = StoragePlan(protect=True)

    def public(nat_zones: tuple[str, ...], *, balanced: bool) -> dict[str, int]:
        needs = address_needs(
            ZONES,
            compute,
            storage,
            load_balancers(demand, "main", KIND) if balanced else (),
            interface_endpoints=0,
            nat_zones=nat_zones,
            growth=0,
        )
        return {key.zone: need for key, need in needs.items() if key.tier is Tier.PUBLIC}

    assert public(ZONES[:1], balanced=False) == {ZONES[0]: 1}
    assert public((), balanced=False) == {}
    # A load balancer asks for a /27: more than the eleven addresses of a /28.
    assert public((), balanced=True) == dict.fromkeys(ZONES, 12)
