"""The pools of a Docker site, and where its services' overflow goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pulumi

from components.docker.certificate import refuse_no_certificate
from components.docker.compute import ComputePool, ComputePoolArgs
from components.docker.images import HostImages
from components.docker.monitoring.pool import MonitoringPool, MonitoringPoolArgs
from components.docker.naming import DockerNames
from components.docker.network import NetworkPool, NetworkPoolArgs
from components.docker.provider import host_providers
from components.docker.security import SecurityPool, SecurityPoolArgs, refuse_unset
from components.docker.storage import StoragePool, StoragePoolArgs
from components.naming import default_tags
from components.outputs import LoadBalancerOutputs
from solver.plan.docker import DockerSitePlan
from solver.plan.plan import Plan, SitePlan
from solver.vocabulary import Exposure

Reached = Mapping[str, tuple[SitePlan, Mapping[str, LoadBalancerOutputs]]]
"""Sites in AWS that are made, by key, each with its load balancers."""


def refuse_missing_secrets(plan: Plan, stack: str, sites: Collection[str] | None = None) -> None:
    """ConfigError that names each secret of Docker sites (all of them, if none is named) without one of its kind."""
    wanted = {key: site for key, site in plan.docker_sites.items() if sites is None or key in sites}
    refuse_unset({secret for site in wanted.values() for secret in site.secrets}, stack)
    refuse_no_certificate(wanted, stack)


def build_docker_sites(plan: Plan, clouds: Reached, *, protect: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each Docker site of a stack with its exports; what its hosts can't take goes to the first AWS site that can."""
    overflow: dict[str, pulumi.Output[str]] = {}
    for site, balancers in clouds.values():
        for service, url in reachable_services(site, balancers).items():
            overflow.setdefault(service, url)
    for key, hosted in sorted(plan.docker_sites.items()):
        wanted = hosted if protect else hosted.model_copy(update={"protect": False})
        yield key, docker_pools(key, wanted, plan, overflow)


def docker_pools(
    key: str,
    site: DockerSitePlan,
    plan: Plan,
    overflow: Mapping[str, pulumi.Output[str]],
    opts: pulumi.ResourceOptions | None = None,
) -> dict[str, Any]:
    """The pools of owned hosts, each host with a provider of its own; gives what people need of them."""
    labels = default_tags(stack=plan.stack, site=key, owner=plan.owner, cost_centre=plan.cost_centre, more=plan.tags)
    names = DockerNames(stack=plan.stack, site=key, labels=labels)
    hosts = host_providers(site, names, parent=None if opts is None else opts.parent)
    network = NetworkPool(f"{key}-network", NetworkPoolArgs(plan=site, names=names, hosts=hosts), opts)
    images = HostImages(f"{key}-images", site, names=names, hosts=hosts, opts=opts).outputs
    security = SecurityPool(
        f"{key}-security", SecurityPoolArgs(plan=site, names=names, hosts=hosts, images=images), opts
    )
    storage = StoragePool(f"{key}-storage", StoragePoolArgs(plan=site, names=names, hosts=hosts, images=images), opts)
    compute = ComputePool(
        f"{key}-compute",
        ComputePoolArgs(
            plan=site,
            names=names,
            hosts=hosts,
            images=images,
            network=network.outputs,
            security=security.outputs,
            storage=storage.outputs,
            overflow=overflow,
        ),
        opts,
    ).outputs
    watched: Mapping[str, str] = {}
    if site.monitoring is not None:
        args = MonitoringPoolArgs(plan=site, names=names, hosts=hosts, images=images, network=network.outputs)
        watched = MonitoringPool(f"{key}-monitoring", args, site.monitoring, opts).urls
    found: Mapping[str, Any] = {
        "hosts": {host.key: host.plan.address for host in hosts.values()},
        "urls": compute.urls,
        "containers": compute.containers,
        "grafana": watched,
        "volumes": list(storage.outputs.volumes),
        "secretsToFill": list(site.secrets),
    }
    return {name: value for name, value in found.items() if value not in ({}, [])}


def reachable_services(
    site: SitePlan, load_balancers: Mapping[str, LoadBalancerOutputs]
) -> dict[str, pulumi.Output[str]]:
    """URL of each service of an AWS site that Docker hosts can reach, by service.

    An internal load balancer has addresses of the VPC alone: hosts reach it where the VPC is joined to other networks.
    """
    joined = bool(site.network.routed)
    found: dict[str, pulumi.Output[str]] = {}
    for balancer in site.network.load_balancers:
        if balancer.exposure is Exposure.PUBLIC or joined:
            for target in balancer.targets:
                found[target.workload] = load_balancers[balancer.key].url
    return found
