"""Placement of a plan, as rows: which replicas share a machine in the hour in which most machines run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from poolwright.review.shape import Held, PlacementRow
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.plan.docker import DockerSitePlan
from solver.plan.plan import Plan
from solver.proofs.view import SiteView


def placements_of(plan: Plan, demand: Demand, catalog: Catalog) -> Iterator[PlacementRow]:
    """By site; a plan that was read from a lock has none for sites in AWS."""
    for key, site in sorted(plan.sites.items()):
        if isinstance(site, DockerSitePlan):
            yield from _on_hosts(key, site, demand)
        elif site.compute.hour_classes:
            yield from _on_machines(SiteView(key, demand, catalog, site))


def _on_machines(view: SiteView) -> Iterator[PlacementRow]:
    compute = view.plan.compute
    busiest = max(compute.hour_classes, key=lambda each: sum(placed.machines for placed in each.placement))
    for placed in busiest.placement:
        group = view.groups[placed.node_group]
        has = view.holds(group.machine_types[0], group.runtime)
        yield PlacementRow(
            site=view.key,
            on=f"{placed.machines} × {group.machine_types[0]} {group.purchase}",
            holds=_held(placed.replicas, view.demand),
            vcpus=has.cpu_millis / 1000,
            memory_gib=has.memory_mib / 1024,
        )


def _on_hosts(key: str, site: DockerSitePlan, demand: Demand) -> Iterator[PlacementRow]:
    for host in site.hosts:
        if host.replicas:
            yield PlacementRow(
                site=key,
                on=f"host {host.key}",
                holds=_held(host.replicas, demand),
                vcpus=host.cpu_millis / 1000,
                memory_gib=host.memory_mib / 1024,
            )


def _held(replicas: Mapping[str, int], demand: Demand) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for name, count in replicas.items():
        workload, _, key = name.partition(".")
        asks = demand.workloads[workload].replica(key)
        if count:
            found[name] = Held(replicas=count, vcpus=count * asks.cpu / 1000, memory_gib=count * asks.memory / 1024)
    return found
