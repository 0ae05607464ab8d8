"""NetworkPlan: subnets, NAT, endpoints, load balancers, flow logs, name."""

from __future__ import annotations

from ipaddress import IPv4Network

from pydantic import Field

from solver.cloud_ids import is_vpc_id
from solver.plan.keyed import Keyed
from solver.schema import Schema, is_empty
from solver.vocabulary import EndpointKind, Exposure, NatMode, Protocol, StackKind, Tier


class SubnetPlan(Schema):
    """One subnet; its key is tier and zone, so a zone added later moves nothing."""

    key: str
    """`private-use1-az1`."""
    tier: Tier
    """What it can reach."""
    zone: str
    """Zone id."""
    cidr: IPv4Network
    """Its block."""
    ipv6_index: int | None = Field(default=None, exclude_if=is_empty)
    """Which /64 of the VPC's range is its own, 1 to 255, from tier and zone alone; None: it has none."""


class NatPlan(Schema):
    """NAT gateways by zone, and which zone each private subnet leaves through."""

    mode: NatMode
    """Per zone, one, or none."""
    zones: tuple[str, ...]
    """Zone ids with a NAT gateway."""
    reason: str = ""
    """Why this is the cheapest that is allowed."""


class EndpointPlan(Schema):
    """A VPC endpoint that pays for itself or that a rule asks for."""

    service: str
    """Short name of the AWS service: s3, ecr.api, ecr.dkr, logs, secretsmanager, …"""
    kind: EndpointKind
    """Gateway or interface."""
    zones: tuple[str, ...] = ()
    """Zones of an interface endpoint."""
    reason: str = ""
    """Why it is there."""


class TargetPlan(Schema):
    """One service behind a load balancer."""

    workload: str
    """Its key."""
    path: str
    """Path prefix that leads to it; "/" is the default action when only one service has it."""
    port: int
    """Where its replicas listen."""
    protocol: Protocol
    """What they speak."""
    health_path: str
    """Path of the health check."""
    health_interval_seconds: int
    """Between two checks."""
    moves_requests: bool = Field(default=False, exclude_if=is_empty)
    """A deployment moves its requests: it has a second target group, and a rule of its own also at "/"."""


class LoadBalancerPlan(Schema):
    """One application load balancer and what is behind it."""

    key: str
    """`public` or `internal`."""
    exposure: Exposure
    """Who can reach it."""
    targets: tuple[TargetPlan, ...]
    """Services, longest path first."""
    https: bool
    """Listens on 443 with a certificate (and sends 80 there); an internal one without a name listens on 80."""


class DnsPlan(Schema):
    """Name and certificate of the public load balancer."""

    domain: str
    """The name."""
    hosted_zone_id: str | None
    """The zone that holds it; None: the stack makes one."""
    certificate_arn: str | None
    """A certificate that exists; None: one is made."""


class RoutedPlan(Schema):
    """A network beyond the VPC."""

    ranges: tuple[IPv4Network, ...]
    """Ranges that are routed there."""
    tiers: tuple[Tier, ...]
    """Subnets whose routes lead there."""

    @property
    def name(self) -> str:
        """What flows call it."""
        raise NotImplementedError


class PeerPlan(RoutedPlan):
    """A VPC that this one is peered with."""

    key: str
    """Its name in the demand."""
    vpc_id: str
    """Its id."""
    account: str | None = Field(default=None, exclude_if=is_empty)
    """Whose it is; None: this account's."""
    region: str | None = Field(default=None, exclude_if=is_empty)
    """Where it is; None: this region."""

    @property
    def name(self) -> str:
        """What flows call it."""
        return f"peer {self.key}"


class TransitGatewayPlan(RoutedPlan):
    """A transit gateway that the VPC is attached to."""

    id: str
    """Its id."""

    @property
    def name(self) -> str:
        """What flows call it."""
        return "transit-gateway"


class SourceStackPlan(Schema):
    """A stack that somebody else runs, and whose outputs have ids."""

    kind: StackKind
    """What it was made with."""
    name: str | None = Field(default=None, exclude_if=is_empty)
    """As its tool names it; None: all stacks of CloudFormation, by what they export."""

    def __str__(self) -> str:
        if self.kind is StackKind.CLOUDFORMATION_EXPORTS:
            return "exports of CloudFormation"
        return f"{'Pulumi' if self.kind is StackKind.PULUMI else 'CloudFormation'} stack {self.name}"


class ExistingPlan(Schema):
    """A VPC that exists and the subnets of it that the site uses."""

    vpc_id: str
    """Its id, or the output of `stack` that has it."""
    subnets: dict[Tier, dict[str, str]]
    """Ids, or outputs of `stack`, by tier, then zone id."""
    stack: SourceStackPlan | None = Field(default=None, exclude_if=is_empty)
    """Whose outputs what is no id names; the program asks for them before it makes anything."""

    @property
    def words(self) -> str:
        """What the VPC is called."""
        if self.stack is None or is_vpc_id(self.vpc_id):
            return self.vpc_id
        return f"the VPC of {self.stack}"


class NetworkPlan(Schema):
    """The network pool of one site."""

    cidr: IPv4Network
    """The VPC's range."""
    zones: tuple[str, ...]
    """Zone ids, in order."""
    subnets: Keyed[SubnetPlan]
    """By tier, then zone."""
    nat: NatPlan
    """NAT."""
    endpoints: tuple[EndpointPlan, ...]
    """By service."""
    load_balancers: Keyed[LoadBalancerPlan]
    """By key."""
    flow_logs: bool
    """VPC flow logs to CloudWatch Logs, encrypted with the logs key."""
    flow_log_retention_days: int
    """How long they are kept."""
    dns: DnsPlan | None
    """Name and certificate, when a service is public."""
    dual_stack: bool = Field(default=False, exclude_if=is_empty)
    """The VPC has a /56 of Amazon's IPv6 addresses beside its range."""
    peers: Keyed[PeerPlan] = Field(default=(), exclude_if=is_empty)
    """VPCs that it is peered with, by key."""
    transit_gateway: TransitGatewayPlan | None = Field(default=None, exclude_if=is_empty)
    """The transit gateway that it is attached to."""
    existing: ExistingPlan | None = Field(default=None, exclude_if=is_empty)
    """The VPC, where it is not the stack's own: then there are no subnets, NAT gateways or endpoints to build."""

    @property
    def routed(self) -> tuple[RoutedPlan, ...]:
        """All networks beyond the VPC."""
        return (*self.peers, *(() if self.transit_gateway is None else (self.transit_gateway,)))

    @property
    def leads_out(self) -> bool:
        """Whether private subnets may reach the internet; the routes of an existing VPC are its owner's."""
        return self.existing is not None or self.nat.mode is not NatMode.NONE
