"""Ways out of the subnets."""

from __future__ import annotations

from solver.plan.network import NatPlan
from solver.plan.plan import SitePlan
from solver.vocabulary import NatMode
from tests.components import plans
from tests.components.aws.early import Early, early, with_network
from tests.recorder import Recording


def routes(recorded: Recording[Early]) -> dict[str, list[dict[str, str]]]:
    """Route table → its routes."""
    return {
        record.name.removeprefix("main-network-routes-"): record.inputs.get("routes", [])
        for record in recorded.of_type(":RouteTable")
    }


def table_of(recorded: Recording[Early]) -> dict[str, str]:
    """Subnet → its route table."""
    prefix = "main-network-routes-"
    return {
        record.name.removeprefix(f"{prefix}of-"): record.inputs["routeTableId"].removeprefix(prefix).removesuffix("-id")
        for record in recorded.of_type(":RouteTableAssociation")
    }


def with_nat(mode: NatMode, zones: tuple[str, ...]) -> SitePlan:
    return with_network(plans.full_site(), nat=NatPlan(mode=mode, zones=zones, reason="a test"))


def test_public_subnets_lead_to_the_internet_gateway(full: Recording[Early]) -> None:
    assert routes(full)["public"] == [{"cidrBlock": "0.0.0.0/0", "gatewayId": "main-network-internet-gateway-id"}]
    assert all(table == "public" for subnet, table in table_of(full).items() if subnet.startswith("public-"))


def test_data_subnets_lead_nowhere(full: Recording[Early]) -> None:
    assert routes(full)["data"] == []
    assert all(table == "data" for subnet, table in table_of(full).items() if subnet.startswith("data-"))


def test_with_nat_in_each_zone_no_traffic_crosses_zones_on_its_way_out(full: Recording[Early]) -> None:
    for zone in plans.ZONES:
        assert table_of(full)[f"private-{zone}"] == f"private-{zone}"
        (route,) = routes(full)[f"private-{zone}"]
        assert route["natGatewayId"] == f"main-network-nat-{zone}-id"
        assert full.one(":NatGateway", f"main-network-nat-{zone}").inputs["subnetId"].endswith(f"public-{zone}-id")


def test_one_nat_gateway_needs_one_table() -> None:
    recorded = early(with_nat(NatMode.SINGLE, plans.ZONES[1:2]))
    assert set(routes(recorded)) == {"public", "private", "data"}
    assert routes(recorded)["private"] == [
        {"cidrBlock": "0.0.0.0/0", "natGatewayId": f"main-network-nat-{plans.ZONES[1]}-id"}
    ]
    assert len(recorded.of_type(":Eip")) == 1


def test_without_nat_private_subnets_lead_nowhere() -> None:
    recorded = early(with_nat(NatMode.NONE, ()))
    assert routes(recorded)["private"] == []
    assert recorded.of_type(":NatGateway") == ()
    assert recorded.of_type(":Eip") == ()


def test_a_nat_gateway_waits_for_its_subnets_way_to_the_internet(full: Recording[Early]) -> None:
    associations = {record.name: record.urn for record in full.of_type(":RouteTableAssociation")}
    for zone in plans.ZONES:
        gateway = full.one(":NatGateway", f"main-network-nat-{zone}")
        assert associations[f"main-network-routes-of-public-{zone}"] in gateway.depends_on


def test_machines_are_told_what_to_wait_for(full: Recording[Early]) -> None:
    # Three tables, three associations, two endpoints.
    assert len(full.built.network.egress_ready) == 8
