"""Network ACL of the data tier: a second wall behind the security groups, which nobody opens by a rule too many.

It lets in what the private tier's subnets ask on the ports of the planned flows, and lets the answers out; all else is
dropped, whatever a security group says.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pulumi
import pulumi_aws as aws

from components.aws.network.subnets import Addresses
from components.naming import SiteNames, digest
from components.options import child_of
from solver.plan.network import NetworkPlan, SubnetPlan
from solver.plan.security import FlowPlan
from solver.vocabulary import Tier

ANSWERS = (1024, 65535)
"""Ports from which clients ask; an ACL knows no connections, so answers need a rule of their own
(https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports)."""
_GREATEST = 32766
"""AWS's greatest rule number."""


def data_acl(
    name: str,
    plan: NetworkPlan,
    flows: Sequence[FlowPlan],
    addresses: Addresses,
    names: SiteNames,
    parent: pulumi.Resource,
) -> None:
    """The ACL of all data subnets that the stack makes; none where the plan has no data tier of its own."""
    inside = [addresses.subnets[subnet.key].id for subnet in plan.subnets if subnet.tier is Tier.DATA]
    if not inside:
        return
    askers = [subnet for subnet in plan.subnets if subnet.tier is Tier.PRIVATE]
    ports = sorted({flow.port for flow in flows if flow.target.startswith("file-system ")})
    aws.ec2.NetworkAcl(
        f"{name}-acl-data",
        vpc_id=addresses.vpc_id,
        subnet_ids=inside,
        ingress=_rules([(subnet, (port, port)) for subnet, port in product(askers, ports)], addresses),
        egress=_rules([(subnet, ANSWERS) for subnet in askers if ports], addresses),
        tags=names.tags("data"),
        opts=child_of(parent),
    )


def _rules(
    allowed: Sequence[tuple[SubnetPlan, tuple[int, int]]], addresses: Addresses
) -> list[aws.ec2.NetworkAclIngressArgsDict]:
    """One rule for each subnet, span of ports and protocol of the internet, by number."""
    wanted: dict[str, aws.ec2.NetworkAclIngressArgsDict] = {}
    for subnet, (first, last) in allowed:
        span = f"{first}-{last}"
        wanted[f"{subnet.key} {span}"] = {"cidr_block": str(subnet.cidr), **_allow(first, last)}
        if subnet.ipv6_index is not None:
            block = addresses.subnets[subnet.key].ipv6_cidr_block
            wanted[f"{subnet.key} ipv6 {span}"] = {"ipv6_cidr_block": block, **_allow(first, last)}
    numbers = rule_numbers(list(wanted))
    return [{**wanted[key], "rule_no": numbers[key]} for key in sorted(wanted, key=lambda key: numbers[key])]


def _allow(first: int, last: int) -> aws.ec2.NetworkAclIngressArgsDict:
    return {"rule_no": 0, "action": "allow", "protocol": "tcp", "from_port": first, "to_port": last}


def rule_numbers(keys: Sequence[str]) -> dict[str, int]:
    """A number for each rule, from its key: a zone that comes or goes moves no other rule.

    All rules allow, so their order says nothing. Two keys on one number are rare; then the second in order of keys
    takes the next that is free.
    """
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    for key in sorted(keys):
        start = int(digest(key), 16) % _GREATEST
        number = next(place for step in range(_GREATEST) if (place := (start + step) % _GREATEST + 1) not in taken)
        taken.add(number)
        numbers[key] = number
    return numbers
