"""What owned hosts are asked for and hold, hour by hour, at a multiple of the demand; as planned, and without one host.

Containers of a Docker site don't grow: what it holds is the same in all hours. Of a service that sites of AWS run too
it is asked for what it serves at most, and the rest is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from solver.demand.demand import Demand
from solver.demand.load import LoadProfile, rounded_up
from solver.demand.workloads import Service
from solver.plan.docker import DockerSitePlan, HostedService
from solver.proofs.beside import Beside
from solver.proofs.view import exactly


@dataclass(frozen=True)
class HostedWeek:
    """One service of one Docker site."""

    site: str
    service: str
    load: tuple[float, ...]
    """Units a second, by hour."""
    held: float
    """Units a second."""
    held_without: dict[str, float]
    """By the host that is lost."""


def times(demand: Demand, factor: float) -> Demand:
    """The demand with a multiple of every service's load."""
    if factor == 1:
        return demand
    workloads = {
        key: entry.model_copy(
            update={
                "load": LoadProfile(
                    hourly_per_second=tuple(
                        rounded_up(exactly(load) * exactly(factor)) for load in entry.load.week_per_second()
                    )
                )
            }
        )
        if isinstance(entry, Service)
        else entry
        for key, entry in demand.workloads.items()
    }
    return demand.model_copy(update={"workloads": workloads})


def hosted_weeks(beside: Beside) -> Iterator[HostedWeek]:
    """Every service of every Docker site, by site and service."""
    for site, plan in sorted(beside.sites.items()):
        for service in plan.services:
            if service.key in beside.demand.workloads:
                held = held_by_host(plan, service)
                whole = sum(held.values(), Fraction(0))
                yield HostedWeek(
                    site=site,
                    service=service.key,
                    load=_load(beside, service),
                    held=float(whole),
                    held_without={key: float(whole - each) for key, each in held.items() if each},
                )


def held_by_host(plan: DockerSitePlan, service: HostedService) -> dict[str, Fraction]:
    """Units a second that a service's replicas are asked for at most, by host."""
    return {host.key: _held(plan, service, host.key) for host in plan.hosts}


def _held(plan: DockerSitePlan, service: HostedService, host: str) -> Fraction:
    rates = {f"{service.key}.{each.key}": exactly(each.load_per_replica_per_second) for each in service.variants}
    return sum((count * rates[name] for name, count in plan.host(host).replicas.items() if name in rates), Fraction(0))


def _load(beside: Beside, service: HostedService) -> tuple[float, ...]:
    """Its part of what Docker sites serve of the service's load."""
    week, left = beside.week(service.key), beside.left(service.key)
    rates = [each.most_per_second for each in beside.here[service.key].values()]
    rate = sum((exactly(rate) for rate in rates), Fraction(0))
    # Replicas may be up for the loss of a site alone.
    part = exactly(service.most_per_second) / rate if rate else Fraction(0)
    return tuple(float((load - rest) * part) for load, rest in zip(week, left, strict=True))
