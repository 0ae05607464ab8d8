"""Demand: the root of a stack file; sites and limits."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, Self, cast

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from solver.demand.autopilot import AutopilotWish, autopilot_contradictions
from solver.demand.backup import BackupWish
from solver.demand.capacity_rules import capacity_contradictions
from solver.demand.carbon import CarbonWish
from solver.demand.ci import CiWish, PolicyArn, ci_contradictions
from solver.demand.compliance import ComplianceWish
from solver.demand.containers import Daemon
from solver.demand.docker import DockerSite, Milliseconds
from solver.demand.events import DayOfYear
from solver.demand.existing import ExistingVpc
from solver.demand.machine_rules import waiting_contradictions
from solver.demand.machines import MachinesWish
from solver.demand.monitoring import MonitoringWish, monitoring_contradictions
from solver.demand.names import (
    AddressRange,
    CertificateArn,
    Count,
    DomainName,
    FamilyPattern,
    HostedZoneId,
    Key,
    QuotaGroup,
    RegionName,
    SecretName,
    TagKey,
    TagValue,
    Text,
    TimeZone,
    VpcRange,
    ZoneCount,
    ZoneIds,
)
from solver.demand.purchase import Capacity, Held, PurchaseWish
from solver.demand.references import CONTRADICTIONS, find_contradictions
from solver.demand.residency import settled_sites
from solver.demand.routed import Peer, TransitGatewayLink
from solver.demand.secrets import SecretWish
from solver.demand.smoke import SmokeTest
from solver.demand.storage import StorageClaim
from solver.demand.synthetic_rules import synthetic_contradictions
from solver.demand.week_rules import week_contradictions
from solver.demand.workloads import Workload
from solver.quantity import Headroom, RootGib, Share, UsdPerMonth
from solver.schema import Schema, is_empty
from solver.vocabulary import NatMode, SiteKind, WorkloadKind


class Dns(Schema):
    """The name under which public services are reached, and its certificate."""

    domain: DomainName
    """Name of the public load balancer, `api.example.com`."""
    hosted_zone_id: HostedZoneId | None = None
    """The Route 53 zone that holds the name; None: the stack makes one, to be delegated by its parent zone."""
    certificate_arn: CertificateArn | None = None
    """A certificate that exists; None: one is made and validated in the zone."""
    internal: bool = Field(default=False, exclude_if=is_empty)
    """HTTPS on the internal load balancer too, under `internal.<domain>`; false: plain HTTP inside the VPC."""


class NetworkWish(Schema):
    """What a site's network must be."""

    cidr: VpcRange
    """Address range of the VPC."""
    reserved: tuple[AddressRange, ...] = ()
    """Ranges of other stacks, peers and offices; the stack's own must not overlap them."""
    nat: NatMode | Literal["auto"] = "auto"
    """NAT gateways; auto: the cheapest that survives what the workloads must survive."""
    growth: Headroom = 1.0
    """Spare addresses, as a part of the peak's: 1.0 holds twice the peak."""
    internet_gib_per_month: Annotated[float, Field(ge=0, le=1e9)] = 10.0
    """Bytes that machines exchange with the internet through NAT, without image pulls and AWS services."""
    aws_api_gib_per_month: Annotated[float, Field(ge=0, le=1e9)] = 5.0
    """Bytes to AWS services (logs, metrics, registry calls, secrets), without objects and image layers."""
    flow_log_retention_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] = 90
    """How long flow logs are kept."""
    dns: Dns | None = None
    """Needed by public services."""
    dual_stack: bool = Field(default=False, exclude_if=is_empty)
    """IPv6 beside IPv4: a range of Amazon's, a /64 for each subnet, load balancers that answer by both."""
    peers: dict[Key, Peer] = Field(default_factory=dict[str, Peer], max_length=20, exclude_if=is_empty)
    """VPCs that this one is peered with."""
    transit_gateway: TransitGatewayLink | None = Field(default=None, exclude_if=is_empty)
    """A transit gateway that the VPC is attached to."""
    existing: ExistingVpc | None = Field(default=None, exclude_if=is_empty)
    """A VPC that exists, instead of one that the stack makes."""


class Location(Schema):
    """A place where users are."""

    latency_ms: dict[Key, Milliseconds] = Field(default_factory=dict[str, float])
    """Milliseconds of network to each site, there and back."""


class AwsSite(Schema):
    """A region in which capacity is bought."""

    kind: Literal[SiteKind.AWS] = SiteKind.AWS
    """aws"""
    region: RegionName
    """The region; it must be in the catalog."""
    zones: ZoneCount | ZoneIds = 3
    """How many zones, or their ids."""
    network: NetworkWish
    """The VPC."""
    eni_trunking: bool = True
    """More task addresses for each machine, by the account setting awsvpcTrunking."""
    root_volume: Annotated[RootGib, Field(validate_default=False)] = 40
    """Root volume of each machine: system, images, scratch of replicas without their own."""
    daemons: dict[Key, Daemon] = Field(default_factory=dict[str, Daemon], max_length=10, exclude_if=is_empty)
    """Containers that run once on each machine of services; what they need, no replica gets."""
    quotas: dict[QuotaGroup, Annotated[int, Field(ge=0, le=10_000_000)]] = Field(default_factory=dict[str, int])
    """vCPU quotas of the account by family group (standard, g, p, inf, trn, f, …); what is absent is not limited."""
    latency_ms: dict[Key, Milliseconds] = Field(default_factory=dict[str, float], exclude_if=is_empty)
    """Milliseconds of network to other sites, there and back; one of two sites says it for both."""
    machines: MachinesWish | None = Field(default=None, exclude_if=is_empty)
    """How machines of services are renewed; None: new images in steps of 10, 50 and 100 %, and back when that fails."""

    @property
    def zone_count(self) -> int:
        """How many zones."""
        return self.zones if isinstance(self.zones, int) else len(self.zones)


def _site_kind(entry: object) -> object:
    """`kind` of a site as it stands in a file, or of one that is made already; aws where it is not said."""
    if isinstance(entry, dict):
        return cast("dict[str, object]", entry).get("kind", SiteKind.AWS)
    return getattr(entry, "kind", None)


Site = Annotated[
    Annotated[AwsSite, Tag(SiteKind.AWS)] | Annotated[DockerSite, Tag(SiteKind.DOCKER)], Discriminator(_site_kind)
]
"""Where capacity is bought or owned; told apart by `kind`, which is aws where it is not said."""


class Limits(Schema):
    """Bounds of the whole stack, and of the search."""

    node_groups: Annotated[int, Field(ge=1, le=100)] = 8
    """Most node groups of services."""
    budget_usd_per_month: UsdPerMonth | None = None
    """The plan may not cost more."""
    gap: Annotated[float, Field(ge=0.0001, le=0.5)] = 0.005
    """Cost above the proven bound at which the search stops, as a part of the cost."""
    load_tolerance: Annotated[float, Field(ge=0, le=0.5)] = 0.02
    """Loads closer than this, as a part of the service's peak, count as equal, at the higher of them."""
    fold: Literal["week", "workdays", "day"] = "workdays"
    """Which hours share one plan: none; the same hour of all workdays, and of both weekend days; of all days."""
    changes_per_day: Annotated[int, Field(ge=1, le=24)] = 24
    """Most changes of machines and replicas in a day: the hours between two share one plan, for the highest load."""
    machines: tuple[FamilyPattern, ...] = ()
    """Machine types that may be used at all, `m7g.*`; all when empty."""
    exclude_machines: tuple[FamilyPattern, ...] = ()
    """Machine types that may not be used."""
    burstable: bool = False
    """Allow T types for services: their sustained speed is their baseline."""


class Demand(Schema):
    """What one stack's applications need; a stack file after inheritance."""

    stack: Key
    """The stack's name; the file's name when it is not given."""
    description: Text | None = None
    """For people."""
    owner: Text
    """Who answers for the stack: an address or a team."""
    cost_centre: TagValue = "unassigned"
    """Who pays."""
    tags: dict[TagKey, TagValue] = Field(default_factory=dict[str, str], max_length=40)
    """Added to every resource."""
    time_zone: TimeZone = "UTC"
    """Of all hours in this file; schedules run in it."""
    week_of: DayOfYear | None = Field(default=None, exclude_if=is_empty)
    """The Monday of the one week that is planned, with the events of that week; None: a week as any, without events."""
    sites: Annotated[dict[Key, Site], Field(min_length=1, max_length=20)]
    """Where capacity is bought."""
    locations: dict[Key, Location] = Field(default_factory=dict[str, Location], max_length=100, exclude_if=is_empty)
    """Where users are."""
    workloads: Annotated[dict[Key, Workload], Field(min_length=1, max_length=1000)]
    """What runs."""
    storage: dict[Key, StorageClaim] = Field(default_factory=dict[str, StorageClaim])
    """What is kept."""
    backup: Annotated[BackupWish | None, Field(exclude_if=is_empty)] = None
    """Copies of what is kept, in a vault; None: file systems have EFS's own daily backups."""
    secrets: dict[SecretName, SecretWish] = Field(default_factory=dict[str, SecretWish], exclude_if=is_empty)
    """Secrets that change by themselves, by the names that workloads use; the others are changed by hand."""
    compliance: ComplianceWish = ComplianceWish()
    """What must be proven to auditors."""
    ci: Annotated[CiWish | None, Field(exclude_if=is_empty)] = None
    """A role for previews of pull requests; None: no role."""
    permissions_boundary: Annotated[PolicyArn | None, Field(exclude_if=is_empty)] = None
    """A policy of the account that no role of the stack may exceed; the role for previews has one of its own."""
    purchase: PurchaseWish = PurchaseWish()
    """Spot machines and commitments, or neither."""
    limits: Limits = Limits()
    """Bounds of the stack and of the search."""
    carbon: Annotated[CarbonWish | None, Field(exclude_if=is_empty)] = None
    """What the machines' electricity emits, and what a tonne of it weighs; None: nobody asks."""
    monitoring: Annotated[MonitoringWish | None, Field(exclude_if=is_empty)] = None
    """Dashboards, alarms, a budget, and who hears of them; None: alarms of deployments and of the trail alone."""
    smoke: dict[Key, SmokeTest] = Field(default_factory=dict[str, SmokeTest], max_length=50, exclude_if=is_empty)
    """What `up` asks of what it built; where an answer is wrong, it goes back to what ran before."""
    autopilot: Annotated[AutopilotWish | None, Field(exclude_if=is_empty)] = None
    """What `poolwright autopilot` may change by itself; None: nothing."""
    data_protection: bool = True
    """Buckets, file systems and keys can't be deleted by the engine, and outlive the stack."""
    cross_zone_share: Share = 0.67
    """Part of the traffic between services that crosses zones: 1 − 1/zones where nothing keeps it at home."""
    machine_starts_per_week: Count | None = None
    """Machines started a week, for image pulls; None: as the plan's schedule has it."""

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        contradictions = (
            *find_contradictions(
                self.sites,
                self.workloads,
                self.storage,
                self.purchase.held,
                self.locations,
                self.compliance.waivers,
                self.backup,
                self.secrets,
            ),
            *capacity_contradictions(self.aws_sites, self.purchase.capacity),
            *ci_contradictions(self.ci, self.permissions_boundary, len(self.aws_sites)),
            *waiting_contradictions(self.aws_sites, self.workloads, spot=self.purchase.spot),
            *autopilot_contradictions(self.autopilot, self.workloads),
            *week_contradictions(self.week_of, self.workloads, self.purchase, self.limits),
            *monitoring_contradictions(self.owner, self.monitoring),
            *synthetic_contradictions(self.monitoring, self.workloads, on_aws=bool(self.aws_sites)),
        )
        if contradictions:
            raise PydanticCustomError(
                CONTRADICTIONS,
                "{text}",
                {"text": "; ".join(str(each) for each in contradictions), "contradictions": contradictions},
            )
        return self

    @property
    def aws_sites(self) -> dict[str, AwsSite]:
        """Sites of the kind aws, by key, in the file's order."""
        return {key: site for key, site in self.sites.items() if isinstance(site, AwsSite)}

    @property
    def docker_sites(self) -> dict[str, DockerSite]:
        """Sites of the kind docker, by key, in the file's order."""
        return {key: site for key, site in self.sites.items() if isinstance(site, DockerSite)}

    def site_of(self, entry: Workload | StorageClaim | Held | Capacity) -> str:
        """Key of the site that an entry is settled on; a commitment is on the one whose machines it covers."""
        return entry.site if entry.site is not None else next(iter(self.sites))

    def sites_of(self, barred: Collection[tuple[str, str]] = ()) -> dict[str, tuple[str, ...]]:
        """Sites that each workload may run on: by its own words, its claims, the services that it calls, and without
        those of the pairs of workload and site that are barred. Jobs run on no Docker site."""
        jobs = [key for key, entry in self.workloads.items() if entry.kind is not WorkloadKind.SERVICE]
        without = {(job, site) for site in self.docker_sites for job in jobs}
        return settled_sites(self.workloads, self.storage, tuple(self.sites), without.union(barred))
