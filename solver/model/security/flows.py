"""Allowed connections: each from a line of the demand, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from solver.demand.demand import Demand
from solver.demand.routed import RoutedNetwork
from solver.demand.workloads import Service
from solver.plan.network import NetworkPlan
from solver.plan.security import FlowPlan
from solver.plan.storage import StoragePlan
from solver.vocabulary import EndpointKind, Exposure

HTTP = 80
HTTPS = 443
NFS = 2049
LUSTRE_PORTS: tuple[tuple[int, int | None], ...] = ((988, None), (1018, 1023))


def flows_of(demand: Demand, site_key: str, network: NetworkPlan, storage: StoragePlan) -> tuple[FlowPlan, ...]:
    """The site's flows by target, source and port."""
    found = [
        *_to_load_balancers(network),
        *_to_targets(network),
        *_calls(demand, site_key),
        *_to_file_systems(storage),
        *_with_lustre(storage),
        *_to_endpoints(network),
        *_beyond(demand, site_key, network),
    ]
    return tuple(sorted(found, key=lambda flow: (flow.target, flow.source, flow.port)))


def _to_load_balancers(network: NetworkPlan) -> Iterator[FlowPlan]:
    for balancer in network.load_balancers:
        source = "internet" if balancer.exposure is Exposure.PUBLIC else "vpc"
        first = balancer.targets[0].workload
        # Port 80 of a load balancer with a certificate only sends clients on to 443.
        for port in (HTTPS, HTTP) if balancer.https else (HTTP,):
            yield FlowPlan(
                source=source,
                target=f"load-balancer {balancer.key}",
                port=port,
                reason=f"workloads.{first}.exposure: {balancer.exposure}",
            )


def _to_targets(network: NetworkPlan) -> Iterator[FlowPlan]:
    for balancer in network.load_balancers:
        for target in balancer.targets:
            yield FlowPlan(
                source=f"load-balancer {balancer.key}",
                target=f"workload {target.workload}",
                port=target.port,
                reason=f"workloads.{target.workload}.exposure: {balancer.exposure}",
            )


def _calls(demand: Demand, site_key: str) -> Iterator[FlowPlan]:
    """Between workloads of the site; a call to a service of another site goes through that one's load balancer."""
    for key, workload in demand.workloads.items():
        if demand.site_of(workload) != site_key:
            continue
        for callee in workload.calls:
            service = demand.workloads[callee]
            if isinstance(service, Service) and demand.site_of(service) == site_key:
                yield FlowPlan(
                    source=f"workload {key}",
                    target=f"workload {callee}",
                    port=service.port,
                    reason=f"workloads.{key}.calls: {callee}",
                )


def _to_file_systems(storage: StoragePlan) -> Iterator[FlowPlan]:
    for file_system in storage.file_systems:
        for workload in file_system.workloads:
            yield FlowPlan(
                source=f"workload {workload}",
                target=f"file-system {file_system.key}",
                port=NFS,
                reason=f"workloads.{workload}.uses.{file_system.key}",
            )


def _with_lustre(storage: StoragePlan) -> Iterator[FlowPlan]:
    """Clients call servers, servers call clients back, and servers each other.

    https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html
    """
    for plan in storage.lustre:
        servers, users = f"lustre {plan.key}", [f"workload {workload}" for workload in plan.workloads]
        pairs = [(servers, servers), *((user, servers) for user in users), *((servers, user) for user in users)]
        for source, target in pairs:
            for first, last in LUSTRE_PORTS:
                yield FlowPlan(
                    source=source,
                    target=target,
                    port=first,
                    to_port=last,
                    reason=f"storage.{plan.key}: ports of Lustre",
                )


def _beyond(demand: Demand, site_key: str, network: NetworkPlan) -> Iterator[FlowPlan]:
    """Calls to networks beyond the VPC, and from them to internal load balancers."""
    wish = demand.aws_sites[site_key].network
    asked: dict[str, tuple[str, RoutedNetwork]] = {
        f"peer {key}": (f"network.peers.{key}", peer) for key, peer in wish.peers.items()
    }
    if wish.transit_gateway is not None:
        asked["transit-gateway"] = ("network.transit_gateway", wish.transit_gateway)
    for routed in network.routed:
        path, there = asked[routed.name]
        reason = f"sites.{site_key}.{path}"
        for key, workload in demand.workloads.items():
            if demand.site_of(workload) == site_key:
                for port in there.ports:
                    ports = f"{reason}.ports: {port}"
                    yield FlowPlan(source=f"workload {key}", target=routed.name, port=port, reason=ports)
        if there.callers:
            for flow in _to_load_balancers(network):
                if flow.source == "vpc":
                    yield flow.model_copy(update={"source": routed.name, "reason": f"{reason}.callers: true"})


def _to_endpoints(network: NetworkPlan) -> Iterator[FlowPlan]:
    services = [each.service for each in network.endpoints if each.kind is EndpointKind.INTERFACE]
    if services:
        yield FlowPlan(
            source="vpc", target="endpoints", port=HTTPS, reason=f"machines and tasks reach {', '.join(services)}"
        )
