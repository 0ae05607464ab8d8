"""Owned hosts: nothing is over in any dimension, every load is served or left to AWS, also after a host is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import fsum

from solver.demand.demand import Demand
from solver.demand.docker import DockerHost
from solver.demand.names import ALL
from solver.demand.storage import FileSystem, Volume
from solver.demand.workloads import Service, Variant, Workload
from solver.plan.docker import DockerSitePlan, HostedService
from solver.plan.plan import Plan
from solver.proofs.beside import Beside
from solver.proofs.view import exactly

_PROXY = {"cpu": 250, "memory": 128}
_PROMETHEUS = {"cpu": 250, "memory": 256}
_GRAFANA = {"cpu": 250, "memory": 384}
_TOLERANCE = Fraction(1, 10**6)
"""Part of a load by which a rate may be short: solvers count in floating point."""
_CENT = 0.01


def owned_faults(plan: Plan, demand: Demand) -> Iterator[str]:
    """What is wrong with a plan's Docker sites, in words."""
    sites = plan.docker_sites
    unknown = sorted(set(sites) - set(demand.docker_sites))
    if unknown:
        yield f"the plan has Docker sites that the demand has not: {', '.join(unknown)}"
        return
    beside = Beside(demand, sites)
    for site, entry in sites.items():
        yield from (f"{site}: {fault}" for fault in _site(_Site(site, entry, beside)))
    for key, workload in sorted(demand.workloads.items()):
        if isinstance(workload, Service):
            yield from (f"{key}: {fault}" for fault in _loads(beside, key, workload))
    billed = fsum(line.usd_per_month for line in plan.cost_lines if line.site in sites)
    owed = fsum(
        round(730 * demand.docker_sites[site].hosts[host.key].usd_per_hour, 2)
        for site, entry in sites.items()
        for host in entry.hosts
        if host.replicas and host.key in demand.docker_sites[site].hosts
    )
    if abs(billed - owed) > _CENT:
        yield f"hosts are billed {billed:.2f} USD a month and cost {owed:.2f}"


@dataclass(frozen=True)
class _Site:
    key: str
    plan: DockerSitePlan
    beside: Beside

    @property
    def demand(self) -> Demand:
        return self.beside.demand

    def replicas(self, service: str, host: str) -> dict[str, int]:
        """Variant → replicas."""
        found: dict[str, int] = {}
        for name, count in self.plan.host(host).replicas.items():
            workload, _, variant = name.partition(".")
            if workload == service:
                found[variant] = count
        return found

    def rate(self, key: str, host: str) -> Fraction:
        """Units a second that a service's replicas on a host are asked for at most."""
        return self.beside.rate(key, self.key, host)


def _site(site: _Site) -> Iterator[str]:
    hosts = site.demand.docker_sites[site.key].hosts
    watched = site.demand.docker_sites[site.key].monitoring
    if (watched is None) != (site.plan.monitoring is None):
        yield "is watched as the demand does not say"
    proxy = watched is not None or any(
        isinstance(entry, Service) and entry.exposure is not None and site.key in site.beside.allowed[key]
        for key, entry in site.demand.workloads.items()
    )
    kept = {"cpu": 0, "memory": 0, "disk": 0 if watched is None else watched.disk}
    for part in [_PROXY] * proxy + [_PROMETHEUS, _GRAFANA] * (watched is not None):
        for dimension, amount in part.items():
            kept[dimension] += amount
    for host in site.plan.hosts:
        entry = hosts.get(host.key)
        if entry is None:
            yield f"{host.key} is no host of the demand"
            return
        yield from (f"{host.key}, {fault}" for fault in _host(site, host.key, entry, host.replicas, kept))
    for service in site.plan.services:
        wish = site.demand.workloads.get(service.key)
        if not isinstance(wish, Service) or site.key not in site.beside.allowed[service.key]:
            yield f"{service.key} may not run here"
            continue
        yield from (f"{service.key} {fault}" for fault in _service(site, service, wish))


def _host(
    site: _Site, name: str, host: DockerHost, replicas: Mapping[str, int], kept: Mapping[str, int]
) -> Iterator[str]:
    room = {
        "cpu": host.cpu - kept["cpu"],
        "memory": host.memory - kept["memory"],
        "disk": host.disk - kept["disk"],
        "network": host.network_mbps,
        "accelerators": host.accelerators.count if host.accelerators is not None else 0,
    }
    taken = dict.fromkeys(room, 0)
    here: dict[str, int] = {}
    for slot, count in replicas.items():
        key, _, variant_name = slot.partition(".")
        service = site.demand.workloads.get(key)
        variant = service.variants.get(variant_name) if isinstance(service, Service) else None
        if not isinstance(service, Service) or variant is None:
            yield f"{slot} is no variant of a service"
            continue
        here[key] = here.get(key, 0) + count
        yield from _unfit(slot, service, variant, host)
        for dimension, amount in _asked(site.demand, service, variant).items():
            taken[dimension] += amount * count
    for key in here:
        taken["disk"] += _volumes(site.demand, site.demand.workloads[key], "machine")
    for dimension, amount in taken.items():
        if amount > room[dimension]:
            yield f"{dimension}: {amount} asked for, {room[dimension]} there"
    for key, count in here.items():
        service = site.demand.workloads[key]
        assert isinstance(service, Service)
        if service.max_per_machine is not None and count > service.max_per_machine:
            yield f"{count} replicas of {key}, {service.max_per_machine} may share a machine"
        for other in here:
            if other != key and (service.apart_from == ALL or other in service.apart_from):
                yield f"{key} shares it with {other}"
        for callee in service.calls:
            hidden = site.beside.callers(callee)
            if key in hidden and callee not in here:
                yield f"{key} calls {callee}, which is not on it"


def _unfit(slot: str, service: Service, variant: Variant, host: DockerHost) -> Iterator[str]:
    if variant.architecture is not host.architecture:
        yield f"{slot} is built for {variant.architecture}, the host is {host.architecture}"
    missing = [label for label, text in service.host_labels.items() if host.labels.get(label) != text]
    if missing:
        yield f"{slot} needs the labels {', '.join(missing)}"
    asked = variant.accelerator
    if asked is not None and (host.accelerators is None or host.accelerators.model != asked.model):
        yield f"{slot} needs {asked.model}"


def _asked(demand: Demand, service: Service, variant: Variant) -> dict[str, int]:
    return {
        "cpu": variant.cpu,
        "memory": variant.memory,
        "disk": variant.disk + _volumes(demand, service, "replica"),
        "network": variant.network_mbps,
        "accelerators": variant.accelerator.count if variant.accelerator is not None else 0,
    }


def _volumes(demand: Demand, workload: Workload, attach: str) -> int:
    found = 0
    for key in workload.uses:
        claim = demand.storage[key]
        if isinstance(claim, Volume) and claim.attach == attach:
            found += claim.size
    return found


def _service(site: _Site, service: HostedService, wish: Service) -> Iterator[str]:
    hosts = [host.key for host in site.plan.hosts]
    rates = {host: site.rate(service.key, host) for host in hosts}
    counts = [sum(site.replicas(service.key, host).values()) for host in hosts]
    most = exactly(service.most_per_second)
    peak = max(site.beside.week(service.key))
    have, spare = sum(rates.values(), Fraction(0)), 1 + exactly(wish.headroom)
    if have < most * spare - peak * _TOLERANCE:
        yield f"has {float(have):.6g}/s, {float(most * spare):.6g}/s are needed with headroom"
    if wish.survives_zone_of(len(hosts)):
        left = have - max(rates.values())
        if left < most - peak * _TOLERANCE:
            yield f"has {float(left):.6g}/s after the loss of a host, {float(most):.6g}/s are needed"
    if not wish.replicas.min <= sum(counts) <= wish.replicas.max:
        yield f"has {sum(counts)} replicas, {wish.replicas.min} to {wish.replicas.max} are asked for"
    for key in service.uses:
        claim = site.demand.storage[key]
        if not isinstance(claim, Volume | FileSystem):
            yield f"uses {key}, which a Docker host can't have"
    parts = sum((exactly(part) for part in service.serves.values()), Fraction(0)) * peak
    if abs(parts - most) > peak * _TOLERANCE:
        yield f"serves parts of {float(parts):.6g}/s, and {float(most):.6g}/s at most"
    for host in hosts:
        asking = sum(
            (
                site.rate(caller, host) * site.beside.ratio(caller, service.key) / (1 + _headroom(site.demand, caller))
                for caller in site.beside.callers(service.key)
            ),
            Fraction(0),
        )
        if rates[host] < asking * spare * (1 - _TOLERANCE) - peak * _TOLERANCE:
            yield f"has {float(rates[host]):.6g}/s on {host}, callers there ask for {float(asking * spare):.6g}/s"


def _headroom(demand: Demand, key: str) -> Fraction:
    service = demand.workloads[key]
    assert isinstance(service, Service)
    return exactly(service.headroom)


def _loads(beside: Beside, key: str, service: Service) -> Iterator[str]:
    """Each origin is served in the peak hour by sites that may; what is left is for sites of AWS that may run it."""
    here = beside.here.get(key, {})
    bought = beside.allowed[key] & set(beside.demand.aws_sites)
    if beside.callers(key):
        left = max(beside.left(key))
        if left > max(beside.week(key)) * _TOLERANCE and not bought:
            yield f"{float(left):.6g}/s of its load are asked for where it may not run"
        return
    for origin, (part, sites) in beside.origins(key).items():
        served = sum((exactly(each.serves.get(origin, 0.0)) for each in here.values()), Fraction(0))
        if served < part * (1 - _TOLERANCE) and not sites & bought:
            yield f"{float(served):.6g} of its load is served from {origin}, {float(part):.6g} comes from there"
        wrong = sorted(site for site, each in here.items() if each.serves.get(origin, 0.0) > 0 and site not in sites)
        if wrong:
            yield f"{', '.join(wrong)} may not serve {origin}"
