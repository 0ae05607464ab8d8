"""Networks beyond the VPC: peering connections, an attachment to a transit gateway, and the routes that lead there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from components.aws.network.subnets import Addresses
from components.naming import SiteNames
from components.options import child_of
from solver.plan.network import NetworkPlan, PeerPlan, RoutedPlan
from solver.vocabulary import Tier

# A name for type checkers: taken while this module is imported, the class would load its whole package.
Route: TypeAlias = "aws.ec2.RouteTableRouteArgsDict"


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """Routes to other networks, and what has to exist before a table may have them."""

    routes: Mapping[Tier, list[Route]] = field(default_factory=dict[Tier, list[Route]])
    ready: tuple[pulumi.Resource, ...] = ()


def beyond(name: str, plan: NetworkPlan, addresses: Addresses, names: SiteNames, parent: pulumi.Resource) -> Beyond:
    """Peerings and the attachment as planned; routes by tier, in the order of networks and ranges.

    In a VPC that exists they are its owner's, as its routes are.
    """
    if plan.existing is not None:
        return Beyond()
    routes: dict[Tier, list[Route]] = {}
    ready: list[pulumi.Resource] = []
    for peer in plan.peers:
        peering = _peering(name, peer, addresses, names, parent)
        _add(routes, peer, {"vpc_peering_connection_id": peering.id})
    gateway = plan.transit_gateway
    if gateway is not None:
        ready.append(
            aws.ec2transitgateway.VpcAttachment(
                f"{name}-transit-gateway",
                transit_gateway_id=gateway.id,
                vpc_id=addresses.vpc_id,
                subnet_ids=addresses.ids(Tier.PRIVATE),
                tags=names.tags("transit-gateway"),
                opts=child_of(parent),
            )
        )
        _add(routes, gateway, {"transit_gateway_id": gateway.id})
    return Beyond(routes=routes, ready=tuple(ready))


def _add(routes: dict[Tier, list[Route]], to: RoutedPlan, way: Route) -> None:
    for tier in to.tiers:
        routes.setdefault(tier, []).extend({"cidr_block": str(block), **way} for block in to.ranges)


def _peering(
    name: str, plan: PeerPlan, addresses: Addresses, names: SiteNames, parent: pulumi.Resource
) -> aws.ec2.VpcPeeringConnection:
    """AWS lets only an owner who is asked in this account and region be answered for."""
    return aws.ec2.VpcPeeringConnection(
        f"{name}-peer-{plan.key}",
        vpc_id=addresses.vpc_id,
        peer_vpc_id=plan.vpc_id,
        peer_owner_id=plan.account,
        peer_region=plan.region,
        auto_accept=True if plan.account is None and plan.region is None else None,
        tags=names.tags("peer", plan.key),
        opts=child_of(parent),
    )
