"""Peered VPCs and a transit gateway: routes by tier, and who may call whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components import plans
from tests.components.aws.early import Early, early, routed
from tests.recorder import Recording

PEER, FAR, GATEWAY = "vpc-0a1b2c3d4e5f60718", "vpc-0a1b2c3d4e5f60719", "tgw-0a1b2c3d4e5f60718"


@pytest.fixture(scope="module")
def linked() -> Recording[Early]:
    return early(routed(plans.full_site()))


def ways(recorded: Recording[Early], key: str) -> dict[str, dict[str, Any]]:
    routes = recorded.one(":RouteTable", f"main-network-routes-{key}").inputs.get("routes", [])
    return {route["cidrBlock"]: route for route in routes}


def test_an_own_vpc_is_accepted_and_another_owners_is_asked(linked: Recording[Early]) -> None:
    own = linked.one(":VpcPeeringConnection", "main-network-peer-data").inputs
    assert (own["peerVpcId"], own["autoAccept"]) == (PEER, True)
    assert not {"peerOwnerId", "peerRegion"} & own.keys()
    far = linked.one(":VpcPeeringConnection", "main-network-peer-partner").inputs
    assert (far["peerVpcId"], far["peerOwnerId"], far["peerRegion"]) == (FAR, "999988887777", "us-east-1")
    assert "autoAccept" not in far


def test_the_gateway_is_attached_in_each_zones_private_subnet_before_routes_lead_there(
    linked: Recording[Early],
) -> None:
    attachment = linked.one(":VpcAttachment")
    assert attachment.inputs["subnetIds"] == [f"main-network-subnet-private-{zone}-id" for zone in plans.ZONES]
    for zone in plans.ZONES:
        table = linked.one(":RouteTable", f"main-network-routes-private-{zone}")
        assert attachment.urn in table.depends_on


def test_routes_are_in_the_tables_of_the_tiers_that_are_named(linked: Recording[Early]) -> None:
    private = ways(linked, f"private-{plans.ZONES[0]}")
    assert private["10.60.0.0/16"]["vpcPeeringConnectionId"] == "main-network-peer-data-id"
    assert private["10.70.0.0/16"]["vpcPeeringConnectionId"] == "main-network-peer-partner-id"
    assert private["10.0.0.0/8"]["transitGatewayId"] == GATEWAY
    assert list(ways(linked, "public")) == ["0.0.0.0/0", "10.0.0.0/8"]
    assert ways(linked, "data") == {}


def test_workloads_call_the_named_ports_there_and_callers_reach_the_internal_load_balancer(
    linked: Recording[Early],
) -> None:
    out = linked.one(":SecurityGroupEgressRule", "main-groups-workload-assistant-to-peer-data-5432-10-60-0-0-16").inputs
    assert (out["cidrIpv4"], out["fromPort"], out["toPort"]) == ("10.60.0.0/16", 5432, 5432)
    name = "main-groups-load-balancer-internal-from-transit-gateway-80-10-0-0-0-8"
    assert linked.one(":SecurityGroupIngressRule", name).inputs["cidrIpv4"] == "10.0.0.0/8"
    beyond = [each for each in linked.names(":SecurityGroupIngressRule") if "peer" in each or "transit" in each]
    assert beyond == [name]
