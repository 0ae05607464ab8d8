"""Need → have: each service in the hour in which least of its capacity is spare."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from poolwright.review.review import Need
from solver.plan.compute import ComputePlan, ServicePlan
from solver.plan.docker import DockerSitePlan
from solver.plan.plan import Plan, SitePlan


def needs_of(plan: Plan) -> tuple[Need, ...]:
    """By site and service; a plan that was read from a lock has no loads, and so no rows for sites in AWS."""
    return tuple(need for key, site in sorted(plan.sites.items()) for need in _of_site(key, site))


def _of_site(key: str, site: SitePlan | DockerSitePlan) -> Iterator[Need]:
    if isinstance(site, DockerSitePlan):
        yield from _of_hosts(key, site)
        return
    for service in site.compute.services:
        rows = [_in_hour(key, site.compute, service, *each) for each in _loads(site.compute, service)]
        if rows:
            yield min(rows, key=lambda row: (row.spare, row.hour))


def _loads(compute: ComputePlan, service: ServicePlan) -> Iterator[tuple[int, float]]:
    for hours in compute.hour_classes:
        load = hours.load_per_second.get(service.key, 0.0)
        if load > 0:
            yield hours.hours[0], load


def _in_hour(site: str, compute: ComputePlan, service: ServicePlan, hour: int, load: float) -> Need:
    have = fsum(variant.replicas.hourly()[hour] * variant.load_per_replica_per_second for variant in service.variants)
    running = [variant for variant in service.variants if variant.replicas.hourly()[hour]]
    groups = [name for variant in running for name in variant.node_groups]
    return Need(
        site=site,
        workload=service.key,
        hour=hour,
        need_per_second=load,
        have_per_second=have,
        runs_on=tuple(
            f"{machines} × {group.machine_types[0]} {group.purchase}"
            for group in compute.node_groups
            if group.key in groups and (machines := group.machines.hourly()[hour])
        ),
    )


def _of_hosts(key: str, site: DockerSitePlan) -> Iterator[Need]:
    for service in site.services:
        names = {f"{service.key}.{variant.key}": variant.load_per_replica_per_second for variant in service.variants}
        have = fsum(
            count * names[name] for host in site.hosts for name, count in host.replicas.items() if name in names
        )
        yield Need(
            site=key,
            workload=service.key,
            hour=0,
            need_per_second=service.most_per_second,
            have_per_second=have,
            runs_on=tuple(f"host {host.key}" for host in site.hosts if names.keys() & host.replicas.keys()),
        )
