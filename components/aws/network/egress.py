"""Ways out: the internet gateway, NAT gateways as planned, and the route tables that lead to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.network.routed import Beyond
from components.aws.network.subnets import Addresses
from components.naming import SiteNames
from components.options import child_of
from solver.plan.network import NetworkPlan, SubnetPlan
from solver.vocabulary import NatMode, Tier

ANYWHERE = "0.0.0.0/0"
ANYWHERE_IPV6 = "::/0"


@dataclass(frozen=True, kw_only=True)
class Egress:
    """Route tables and what has to exist before a private subnet reaches the internet."""

    inner_tables: Mapping[str, aws.ec2.RouteTable]
    """Of private and data subnets, by key: gateway endpoints go into them."""
    ready: tuple[pulumi.Resource, ...]
    """Tables and associations of private subnets."""
    public_ready: tuple[pulumi.Resource, ...]
    """Associations of public subnets: from then on they lead to the internet."""


def egress(
    name: str, plan: NetworkPlan, addresses: Addresses, others: Beyond, names: SiteNames, parent: pulumi.Resource
) -> Egress:
    """One table for all public subnets, one for all data subnets, and one for the private subnets of each way out.

    Public subnets lead to the internet even where nothing uses them yet: NAT gateways and load balancers come there.
    """
    by_tier = {tier: [subnet for subnet in plan.subnets if subnet.tier == tier] for tier in Tier}
    public_ready: dict[str, aws.ec2.RouteTableAssociation] = {}
    if by_tier[Tier.PUBLIC]:
        gateway = aws.ec2.InternetGateway(
            f"{name}-internet-gateway", vpc_id=addresses.vpc_id, tags=names.tags(), opts=child_of(parent)
        )
        routes: list[aws.ec2.RouteTableRouteArgsDict] = [{"cidr_block": ANYWHERE, "gateway_id": gateway.id}]
        if plan.dual_stack:
            routes.append({"ipv6_cidr_block": ANYWHERE_IPV6, "gateway_id": gateway.id})
        routes += others.routes.get(Tier.PUBLIC, [])
        table = _table(name, "public", addresses, names, parent, routes, others.ready)
        public_ready = {
            subnet.zone: _association(name, subnet, table, addresses, parent) for subnet in by_tier[Tier.PUBLIC]
        }
    gateways = {zone: _nat(name, zone, addresses, public_ready[zone], names, parent) for zone in plan.nat.zones}
    inner_routes = others.routes.get(Tier.PRIVATE, [])
    ipv6_out = _egress_only(name, plan, addresses, names, parent)
    inner: dict[str, aws.ec2.RouteTable] = {}
    ready: list[pulumi.Resource] = []
    for subnet in by_tier[Tier.PRIVATE]:
        key, way_out = _way_out(plan, subnet.zone)
        if key not in inner:
            routes = [] if way_out is None else [{"cidr_block": ANYWHERE, "nat_gateway_id": gateways[way_out].id}]
            inner[key] = _table(name, key, addresses, names, parent, [*routes, *ipv6_out, *inner_routes], others.ready)
            ready.append(inner[key])
        ready.append(_association(name, subnet, inner[key], addresses, parent))
    if by_tier[Tier.DATA]:
        inner["data"] = _table(name, "data", addresses, names, parent, [])
        for subnet in by_tier[Tier.DATA]:
            _association(name, subnet, inner["data"], addresses, parent)
    return Egress(inner_tables=inner, ready=tuple(ready), public_ready=tuple(public_ready.values()))


def _egress_only(
    name: str, plan: NetworkPlan, addresses: Addresses, names: SiteNames, parent: pulumi.Resource
) -> list[aws.ec2.RouteTableRouteArgsDict]:
    """The way of private subnets by IPv6, for connections that begin inside; without NAT there is none by either."""
    if not plan.dual_stack or not plan.nat.zones:
        return []
    gateway = aws.ec2.EgressOnlyInternetGateway(
        f"{name}-egress-only-gateway", vpc_id=addresses.vpc_id, tags=names.tags(), opts=child_of(parent)
    )
    return [{"ipv6_cidr_block": ANYWHERE_IPV6, "egress_only_gateway_id": gateway.id}]


def _way_out(plan: NetworkPlan, zone: str) -> tuple[str, str | None]:
    """Key of the route table of a private subnet, and the zone of the NAT gateway that it leads to.

    The tables have keys of their own in each mode: a change of mode makes new tables and moves the associations, which
    AWS does in place.
    """
    if plan.nat.mode is NatMode.PER_ZONE:
        return f"private-{zone}", zone
    return "private", plan.nat.zones[0] if plan.nat.zones else None


def _nat(
    name: str,
    zone: str,
    addresses: Addresses,
    routed: aws.ec2.RouteTableAssociation,
    names: SiteNames,
    parent: pulumi.Resource,
) -> aws.ec2.NatGateway:
    address = aws.ec2.Eip(
        f"{name}-nat-address-{zone}", domain="vpc", tags=names.tags("nat", zone), opts=child_of(parent)
    )
    return aws.ec2.NatGateway(
        f"{name}-nat-{zone}",
        allocation_id=address.id,
        subnet_id=addresses.by_tier[Tier.PUBLIC][zone],
        tags=names.tags("nat", zone),
        # A NAT gateway in a subnet that does not lead to the internet yet fails for good.
        opts=child_of(parent, depends_on=[routed]),
    )


def _table(
    name: str,
    key: str,
    addresses: Addresses,
    names: SiteNames,
    parent: pulumi.Resource,
    routes: list[aws.ec2.RouteTableRouteArgsDict],
    after: Sequence[pulumi.Resource] = (),
) -> aws.ec2.RouteTable:
    return aws.ec2.RouteTable(
        f"{name}-routes-{key}",
        vpc_id=addresses.vpc_id,
        routes=routes,
        tags=names.tags(key),
        # AWS takes no route to a transit gateway that the VPC is not attached to.
        opts=child_of(parent, depends_on=after),
    )


def _association(
    name: str, subnet: SubnetPlan, table: aws.ec2.RouteTable, addresses: Addresses, parent: pulumi.Resource
) -> aws.ec2.RouteTableAssociation:
    return aws.ec2.RouteTableAssociation(
        f"{name}-routes-of-{subnet.key}",
        subnet_id=addresses.subnets[subnet.key].id,
        route_table_id=table.id,
        opts=child_of(parent),
    )
