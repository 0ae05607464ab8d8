"""What the approved plan has of each service in each hour of the week: replicas, and the load they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from poolwright.observe.forecast.forecaster import WEEK, Hours
from poolwright.observe.metrics import Metric
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.docker import DockerSitePlan
from solver.plan.plan import Plan


@dataclass(frozen=True, kw_only=True)
class PlannedService:
    """One service, at all sites together. Hour 0 is Monday 00:00 in the stack's time zone."""

    workload: str
    load_per_second: Hours
    """What the demand asks for in each hour, without headroom and without events."""
    headroom: float
    replicas: Hours
    """Replicas of the schedule: the floor of autoscaling."""
    held_per_second: Hours
    """Load that they are asked for at most: replicas × throughput × highest utilisation."""
    throughput_per_replica: Hours
    """Units a second that the mean replica does when fully used; 0 in hours without one."""
    variants: tuple[str, ...]
    """Those that run."""
    driver: Metric | None
    """The use that grows with load: the accelerator's where all variants that run have one, the processor's where none
    has; None where both kinds run, of which means say nothing."""
    latency_ms: float | None
    """The target; None: there is none."""
    max_utilisation: float
    """The highest of its variants that run."""

    @property
    def load_per_replica(self) -> Hours:
        """Units a second that a replica is asked for; 0 in hours without one."""
        return np.divide(self.held_per_second, self.replicas, out=np.zeros(WEEK), where=self.replicas > 0)


def planned_services(plan: Plan, demand: Demand) -> Mapping[str, PlannedService]:
    """Every service of the demand, by key; without replicas where the plan has none."""
    return {
        key: _planned(plan, key, entry) for key, entry in sorted(demand.workloads.items()) if isinstance(entry, Service)
    }


def group_subjects(plan: Plan) -> Mapping[tuple[str, str], str]:
    """What measurements call each node group, by site and key: its key, and where several sites have it, `site/key`."""
    groups = [
        (site, group.key) for site, entry in sorted(plan.aws_sites.items()) for group in entry.compute.node_groups
    ]
    count = Counter(key for _, key in groups)
    return {(site, key): key if count[key] == 1 else f"{site}/{key}" for site, key in groups}


def _planned(plan: Plan, key: str, service: Service) -> PlannedService:
    replicas, held, throughput = np.zeros(WEEK), np.zeros(WEEK), np.zeros(WEEK)
    variants: dict[str, None] = {}
    for variant, each, asked in _running(plan, key):
        if variant not in service.variants:
            continue
        variants[variant] = None
        replicas += each
        held += each * asked
        throughput += each * service.variants[variant].throughput_per_second
    usual = service.load.model_copy(update={"events": {}})
    return PlannedService(
        workload=key,
        load_per_second=np.array(usual.week_per_second()),
        headroom=service.headroom,
        replicas=replicas,
        held_per_second=held,
        throughput_per_replica=np.divide(throughput, replicas, out=np.zeros(WEEK), where=replicas > 0),
        variants=tuple(variants),
        driver=_driver([service.variants[name].accelerator is not None for name in variants]),
        latency_ms=service.latency.milliseconds if service.latency is not None else None,
        max_utilisation=max((service.utilisation(name) for name in variants), default=1.0),
    )


def _driver(accelerated: Sequence[bool]) -> Metric | None:
    if any(accelerated):
        return Metric.ACCELERATOR if all(accelerated) else None
    return Metric.CPU


def _running(plan: Plan, key: str) -> list[tuple[str, Hours, float]]:
    """Variant, replicas by hour, and load of each, over all sites."""
    found: list[tuple[str, Hours, float]] = []
    for site in plan.sites.values():
        if isinstance(site, DockerSitePlan):
            hosted = {service.key: service for service in site.services}.get(key)
            for variant in hosted.variants if hosted is not None else ():
                count = sum(host.replicas.get(f"{key}.{variant.key}", 0) for host in site.hosts)
                found.append((variant.key, np.full(WEEK, float(count)), variant.load_per_replica_per_second))
            continue
        service = {service.key: service for service in site.compute.services}.get(key)
        for variant in service.variants if service is not None else ():
            hourly = np.array(variant.replicas.hourly(), dtype=float)
            found.append((variant.key, hourly, variant.load_per_replica_per_second))
    return found
