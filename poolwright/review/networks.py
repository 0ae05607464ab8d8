"""Networks and flows of a plan, as rows: subnets, ways out, and who may reach whom."""

from __future__ import annotations

from collections.abc import Iterator

from components.docker.monitoring.scraped import scraped_on
from components.docker.naming import DockerNames
from poolwright.review.shape import FlowRow, NetworkRow, SubnetRow
from solver.plan.docker import DockerSitePlan
from solver.plan.hosted_monitoring import GRAFANA_PATH, GRAFANA_PORT
from solver.plan.network import NetworkPlan
from solver.plan.plan import Plan
from solver.vocabulary import NatMode


def networks_of(plan: Plan) -> Iterator[NetworkRow]:
    """By site."""
    for key, site in sorted(plan.sites.items()):
        yield _of_hosts(key, site) if isinstance(site, DockerSitePlan) else _of_vpc(key, site.network)


def flows_of(plan: Plan) -> Iterator[FlowRow]:
    """By site, source and target."""
    for key, site in sorted(plan.sites.items()):
        if isinstance(site, DockerSitePlan):
            yield from _between_containers(plan.stack, key, site)
            continue
        for flow in site.security.flows:
            ports = str(flow.port) if flow.to_port is None else f"{flow.port}-{flow.to_port}"
            yield FlowRow(site=key, source=flow.source, target=flow.target, ports=ports, reason=flow.reason)


def _of_vpc(site: str, network: NetworkPlan) -> NetworkRow:
    zones = ", ".join(network.zones)
    if network.existing is None:
        where = f"{network.cidr} in {zones}"
        subnets = tuple(
            SubnetRow(tier=subnet.tier.value, zone=subnet.zone, range=str(subnet.cidr)) for subnet in network.subnets
        )
    else:
        where = f"{network.existing.words}, which exists, in {zones}"
        subnets = tuple(
            SubnetRow(tier=tier.value, zone=zone, range=name)
            for tier, names in network.existing.subnets.items()
            for zone, name in names.items()
        )
    return NetworkRow(site=site, where=where, subnets=subnets, ways_out=tuple(_ways_out(network)))


def _ways_out(network: NetworkPlan) -> Iterator[str]:
    if network.existing is None:
        at = f" in {', '.join(network.nat.zones)}" if network.nat.mode is not NatMode.NONE else ""
        yield f"NAT {network.nat.mode.value}{at}"
    for endpoint in network.endpoints:
        yield f"endpoint {endpoint.service} ({endpoint.kind.value})"
    for beyond in network.routed:
        yield f"{beyond.name} to {', '.join(map(str, beyond.ranges))}"


def _of_hosts(key: str, site: DockerSitePlan) -> NetworkRow:
    used = [host.key for host in site.hosts if host.replicas]
    name = "" if site.network.domain is None else f", {site.network.domain}"
    return NetworkRow(site=key, where=f"hosts {', '.join(used)}{name}", subnets=(), ways_out=())


def _of_monitoring(stack: str, key: str, site: DockerSitePlan) -> Iterator[FlowRow]:
    """On each host the proxy reaches Grafana, which alone reaches Prometheus, and that the services with metrics."""
    reason = f"path {GRAFANA_PATH}; Grafana asks Prometheus"
    yield FlowRow(site=key, source="proxy", target="Grafana", ports=str(GRAFANA_PORT), reason=reason)
    names = DockerNames(stack=stack, site=key)
    asked = {each.key: each.port for host in site.hosts for each in scraped_on(site, host, names)}
    for service, port in sorted(asked.items()):
        target = f"workload {service}"
        yield FlowRow(site=key, source="Prometheus", target=target, ports=str(port), reason="measurements")


def _between_containers(stack: str, key: str, site: DockerSitePlan) -> Iterator[FlowRow]:
    """Of a Docker site: callers reach each host's proxy, the proxy what is exposed, services what they call."""
    exposed = [service for service in site.services if service.exposure is not None]
    if exposed or site.monitoring is not None:
        ports = f"{site.network.https_port}, {site.network.http_port}"
        yield FlowRow(
            site=key, source="callers", target="proxy", ports=ports, reason="exposed services" if exposed else "Grafana"
        )
    for service in exposed:
        reason = f"exposure {service.exposure}, path {service.path}"
        target = f"workload {service.key}"
        yield FlowRow(site=key, source="proxy", target=target, ports=str(service.port), reason=reason)
    if site.monitoring is not None:
        yield from _of_monitoring(stack, key, site)
    port_of = {service.key: service.port for service in site.services}
    for service in site.services:
        for called in service.calls:
            ports = str(port_of[called]) if called in port_of else ""
            source, target = f"workload {service.key}", f"workload {called}"
            yield FlowRow(site=key, source=source, target=target, ports=ports, reason=f"{service.key} calls it")
