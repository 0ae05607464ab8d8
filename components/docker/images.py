"""The images of a host's containers: pulled by digest, or those that its engine has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components.docker.naming import DockerNames
from components.docker.network import services_on
from components.docker.provider import Host
from components.image_names import pinned
from solver.plan.docker import DockerNetworkPlan, DockerSitePlan, HostedVariant, HostPlan

HERE = "localhost"
"""Registry in the names of images that engines have themselves: a name without one would be looked for on Docker Hub,
and whatever has that name there would be run."""
PROXY = f"{HERE}/poolwright/proxy:caddy-2.6"
"""The project's own image of the proxy, as `poolwright images` names it on an engine."""


@dataclass(frozen=True, kw_only=True)
class Images:
    """Ids of images, as containers name them."""

    by_slot: Mapping[tuple[str, str], pulumi.Input[str]]
    """By host and `workload.variant`."""
    proxies: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    """The proxy's, by host."""
    prometheus: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    """By host, where the site is watched."""
    grafana: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    """Likewise."""

    def of_service(self, host: str, service: str) -> pulumi.Input[str]:
        """That of any of a service's variants on a host."""
        return next(
            image for (on, slot), image in self.by_slot.items() if on == host and slot.startswith(f"{service}.")
        )


class HostImages(pulumi.ComponentResource):
    """All images that the hosts need; the engines keep them when the stack goes, for the next time."""

    outputs: Images

    def __init__(
        self,
        name: str,
        plan: DockerSitePlan,
        *,
        names: DockerNames,
        hosts: Mapping[str, Host],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("poolwright:docker:HostImages", name, None, opts)
        self._names = names
        variants = {f"{service.key}.{each.key}": each for service in plan.services for each in service.variants}
        by_slot: dict[tuple[str, str], pulumi.Input[str]] = {}
        proxies: dict[str, pulumi.Input[str]] = {}
        prometheus: dict[str, pulumi.Input[str]] = {}
        grafana: dict[str, pulumi.Input[str]] = {}
        for key, host in sorted(hosts.items()):
            if (wish := plan.monitoring) is not None:
                address = _watching_address(wish.prometheus_reference, wish.prometheus_digest)
                prometheus[key] = self._image(host, "prometheus-image", address)
                address = _watching_address(wish.grafana_reference, wish.grafana_digest)
                grafana[key] = self._image(host, "grafana-image", address)
            for slot in sorted(host.plan.replicas):
                workload, _, variant = slot.partition(".")
                address = image_address(names, workload, variants[slot])
                by_slot[key, slot] = self._image(host, f"{workload}-{variant}-image", address)
            if needs_the_proxy(plan, host.plan):
                proxies[key] = self._image(host, "proxy-image", proxy_address(plan.network))
        self.outputs = Images(by_slot=by_slot, proxies=proxies, prometheus=prometheus, grafana=grafana)
        self.register_outputs({})

    def _image(self, host: Host, key: str, address: str) -> pulumi.Input[str]:
        """The id of an image; a new one is there before the old one is let go of, so that containers change in turn."""
        if address.startswith("sha256:"):
            return address
        options = pulumi.ResourceOptions(parent=self, provider=host.provider)
        name = self._names.on_host(host.key, key)
        return docker.RemoteImage(name, name=address, keep_locally=True, opts=options).image_id


def needs_the_proxy(plan: DockerSitePlan, host: HostPlan) -> bool:
    """Whether the host runs its image: as a proxy, or to give volumes their owner."""
    return plan.monitoring is not None or any(
        service.exposure is not None or service.uses or any(each.disk_gib for each in service.variants)
        for service in services_on(plan, host)
    )


def _watching_address(reference: str | None, digest: str) -> str:
    return digest if reference is None else pinned(reference, digest)


def proxy_address(network: DockerNetworkPlan) -> str:
    """The proxy's image: an address that the demand has, or the project's own by id or name."""
    if network.proxy_reference is not None:
        return pinned(network.proxy_reference, network.proxy_digest)
    return network.proxy_digest or PROXY


def image_address(names: DockerNames, workload: str, variant: HostedVariant) -> str:
    """What a container runs: by digest where the plan has one.

    An image of the stack's own is one that its engine has built: by its id, or under the name that `poolwright images`
    gives it.
    """
    if variant.image_reference is not None:
        return pinned(variant.image_reference, variant.image_digest)
    return variant.image_digest or f"{HERE}/{names.stack}/{names.site}/{workload}:{variant.key}"
