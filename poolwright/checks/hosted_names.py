"""What the plan of a Docker site accounts for, by type and name: the names are made of stack, site, host and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from poolwright.checks.resource import Resource
from solver.plan.docker import DockerSitePlan, HostPlan

CONTAINER = "docker:index/container:Container"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"
IMAGE = "docker:index/remoteImage:RemoteImage"
NEVER_STARTED = ("-writer", "-owner")
"""Ends of names of containers that put files, or an owner, into the volume whose name is before it."""
_MEASUREMENTS = ("-prometheus-data", "-prometheus-config", "-grafana-config")
SMALL_VOLUMES = ("-secrets", "-scratch", "-proxy-config", "-proxy-state", "-proxy-certificate", *_MEASUREMENTS)
"""Ends of names of volumes that hold no claim."""


def hosted_names(stack: str, site: str, plan: DockerSitePlan) -> Mapping[str, frozenset[str]]:
    """Containers that run and volumes of claims, by type: all of them are built, and no others."""
    containers: list[str] = []
    volumes: list[str] = []
    for host in plan.hosts:
        begin = f"{stack}-{site}-{host.key}"
        containers += [f"{begin}-{name}" for name in _replicas(host)]
        volumes += [f"{begin}-{name}" for name in _volumes(plan, host)]
        watched = plan.monitoring is not None and any(host.replicas.values())
        if watched:
            containers += [f"{begin}-prometheus", f"{begin}-grafana"]
        if watched or any(service.exposure is not None for service in plan.services if _runs(host, service.key)):
            containers.append(f"{begin}-proxy")
    return {CONTAINER: frozenset(containers), VOLUME: frozenset(volumes)}


def is_hosted(resource: Resource, names: Mapping[str, frozenset[str]]) -> bool:
    """Whether the plan knows a container or a volume, or what one of them needs beside it."""
    known, name = names[CONTAINER] | names[VOLUME], resource.name
    if name in names[resource.type]:
        return True
    if resource.type == VOLUME:
        return name.endswith(SMALL_VOLUMES)
    return name.endswith(NEVER_STARTED) and (
        name.rpartition("-")[0] in known or name.rpartition("-")[0].endswith(SMALL_VOLUMES)
    )


def _runs(host: HostPlan, service: str) -> bool:
    return any(slot.partition(".")[0] == service and count for slot, count in host.replicas.items())


def _replicas(host: HostPlan) -> Iterator[str]:
    for slot, count in host.replicas.items():
        for number in range(count):
            yield f"{slot.replace('.', '-')}-{number}"


def _volumes(plan: DockerSitePlan, host: HostPlan) -> Iterator[str]:
    for claim in plan.claims:
        users = [service.key for service in plan.services if claim.key in service.uses and _runs(host, service.key)]
        if claim.attach != "replica":
            yield from [claim.key] if users else []
            continue
        for slot, count in host.replicas.items():
            if slot.partition(".")[0] in users:
                yield from (f"{slot.replace('.', '-')}-{number}-{claim.key}" for number in range(count))
