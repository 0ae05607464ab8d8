"""Metric: what can be measured of a stack, of which kind of thing, and how its samples make an hour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """What a series is about; the name of the column that says which one."""

    WORKLOAD = "workload"
    """A service or job, by its key."""
    NODE_GROUP = "node_group"
    """By its key in the plan."""
    SITE = "site"
    """By its key."""
    AWS_SERVICE = "aws_service"
    """An AWS service that machines talk to, as an endpoint is called: `logs`, or `site/logs` where there are several
    sites."""
    STORAGE = "storage"
    """A claim, by its key."""
    STACK = "stack"
    """The whole; its subject is the stack's name."""


class Metric(StrEnum):
    """What is measured; a unit is the end of its name."""

    LOAD = "load_per_second"
    """Units of load that a service was asked for."""
    REPLICAS = "replicas"
    """Replicas that ran."""
    CPU = "cpu_used_share"
    """Used part of what the replicas asked for."""
    MEMORY = "memory_used_share"
    """The same."""
    ACCELERATOR = "accelerator_used_share"
    """Part of the time in which the accelerators were at work."""
    LATENCY = "latency_ms"
    """At the percentile of the service's target."""
    ERRORS = "errors_share"
    """Part of the requests that failed."""
    MACHINES = "machines"
    """Machines that ran."""
    INTERRUPTIONS = "spot_interruptions"
    """Spot machines that were taken back."""
    NAT = "nat_gib"
    """Bytes through all NAT gateways."""
    API = "aws_api_gib"
    """Bytes between machines and one AWS service, whichever way they took."""
    STORED = "stored_gib"
    """Bytes that a claim holds."""
    READ = "read_gib"
    """Bytes read of it."""
    OPERATIONS = "operations_per_second"
    """Reads and writes of a volume."""
    COST = "cost_usd"
    """What was billed."""


@dataclass(frozen=True)
class MetricKind:
    """How a metric's samples are read."""

    subject: SubjectKind
    counted: bool = False
    """The samples of an hour add up; else their mean and highest count."""
    what: str = "a number of 0 or more"


_SHARE = "a part of 1, like 0.63"

KINDS: dict[Metric, MetricKind] = {
    Metric.LOAD: MetricKind(SubjectKind.WORKLOAD),
    Metric.REPLICAS: MetricKind(SubjectKind.WORKLOAD),
    Metric.CPU: MetricKind(SubjectKind.WORKLOAD, what=_SHARE),
    Metric.MEMORY: MetricKind(SubjectKind.WORKLOAD, what=_SHARE),
    Metric.ACCELERATOR: MetricKind(SubjectKind.WORKLOAD, what=_SHARE),
    Metric.LATENCY: MetricKind(SubjectKind.WORKLOAD),
    Metric.ERRORS: MetricKind(SubjectKind.WORKLOAD, what=_SHARE),
    Metric.MACHINES: MetricKind(SubjectKind.NODE_GROUP),
    Metric.INTERRUPTIONS: MetricKind(SubjectKind.NODE_GROUP, counted=True),
    Metric.NAT: MetricKind(SubjectKind.SITE, counted=True),
    Metric.API: MetricKind(SubjectKind.AWS_SERVICE, counted=True),
    Metric.STORED: MetricKind(SubjectKind.STORAGE),
    Metric.READ: MetricKind(SubjectKind.STORAGE, counted=True),
    Metric.OPERATIONS: MetricKind(SubjectKind.STORAGE),
    Metric.COST: MetricKind(SubjectKind.STACK, counted=True),
}
"""Of all metrics; one that is a part of 1 may be above it for a moment, as a burst of a processor is."""

MOST_SHARE = 20.0
"""Above that a part of 1 is taken for a percentage."""


def most(metric: Metric) -> float:
    """The greatest value that is believed."""
    return MOST_SHARE if KINDS[metric].what == _SHARE else 1e15


def metrics_of(kind: SubjectKind) -> tuple[Metric, ...]:
    """All metrics of one kind of thing."""
    return tuple(metric for metric in Metric if KINDS[metric].subject is kind)
