"""A network in a VPC that exists."""

from __future__ import annotations

import pytest

from solver.plan.network import ExistingPlan, NatPlan
from solver.vocabulary import NatMode, Tier
from tests.components import plans
from tests.components.aws.early import Early, early, with_network
from tests.recorder import Recording

VPC = "vpc-0a1b2c3d4e5f60718"
SUBNETS = {
    tier: {zone: f"subnet-{place}{number}" for number, zone in enumerate(plans.ZONES)}
    for place, tier in (("a", Tier.PRIVATE), ("b", Tier.PUBLIC), ("c", Tier.DATA))
}


@pytest.fixture(scope="module")
def inside() -> Recording[Early]:
    full = plans.full_site()
    flows = tuple(flow for flow in full.security.flows if flow.target != "endpoints")
    site = with_network(
        full.model_copy(update={"security": full.security.model_copy(update={"flows": flows})}),
        subnets=(),
        nat=NatPlan(mode=NatMode.NONE, zones=()),
        endpoints=(),
        existing=ExistingPlan(vpc_id=VPC, subnets=SUBNETS),
    )
    return early(site, preview=True)


def test_nothing_of_the_vpc_is_made_or_read(inside: Recording[Early]) -> None:
    of_a_vpc = (":Vpc", ":Subnet", ":RouteTable", ":NatGateway", ":Eip", ":InternetGateway", ":NetworkAcl")
    for kind in (*of_a_vpc, ":VpcEndpoint", ":DefaultSecurityGroup", ":RouteTableAssociation"):
        assert not inside.names(kind), kind
    assert not [lookup for lookup in inside.lookups if "ec2" in str(lookup)]


def test_groups_load_balancers_and_targets_stand_in_it_and_a_preview_knows_where(inside: Recording[Early]) -> None:
    for name in inside.names(":SecurityGroup"):
        assert inside.one(":SecurityGroup", name).inputs["vpcId"] == VPC
    for name in inside.names(":TargetGroup"):
        assert inside.one(":TargetGroup", name).inputs["vpcId"] == VPC
    public = inside.one(":LoadBalancer", "main-network-public").inputs
    internal = inside.one(":LoadBalancer", "main-network-internal").inputs
    assert public["subnets"] == list(SUBNETS[Tier.PUBLIC].values())
    assert internal["subnets"] == list(SUBNETS[Tier.PRIVATE].values())
    assert inside.one(":FlowLog", "main-network-flow-log").inputs["vpcId"] == VPC


def test_workloads_may_call_out_since_routes_are_the_vpcs(inside: Recording[Early]) -> None:
    rule = inside.one(":SecurityGroupEgressRule", "main-groups-workload-assistant-to-internet-443").inputs
    assert rule["cidrIpv4"] == "0.0.0.0/0"
