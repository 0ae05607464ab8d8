"""Subnet blocks: a pure function from a VPC's range and the addresses needed to one block for each tier and zone.

The layout is fixed by the range alone. The range is cut into eight zone slots; the number in a zone's id (`use1-az4`)
says which slot is its own, so no zone's place depends on which others are used. Inside a zone's slot:

    first half       private   machines, tasks, interface endpoints, internal load balancers
    third quarter    public    NAT gateways, public load balancers
    seventh eighth   data      mount targets of file systems
    last eighth      free

A subnet starts where its place starts and may grow to the place's end: growth and new zones move nothing. A block
takes at least a quarter of its place: nothing else can use the addresses in there, and AWS replaces a subnet whose
block changes, so a block that is outgrown late costs less than one that fits tightly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import NamedTuple

from solver.errors import InfeasibleError
from solver.vocabulary import Tier

RESERVED_BY_AWS = 5
"""Addresses of each subnet that AWS keeps: the first four and the last."""
SMALLEST_SUBNET_PREFIX = 28
LARGEST_VPC_PREFIX = 16
_ZONE_BITS = 3
_SPARE_BITS = 2
_ZONE_NUMBER = re.compile(r"-az(\d+)$")
# Bits below the zone's slot, and which of the parts of that size the tier has.
_PLACE = {Tier.PRIVATE: (1, 0), Tier.PUBLIC: (2, 2), Tier.DATA: (3, 6)}
_IPV6_BITS = 4
_IPV6_PLACE = {Tier.PRIVATE: 1, Tier.PUBLIC: 2, Tier.DATA: 3}


class SubnetKey(NamedTuple):
    """A subnet's place: one for each tier and zone."""

    tier: Tier
    zone: str

    def __str__(self) -> str:
        return f"{self.tier}-{self.zone}"


def usable_addresses(prefix: int) -> int:
    """Addresses of a subnet of that prefix length that something can have."""
    return 2 ** (32 - prefix) - RESERVED_BY_AWS


def smallest_prefix(addresses: int) -> int:
    """Prefix length of the smallest subnet with so many usable addresses."""
    return next(prefix for prefix in range(SMALLEST_SUBNET_PREFIX, -1, -1) if usable_addresses(prefix) >= addresses)


def place(cidr: IPv4Network, key: SubnetKey) -> IPv4Network | None:
    """The part of the range that the subnet may ever take; None where the range is too small to have one."""
    bits, index = _PLACE[key.tier]
    prefix = cidr.prefixlen + _ZONE_BITS + bits
    if prefix > SMALLEST_SUBNET_PREFIX:
        return None
    position = (_zone_slot(key.zone) << bits) + index
    start = int(cidr.network_address) + (position << (32 - prefix))
    return IPv4Network((start, prefix))


def subnet_blocks(
    cidr: IPv4Network,
    needs: Mapping[SubnetKey, int],
    *,
    previous: Mapping[SubnetKey, IPv4Network] | None = None,
    path: str = "network.cidr",
) -> dict[SubnetKey, IPv4Network]:
    """A block for each subnet that has the addresses it needs, in the order of `needs`.

    `previous` blocks of the same range are kept as long as they hold what is needed, also when less would do.
    InfeasibleError, naming `path`, when the range is too small; it says which size would do.
    """
    blocks: dict[SubnetKey, IPv4Network] = {}
    for key, addresses in needs.items():
        own = place(cidr, key)
        if own is None or usable_addresses(own.prefixlen) < addresses:
            raise _too_small(cidr, needs, key, path)
        kept = (previous or {}).get(key)
        if (
            kept is not None
            and kept.network_address == own.network_address
            and kept.subnet_of(own)
            and usable_addresses(kept.prefixlen) >= addresses
        ):
            blocks[key] = kept
            continue
        prefix = min(smallest_prefix(addresses), own.prefixlen + _SPARE_BITS)
        blocks[key] = IPv4Network((own.network_address, min(max(prefix, own.prefixlen), SMALLEST_SUBNET_PREFIX)))
    return blocks


def ipv6_index(key: SubnetKey) -> int:
    """Which /64 of the VPC's /56 is the subnet's: sixteen for each zone's slot, of which the first is kept free."""
    return (_zone_slot(key.zone) << _IPV6_BITS) + _IPV6_PLACE[key.tier]


def _zone_slot(zone: str) -> int:
    match = _ZONE_NUMBER.search(zone)
    number = int(match[1]) if match else 0
    if not 1 <= number <= 2**_ZONE_BITS:
        raise InfeasibleError(
            f"zone {zone} has no place in the address layout, which has {2**_ZONE_BITS} zones, az1 to az8"
        )
    return number - 1


def _too_small(cidr: IPv4Network, needs: Mapping[SubnetKey, int], key: SubnetKey, path: str) -> InfeasibleError:
    enough = _enough_prefix(cidr, needs)
    own = place(cidr, key)
    has = "no place" if own is None else f"place for {usable_addresses(own.prefixlen):,}"
    return InfeasibleError(
        f"the range {cidr} is too small: subnet {key} needs {needs[key]:,} addresses and has {has}",
        conflict=(f"{path}: {cidr}",),
        hint=(
            "no VPC of one range is large enough; fewer replicas, less network.growth or a second site is needed"
            if enough is None
            else f"a range of /{enough} would do"
        ),
    )


def _enough_prefix(cidr: IPv4Network, needs: Mapping[SubnetKey, int]) -> int | None:
    for prefix in range(cidr.prefixlen - 1, LARGEST_VPC_PREFIX - 1, -1):
        larger = cidr.supernet(new_prefix=prefix)
        places = {key: place(larger, key) for key in needs}
        if all(own is not None and usable_addresses(own.prefixlen) >= needs[key] for key, own in places.items()):
            return prefix
    return None
