"""DockerSitePlan of each Docker site, and what its hosts cost, from what the hosts hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from solver.demand.demand import Demand
from solver.demand.docker import DockerHost, DockerNetworkWish, DockerSite
from solver.demand.storage import FileSystem, StorageClaim, Volume
from solver.demand.workloads import Service
from solver.model.owned.program import Held
from solver.model.owned.rest import address_at, address_name
from solver.model.owned.shares import Shares
from solver.plan.cost import Billing, CostLine, Pool, cost_line
from solver.plan.docker import (
    DockerNetworkPlan,
    DockerSitePlan,
    HostedClaim,
    HostedService,
    HostedVariant,
    HostPlan,
    ProxyCertificatePlan,
)
from solver.plan.hosted_monitoring import HostedMonitoringPlan
from solver.quantity import HOURS_PER_MONTH
from solver.vocabulary import SiteKind, StorageKind


def docker_plans(shares: Shares, held: Held) -> dict[str, DockerSitePlan]:
    """The plan of each Docker site on which something runs, by key."""
    found: dict[str, DockerSitePlan] = {}
    for site, entry in sorted(shares.demand.docker_sites.items()):
        running = {host.host: counts for host, counts in held.replicas.items() if host.site == site}
        services = tuple(_services(shares, held, site))
        if not services:
            continue
        network = entry.network
        claims = tuple(_claims(shares.demand, entry, [each.key for each in services]))
        certificate = _certificate(network, services)
        found[site] = DockerSitePlan(
            kind=SiteKind.DOCKER,
            hosts=tuple(_host(key, host, running.get(key, {})) for key, host in sorted(entry.hosts.items())),
            services=services,
            claims=claims,
            secrets=tuple(sorted({*_of_proxies(certificate), *_of_services(services), *_of_grafana(entry)})),
            network=DockerNetworkPlan(
                domain=network.domain,
                https_port=network.https_port,
                http_port=network.http_port,
                proxy_reference=network.proxy.reference if network.proxy is not None else None,
                proxy_digest=network.proxy.digest if network.proxy is not None else None,
                certificate=certificate,
            ),
            monitoring=_monitoring(entry),
            log_size_mib=entry.log_size_mib,
            protect=shares.demand.data_protection,
        )
    return found


def _certificate(network: DockerNetworkWish, services: Sequence[HostedService]) -> ProxyCertificatePlan | None:
    """Where there are proxies."""
    if network.certificate is None or not any(each.exposure is not None for each in services):
        return None
    return ProxyCertificatePlan(chain=network.certificate.chain, key=network.certificate.key)


def _of_proxies(certificate: ProxyCertificatePlan | None) -> Iterator[str]:
    if certificate is not None:
        yield from (certificate.chain, certificate.key)


def _of_grafana(site: DockerSite) -> Iterator[str]:
    if site.monitoring is not None:
        yield site.monitoring.password


def _monitoring(site: DockerSite) -> HostedMonitoringPlan | None:
    wish = site.monitoring
    if wish is None:
        return None
    return HostedMonitoringPlan(
        prometheus_reference=wish.prometheus.reference,
        prometheus_digest=wish.prometheus.digest,
        grafana_reference=wish.grafana.reference,
        grafana_digest=wish.grafana.digest,
        password=wish.password,
        retention_days=wish.retention_days,
        disk_gib=wish.disk,
        scrape_seconds=wish.scrape_seconds,
        error_share=wish.error_share,
        runbook=wish.runbook,
    )


def _of_services(services: Sequence[HostedService]) -> Iterator[str]:
    for each in services:
        yield from each.secrets.values()


def host_lines(demand: Demand, plans: dict[str, DockerSitePlan]) -> tuple[CostLine, ...]:
    """What the hosts cost that are used; those that cost nothing have a line too."""
    return tuple(
        cost_line(
            Pool.COMPUTE,
            site,
            f"host {host.key}",
            "hours as their owner prices them",
            billing=Billing.FIXED,
            amount_per_month=HOURS_PER_MONTH,
            unit="machine-hour",
            usd_per_unit=host.usd_per_hour,
        )
        for site, plan in plans.items()
        for host in plan.hosts
        if host.replicas
    )


def _host(key: str, host: DockerHost, replicas: Mapping[str, int]) -> HostPlan:
    accelerators = host.accelerators
    return HostPlan(
        key=key,
        docker_host=host.docker_host,
        certificates=host.certificates,
        address=host.reached_at,
        architecture=host.architecture,
        cpu_millis=host.cpu,
        memory_mib=host.memory,
        disk_gib=host.disk,
        network_mbps=host.network_mbps,
        accelerator_model=accelerators.model if accelerators is not None else None,
        accelerator_kind=accelerators.kind if accelerators is not None else None,
        accelerator_count=accelerators.count if accelerators is not None else 0,
        usd_per_hour=host.usd_per_hour,
        replicas=dict(replicas),
    )


def _services(shares: Shares, held: Held, site: str) -> Iterator[HostedService]:
    demand = shares.demand
    names = {name for host, counts in held.replicas.items() if host.site == site for name in counts}
    present = {name.partition(".")[0] for name in names}
    for key, service in sorted(shares.services.items()):
        if key not in present:
            continue
        served = held.served.get(key, {}).get(site, {})
        peak = shares.peaks[key]
        environment = {
            address_name(callee): address_at(shares, callee) for callee in service.calls if callee not in present
        }
        yield HostedService(
            key=key,
            port=service.port,
            protocol=service.protocol,
            exposure=service.exposure,
            path=service.path,
            command=service.command,
            secrets=dict(sorted(service.secrets.items())),
            uses=dict(sorted(service.uses.items())),
            calls=tuple(sorted(callee for callee in service.calls if callee in present)),
            health_path=service.health_check.path,
            health_interval_seconds=service.health_check.interval_seconds,
            health_grace_seconds=service.health_check.grace_seconds,
            serves={origin: amount / peak for origin, amount in sorted(served.items())},
            most_per_second=sum(served.values()),
            variants=tuple(
                _variant(demand, service, name, environment)
                for name in sorted(service.variants)
                if f"{key}.{name}" in names
            ),
        )


def _variant(demand: Demand, service: Service, name: str, addresses: dict[str, str]) -> HostedVariant:
    variant = service.variants[name]
    image = variant.image if variant.image is not None else service.image
    asked = variant.accelerator
    kinds = [
        host.accelerators.kind
        for site in demand.docker_sites.values()
        for host in site.hosts.values()
        if asked is not None and host.accelerators is not None and host.accelerators.model == asked.model
    ]
    return HostedVariant(
        key=name,
        image_reference=image.reference,
        image_digest=image.digest,
        framework=image.built_on,
        architecture=variant.architecture,
        cpu_millis=variant.cpu,
        memory_mib=variant.memory,
        disk_gib=variant.disk,
        accelerator_kind=kinds[0] if kinds else None,
        accelerator_count=asked.count if asked is not None else 0,
        environment=dict(sorted({**addresses, **service.environment, **variant.environment}.items())),
        load_per_replica_per_second=variant.throughput_per_second * service.utilisation(name),
    )


def _claims(demand: Demand, site: DockerSite, services: list[str]) -> Iterator[HostedClaim]:
    used = {claim for key in services for claim in demand.workloads[key].uses}
    for key in sorted(used):
        claim: StorageClaim = demand.storage[key]
        if isinstance(claim, Volume):
            yield HostedClaim(
                key=key, kind=StorageKind.VOLUME, attach=claim.attach, size_gib=claim.size, mount=claim.mount
            )
        elif isinstance(claim, FileSystem):
            yield HostedClaim(
                key=key,
                kind=StorageKind.FILE_SYSTEM,
                attach="site",
                size_gib=claim.size,
                mount=claim.mount,
                nfs=site.nfs,
            )
