"""Bytes that a site moves in a month, by where they go; from the demand's own figures and the machines' schedule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import fsum

from solver.demand.demand import AwsSite, Demand
from solver.demand.workloads import Service, Workload
from solver.plan.compute import ComputePlan, VariantPlan
from solver.quantity import WEEKS_PER_MONTH
from solver.vocabulary import Exposure

KIB_PER_GIB = 2**20
MIB_PER_GIB = 2**10
SECONDS_PER_HOUR = 3600
_ECR_HOST = re.compile(r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")

AGENT_SERVICES = ("ecs", "ecs-agent", "ecs-telemetry")
"""What the container agent of each machine talks to; AWS asks for all three where there is no other way out
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html)."""
REGISTRY_SERVICES = ("ecr.api", "ecr.dkr")
"""What an image pull from ECR talks to; the layers themselves come from S3
(https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html)."""


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """GiB a month between the site and other sites, by calls to public services."""

    requests_gib: float = 0.0
    """Sent by the site's callers."""
    answers_in_gib: float = 0.0
    """Received by them."""
    answers_out_gib: float = 0.0
    """Sent by the site's services."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """GiB a month."""

    aws_api_gib: Mapping[str, float]
    """To each AWS service that has no gateway endpoint, by its short name."""
    internet_gib: float
    """Between machines and the internet, without image pulls."""
    outside_pulls_gib: float
    """Images pulled from registries outside of AWS."""
    responses_gib: float
    """From public services to their users."""
    calls_gib: float
    """Straight between services of the site; what passes a load balancer is counted there."""
    outside_images: tuple[str, ...]
    """Workloads whose image comes from a registry outside of AWS."""
    crossing: Crossing = field(default_factory=Crossing)
    """To and from other sites."""


def traffic_of(demand: Demand, site_key: str, compute: ComputePlan, crossing: Crossing | None = None) -> Traffic:
    """All traffic of the site.

    The logs' bytes go to CloudWatch Logs; the rest of `aws_api_gib_per_month` is spread evenly over the other services
    that are used. A service that others call and that has no load balancer gets its load by calls; the load of one that
    has both is counted at the load balancer, unless `load_from` splits it.
    """
    wish = demand.aws_sites[site_key].network
    workloads = {key: entry for key, entry in demand.workloads.items() if demand.site_of(entry) == site_key}
    used = _services_used(compute)
    logs = fsum(entry.logs_gib_per_month for entry in workloads.values())
    others = tuple(service for service in used if service != "logs")
    rest = max(0.0, wish.aws_api_gib_per_month - logs) / len(others) if others else 0.0
    services = {key: entry for key, entry in workloads.items() if isinstance(entry, Service)}
    called = {callee for entry in workloads.values() for callee in entry.calls}
    return Traffic(
        aws_api_gib={service: logs if service == "logs" else rest for service in used},
        internet_gib=wish.internet_gib_per_month,
        outside_pulls_gib=_outside_pulls_gib(demand, demand.aws_sites[site_key], compute),
        responses_gib=fsum(
            requests_per_month(entry) * _from_users(demand, entry) * entry.response_kib / KIB_PER_GIB
            for entry in services.values()
            if entry.exposure is Exposure.PUBLIC
        ),
        calls_gib=fsum(
            requests_per_month(entry)
            * _from_callers(demand, site_key, entry)
            * (entry.request_kib + entry.response_kib)
            / KIB_PER_GIB
            for key, entry in services.items()
            if key in called
        ),
        outside_images=tuple(
            key for key, variant in _variants(compute) if _outside_mib(demand.workloads[key], variant.key)
        ),
        crossing=crossing or Crossing(),
    )


def least_traffic(traffic: Traffic, demand: Demand) -> Traffic:
    """What there is of it whichever variants run: no plan has to start machines, which pull images."""
    always = (
        key
        for key in traffic.outside_images
        if all(_outside_mib(demand.workloads[key], variant) for variant in demand.workloads[key].variants)
    )
    return replace(traffic, outside_pulls_gib=0.0, outside_images=tuple(always))


def _from_users(demand: Demand, service: Service) -> float:
    """Part of a public service's load that users ask for: all where the demand does not say."""
    if not service.load_from:
        return 1.0
    return fsum(part for origin, part in service.load_from.items() if origin in demand.locations)


def _from_callers(demand: Demand, site_key: str, service: Service) -> float:
    """Part of a service's load that comes straight from callers on its site."""
    if service.exposure is None:
        return 1.0
    return fsum(
        part for origin, part in service.load_from.items() if origin in demand.workloads or origin == f"site {site_key}"
    )


def requests_per_month(service: Service) -> float:
    """Units of load of a mean month."""
    return fsum(service.load.week_per_second()) * SECONDS_PER_HOUR * WEEKS_PER_MONTH


def in_ecr(reference: str) -> bool:
    """Whether the image's address is a private ECR registry, which endpoints reach."""
    return _ECR_HOST.match(reference) is not None


def _services_used(compute: ComputePlan) -> tuple[str, ...]:
    """AWS services that the site's machines and tasks talk to, besides S3 and those reached through a mount."""
    found: set[str] = set()
    if compute.node_groups:
        found.update(AGENT_SERVICES, ("logs",))
    references = [variant.image_reference for _, variant in _variants(compute)]
    references += [daemon.image_reference for daemon in compute.daemons]
    references += [sidecar.image_reference for service in compute.services for sidecar in service.sidecars]
    if any(reference is None or in_ecr(reference) for reference in references):
        found.update(REGISTRY_SERVICES)
    if any(entry.secrets for entry in (*compute.services, *compute.jobs)):
        found.add("secretsmanager")
    return tuple(sorted(found))


def _variants(compute: ComputePlan) -> Iterator[tuple[str, VariantPlan]]:
    for service in compute.services:
        for variant in service.variants:
            yield service.key, variant
    for job in compute.jobs:
        yield job.key, job.variant


def _outside_pulls_gib(demand: Demand, site: AwsSite, compute: ComputePlan) -> float:
    """Each machine that starts pulls each image once that its group runs."""
    starts = {group.key: float(group.machines.starts_per_week) for group in compute.node_groups}
    if demand.machine_starts_per_week is not None:
        machines = {group.key: group.machines.high for group in compute.node_groups}
        whole = sum(machines.values())
        starts = {
            key: demand.machine_starts_per_week * count / whole if whole else 0.0 for key, count in machines.items()
        }
    of_daemons = sum(
        each.image.size_mib
        for each in site.daemons.values()
        if not in_ecr(each.image.reference or "") and compute.daemons
    )
    pulled = fsum(
        starts[group] * _outside_mib(demand.workloads[key], variant.key)
        for key, variant in _variants(compute)
        for group in variant.node_groups
    )
    pulled += of_daemons * fsum(starts[group.key] for group in compute.node_groups if group.runtime == "ecs")
    return pulled * WEEKS_PER_MONTH / MIB_PER_GIB


def _outside_mib(workload: Workload, variant_key: str) -> int:
    """What machines pull for a variant from registries outside of AWS, its sidecars' images included."""
    images = [workload.variants[variant_key].image or workload.image]
    if isinstance(workload, Service):
        images += [sidecar.image for sidecar in workload.sidecars.values()]
    return sum(image.size_mib for image in images if image.reference is not None and not in_ecr(image.reference))
