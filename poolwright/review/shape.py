"""Shape: rows that say how a plan looks, which a page draws: placement, utilisation, network, guarantees."""

from __future__ import annotations

from math import fsum

from pydantic import Field

from solver.quantity import HOURS_PER_WEEK
from solver.schema import Schema


class Held(Schema):
    """Replicas of one variant on each of some equal machines."""

    replicas: int
    """On each."""
    vcpus: float
    """That they ask for together."""
    memory_gib: float
    """Likewise."""


class PlacementRow(Schema):
    """Equal machines of a node group, or a host, in the hour in which most machines of the site run."""

    site: str
    """The site."""
    on: str
    """`3 × g6.xlarge on-demand`, `host line-1`."""
    holds: dict[str, Held]
    """By `workload.variant`."""
    vcpus: float
    """Of each, as far as containers can have it."""
    memory_gib: float
    """Likewise."""

    @property
    def vcpus_asked(self) -> float:
        """That the replicas of one ask for."""
        return fsum(each.vcpus for each in self.holds.values())

    @property
    def memory_gib_asked(self) -> float:
        """Likewise."""
        return fsum(each.memory_gib for each in self.holds.values())


class UtilisationRow(Schema):
    """What replicas ask for of all machines of a site that run, in one dimension."""

    site: str
    """The site."""
    dimension: str
    """vCPU, memory, accelerators, network, task addresses, scratch disk."""
    hourly: tuple[float, ...] = Field(min_length=HOURS_PER_WEEK, max_length=HOURS_PER_WEEK)
    """Parts of 1 for each hour of the week; 0 where no machine with it runs."""

    @property
    def highest_hour(self) -> int:
        """The first of the hours in which most of it is asked for."""
        return max(range(len(self.hourly)), key=lambda hour: (self.hourly[hour], -hour))

    @property
    def highest(self) -> float:
        """Then."""
        return max(self.hourly)

    @property
    def mean(self) -> float:
        """Of the hours in which machines with it run; 0 where none do."""
        running = [part for part in self.hourly if part]
        return fsum(running) / len(running) if running else 0.0


class SubnetRow(Schema):
    """One subnet."""

    tier: str
    """public, private, isolated."""
    zone: str
    """Zone id."""
    range: str
    """Its block, or its id where it is not the stack's own."""


class NetworkRow(Schema):
    """The network of one site."""

    site: str
    """The site."""
    where: str
    """`10.20.0.0/16 in use1-az1, use1-az2`, `hosts line-1, line-2`."""
    subnets: tuple[SubnetRow, ...]
    """By tier, then zone."""
    ways_out: tuple[str, ...]
    """`NAT: per-zone in …`, `endpoint s3, gateway`, `peer offices to …`."""


class FlowRow(Schema):
    """A connection that is allowed."""

    site: str
    """The site."""
    source: str
    """`internet`, `load-balancer public`, `workload assistant`."""
    target: str
    """Whom it reaches."""
    ports: str
    """`8080`, `9000-9010`."""
    reason: str
    """Which line of the demand asks for it."""


class GuaranteeRow(Schema):
    """What a promise, a limit or a control of the demand costs."""

    name: str
    """`zone survival`, `control EC2.2`."""
    kept: str
    """What the demand says."""
    without: str
    """What it was solved with instead; of controls, the measures that would go."""
    usd_per_month: float | None
    """What it costs; less than 0: what it saves. None where there is no plan without it, or nobody looked."""
    note: str = ""
    """How sure that is, or why there is no figure."""
