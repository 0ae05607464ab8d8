"""IPv6 beside IPv4."""

from __future__ import annotations

from ipaddress import IPv6Network
from typing import Any

import pytest

from components.aws.network.subnets import ipv6_subnet
from solver.vocabulary import NatMode, Tier
from tests.components import plans
from tests.components.aws.early import Early, dual_stack, early
from tests.recorder import Recording

BLOCK = "2001:db8:1234:1a00::/56"


@pytest.fixture(scope="module")
def both() -> Recording[Early]:
    return early(dual_stack(plans.full_site()))


def test_blocks_are_distinct_parts_of_the_vpcs_range() -> None:
    assert ipv6_subnet(BLOCK, 0x13) == "2001:db8:1234:1a13::/64"
    blocks = [IPv6Network(ipv6_subnet(BLOCK, index)) for index in range(256)]
    assert len(set(blocks)) == 256
    assert all(block.subnet_of(IPv6Network(BLOCK)) for block in blocks)


def test_the_vpc_has_a_range_and_each_subnet_a_block_and_no_address_is_given_by_itself(both: Recording[Early]) -> None:
    assert both.one(":Vpc").inputs["assignGeneratedIpv6CidrBlock"] is True
    for subnet in plans.subnets(plans.ZONES, dual_stack=True):
        inputs = both.one(":Subnet", f"main-network-subnet-{subnet.key}").inputs
        assert inputs["ipv6CidrBlock"] == ipv6_subnet(BLOCK, subnet.ipv6_index or 0)
        assert "assignIpv6AddressOnCreation" not in inputs


def ways(recorded: Recording[Early], key: str) -> dict[str, dict[str, Any]]:
    routes = recorded.one(":RouteTable", f"main-network-routes-{key}").inputs.get("routes", [])
    return {route.get("ipv6CidrBlock") or route["cidrBlock"]: route for route in routes}


def test_public_subnets_lead_out_and_private_ones_out_alone_and_data_subnets_nowhere(both: Recording[Early]) -> None:
    assert ways(both, "public")["::/0"]["gatewayId"] == "main-network-internet-gateway-id"
    for zone in plans.ZONES:
        way = ways(both, f"private-{zone}")["::/0"]
        assert way == {"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "main-network-egress-only-gateway-id"}
    assert ways(both, "data") == {}


def test_where_nothing_leads_out_by_ipv4_nothing_does_by_ipv6() -> None:
    site = plans.minimal_site()
    closed = early(dual_stack(site, nat=site.network.nat.model_copy(update={"mode": NatMode.NONE, "zones": ()})))
    assert not closed.names(":EgressOnlyInternetGateway")
    assert ways(closed, "private") == {}


def test_the_data_tiers_acl_lets_the_same_subnets_in_by_both(both: Recording[Early]) -> None:
    private = plans.subnets(plans.ZONES, (Tier.PRIVATE,), dual_stack=True)
    inputs = both.one(":NetworkAcl").inputs
    blocks = {ipv6_subnet(BLOCK, subnet.ipv6_index or 0) for subnet in private}
    for direction in ("ingress", "egress"):
        rules = inputs[direction]
        assert {rule.get("ipv6CidrBlock") for rule in rules} == {None, *blocks}
        assert {rule.get("cidrBlock") for rule in rules} == {None, *(str(subnet.cidr) for subnet in private)}
        assert len({rule["ruleNo"] for rule in rules}) == len(rules) == 6


def test_rules_of_groups_that_name_a_range_name_the_ipv6_range_too(both: Recording[Early]) -> None:
    ingress, egress = ":SecurityGroupIngressRule", ":SecurityGroupEgressRule"

    def block(type_: str, name: str) -> str:
        inputs = both.one(type_, f"main-groups-{name}-ipv6").inputs
        assert not {"cidrIpv4", "referencedSecurityGroupId"} & inputs.keys()
        return inputs["cidrIpv6"]

    assert block(ingress, "load-balancer-public-from-internet-443") == "::/0"
    assert block(ingress, "load-balancer-internal-from-vpc-80") == BLOCK
    assert block(egress, "workload-assistant-to-internet-443") == "::/0"
    assert block(egress, "workload-assistant-to-vpc-50051") == BLOCK
    # Replicas and endpoints are reached by IPv4.
    named = [name for name in both.names(egress) if "load-balancer" in name] + [
        name for name in both.names(ingress) if "endpoints" in name
    ]
    assert not [name for name in named if name.endswith("-ipv6")]


def test_load_balancers_answer_by_both_under_their_names(both: Recording[Early]) -> None:
    for name in both.names(":LoadBalancer"):
        assert both.one(":LoadBalancer", name).inputs["ipAddressType"] == "dualstack"
    plain, more = (both.one(":Record", f"main-network-name-public{end}").inputs for end in ("", "-ipv6"))
    assert (plain["type"], more["type"]) == ("A", "AAAA")
    assert plain["aliases"] == more["aliases"] and plain["name"] == more["name"]


def test_without_it_nothing_of_it_is_there(full: Recording[Early]) -> None:
    assert not [record for record in full.records if "ipv6" in str(record.inputs).lower()]
    assert not full.names(":EgressOnlyInternetGateway")
