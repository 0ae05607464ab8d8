"""The network of a site: subnets for what lives there, prices to the cent, stable against the approved plan."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.network.model import solve_network
from solver.plan.compute import ComputePlan
from solver.plan.cost import total_usd_per_month
from solver.plan.network import NetworkPlan
from solver.plan.storage import FileSystemPlan, StoragePlan
from solver.vocabulary import EndpointKind, NatMode, Termination, Tier

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]
EMPTY = StoragePlan(protect=True)
PUBLIC = {"app": {"exposure": "public", "survive": "zone"}}


@pytest.fixture(scope="module")
def solved(catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker) -> PoolAnswer[NetworkPlan]:
    demand = make_demand(PUBLIC)
    return solve_network(demand, "main", catalog, compute=make_compute(demand), storage=EMPTY)


def test_lines_are_the_bound_and_the_whole_cost(solved: PoolAnswer[NetworkPlan]) -> None:
    assert solved.termination is Termination.OPTIMAL
    assert solved.bound_usd_per_month == total_usd_per_month(solved.lines)
    items = {(line.item, line.detail) for line in solved.lines}
    assert ("nat", "gateway hours") in items
    assert ("load-balancer public", "public address hours") in items
    assert ("transfer to the internet", "responses of public services") in items


def test_a_tier_has_subnets_only_where_something_lives(
    solved: PoolAnswer[NetworkPlan], catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    assert {subnet.tier for subnet in solved.plan.subnets} == {Tier.PUBLIC, Tier.PRIVATE}
    assert len(solved.plan.subnets) == 6
    demand = make_demand(network={"internet_gib_per_month": 0, "nat": "none"})
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
    closed = solve_network(demand, "main", catalog, compute=make_compute(demand), storage=storage).plan
    assert {subnet.tier for subnet in closed.subnets} == {Tier.PRIVATE, Tier.DATA}
    assert closed.nat.zones == ()


@pytest.mark.parametrize("mode", list(NatMode))
def test_a_zone_more_moves_no_subnet_and_no_gateway(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker, mode: NatMode
) -> None:
    known = sorted(catalog.region(make_demand().aws_sites["main"].region).zone_ids)

    def solve(zones: list[str], previous: NetworkPlan | None = None) -> NetworkPlan:
        wish = {"internet_gib_per_month": 0, "nat": mode, "dual_stack": True}
        demand = make_demand({"app": {"exposure": "internal"}}, zones=zones, network=wish)
        compute = make_compute(demand)
        return solve_network(demand, "main", catalog, compute=compute, storage=EMPTY, previous=previous).plan

    for added in known:
        before = solve([zone for zone in known if zone != added])
        after = solve(known, before)
        assert {subnet.key: subnet for subnet in before.subnets}.items() <= {
            subnet.key: subnet for subnet in after.subnets
        }.items()
        assert set(before.nat.zones) <= set(after.nat.zones)
        assert len(after.nat.zones) - len(before.nat.zones) == (mode is NatMode.PER_ZONE)
        placed = {each.service: set(each.zones) for each in after.endpoints}
        assert all(set(each.zones) <= placed[each.service] for each in before.endpoints)


def test_an_attachment_is_paid_by_the_hour_and_bytes_that_are_not_given_are_said(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    link = {"id": "tgw-0a1b2c3d", "ranges": ["172.16.0.0/12"]}

    def solve(**more: object) -> PoolAnswer[NetworkPlan]:
        peers = {"data": {"vpc_id": "vpc-0a1b2c3d", "ranges": ["192.168.0.0/16"]}}
        demand = make_demand(network={"peers": peers, "transit_gateway": {**link, **more}})
        return solve_network(demand, "main", catalog, compute=make_compute(demand), storage=EMPTY)

    quiet, busy = solve(), solve(gib_per_month=1000)
    paid = {
        line.detail: (line.amount_per_month, line.usd_per_month)
        for line in busy.lines
        if line.item == "transit-gateway"
    }
    assert paid == {"attachment hours": (730.0, 36.5), "bytes sent": (1000.0, 20.0)}
    assert any("gib_per_month says none" in words for words in quiet.not_priced)
    assert not any("gib_per_month says none" in words for words in busy.not_priced)
    assert any("bytes to data: peering is free" in words for words in busy.not_priced)
    assert [each.name for each in busy.plan.routed] == ["peer data", "transit-gateway"]


def test_ipv6_is_not_taken_back_in_place(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    def solve(previous: NetworkPlan | None = None, **network: object) -> NetworkPlan:
        demand = make_demand(network=network)
        compute = make_compute(demand)
        return solve_network(demand, "main", catalog, compute=compute, storage=EMPTY, previous=previous).plan

    both = solve(dual_stack=True)
    assert solve(solve(), dual_stack=True) == both
    with pytest.raises(InfeasibleError, match=r"dual_stack: false\n  - the approved plan has IPv6"):
        solve(both)
    assert not solve(both, cidr="10.99.0.0/16").dual_stack


def test_without_nat_every_service_that_machines_talk_to_has_an_endpoint(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand({"app": {"secrets": {"TOKEN": "token"}}}, network={"internet_gib_per_month": 0, "nat": "none"})
    plan = solve_network(demand, "main", catalog, compute=make_compute(demand), storage=EMPTY).plan
    interfaces = {each.service for each in plan.endpoints if each.kind is EndpointKind.INTERFACE}
    assert interfaces == {"ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "secretsmanager"}
    assert plan.endpoints[-2].service == "s3"
    assert plan.endpoints[-2].kind is EndpointKind.GATEWAY


def test_images_from_outside_pass_nat_with_each_machine_that_starts(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    reference = "public.ecr.aws/docker/library/python:3.12-slim"
    demand = make_demand({"app": {"image": {"reference": reference, "size_mib": 4096}}})
    quiet = make_compute(demand, image_reference=reference)
    waves = make_compute(demand, image_reference=reference, machines=([2] * 12 + [6] * 12) * 7)
    lines = [solve_network(demand, "main", catalog, compute=compute, storage=EMPTY).lines for compute in (quiet, waves)]
    gib = [
        sum(line.amount_per_month for line in each if (line.item, line.detail) == ("nat", "bytes processed"))
        for each in lines
    ]
    # Four machines start on each of seven days, and each pulls 4 GiB.
    assert gib[1] - gib[0] == pytest.approx(4 * 7 * 4 * 730 / 168)


def test_the_approved_network_stays_when_demand_grows_a_little(
    solved: PoolAnswer[NetworkPlan], catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand(PUBLIC)
    grown = solve_network(
        demand, "main", catalog, compute=make_compute(demand, replicas=30), storage=EMPTY, previous=solved.plan
    )
    assert grown.plan.subnets == solved.plan.subnets
    assert grown.plan.nat.mode is NatMode.PER_ZONE


def test_a_range_too_small_for_the_tasks_names_one_that_would_do(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand(network={"cidr": "10.0.0.0/22"})
    with pytest.raises(InfeasibleError, match="a range of /1") as error:
        solve_network(demand, "main", catalog, compute=make_compute(demand, replicas=400), storage=EMPTY)
    assert error.value.conflict[0] == "sites.main.network.cidr: 10.0.0.0/22"


def test_each_choice_has_a_reason_with_money(solved: PoolAnswer[NetworkPlan]) -> None:
    subjects = {reason.subject for reason in solved.reasons}
    assert {"nat", "subnets private", "subnets public"} <= subjects
    assert "$" in solved.plan.nat.reason
