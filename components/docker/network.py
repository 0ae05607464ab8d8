"""NetworkPool: on each host, the bridge networks over which containers reach what the plan says, and nothing else.

* A network for each exposed service: the proxy and the service's replicas.
* A network for each pair of caller and callee on the host.
* `front`, for the proxy alone: published ports need a network that leads out.
* `out`, for services that call something elsewhere; on it no container reaches another.
* Where the site is watched: one for each service and Prometheus, which asks its replicas; `measurements`, on which
  Grafana asks Prometheus; `to-grafana`, on which the proxy asks Grafana.

All but `front` and `out` are internal: Docker gives them no way to other networks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components.docker.monitoring.scraped import scraped_on
from components.docker.naming import DockerNames
from components.docker.provider import Host
from solver.plan.docker import DockerSitePlan, HostedService, HostPlan

PROMETHEUS = "prometheus"
"""What Grafana calls it, on a network on which no service is."""
GRAFANA = "grafana"
"""What the proxy calls it; a service's name has the site's domain, so that none is called so."""
_ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*://")
"""A setting that is an address: the container reads a model, a queue or a service from there."""


@dataclass(frozen=True, kw_only=True)
class NetworkPoolArgs:
    """What the networks are built from."""

    plan: DockerSitePlan
    """The site."""
    names: DockerNames
    """Names and labels."""
    hosts: Mapping[str, Host]
    """Those that are used."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A container's place on one network."""

    network: pulumi.Output[str]
    """Its name."""
    aliases: tuple[str, ...] = ()
    """What others on it call the container."""


@dataclass(frozen=True, kw_only=True)
class WatchingPlaces:
    """Where Prometheus and Grafana of a host are."""

    prometheus: tuple[Attachment, ...]
    """Its networks."""
    grafana: tuple[Attachment, ...]
    """Its networks."""


@dataclass(frozen=True, kw_only=True)
class NetworkOutputs:
    """Who is on which network, by host."""

    services: Mapping[str, Mapping[str, tuple[Attachment, ...]]]
    """Host → service → its networks, in order of their names."""
    proxies: Mapping[str, tuple[Attachment, ...]]
    """Host → networks of its proxy; absent where a host has none."""
    watching: Mapping[str, WatchingPlaces] = field(default_factory=dict[str, WatchingPlaces])
    """By host; absent where the site is not watched."""


class NetworkPool(pulumi.ComponentResource):
    """The networks of a Docker site."""

    outputs: NetworkOutputs

    def __init__(self, name: str, args: NetworkPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:docker:NetworkPool", name, None, opts)
        self._args = args
        services: dict[str, dict[str, tuple[Attachment, ...]]] = {}
        proxies: dict[str, tuple[Attachment, ...]] = {}
        self._watching: dict[str, WatchingPlaces] = {}
        for key, host in sorted(args.hosts.items()):
            services[key], proxy = self._of_host(host)
            if proxy:
                proxies[key] = proxy
        self.outputs = NetworkOutputs(services=services, proxies=proxies, watching=self._watching)
        self.register_outputs({})

    def _of_host(self, host: Host) -> tuple[dict[str, tuple[Attachment, ...]], tuple[Attachment, ...]]:
        args = self._args
        there = services_on(args.plan, host.plan)
        found: dict[str, list[Attachment]] = {service.key: [] for service in there}
        proxy: list[Attachment] = []
        for service in there:
            alias = args.names.address_of(service.key)
            if service.exposure is not None:
                name = self._network(host, f"to-{service.key}", "the proxy reaches the service")
                proxy.append(Attachment(network=name))
                found[service.key].append(Attachment(network=name, aliases=(alias,)))
            for callee in calls_on(service, there):
                name = self._network(host, f"{service.key}-to-{callee}", f"{service.key} calls {callee}")
                found[service.key].append(Attachment(network=name))
                found[callee].append(Attachment(network=name, aliases=(args.names.address_of(callee),)))
        leading_out = [service for service in there if reason_to_lead_out(service) is not None]
        if leading_out:
            name = self._network(host, "out", "services call places elsewhere", leads_out=True)
            for service in leading_out:
                found[service.key].append(Attachment(network=name))
        if args.plan.monitoring is not None:
            proxy.append(self._watched(host, found))
        if proxy:
            front = self._network(host, "front", "the proxy's ports are published", leads_out=True)
            proxy.insert(0, Attachment(network=front))
        for service in there:
            if not found[service.key]:
                # Without a network of its own Docker would put it on the bridge that all containers share.
                name = self._network(host, f"{service.key}-alone", "nothing calls the service, and it calls nothing")
                found[service.key].append(Attachment(network=name))
        return {service: tuple(places) for service, places in found.items()}, tuple(proxy)

    def _watched(self, host: Host, found: dict[str, list[Attachment]]) -> Attachment:
        """Puts Prometheus beside each service with metrics, and Grafana beside Prometheus; gives the proxy's way."""
        names = self._args.names
        beside: list[Attachment] = []
        for each in scraped_on(self._args.plan, host.plan, names):
            name = self._network(host, f"{each.key}-watched", f"Prometheus asks {each.key}")
            beside.append(Attachment(network=name))
            found[each.key].append(Attachment(network=name, aliases=(each.address,)))
        between = self._network(host, "measurements", "Grafana asks Prometheus")
        way = self._network(host, "to-grafana", "the proxy reaches Grafana")
        self._watching[host.key] = WatchingPlaces(
            prometheus=(*beside, Attachment(network=between, aliases=(PROMETHEUS,))),
            grafana=(Attachment(network=between), Attachment(network=way, aliases=(GRAFANA,))),
        )
        return Attachment(network=way)

    def _network(self, host: Host, key: str, reason: str, *, leads_out: bool = False) -> pulumi.Output[str]:
        """A bridge network with its reason as a label; one that leads out lets its containers not reach each other."""
        name = self._args.names.on_host(host.key, key)
        options = {"com.docker.network.bridge.enable_icc": "false"} if leads_out else None
        return docker.Network(
            name,
            name=name,
            driver="bridge",
            internal=not leads_out,
            attachable=False,
            options=options,
            labels=self._args.names.labels_of(host.key, reason=reason),
            opts=host.child_of(self, ignore_changes=["labels"]),
        ).name


def services_on(plan: DockerSitePlan, host: HostPlan) -> tuple[HostedService, ...]:
    """Services with replicas on a host."""
    names = {slot.partition(".")[0] for slot, count in host.replicas.items() if count}
    return tuple(service for service in plan.services if service.key in names)


def calls_on(service: HostedService, there: tuple[HostedService, ...]) -> tuple[str, ...]:
    """Services on the host that a service calls."""
    return tuple(other.key for other in there if other.key in service.calls)


def reason_to_lead_out(service: HostedService) -> str | None:
    """Why a service must reach other networks: the first of its settings that names a place elsewhere."""
    for variant in service.variants:
        for name, value in sorted(variant.environment.items()):
            if (name.startswith("ADDRESS_") and value) or _ELSEWHERE.match(value):
                return f"{name} is elsewhere"
    return None
