"""What a demand says about an existing VPC: zones that have subnets, subnets that are there once, ranges inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from solver.cloud_ids import is_subnet_id, is_vpc_id
from solver.demand.contradiction import Contradiction, one_of
from solver.vocabulary import StackKind, Tier

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite
    from solver.demand.existing import ExistingVpc
    from solver.demand.names import AddressRange

_CLOUDFORMATION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")


def existing_contradictions(name: str, site: AwsSite) -> Iterator[Contradiction]:
    """Every contradiction of one site."""
    existing = site.network.existing
    if existing is None:
        return
    zones = list(existing.subnets.private)
    if not isinstance(site.zones, tuple) or not set(site.zones) <= set(zones):
        yield Contradiction(
            path=("sites", name, "zones"),
            allowed=f"zones with a private subnet in network.existing are allowed: [{', '.join(zones)}]",
        )
    if site.network.nat != "auto":
        yield Contradiction(
            path=("sites", name, "network", "nat"),
            allowed="auto is allowed where the VPC exists: its ways out are its own",
        )
    if site.network.dual_stack:
        yield Contradiction(
            path=("sites", name, "network", "dual_stack"),
            allowed="false is allowed where the VPC exists: its ranges are its own",
        )
    path = ("sites", name, "network", "existing")
    yield from _references(path, existing)
    for tier in Tier:
        subnets = existing.subnets.of(tier)
        for (first, one), (second, other) in combinations(subnets.items(), 2):
            if one == other:
                yield Contradiction(
                    path=(*path, "subnets", tier.value, second),
                    allowed=f"a subnet of its own is allowed; zone {first} has this one, and a subnet is in one zone",
                )
    yield from _ranges(path, existing, site.network.cidr)


def _references(path: tuple[str, ...], existing: ExistingVpc) -> Iterator[Contradiction]:
    """Without a stack only ids say what is meant."""
    stack = existing.stack
    if stack is not None:
        yield from _stack_name(path, stack.kind, stack.name)
        return
    hint = "The name of an output is allowed where network.existing.stack says of which stack"
    if not is_vpc_id(existing.vpc_id):
        yield Contradiction(
            path=(*path, "vpc_id"), allowed="a VPC's id like vpc-0a1b2c3d4e5f60718 is allowed", hint=hint
        )
    for tier in Tier:
        for zone, subnet in existing.subnets.of(tier).items():
            if not is_subnet_id(subnet):
                allowed = "a subnet's id like subnet-0a1b2c3d4e5f60718 is allowed"
                yield Contradiction(path=(*path, "subnets", tier.value, zone), allowed=allowed, hint=hint)


def _stack_name(path: tuple[str, ...], kind: StackKind, name: str | None) -> Iterator[Contradiction]:
    """A stack is named, and exports are not, since their names are new in an account and region."""
    if kind is StackKind.CLOUDFORMATION_EXPORTS:
        if name is not None:
            allowed = "no name is allowed for cloudformation-exports: they are known by their own names"
            yield Contradiction(path=(*path, "stack", "name"), allowed=allowed)
    elif name is None:
        yield Contradiction(path=(*path, "stack"), found="no name", allowed=f"a name is needed for {kind}")
    elif kind is StackKind.CLOUDFORMATION and not _CLOUDFORMATION_NAME.fullmatch(name):
        yield Contradiction(
            path=(*path, "stack", "name"), allowed="a CloudFormation stack's name like network-prod is allowed"
        )


def _ranges(path: tuple[str, ...], existing: ExistingVpc, cidr: AddressRange) -> Iterator[Contradiction]:
    named = sorted({subnet for tier in Tier for subnet in existing.subnets.of(tier).values()})
    for subnet, block in existing.ranges.items():
        if subnet not in named:
            yield Contradiction(path=(*path, "ranges", subnet), found=f'subnet "{subnet}"', allowed=one_of(named))
        elif not block.subnet_of(cidr):
            yield Contradiction(path=(*path, "ranges", subnet), allowed=f"a range inside {cidr} is allowed")
    for (first, one), (second, other) in combinations(existing.ranges.items(), 2):
        if one.overlaps(other):
            yield Contradiction(
                path=(*path, "ranges", second), allowed=f"a range that does not overlap {one} of {first} is allowed"
            )
