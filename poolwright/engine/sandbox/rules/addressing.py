"""VPCs and subnets: blocks that fit, do not overlap, and lie in a zone that exists."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final, TypeAlias

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.places import zone_id, zones_of
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, text

Block: TypeAlias = "ipaddress.IPv4Network"
LARGEST_PREFIX: Final = 16
SMALLEST_PREFIX: Final = 28
# Ranges that no VPC may have: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
_FORBIDDEN: Final = tuple(
    ipaddress.IPv4Network(block) for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")
)


def block_of(value: object) -> Block | None:
    """The block that a text names; None when it names none or has bits set behind its prefix."""
    try:
        return ipaddress.IPv4Network(str(value))
    except ValueError:
        return None


@validates("ec2.Vpc")
def vpc_block_fits(inputs: Properties) -> Iterator[Refusal]:
    """A VPC has between 16 and 65,536 addresses."""
    given = text(inputs.get("cidrBlock"))
    if given is None:
        if "cidrBlock" not in inputs and not inputs.get("ipv4IpamPoolId"):
            yield Refusal("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.", "cidrBlock")
        return
    block = block_of(given)
    if block is None:
        yield _malformed(given)
        return
    sized = LARGEST_PREFIX <= block.prefixlen <= SMALLEST_PREFIX
    if not sized or any(block.overlaps(forbidden) for forbidden in _FORBIDDEN):
        yield Refusal("InvalidVpc.Range", f"The CIDR '{given}' is invalid.", "cidrBlock")


@validates("ec2.Subnet")
def subnet_block_fits(inputs: Properties) -> Iterator[Refusal]:
    """A subnet has between 16 and 65,536 addresses, of which AWS keeps five."""
    given = text(inputs.get("cidrBlock"))
    if given is None:
        return
    block = block_of(given)
    if block is None:
        yield _malformed(given)
    elif not LARGEST_PREFIX <= block.prefixlen <= SMALLEST_PREFIX:
        yield Refusal("InvalidSubnet.Range", f"The CIDR '{given}' is invalid.", "cidrBlock")
    if text(inputs.get("availabilityZone")) and text(inputs.get("availabilityZoneId")):
        words = "Only one of availabilityZone and availabilityZoneId may be given"
        yield Refusal("InvalidParameterCombination", words, "availabilityZoneId")


@refuses("ec2.Subnet", on=(Action.CREATE,))
def subnet_lies_in_its_vpc(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Inside one of the VPC's blocks, and apart from its other subnets."""
    given = text(change.inputs.get("cidrBlock"))
    vpc = cloud.get("ec2.Vpc", change.inputs.get("vpcId"))
    block = block_of(given)
    if block is None or vpc is None:
        return
    associated = cloud.where("ec2.VpcIpv4CidrBlockAssociation", "vpcId", vpc.id)
    around = [block_of(found.outputs.get("cidrBlock")) for found in (vpc, *associated)]
    if not any(outer is not None and block.subnet_of(outer) for outer in around):
        yield Refusal("InvalidSubnet.Range", f"The CIDR '{given}' is invalid.", "cidrBlock")
    for other in cloud.where("ec2.Subnet", "vpcId", vpc.id):
        taken = block_of(other.outputs.get("cidrBlock"))
        if taken is not None and taken.overlaps(block):
            words = f"The CIDR '{given}' conflicts with another subnet ({other.id}, {taken})"
            yield Refusal("InvalidSubnet.Conflict", words, "cidrBlock")


@refuses("ec2.Subnet", "ebs.Volume", on=(Action.CREATE,))
def zone_exists(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The zone is one of the region."""
    names = zones_of(cloud.region)
    zone, zone_number = text(change.inputs.get("availabilityZone")), text(change.inputs.get("availabilityZoneId"))
    if zone is not None and zone not in names:
        words = f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in "
        words += f"the following availability zones: {', '.join(names)}."
        yield Refusal("InvalidParameterValue", words, "availabilityZone")
    ids = [zone_id(name) for name in names]
    if zone_number is not None and zone_number not in ids:
        words = f"Value ({zone_number}) for parameter availabilityZoneId is invalid; {', '.join(ids)} are its zones."
        yield Refusal("InvalidParameterValue", words, "availabilityZoneId")


def _malformed(given: str) -> Refusal:
    words = f"Value ({given}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
    return Refusal("InvalidParameterValue", words, "cidrBlock")
