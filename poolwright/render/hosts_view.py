"""A Docker site of a plan on a terminal: what each host runs and has left, and how its services are reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from poolwright.render.parts import heading
from poolwright.render.parts import table as _table
from solver.plan.cost import CostLine
from solver.plan.docker import DockerSitePlan, HostedService, HostedVariant, HostPlan
from solver.plan.hosted_monitoring import (
    GRAFANA_CPU_MILLIS,
    GRAFANA_MEMORY_MIB,
    PROMETHEUS_CPU_MILLIS,
    PROMETHEUS_MEMORY_MIB,
)
from solver.quantity import format_cpu, format_gib, format_memory_mib

_EVERYWHERE = "anywhere"


def hosts_view(name: str, site: DockerSitePlan, lines: Sequence[CostLine]) -> Iterator[RenderableType]:
    """Hosts, services, claims and the way in, under the site's name."""
    yield heading(f"Site {name}: {site.kind}, {len(site.hosts)} host{'s' if len(site.hosts) > 1 else ''}")
    hosts = _table("host", "has", "runs", "takes", "USD", right=("USD",))
    for host in site.hosts:
        usd = [line.usd_per_month for line in lines if line.item == f"host {host.key}"]
        hosts.add_row(
            "",
            host.key,
            _room_words(host),
            ", ".join(f"{count} × {name}" for name, count in host.replicas.items()) or "nothing",
            _taken_words(site, host),
            f"{sum(usd):,.2f}" if usd else "-",
        )
    yield Text("Hosts")
    yield hosts
    services = _table("service", "serves", "each replica", "replicas", "reached at")
    for service in site.services:
        for variant in service.variants:
            slot = f"{service.key}.{variant.key}"
            services.add_row(
                "",
                f"{service.key} {variant.key}",
                _served_words(service),
                _request_words(variant),
                str(sum(host.replicas.get(slot, 0) for host in site.hosts)),
                _way_in(site, service),
            )
    yield services
    if site.claims:
        yield Text("Storage")
        for claim in site.claims:
            place = claim.nfs if claim.nfs is not None else "the host"
            many = {"machine": "one for each host", "replica": "one for each replica", "site": "one for all"}
            yield Text(f"  {claim.kind} {claim.key}: {format_gib(claim.size_gib)} on {place}, {many[claim.attach]}")
    if (watched := site.monitoring) is not None:
        kept = f"{format_memory_mib(PROMETHEUS_MEMORY_MIB + GRAFANA_MEMORY_MIB)}, {format_gib(watched.disk_gib)} disk"
        cpu = format_cpu(PROMETHEUS_CPU_MILLIS + GRAFANA_CPU_MILLIS)
        text = f"Prometheus and Grafana on each host that runs something: {cpu} vCPU, {kept} of it"
        yield Text(f"  {text}; kept {watched.retention_days} days.")
    if site.secrets:
        yield Text(f"  Secrets to fill: {', '.join(site.secrets)}.")


def _room_words(host: HostPlan) -> str:
    words = f"{format_cpu(host.cpu_millis)} vCPU, {format_memory_mib(host.memory_mib)}"
    return f"{words}, {host.accelerator_count} {host.accelerator_model}" if host.accelerator_count else words


def _taken_words(site: DockerSitePlan, host: HostPlan) -> str:
    variants = {f"{service.key}.{each.key}": each for service in site.services for each in service.variants}
    watches = site.monitoring is not None and any(host.replicas.values())
    cpu = sum(count * variants[name].cpu_millis for name, count in host.replicas.items())
    cpu += (PROMETHEUS_CPU_MILLIS + GRAFANA_CPU_MILLIS) if watches else 0
    memory = sum(count * variants[name].memory_mib for name, count in host.replicas.items())
    memory += (PROMETHEUS_MEMORY_MIB + GRAFANA_MEMORY_MIB) if watches else 0
    words = f"{cpu / host.cpu_millis:.0%} vCPU, {memory / host.memory_mib:.0%} memory"
    if host.accelerator_count:
        devices = sum(count * variants[name].accelerator_count for name, count in host.replicas.items())
        words += f", {devices / host.accelerator_count:.0%} {host.accelerator_model}"
    return words


def _served_words(service: HostedService) -> str:
    origins = ", ".join(origin for origin in service.serves if origin != _EVERYWHERE)
    return f"up to {service.most_per_second:,.4g}/s" + (f" from {origins}" if origins else "")


def _request_words(variant: HostedVariant) -> str:
    words = f"{format_cpu(variant.cpu_millis)} vCPU, {format_memory_mib(variant.memory_mib)}"
    return f"{words}, {variant.accelerator_count} {variant.accelerator_kind}" if variant.accelerator_count else words


def _way_in(site: DockerSitePlan, service: HostedService) -> str:
    if service.exposure is None:
        return "its callers' host"
    name = site.network.domain or "each host"
    return f"{name}:{site.network.https_port}{service.path}"
