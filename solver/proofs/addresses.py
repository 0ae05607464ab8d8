"""Addresses: subnets are inside the range, aligned, disjoint, off reserved ranges, and large enough at the peak."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from solver.proofs.view import HOURS, SiteView
from solver.vocabulary import EndpointKind, NatMode, Tier

_KEPT_BY_AWS = 5
_FREE_FOR_A_LOAD_BALANCER = 8


def address_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the network of a site, in words."""
    network = view.plan.network
    for subnet in network.subnets:
        if not subnet.cidr.subnet_of(network.cidr):
            yield f"subnet {subnet.key}: {subnet.cidr} is not inside {network.cidr}"
        if not 16 <= subnet.cidr.prefixlen <= 28:
            yield f"subnet {subnet.key}: /{subnet.cidr.prefixlen} is not a subnet's size"
        if subnet.zone not in network.zones:
            yield f"subnet {subnet.key}: {subnet.zone} is not a zone of the network"
    for first, second in combinations(network.subnets, 2):
        if first.cidr.overlaps(second.cidr):
            yield f"subnets {first.key} and {second.key} overlap"
    for reserved in view.site.network.reserved:
        if network.cidr.overlaps(reserved):
            yield f"{network.cidr} overlaps the reserved range {reserved}"
    if len(network.zones) != len(set(network.zones)) or not set(network.zones) <= {
        zone.id for zone in view.catalog.region(view.plan.region).zones
    }:
        yield "the network's zones are not distinct zones of the region"
    missing = [zone for zone in network.nat.zones if zone not in network.zones]
    if missing or (network.nat.mode is NatMode.NONE) is bool(network.nat.zones):
        yield f"NAT {network.nat.mode} in zones {', '.join(network.nat.zones) or 'none'}"
    yield from _ipv6_faults(view)
    yield from _of_an_existing_vpc(view)
    yield from _sizes(view)


def _ipv6_faults(view: SiteView) -> Iterator[str]:
    """Each subnet has a /64 of its own, which its zone's number alone places: another zone moves none."""
    network = view.plan.network
    if network.dual_stack is not view.site.network.dual_stack:
        yield "the plan and the demand differ in whether there is IPv6"
    taken: dict[int, str] = {}
    for subnet in network.subnets:
        index = subnet.ipv6_index
        if (index is not None) is not network.dual_stack:
            yield f"subnet {subnet.key}: {'an' if index is not None else 'no'} IPv6 block, unlike the network"
        elif index is not None:
            zone = int(subnet.zone.rpartition("-az")[2])
            if not 16 * (zone - 1) <= index < min(256, 16 * zone):
                yield f"subnet {subnet.key}: IPv6 block {index} is not one of its zone"
            if index in taken:
                yield f"subnets {taken[index]} and {subnet.key} have the same IPv6 block"
            taken[index] = subnet.key


def _of_an_existing_vpc(view: SiteView) -> Iterator[str]:
    planned, wished = view.plan.network.existing, view.site.network.existing
    if planned is None or wished is None:
        if planned is not wished:
            yield "the plan and the demand differ in whether the VPC exists"
        return
    network = view.plan.network
    sources = [None if each.stack is None else (each.stack.kind, each.stack.name) for each in (planned, wished)]
    if planned.vpc_id != wished.vpc_id or sources[0] != sources[1]:
        yield f"the plan is for {planned.vpc_id} of {sources[0]}, the demand names {wished.vpc_id} of {sources[1]}"
    if network.subnets or network.nat.zones or network.endpoints:
        yield f"{planned.vpc_id} exists, and the plan builds subnets, NAT gateways or endpoints in it"
    for tier, subnets in planned.subnets.items():
        if not set(subnets.items()) <= set(wished.subnets.of(tier).items()):
            yield f"the {tier} subnets are not those of the demand"


def _sizes(view: SiteView) -> Iterator[str]:
    network = view.plan.network
    zones = len(network.zones)
    tasks = max(
        (
            sum(placed.machines * (1 + sum(placed.replicas.values())) for placed in view.placed[hour])
            for hour in range(HOURS)
        ),
        default=0,
    )
    endpoints = sum(1 for endpoint in network.endpoints if endpoint.kind is EndpointKind.INTERFACE)
    # Even over the zones, with the whole peak in the zones that are left when one is lost.
    needed = {
        Tier.PRIVATE: -(-tasks // max(1, zones - 1)) + endpoints,
        Tier.PUBLIC: _FREE_FOR_A_LOAD_BALANCER * len(network.load_balancers),
    }
    for subnet in network.subnets:
        has = subnet.cidr.num_addresses - _KEPT_BY_AWS
        if has < needed.get(subnet.tier, 0):
            yield f"subnet {subnet.key}: {has} addresses, {needed[subnet.tier]} are needed at the peak"
