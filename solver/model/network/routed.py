"""Networks beyond the VPC, as planned; what they cost is in charges."""

from __future__ import annotations

from solver.demand.demand import NetworkWish
from solver.plan.network import PeerPlan, TransitGatewayPlan


def peer_plans(wish: NetworkWish) -> tuple[PeerPlan, ...]:
    """Peered VPCs, by key."""
    return tuple(
        PeerPlan(
            key=key,
            ranges=peer.ranges,
            tiers=peer.tiers,
            vpc_id=peer.vpc_id,
            account=peer.account,
            region=peer.region,
        )
        for key, peer in sorted(wish.peers.items())
    )


def transit_gateway_plan(wish: NetworkWish) -> TransitGatewayPlan | None:
    """The transit gateway."""
    gateway = wish.transit_gateway
    if gateway is None:
        return None
    return TransitGatewayPlan(id=gateway.id, ranges=gateway.ranges, tiers=gateway.tiers)
