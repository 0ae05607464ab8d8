"""The week of a plan: each service's load over what the planned machines and hosts can do, and the jobs at work."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from poolwright.render.week_chart import HOURS, Band, Line, Panel
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.compute import ComputePlan
from solver.plan.docker import DockerSitePlan
from solver.plan.plan import Plan
from solver.plan.shares import sharing
from solver.vocabulary import PurchaseOption, Weekday

_DAYS = tuple(Weekday)


def week_panels(plan: Plan, demand: Demand) -> tuple[Panel, ...]:
    """A panel for each service, in the demand's order, then one for the jobs."""
    services = {key: entry for key, entry in demand.workloads.items() if isinstance(entry, Service)}
    panels = [_service(key, entry, plan) for key, entry in services.items()]
    jobs = tuple(_jobs(plan))
    if jobs:
        panels.append(Panel(title="jobs: replicas at work", bands=jobs))
    return tuple(panels)


def _service(key: str, entry: Service, plan: Plan) -> Panel:
    load = entry.load.week_per_second()
    need = tuple(value * (1 + entry.headroom) for value in load)
    hosts = [band for name, site in plan.docker_sites.items() for band in _on_hosts(key, name, site)]
    bought = [band for name, site in plan.aws_sites.items() for band in _bought(key, name, site.compute, plan)]
    lines = (
        Line(label="load", dashed=False, hourly=load),
        Line(label=f"with headroom of {entry.headroom:.0%}", dashed=True, hourly=need),
    )
    return Panel(title=f"{key}: requests a second", bands=(*hosts, *bought), lines=lines)


def _on_hosts(service: str, name: str, site: DockerSitePlan) -> Iterator[Band]:
    """Hosts are the same in all hours."""
    found = next((each for each in site.services if each.key == service), None)
    if found is None:
        return
    for host in site.hosts:
        holds = sum(
            host.replicas.get(f"{service}.{variant.key}", 0) * variant.load_per_replica_per_second
            for variant in found.variants
        )
        if holds:
            label = f"{name} {host.key}"
            yield Band(label=label, colour=label, pale=False, hourly=(holds,) * HOURS)


def _bought(service: str, name: str, compute: ComputePlan, plan: Plan) -> Iterator[Band]:
    """Groups that are the same in more hours lie below: on demand, then spot."""
    asked = {
        f"{service}.{variant.key}": variant.load_per_replica_per_second
        for each in compute.services
        if each.key == service
        for variant in each.variants
    }
    groups = sorted(compute.node_groups, key=lambda group: (group.purchase is PurchaseOption.SPOT, group.key))
    site = f"{name} " if len(plan.sites) > 1 else ""
    for group in groups:
        each = sum(count * asked.get(slot, 0.0) for slot, count in group.slots.items())
        if each:
            hourly = tuple(machines * each for machines in group.machines.hourly())
            if group.shared is not None:
                # Of slots that it shares those that it fills.
                mine = [(asked[slot], week) for slot, week in sharing(compute, group).items() if slot in asked]
                hourly = tuple(fsum(rate * week[hour] for rate, week in mine) for hour in range(HOURS))
            spot = group.purchase is PurchaseOption.SPOT
            label = f"{site}{group.machine_types[0]} {group.purchase.value}"
            yield Band(label=label, colour=group.machine_types[0], pale=spot, hourly=hourly)


def _jobs(plan: Plan) -> Iterator[Band]:
    for name, site in plan.aws_sites.items():
        groups = {group.key: group for group in site.compute.node_groups}
        for job in site.compute.jobs:
            hourly = [0.0] * HOURS
            for day in job.days:
                first = _DAYS.index(day) * 24 + job.start_hour
                for hour in range(first, first + job.hours):
                    hourly[hour % HOURS] = float(job.workers)
            group = groups[job.variant.node_groups[0]]
            spot = group.purchase is PurchaseOption.SPOT
            where = f"{name} " if len(plan.sites) > 1 else ""
            label = f"{job.key} on {where}{group.machine_types[0]} {group.purchase.value}"
            yield Band(label=label, colour=group.machine_types[0], pale=spot, hourly=tuple(hourly))
