"""IPv6: a /64 of the VPC's own range for each subnet, and load balancers that answer by it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, flag, text, texts

_SUBNET_PREFIXES = range(44, 65, 4)


@validates("ec2.Subnet")
def ipv6_block_fits(inputs: Properties) -> Iterator[Refusal]:
    """A subnet has a /44 to a /64, in steps of four."""
    given = text(inputs.get("ipv6CidrBlock"))
    block = None if given is None else _block(given)
    if given is not None and (block is None or block.prefixlen not in _SUBNET_PREFIXES):
        words = f"Value ({given}) for parameter ipv6CidrBlock is invalid. This is not a valid IPv6 CIDR block."
        yield Refusal("InvalidParameterValue", words, "ipv6CidrBlock")


@refuses("ec2.Subnet")
def ipv6_block_is_of_the_vpc(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Inside the VPC's range, and apart from its other subnets."""
    given = text(change.inputs.get("ipv6CidrBlock"))
    vpc = cloud.get("ec2.Vpc", change.inputs.get("vpcId"))
    block = None if given is None else _block(given)
    if block is None or vpc is None:
        return
    around = _block(text(vpc.outputs.get("ipv6CidrBlock")) or "")
    if around is None or not block.subnet_of(around):
        yield Refusal("InvalidSubnet.Range", f"The CIDR '{given}' is invalid.", "ipv6CidrBlock")
    for other in cloud.where("ec2.Subnet", "vpcId", vpc.id):
        taken = _block(text(other.outputs.get("ipv6CidrBlock")) or "")
        if other.id != change.id and taken is not None and taken.overlaps(block):
            words = f"The CIDR '{given}' conflicts with another subnet ({other.id}, {taken})"
            yield Refusal("InvalidSubnet.Conflict", words, "ipv6CidrBlock")


@refuses("ec2.Vpc", on=(Action.UPDATE,))
def ipv6_block_is_free_when_it_goes(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A VPC keeps its range as long as a subnet has a part of it."""
    before = None if change.existing is None else text(change.existing.outputs.get("ipv6CidrBlock"))
    if before is None or flag(change.inputs.get("assignGeneratedIpv6CidrBlock")):
        return
    for subnet in cloud.where("ec2.Subnet", "vpcId", change.id):
        if text(subnet.outputs.get("ipv6CidrBlock")) is not None:
            words = f"The vpc {change.id} currently has a subnet within CIDR block {before}"
            yield Refusal("InvalidCidrBlock.InUse", words, "assignGeneratedIpv6CidrBlock")
            return


@refuses("lb.LoadBalancer")
def dual_stack_has_ipv6_subnets(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A load balancer answers by IPv6 in subnets that have a block of it."""
    if not str(change.inputs.get("ipAddressType")).startswith("dualstack"):
        return
    subnets = [*texts(change.inputs.get("subnets")), *texts_at(change.inputs, "subnetMappings.subnetId")]
    places = [place for subnet in subnets if (place := cloud.get("ec2.Subnet", subnet)) is not None]
    if any(text(place.outputs.get("ipv6CidrBlock")) is None for place in places):
        words = "You must specify subnets with an associated IPv6 CIDR block."
        yield Refusal("ValidationError", words, "ipAddressType")


def _block(given: str) -> ipaddress.IPv6Network | None:
    try:
        return ipaddress.IPv6Network(given)
    except ValueError:
        return None
