"""VPC and subnets: three tiers, one subnet for each tier and zone, each named by both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Network

import pulumi
import pulumi_aws as aws

from components.naming import SiteNames
from components.options import child_of
from solver.plan.network import NetworkPlan, SubnetPlan
from solver.vocabulary import Tier


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The VPC and its subnets."""

    vpc_id: pulumi.Output[str]
    subnets: Mapping[str, aws.ec2.Subnet]
    """Those that the stack makes, by key, `private-euw1-az1`; none in a VPC that exists."""
    by_tier: Mapping[Tier, Mapping[str, pulumi.Output[str]]]
    """Ids by tier, then zone id."""
    ipv6_block: pulumi.Output[str] | None = None
    """The VPC's /56; None: it has no IPv6."""

    def ids(self, tier: Tier, zones: tuple[str, ...] | None = None) -> list[pulumi.Output[str]]:
        """Ids of a tier's subnets, in these zones or in all of them."""
        of_tier = self.by_tier.get(tier, {})
        return [of_tier[zone] for zone in (of_tier if zones is None else zones)]


def addresses(name: str, plan: NetworkPlan, names: SiteNames, parent: pulumi.Resource) -> Addresses:
    """The VPC with DNS names, its default security group without any rule, and the planned subnets.

    Of a VPC that exists the plan has the ids; nothing is read from the cloud, and nothing of it is changed.
    """
    if plan.existing is not None:
        return Addresses(
            vpc_id=pulumi.Output.from_input(plan.existing.vpc_id),
            subnets={},
            by_tier={
                tier: {zone: pulumi.Output.from_input(subnet) for zone, subnet in subnets.items()}
                for tier, subnets in plan.existing.subnets.items()
            },
        )
    vpc = aws.ec2.Vpc(
        f"{name}-vpc",
        cidr_block=str(plan.cidr),
        enable_dns_support=True,
        # Private DNS names of interface endpoints and mount targets need host names.
        enable_dns_hostnames=True,
        assign_generated_ipv6_cidr_block=True if plan.dual_stack else None,
        tags=names.tags(),
        opts=child_of(parent),
    )
    # AWS makes this group with "all from itself, all out"; whoever forgets a group gets this one.
    aws.ec2.DefaultSecurityGroup(
        f"{name}-default-group", vpc_id=vpc.id, tags=names.tags("unused-default"), opts=child_of(parent)
    )
    subnets = {subnet.key: _subnet(name, subnet, vpc, names, parent) for subnet in plan.subnets}
    by_tier: dict[Tier, dict[str, pulumi.Output[str]]] = {}
    for subnet in plan.subnets:
        by_tier.setdefault(subnet.tier, {})[subnet.zone] = subnets[subnet.key].id
    ipv6_block = vpc.ipv6_cidr_block if plan.dual_stack else None
    return Addresses(vpc_id=vpc.id, subnets=subnets, by_tier=by_tier, ipv6_block=ipv6_block)


def ipv6_subnet(block: str, index: int) -> str:
    """The /64 with that number in a VPC's range."""
    whole = IPv6Network(block)
    return str(IPv6Network((int(whole.network_address) + (index << 64), 64)))


def _subnet(name: str, plan: SubnetPlan, vpc: aws.ec2.Vpc, names: SiteNames, parent: pulumi.Resource) -> aws.ec2.Subnet:
    index = plan.ipv6_index
    return aws.ec2.Subnet(
        f"{name}-subnet-{plan.key}",
        vpc_id=vpc.id,
        cidr_block=str(plan.cidr),
        ipv6_cidr_block=None if index is None else vpc.ipv6_cidr_block.apply(lambda block: ipv6_subnet(block, index)),
        # The id is the same place in every account; the name (eu-west-1a) is not.
        availability_zone_id=plan.zone,
        tags={**names.tags(plan.tier, plan.zone), "tier": plan.tier},
        opts=child_of(parent),
    )
