"""Utilisation: which part of the running machines the placed replicas ask for, by site, dimension and hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from poolwright.review.shape import UtilisationRow
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.plan.compute import NodeGroup, PlacedMachines
from solver.plan.docker import DockerSitePlan, HostPlan
from solver.plan.plan import Plan
from solver.proofs.view import SiteView
from solver.quantity import HOURS_PER_WEEK

DIMENSIONS = ("vCPU", "memory", "accelerators", "network", "task addresses", "scratch disk")
_DIGITS = 4
"""Of a part: a hundredth of a per cent."""
Amounts = Mapping[str, float]
"""Dimension → amount."""


def utilisation_of(plan: Plan, demand: Demand, catalog: Catalog) -> Iterator[UtilisationRow]:
    """By site, then as in DIMENSIONS; what no replica asks for is left out.

    A plan that was read from a lock has no placement, and so no rows for sites in AWS.
    """
    for key, site in sorted(plan.sites.items()):
        if isinstance(site, DockerSitePlan):
            hosts = [_of_host(demand, host) for host in site.hosts if host.replicas]
            yield from _rows(key, [hosts] * HOURS_PER_WEEK)
        elif site.compute.hour_classes:
            view = SiteView(key, demand, catalog, site)
            week: list[list[tuple[Amounts, Amounts, int]]] = [[] for _ in range(HOURS_PER_WEEK)]
            for hours in site.compute.hour_classes:
                machines = [_of_machines(view, view.groups[placed.node_group], placed) for placed in hours.placement]
                for hour in hours.hours:
                    week[hour] = machines
            yield from _rows(key, week)


def _rows(site: str, week: list[list[tuple[Amounts, Amounts, int]]]) -> Iterator[UtilisationRow]:
    for dimension in DIMENSIONS:
        hourly = tuple(_part(machines, dimension) for machines in week)
        if any(hourly):
            yield UtilisationRow(site=site, dimension=dimension, hourly=hourly)


def _part(machines: list[tuple[Amounts, Amounts, int]], dimension: str) -> float:
    asked = sum(asks[dimension] * number for asks, _, number in machines)
    there = sum(has[dimension] * number for _, has, number in machines)
    return round(asked / there, _DIGITS) if there else 0.0


def _of_machines(view: SiteView, group: NodeGroup, placed: PlacedMachines) -> tuple[Amounts, Amounts, int]:
    """What the replicas of one machine ask for, what it has, and how many such machines there are."""
    has = view.holds(group.machine_types[0], group.runtime)
    amounts = (
        has.cpu_millis,
        has.memory_mib,
        has.accelerators,
        has.network_mbps,
        has.task_slots,
        group.root_volume_gib,
    )
    return _asked(view.demand, placed.replicas), dict(zip(DIMENSIONS, amounts, strict=True)), placed.machines


def _of_host(demand: Demand, host: HostPlan) -> tuple[Amounts, Amounts, int]:
    """The same of a host; containers there need no addresses of their own."""
    amounts = (host.cpu_millis, host.memory_mib, host.accelerator_count, host.network_mbps, 0, host.disk_gib)
    return _asked(demand, host.replicas), dict(zip(DIMENSIONS, amounts, strict=True)), 1


def _asked(demand: Demand, replicas: Mapping[str, int]) -> dict[str, float]:
    found: dict[str, float] = dict.fromkeys(DIMENSIONS, 0.0)
    for name, count in replicas.items():
        workload, _, key = name.partition(".")
        variant = demand.workloads[workload].replica(key)
        accelerators = 0 if variant.accelerator is None else variant.accelerator.count
        amounts = (variant.cpu, variant.memory, accelerators, variant.network_mbps, 1, variant.disk)
        for dimension, amount in zip(DIMENSIONS, amounts, strict=True):
            found[dimension] += amount * count
    return found
