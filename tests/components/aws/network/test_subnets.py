"""VPC and subnets."""

from __future__ import annotations

from solver.vocabulary import Tier
from tests.components import plans
from tests.components.aws.early import Early, early, with_network
from tests.recorder import Recording


def test_every_planned_subnet_is_made_in_its_zone_with_its_block(full: Recording[Early]) -> None:
    planned = {subnet.key: subnet for subnet in plans.full_site().network.subnets}
    made = {record.name.removeprefix("main-network-subnet-"): record.inputs for record in full.of_type(":Subnet")}
    assert made.keys() == planned.keys()
    for key, subnet in planned.items():
        assert made[key]["availabilityZoneId"] == subnet.zone
        assert made[key]["cidrBlock"] == str(subnet.cidr)
        assert made[key]["tags"]["tier"] == subnet.tier
        assert not made[key].get("mapPublicIpOnLaunch")


def test_a_zone_added_later_renames_no_subnet_and_changes_none() -> None:
    site = plans.full_site()
    two = early(
        with_network(
            site,
            zones=plans.ZONES[:2],
            subnets=plans.subnets(plans.ZONES[:2]),
            nat=site.network.nat.model_copy(update={"zones": plans.ZONES[:2]}),
            endpoints=tuple(
                endpoint.model_copy(update={"zones": endpoint.zones[:2]}) for endpoint in site.network.endpoints
            ),
        )
    )
    three = early(site)
    kinds = (":Subnet", ":RouteTable", ":RouteTableAssociation", ":NatGateway", ":Eip", ":Vpc", ":TargetGroup")
    for kind in kinds:
        before = {record.urn: record.inputs for record in two.of_type(kind)}
        after = {record.urn: record.inputs for record in three.of_type(kind)}
        assert before.items() <= after.items(), kind


def test_the_vpc_answers_for_private_names(full: Recording[Early]) -> None:
    inputs = full.one("ec2/vpc:Vpc").inputs
    assert inputs["cidrBlock"] == "10.20.0.0/16"
    assert inputs["enableDnsSupport"] and inputs["enableDnsHostnames"]


def test_the_default_security_group_has_no_rule(full: Recording[Early]) -> None:
    inputs = full.one(":DefaultSecurityGroup").inputs
    assert not inputs.get("ingress") and not inputs.get("egress")


def test_later_pools_find_subnets_by_tier_and_zone(full: Recording[Early]) -> None:
    network = full.built.network
    assert set(network.subnet_ids) == set(Tier)
    assert list(network.subnet_ids[Tier.DATA]) == list(plans.ZONES)
    assert len(network.subnets(Tier.PRIVATE)) == 3
    assert len(network.subnets(Tier.PRIVATE, plans.ZONES[:1])) == 1
