"""What hosts of Docker sites hold, and what a replica takes of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solver.demand.demand import Demand
from solver.demand.docker import DockerHost
from solver.demand.hosted_monitoring import WATCHING_CPU_MILLIS, WATCHING_MEMORY_MIB
from solver.demand.residency import named_sites
from solver.demand.storage import Volume
from solver.demand.workloads import Service, Variant, Workload
from solver.plan.docker import PROXY_CPU_MILLIS, PROXY_MEMORY_MIB, DockerSitePlan
from solver.quantity import format_cpu, format_gib, format_memory_mib


@dataclass(frozen=True, order=True)
class HostKey:
    """A host by its site and name."""

    site: str
    host: str


@dataclass(frozen=True)
class Amounts:
    """What a host has, or a replica takes."""

    cpu_millis: int
    memory_mib: int
    disk_gib: int
    network_mbps: int
    accelerators: int

    def by_name(self) -> Mapping[str, int]:
        """By dimension."""
        return vars(self)


def hosts_of(demand: Demand) -> dict[HostKey, DockerHost]:
    """All hosts, by site and name."""
    return {
        HostKey(site, name): host for site, entry in demand.docker_sites.items() for name, host in entry.hosts.items()
    }


@dataclass(frozen=True)
class Kept:
    """What each host of a site keeps for containers that are of no service."""

    cpu_millis: int
    memory_mib: int
    disk_gib: int


def kept_on(demand: Demand, site: str) -> Kept:
    """For the proxy, and for Prometheus and Grafana, which are reached through it."""
    wish = demand.docker_sites[site].monitoring
    proxy = has_proxy(demand, site)
    return Kept(
        cpu_millis=(PROXY_CPU_MILLIS if proxy else 0) + (0 if wish is None else WATCHING_CPU_MILLIS),
        memory_mib=(PROXY_MEMORY_MIB if proxy else 0) + (0 if wish is None else WATCHING_MEMORY_MIB),
        disk_gib=0 if wish is None else wish.disk,
    )


def room_of(host: DockerHost, kept: Kept) -> Amounts:
    """What containers of services may have of a host."""
    return Amounts(
        cpu_millis=host.cpu - kept.cpu_millis,
        memory_mib=host.memory - kept.memory_mib,
        disk_gib=host.disk - kept.disk_gib,
        network_mbps=host.network_mbps,
        accelerators=host.accelerators.count if host.accelerators is not None else 0,
    )


def request_of(demand: Demand, service: Service, variant: Variant) -> Amounts:
    """What one replica takes, its own volumes among it."""
    return Amounts(
        cpu_millis=variant.cpu,
        memory_mib=variant.memory,
        disk_gib=variant.disk + _volumes_gib(demand, service, "replica"),
        network_mbps=variant.network_mbps,
        accelerators=variant.accelerator.count if variant.accelerator is not None else 0,
    )


def shared_disk_gib(demand: Demand, service: Service) -> int:
    """What the service's volumes for each machine take of a host that has one of its replicas."""
    return _volumes_gib(demand, service, "machine")


def _volumes_gib(demand: Demand, service: Service, attach: str) -> int:
    claims = (demand.storage[key] for key in service.uses)
    return sum(claim.size for claim in claims if isinstance(claim, Volume) and claim.attach == attach)


def may_hold(demand: Demand, service: Service, variant: Variant, host: DockerHost, kept: Kept) -> bool:
    """Whether a host can run at least one replica; none of a service with sidecars."""
    if service.sidecars or not service.host_labels.items() <= host.labels.items():
        return False
    if variant.architecture is not host.architecture:
        return False
    if variant.accelerator is not None and (
        host.accelerators is None or host.accelerators.model != variant.accelerator.model
    ):
        return False
    asked, there = request_of(demand, service, variant).by_name(), room_of(host, kept).by_name()
    more = shared_disk_gib(demand, service)
    return all(asked[name] + (more if name == "disk_gib" else 0) <= there[name] for name in there)


def has_proxy(demand: Demand, site: str) -> bool:
    """Whether a site's hosts have a proxy: some service that may run there is exposed, or they are watched."""
    return demand.docker_sites[site].monitoring is not None or any(
        isinstance(entry, Service) and entry.exposure is not None and site in places
        for key, places in demand.sites_of().items()
        for entry in [demand.workloads[key]]
    )


def without_hosts(demand: Demand) -> frozenset[tuple[str, str]]:
    """Services and Docker sites, of which no host can hold any of the service's variants; jobs run on none of them."""
    found: set[tuple[str, str]] = set()
    for site, entry in demand.docker_sites.items():
        kept = kept_on(demand, site)
        for key, workload in demand.workloads.items():
            held = isinstance(workload, Service) and any(
                may_hold(demand, workload, variant, host, kept)
                for variant in workload.variants.values()
                for host in entry.hosts.values()
            )
            if not held:
                found.add((key, site))
    return frozenset(found)


def hosts_words(demand: Demand, workload: Workload) -> str:
    """What the hosts have on which a workload may run."""
    names = named_sites(workload, tuple(demand.sites))
    return "; ".join(
        f"{key.host} has {format_cpu(host.cpu)} vCPU, {format_memory_mib(host.memory)}, {format_gib(host.disk)} disk, "
        + (f"{host.accelerators.count} {host.accelerators.model}" if host.accelerators else "no accelerator")
        + f", {host.architecture}"
        for key, host in sorted(hosts_of(demand).items())
        if key.site in names
    )


def approved_replicas(plans: dict[str, DockerSitePlan]) -> dict[HostKey, dict[str, int]]:
    """What the hosts of approved plans hold."""
    return {HostKey(site, host.key): dict(host.replicas) for site, plan in plans.items() for host in plan.hosts}
