"""Placement and flows of a plan, as rows: which replicas share a machine, and who may reach whom."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from poolwright.review.review import FlowRow, PlacementRow
from solver.plan.compute import ComputePlan
from solver.plan.docker import DockerSitePlan
from solver.plan.plan import Plan


def placements_of(plan: Plan) -> Iterator[PlacementRow]:
    """By site; a plan that was read from a lock has none for sites in AWS."""
    for key, site in sorted(plan.sites.items()):
        if isinstance(site, DockerSitePlan):
            yield from _on_hosts(key, site)
        elif site.compute.hour_classes:
            yield from _on_machines(key, site.compute)


def _on_machines(site: str, compute: ComputePlan) -> Iterator[PlacementRow]:
    busiest = max(compute.hour_classes, key=lambda each: sum(placed.machines for placed in each.placement))
    groups = {group.key: group for group in compute.node_groups}
    asked = {
        f"{service.key}.{variant.key}": variant.cpu_millis
        for service in compute.services
        for variant in service.variants
    } | {f"{job.key}.{job.variant.key}": job.variant.cpu_millis for job in compute.jobs}
    for placed in busiest.placement:
        group = groups[placed.node_group]
        yield PlacementRow(
            site=site,
            on=f"{placed.machines} × {group.machine_types[0]} {group.purchase}",
            holds=placed.replicas,
            vcpus=group.vcpus,
            vcpus_asked=fsum(count * asked.get(name, 0) for name, count in placed.replicas.items()) / 1000,
        )


def _on_hosts(key: str, site: DockerSitePlan) -> Iterator[PlacementRow]:
    asked = {
        f"{service.key}.{variant.key}": variant.cpu_millis for service in site.services for variant in service.variants
    }
    for host in site.hosts:
        if host.replicas:
            yield PlacementRow(
                site=key,
                on=f"host {host.key}",
                holds=host.replicas,
                vcpus=host.cpu_millis / 1000,
                vcpus_asked=fsum(count * asked.get(name, 0) for name, count in host.replicas.items()) / 1000,
            )


def flows_of(plan: Plan) -> Iterator[FlowRow]:
    """By site, source and target."""
    for key, site in sorted(plan.aws_sites.items()):
        for flow in site.security.flows:
            ports = str(flow.port) if flow.to_port is None else f"{flow.port}-{flow.to_port}"
            yield FlowRow(site=key, source=flow.source, target=flow.target, ports=ports, reason=flow.reason)
