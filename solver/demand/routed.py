"""Networks beyond the VPC: peered VPCs and a transit gateway, by ids, with the ranges that are routed there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from solver.demand.names import AccountId, AddressRange, Distinct, Port, RegionName, TransitGatewayId, VpcId
from solver.schema import Schema, is_empty
from solver.vocabulary import Tier


class RoutedNetwork(Schema):
    """Ranges that the VPC's routes lead to."""

    ranges: Annotated[tuple[AddressRange, ...], Field(min_length=1, max_length=20), Distinct]
    """Ranges that are reached there."""
    tiers: Annotated[tuple[Literal[Tier.PRIVATE, Tier.PUBLIC], ...], Field(min_length=1), Distinct] = (Tier.PRIVATE,)
    """Subnets whose routes lead there; data subnets never do."""
    ports: Annotated[tuple[Port, ...], Field(max_length=10), Distinct] = ()
    """TCP ports that workloads may call there, beside what they may call on the internet."""
    callers: bool = False
    """Whether what is there may call the site's internal load balancer."""


class Peer(RoutedNetwork):
    """A VPC that this one is peered with."""

    vpc_id: VpcId
    """Its id."""
    account: AccountId | None = None
    """Whose it is; then its owner must accept the peering. None: this account's, and it is accepted at once."""
    region: RegionName | None = None
    """Where it is; of another region its owner must accept the peering. None: this region."""


class TransitGatewayLink(RoutedNetwork):
    """A transit gateway that the VPC is attached to."""

    id: TransitGatewayId
    """Its id; one of another account must be shared with this one."""
    gib_per_month: Annotated[float, Field(ge=0, le=1e9)] = Field(default=0.0, exclude_if=is_empty)
    """Bytes that the site sends into it; AWS bills the sender."""
