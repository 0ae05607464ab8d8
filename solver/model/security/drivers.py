"""What security services bill by, estimated from a plan: events, log bytes, configuration items, hosts, keys.

An estimate is as good as its figures; each constant says where it is from. They decide between measures that cover the
same control and make the cost honest to the order of magnitude; no size depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from solver.demand.demand import Demand
from solver.demand.storage import Bucket
from solver.model.network.load_balancers import REQUESTS_PER_CONNECTION, exposed_services
from solver.model.network.traffic import requests_per_month
from solver.model.security.amounts import DAYS_PER_MONTH, PlanAmounts
from solver.model.storage.object_life import ObjectLife
from solver.plan.compute import ComputePlan
from solver.plan.network import NetworkPlan
from solver.plan.storage import StoragePlan
from solver.quantity import HOURS_PER_MONTH
from solver.vocabulary import Exposure

BYTES_PER_GIB = 2**30
LOG_COMPRESSION = 0.15
"""Stored part of ingested log bytes: the AWS pricing calculator's factor for CloudWatch Logs."""
FLOW_RECORD_BYTES = 140
"""A record of the 14 default fields (VPC user guide's examples) and the 26 bytes that CloudWatch adds to an event."""
FLOW_WINDOWS_PER_MONTH = HOURS_PER_MONTH * 6
"""Records are aggregated over ten minutes (VPC user guide, the default interval)."""
RECORDS_PER_CONNECTION = 2.4
"""Both directions at the load balancer's interface, and one connection of two minutes in five lies in two windows. Load
balancers and services keep their own connections to tasks open: those are standing flows."""
STANDING_FLOWS_PER_INTERFACE = 20
"""Both directions of ten connections that a machine or task keeps open: load balancer nodes, callers, logs, agent, DNS;
our estimate."""
EVENTS_PER_MACHINE_START = 40
EVENTS_PER_TASK_START = 15
EVENTS_PER_RUNNING_HOUR = 12
"""Management calls: launching and registering a machine, placing a task with its interface and role, and the scaling
services' own polling; our count of the calls in AWS's API references, no measurement."""
BASE_EVENTS = 50_000
"""Calls of people, pipelines and AWS services in a small account in a month; our estimate."""
TRAIL_EVENT_KIB = 1.5
"""As the catalog's driver says."""
ITEMS_PER_MACHINE_START = 8
ITEMS_PER_TASK_START = 4
"""Machine, interface, volume and group, recorded when they come and when they go; a task's interface likewise."""
CHECKS_PER_RESOURCE_TYPE = 30
"""A day and resource type, as the catalog's driver says."""
ACCESS_LOG_BYTES = 120
"""A load balancer's log entry, compressed: about 800 bytes of text at the same factor as logs."""
ACCESS_LOG_DAYS = 90
BLOCKED_SHARE = 0.01
BLOCKED_RECORD_KIB = 1.5
"""Requests that a firewall stops, and its log record of each; our estimate."""
KEY_REQUEST_SHARE = 0.01
"""S3 Bucket Keys cut the requests to KMS by up to 99 % (S3 user guide)."""
YEAR_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """The parts of a plan that drivers are estimated from."""

    demand: Demand
    site_key: str
    network: NetworkPlan
    compute: ComputePlan
    storage: StoragePlan
    amounts: PlanAmounts
    """What is counted of the machines and tasks: those of the plan, or what no plan has less of."""


def estimate_drivers(facts: PlanFacts) -> dict[str, float]:
    """Driver of the catalog → amount a month; the measures' cost terms multiply prices with them."""
    amounts = facts.amounts
    web_requests = _requests(facts, Exposure.PUBLIC)
    all_requests = web_requests + _requests(facts, Exposure.INTERNAL)
    events = (
        BASE_EVENTS
        + amounts.machine_starts_per_month * EVENTS_PER_MACHINE_START
        + amounts.task_starts_per_month * EVENTS_PER_TASK_START
        + amounts.hosts * EVENTS_PER_RUNNING_HOUR * HOURS_PER_MONTH
    )
    object_events = fsum(_object_events(facts).values())
    flow_gib = _flow_log_gib(facts, amounts.hosts + amounts.tasks)
    return {
        "one": 1.0,
        "hours": float(HOURS_PER_MONTH),
        "management_events": events,
        "trail_gib": events * TRAIL_EVENT_KIB / 2**20,
        "object_events": object_events,
        "configuration_items": _resources(facts)
        + amounts.machine_starts_per_month * ITEMS_PER_MACHINE_START
        + amounts.task_starts_per_month * ITEMS_PER_TASK_START,
        "security_checks": CHECKS_PER_RESOURCE_TYPE * _resource_types(facts) * DAYS_PER_MONTH,
        "flow_log_gib": flow_gib,
        "flow_log_stored_gib": stored_gib(flow_gib, facts.network.flow_log_retention_days),
        "log_stored_gib": _kept_longer_gib(facts, flow_gib),
        "access_log_stored_gib": all_requests * ACCESS_LOG_BYTES / BYTES_PER_GIB * ACCESS_LOG_DAYS / DAYS_PER_MONTH,
        "key_requests": object_events * KEY_REQUEST_SHARE
        + (amounts.machine_starts_per_month + amounts.task_starts_per_month) * 2,
        "hosts": amounts.hosts,
        "vcpus": amounts.vcpus,
        "images": amounts.images_per_month,
        "services": float(len(facts.compute.services) + 1),
        "web_acls": float(sum(balancer.exposure is Exposure.PUBLIC for balancer in facts.network.load_balancers)),
        "web_requests": web_requests,
        "blocked_gib": web_requests * BLOCKED_SHARE * BLOCKED_RECORD_KIB / 2**20,
    }


def bucket_log_stored_gib(facts: PlanFacts) -> float:
    """GiB of the buckets' own access logs, mean over the month."""
    return fsum(_object_events(facts).values()) * ACCESS_LOG_BYTES / BYTES_PER_GIB * ACCESS_LOG_DAYS / DAYS_PER_MONTH


def stored_gib(ingested_gib: float, days: int) -> float:
    """GiB that CloudWatch Logs keeps of a monthly volume, in a steady state."""
    return ingested_gib * LOG_COMPRESSION * days / DAYS_PER_MONTH


def _requests(facts: PlanFacts, exposure: Exposure) -> float:
    services = exposed_services(facts.demand, facts.site_key, exposure)
    return fsum(requests_per_month(service) for service in services.values())


def _flow_log_gib(facts: PlanFacts, interfaces: float) -> float:
    """Records of clients' connections to load balancers, and of what each interface keeps open."""
    requests = _requests(facts, Exposure.PUBLIC) + _requests(facts, Exposure.INTERNAL)
    records = requests / REQUESTS_PER_CONNECTION * RECORDS_PER_CONNECTION
    records += interfaces * STANDING_FLOWS_PER_INTERFACE * FLOW_WINDOWS_PER_MONTH
    return records * FLOW_RECORD_BYTES / BYTES_PER_GIB


def _kept_longer_gib(facts: PlanFacts, flow_gib: float) -> float:
    """GiB stored more when every log group keeps its events for a year."""
    volumes = [
        (facts.demand.workloads[entry.key].logs_gib_per_month, entry.log_retention_days)
        for entry in (*facts.compute.services, *facts.compute.jobs)
    ]
    volumes.append((flow_gib, facts.network.flow_log_retention_days))
    return fsum(stored_gib(gib, max(0, YEAR_DAYS - days)) for gib, days in volumes)


def _object_events(facts: PlanFacts) -> Mapping[str, float]:
    """Reads and writes of each bucket in a month."""
    found: dict[str, float] = {}
    for key, claim in sorted(facts.demand.storage.items()):
        if isinstance(claim, Bucket) and facts.demand.site_of(claim) == facts.site_key:
            life = ObjectLife(need=claim)
            reads = life.reads_per_object(0, claim.retention_days)
            found[key] = life.objects_per_month * (1 + reads)
    return found


def _resources(facts: PlanFacts) -> float:
    """Resources that AWS Config records: about eight of the network's and the account's own, and those of each part."""
    network, compute, storage = facts.network, facts.compute, facts.storage
    counted = (
        (20, 1),
        (3, len(network.subnets)),
        (1, facts.amounts.resources_of_ways_out),
        (5, len(network.load_balancers)),
        (6, facts.amounts.node_groups),
        (7, len(compute.services) + len(compute.jobs)),
        (3, len(storage.buckets)),
        (2 + len(network.zones), len(storage.file_systems)),
    )
    return float(sum(each * count for each, count in counted))


def _resource_types(facts: PlanFacts) -> int:
    """Types of resources that the stack has, of those that the standard checks."""
    network, compute, storage = facts.network, facts.compute, facts.storage
    occurring = (
        # Account, IAM, KMS, EC2 machines, VPC, subnets, groups, trail.
        8,
        int(bool(network.load_balancers)),
        2 * int(bool(compute.node_groups)),
        3 * int(bool(compute.services)),
        int(bool(compute.jobs)),
        int(facts.amounts.images_per_month > 0),
        int(bool(storage.buckets)),
        int(bool(storage.file_systems)),
        int(any(entry.secrets for entry in (*compute.services, *compute.jobs))),
    )
    return sum(occurring)
