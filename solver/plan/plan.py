"""Plan: the pre-solve's answer; one part per pool and site, cost, bound, gap, digests of the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from solver.plan.carbon import CarbonPlan
from solver.plan.compute import ComputePlan
from solver.plan.cost import CostLine
from solver.plan.docker import DockerSitePlan
from solver.plan.explanation import Reason, RejectedMove
from solver.plan.monitoring import MonitoringPlan
from solver.plan.network import NetworkPlan
from solver.plan.security import SecurityPlan
from solver.plan.storage import StoragePlan
from solver.schema import Schema, is_empty
from solver.vocabulary import SiteKind, Termination

MODEL_VERSION = "8"
"""Raised when the same inputs may give another plan than before; it makes every lock stale."""


class PriceTable(Schema):
    """Which prices a plan was made with."""

    region: str
    """The region."""
    dated: str
    """Newest date of its sources, `2026-07-20`."""


class ReleaseInput(Schema):
    """The release that a stack's demand has."""

    id: str
    """The first digits of the digest of what it carries."""
    digest: str
    """`sha256:…` of the release file."""


class DiscountsInput(Schema):
    """The agreements that are taken off the prices of a plan; what they take off is not said."""

    name: str
    """What the file is called."""
    digest: str
    """Its sha256."""


class PlanInputs(Schema):
    """Digests of all that the plan was made from; any change makes a lock stale."""

    demand: str
    """sha256 of the merged demand, traces included; comments and order of keys don't count."""
    catalog: str
    """sha256 of the tables of the stack's regions."""
    prices: tuple[PriceTable, ...]
    """By region."""
    model: str
    """Version of the models: it changes when the same inputs may give another plan."""
    release: ReleaseInput | None = Field(default=None, exclude_if=is_empty)
    """The release that the demand has; None: the stack's own files say all."""
    discounts: DiscountsInput | None = Field(default=None, exclude_if=is_empty)
    """Agreements that are taken off the prices; None: they are list prices."""


class Proof(Schema):
    """How good the plan is, and how that is known."""

    solver: str
    """HiGHS or CBC, with version."""
    termination: Termination
    """Why the search ended."""
    cost_usd_per_month: float
    """Sum of the cost lines."""
    bound_usd_per_month: float
    """No plan that holds this demand can cost less."""
    gap: float
    """(cost − bound) / cost, rounded up to six decimals."""
    proven: bool
    """The gap is at most what was asked for."""
    witness: str
    """What the independent checker found: `every replica of every hour is placed`, with counts."""


class SitePlan(Schema):
    """The pools of one site in a region of AWS."""

    kind: Literal[SiteKind.AWS]
    """aws"""
    region: str
    """The region."""
    compute: ComputePlan
    """Compute pool."""
    storage: StoragePlan
    """Storage pool."""
    network: NetworkPlan
    """Network pool."""
    security: SecurityPlan
    """Security pool."""
    monitoring: Annotated[MonitoringPlan | None, Field(exclude_if=is_empty)] = None
    """Monitoring pool; None: the demand asks for none."""
    carbon: Annotated[CarbonPlan | None, Field(exclude_if=is_empty)] = None
    """What its machines emit; None: the demand does not ask."""
    serves: dict[str, dict[str, float]] = Field(default_factory=dict[str, dict[str, float]], exclude_if=is_empty)
    """Of a stack with several sites: service → where its load comes from → part of the service's whole load that is
    served here. An origin is a location, `site` and the site of the callers, or `anywhere`."""


AnySitePlan = Annotated[SitePlan | DockerSitePlan, Field(discriminator="kind")]
"""A region's pools, or those of owned hosts."""


def aws_sites_of(sites: Mapping[str, SitePlan | DockerSitePlan]) -> dict[str, SitePlan]:
    """Sites of the kind aws, by key."""
    return {key: site for key, site in sites.items() if isinstance(site, SitePlan)}


def docker_sites_of(sites: Mapping[str, SitePlan | DockerSitePlan]) -> dict[str, DockerSitePlan]:
    """Sites of the kind docker, by key."""
    return {key: site for key, site in sites.items() if isinstance(site, DockerSitePlan)}


class Plan(Schema):
    """What a stack is built from."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """Its name."""
    owner: str
    """Who answers for it."""
    cost_centre: str
    """Who pays."""
    tags: dict[str, str]
    """Added to every resource."""
    time_zone: str
    """Of all hours and schedules."""
    week_of: date | None = Field(default=None, exclude_if=is_empty)
    """The Monday of the one week that it is for; None: any week."""
    inputs: PlanInputs
    """What it was made from."""
    proof: Proof
    """How good it is."""
    sites: dict[str, AnySitePlan]
    """By key."""
    cost_lines: tuple[CostLine, ...]
    """By site, pool, item."""
    not_priced: tuple[str, ...] = ()
    """What costs money and is not in the lines, each with its reason."""
    reasons: tuple[Reason, ...] = ()
    """By subject."""
    rejected: tuple[RejectedMove, ...] = ()
    """Changes of the approved plan that would save too little to be made, the greatest saving first; a lock has none:
    the savings change with every price."""
    separate_usd_per_month: float | None = None
    """What the pools would cost if each were solved by itself: machines chosen by their own prices, and network,
    security and storage around them. Not every plan says so, and a lock never does."""

    @property
    def aws_sites(self) -> dict[str, SitePlan]:
        """Sites of the kind aws, by key."""
        return aws_sites_of(self.sites)

    @property
    def docker_sites(self) -> dict[str, DockerSitePlan]:
        """Sites of the kind docker, by key."""
        return docker_sites_of(self.sites)
