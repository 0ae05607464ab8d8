"""ComputePool: on each host exactly the containers that the plan places there, and the proxy in front of them.

A container is replaced by going first: its successor has its name. On each host one replica of a variant waits for the
one before it, so that at most one of them is away at a time, and what does not get well stops the change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_docker as docker

from components.docker.images import Images
from components.docker.naming import DockerNames
from components.docker.network import NetworkOutputs, calls_on, reason_to_lead_out, services_on
from components.docker.provider import Host
from components.docker.proxy import build_proxy
from components.docker.replicas import Replica, replicas_on
from components.docker.security import SECRETS, SecurityOutputs, hardened
from components.docker.settings import common_settings
from components.docker.storage import StorageOutputs
from components.health_probe import probe
from components.naming import variable
from solver.plan.docker import DockerSitePlan, HostedService
from solver.vocabulary import AcceleratorKind, Framework

STOP_SECONDS = 100
"""From SIGTERM to SIGKILL: as on AWS, so that a workload is written for one of them."""
_PROBE_SECONDS = 5
_RETRIES = 3
_SPARE_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class ComputePoolArgs:
    """What the containers are built from."""

    plan: DockerSitePlan
    """The site."""
    names: DockerNames
    """Names and labels."""
    hosts: Mapping[str, Host]
    """Those that are used."""
    images: Images
    """The images of the hosts."""
    network: NetworkOutputs
    """Who is on which network."""
    security: SecurityOutputs
    """Secrets."""
    storage: StorageOutputs
    """Volumes."""
    overflow: Mapping[str, pulumi.Output[str]]
    """URL of the same service at AWS, by service; absent where there is none."""


@dataclass(frozen=True, kw_only=True)
class ComputeOutputs:
    """What runs."""

    containers: Mapping[str, Sequence[pulumi.Output[str]]]
    """Names of containers, by host; the proxy's is the last."""
    urls: Mapping[str, Mapping[str, str]]
    """Exposed service → host → URL."""


class ComputePool(pulumi.ComponentResource):
    """The containers of a Docker site."""

    outputs: ComputeOutputs

    def __init__(self, name: str, args: ComputePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:docker:ComputePool", name, None, opts)
        self._args = args
        self.outputs = ComputeOutputs(
            containers={key: self._of_host(host) for key, host in sorted(args.hosts.items())},
            urls={
                service.key: {
                    key: url_of(args.plan, host, service)
                    for key, host in sorted(args.hosts.items())
                    if service in services_on(args.plan, host.plan)
                }
                for service in args.plan.services
                if service.exposure is not None
            },
        )
        self.register_outputs({"containers": self.outputs.containers})

    def _of_host(self, host: Host) -> list[pulumi.Output[str]]:
        args = self._args
        there = services_on(args.plan, host.plan)
        replicas: dict[str, list[Replica]] = {}
        for replica in replicas_on(args.plan, host.plan, args.names):
            replicas.setdefault(replica.service.key, []).append(replica)
        made: dict[str, docker.Container] = {}
        firsts: dict[str, docker.Container] = {}
        for service in callees_first(there):
            called = [firsts[callee] for callee in calls_on(service, there) if callee in firsts]
            for replica in replicas[service.key]:
                before = made.get(args.names.on_host(host.key, *replica.slot.split("."), str(replica.number - 1)))
                made[replica.name] = self._container(host, replica, after=[*called, *([before] if before else [])])
                firsts.setdefault(service.key, made[replica.name])
        containers = [made[name].name for name in sorted(made)]
        if host.key in args.network.proxies:
            proxy = build_proxy(
                self,
                host,
                plan=args.plan,
                names=args.names,
                image=args.images.proxies[host.key],
                networks=args.network.proxies[host.key],
                overflow=args.overflow,
                after=[firsts[service.key] for service in there if service.exposure is not None],
            )
            containers.append(proxy.name)
        return containers

    def _container(self, host: Host, replica: Replica, *, after: Sequence[pulumi.Resource]) -> docker.Container:
        args, service, variant = self._args, replica.service, replica.variant
        mounts = args.storage.mounts[replica.name]
        secrets = args.security.secrets.get((host.key, service.key))
        volumes: list[docker.ContainerVolumeArgsDict] = [
            {"volume_name": mount.volume.name, "container_path": mount.path, "read_only": mount.read_only}
            for mount in mounts
        ]
        labels = args.names.labels_of(host.key, workload=service.key)
        ready: list[pulumi.Resource] = [*after, *(each for mount in mounts for each in mount.volume.ready)]
        if reason := reason_to_lead_out(service):
            labels.append({"label": "leads-out", "value": reason})
        if secrets is not None:
            volumes.append({"volume_name": secrets.volume, "container_path": SECRETS, "read_only": True})
            ready.append(secrets.writer)
        settings: dict[str, Any] = {
            **common_settings(args.plan, args.network.services[host.key][service.key]),
            **hardened(variant, port=service.port),
            **_accelerators(replica),
            **_health(replica),
        }
        if service.command:
            settings["command"] = list(service.command)
        return docker.Container(
            replica.name,
            name=replica.name,
            image=args.images.by_slot[host.key, replica.slot],
            envs=[f"{name}={value}" for name, value in environment(args, replica).items()],
            labels=labels,
            volumes=volumes or None,
            stop_timeout=STOP_SECONDS,
            destroy_grace_seconds=STOP_SECONDS,
            opts=host.child_of(self, ready, replaced_with=[] if secrets is None else [secrets.writer]),
            **settings,
        )


def environment(args: ComputePoolArgs, replica: Replica) -> dict[str, str]:
    """Settings by name: ours, under the names that they have on AWS, then the plan's, which win.

    * `PATH_<CLAIM>`: where a volume or file system is mounted.
    * `ADDRESS_<SERVICE>`: `host:port` of each service that the workload calls.
    * `<VARIABLE>_FILE`: the file with a secret; its value is in no variable.
    * `XDG_CACHE_HOME`, `TMPDIR`: the image is read-only, so downloads and compiled kernels go to /tmp.
    """
    service = replica.service
    ours = {"TMPDIR": "/tmp", "XDG_CACHE_HOME": "/tmp/.cache", "HOME": "/tmp"}
    for claim in args.plan.claims:
        if claim.key in service.uses:
            ours[variable("PATH", claim.key)] = claim.mount
    for other in args.plan.services:
        if other.key in service.calls:
            ours[variable("ADDRESS", other.key)] = f"{args.names.address_of(other.key)}:{other.port}"
    for name, secret in service.secrets.items():
        ours[f"{name}_FILE"] = f"{SECRETS}/{secret}"
    return dict(sorted({**ours, **replica.variant.environment}.items()))


def url_of(plan: DockerSitePlan, host: Host, service: HostedService) -> str:
    """How a service is called on a host."""
    port = "" if plan.network.https_port == 443 else f":{plan.network.https_port}"
    return f"https://{host.plan.address}{port}{service.path}"


def callees_first(services: Sequence[HostedService]) -> list[HostedService]:
    """Services in an order in which each comes after those that it calls, as far as calls go in no circle."""
    by_key = {service.key: service for service in services}
    ordered: dict[str, HostedService] = {}
    entered: set[str] = set()

    def add(service: HostedService) -> None:
        if service.key in entered:
            return
        entered.add(service.key)
        for callee in service.calls:
            if callee in by_key:
                add(by_key[callee])
        ordered[service.key] = service

    for service in services:
        add(service)
    return list(ordered.values())


def _accelerators(replica: Replica) -> dict[str, Any]:
    match replica.variant.accelerator_kind:
        case None:
            return {}
        case AcceleratorKind.GPU:
            numbers = [str(number) for number in replica.devices]
            return {"device_requests": [{"driver": "nvidia", "device_ids": numbers, "capabilities": ["gpu"]}]}
        case AcceleratorKind.INFERENTIA | AcceleratorKind.TRAINIUM:
            paths = [f"/dev/neuron{number}" for number in replica.devices]
            return {
                "devices": [{"host_path": path, "container_path": path, "permissions": "rw"} for path in paths],
            }
        case AcceleratorKind.FPGA:
            # A privileged container sees all cards: which are its own, its tools learn from this number.
            return {}


def _health(replica: Replica) -> dict[str, Any]:
    """A check with what the image is known to have, as on AWS; what is behind the proxy has one too: Caddy has none.

    An image of unknown make may be without a shell, where any check would fail for ever: it has none, and Docker sees
    only whether its process lives.
    """
    service = replica.service
    if replica.variant.framework is Framework.OTHER:
        return {}
    interval, grace = service.health_interval_seconds, service.health_grace_seconds
    return {
        "healthcheck": {
            "tests": ["CMD-SHELL", probe(service.port, service.protocol, service.health_path)],
            "interval": f"{interval}s",
            "timeout": f"{_PROBE_SECONDS}s",
            "retries": _RETRIES,
            "start_period": f"{grace}s",
        },
        "wait": True,
        "wait_timeout": grace + (_RETRIES + 1) * (interval + _PROBE_SECONDS) + _SPARE_SECONDS,
    }
