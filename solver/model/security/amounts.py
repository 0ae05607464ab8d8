"""What security services bill of machines and tasks: the amounts of a plan, and amounts that no plan has less of.

A bound takes the least: a plan whose machines start less often, or that runs fewer of them, has fewer recorded changes
and logged calls. What machines cost by the hour for such services is a surcharge on their price
(`solver.model.surcharge`), which the compute pool's bound counts, so the least amounts have no machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, fsum

from solver.demand.demand import Demand
from solver.demand.workloads import Service, Workload
from solver.plan.compute import ComputePlan, VariantPlan
from solver.plan.network import NetworkPlan
from solver.quantity import HOURS_PER_MONTH, HOURS_PER_WEEK, WEEKS_PER_MONTH

DAYS_PER_MONTH = HOURS_PER_MONTH / 24
DEPLOYMENTS_PER_MONTH = 4.0
"""Releases of each workload."""
_ROUNDING = 1e-9
"""Of a replica: a load that fills replicas exactly is held by them."""


@dataclass(frozen=True, kw_only=True)
class PlanAmounts:
    """Counts of one site; means and sums of a month."""

    machine_starts_per_month: float
    task_starts_per_month: float
    secret_reads_per_month: float
    """Each task start reads each secret of its workload."""
    hosts: float
    vcpus: float
    tasks: float
    node_groups: int
    images_per_month: float
    """Pushed to the stack's own repositories."""
    resources_of_ways_out: int
    """NAT gateways with their addresses, and endpoints with what is recorded beside them."""


def planned_amounts(compute: ComputePlan, network: NetworkPlan) -> PlanAmounts:
    """The amounts of a plan."""
    jobs = {job.key: len(job.days) * job.workers * WEEKS_PER_MONTH for job in compute.jobs}
    starts = {
        service.key: fsum(_starts_per_month(each) for each in service.variants) for service in compute.services
    } | jobs
    secrets = {entry.key: len(entry.secrets) for entry in (*compute.services, *compute.jobs)}
    groups = compute.node_groups
    return PlanAmounts(
        machine_starts_per_month=sum(group.machines.starts_per_week for group in groups) * WEEKS_PER_MONTH,
        task_starts_per_month=fsum(starts.values()),
        secret_reads_per_month=fsum(count * secrets[key] for key, count in starts.items()),
        hosts=fsum(group.machines.mean for group in groups),
        vcpus=fsum(group.machines.mean * group.vcpus for group in groups),
        tasks=fsum(variant.replicas.mean for variant in _variants(compute)),
        node_groups=len(groups),
        images_per_month=len(compute.repositories) * DEPLOYMENTS_PER_MONTH,
        resources_of_ways_out=2 * len(network.nat.zones) + 3 * len(network.endpoints),
    )


def least_amounts(demand: Demand, compute: ComputePlan) -> PlanAmounts:
    """What no plan of the site has less of; of `compute` the services and jobs count, which each plan of it has.

    A release starts every replica anew, and there are at least those that hold each hour's load when all are of the
    variant with the highest throughput. A job's run starts one task at least, which reads its secrets. What else its
    start costs, and what the schedules start, is left to the compute pool's bound (`compute.start_bound`, `jobs`).
    """
    replicas = {service.key: _least_replicas(demand.workloads[service.key]) for service in compute.services}
    released = {key: count * DEPLOYMENTS_PER_MONTH for key, count in replicas.items()}
    starts = released | {job.key: len(job.days) * WEEKS_PER_MONTH for job in compute.jobs}
    secrets = {entry.key: len(entry.secrets) for entry in (*compute.services, *compute.jobs)}
    pushed = [key for key in compute.repositories if _is_always_pushed(demand, key)]
    return PlanAmounts(
        machine_starts_per_month=0.0,
        task_starts_per_month=fsum(released.values()),
        secret_reads_per_month=fsum(count * secrets[key] for key, count in starts.items()),
        hosts=0.0,
        vcpus=0.0,
        tasks=fsum(replicas.values()),
        node_groups=min(1, len(compute.node_groups)),
        images_per_month=len(pushed) * DEPLOYMENTS_PER_MONTH,
        resources_of_ways_out=0,
    )


def _variants(compute: ComputePlan) -> Iterator[VariantPlan]:
    for service in compute.services:
        yield from service.variants


def _starts_per_month(variant: VariantPlan) -> float:
    """The schedule's rises, and every replica anew with each release."""
    return variant.replicas.starts_per_week * WEEKS_PER_MONTH + variant.replicas.mean * DEPLOYMENTS_PER_MONTH


def _least_replicas(workload: Workload) -> float:
    """Mean over the week's hours."""
    assert isinstance(workload, Service)
    most = max(variant.throughput_per_second * workload.utilisation(key) for key, variant in workload.variants.items())
    needed = (load * (1 + workload.headroom) / most for load in workload.load.week_per_second())
    return fsum(max(0, ceil(each - _ROUNDING)) for each in needed) / HOURS_PER_WEEK


def _is_always_pushed(demand: Demand, key: str) -> bool:
    """Whether each variant of a workload runs an image of the stack's own."""
    workload = demand.workloads[key]
    return all((variant.image or workload.image).reference is None for variant in workload.variants.values())
