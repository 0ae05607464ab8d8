"""SecurityPool: secrets as files, and what a container on a host may do at most.

A secret's value comes from Pulumi's own secret configuration and is one in the state. On the host it is a file of mode
0400 in a volume that the workload's replicas see at /run/secrets and can't write to. Docker puts files only into
containers with a writable root, so a container beside the replicas has the files put in: it is never started.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_docker as docker

from components.docker.files import File, file_writer
from components.docker.images import Images
from components.docker.naming import DockerNames
from components.docker.network import services_on
from components.docker.provider import Host
from components.docker.user import USER
from solver.errors import ConfigError, Problem
from solver.plan.docker import DockerSitePlan, HostedService, HostedVariant
from solver.vocabulary import AcceleratorKind, Framework

SECRETS = "/run/secrets"
"""Folder of a workload's secrets."""
SETTING = "poolwright:secrets"
"""Pulumi's configuration with the values, by name."""
_FIRST_PRIVATE_PORT = 1024
_MOST_SCRATCH_MIB = 512
_COMPILING = (Framework.PYTORCH, Framework.TENSORFLOW)
"""Frameworks that compile kernels while they run, and load them from /tmp."""


@dataclass(frozen=True, kw_only=True)
class SecurityPoolArgs:
    """What is built from."""

    plan: DockerSitePlan
    """The site."""
    names: DockerNames
    """Names and labels."""
    hosts: Mapping[str, Host]
    """Those that are used."""
    images: Images
    """The images of the hosts."""


@dataclass(frozen=True, kw_only=True)
class SecretFiles:
    """The secrets of one workload on one host."""

    volume: pulumi.Output[str]
    """Name of the volume."""
    writer: pulumi.CustomResource
    """The container through which they were written; another one takes its place when a value changes."""


@dataclass(frozen=True, kw_only=True)
class SecurityOutputs:
    """Where secrets are."""

    secrets: Mapping[tuple[str, str], SecretFiles]
    """By host and workload; absent for a workload without secrets."""


class SecurityPool(pulumi.ComponentResource):
    """The secrets of a Docker site."""

    outputs: SecurityOutputs

    def __init__(self, name: str, args: SecurityPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:docker:SecurityPool", name, None, opts)
        self._args = args
        self.outputs = SecurityOutputs(
            secrets={
                (key, service.key): self._files(host, service)
                for key, host in sorted(args.hosts.items())
                for service in services_on(args.plan, host.plan)
                if service.secrets
            }
        )
        self.register_outputs({})

    def _files(self, host: Host, service: HostedService) -> SecretFiles:
        names = self._args.names
        name = names.on_host(host.key, service.key, "secrets")
        wanted = sorted(set(service.secrets.values()))
        volume = docker.Volume(
            name,
            name=name,
            labels=names.labels_of(host.key, workload=service.key),
            opts=host.child_of(self, ignore_changes=["labels"]),
        )
        writer = file_writer(
            self,
            f"{name}-writer",
            host,
            [File(path=f"{SECRETS}/{secret}", content=secret_value(secret), mode="0400") for secret in wanted],
            names=names,
            image=self._args.images.of_service(host.key, service.key),
            volume=volume.name,
            folder=SECRETS,
        )
        return SecretFiles(
            volume=volume.name,
            writer=writer,
        )


def secret_value(name: str) -> pulumi.Output[str]:
    """A secret's value, which stays one in the state; KeyError later where it has none."""
    given: pulumi.Output[Mapping[str, Any]] = pulumi.Config("poolwright").require_secret_object("secrets")
    return given.apply(lambda secrets: str(secrets[name]))


def refuse_unset(secrets: Collection[str], stack: str) -> None:
    """ConfigError that names the command for each secret without a value."""
    given = pulumi.Config("poolwright").get_object("secrets")
    named: Mapping[str, Any] = cast("Mapping[str, Any]", given) if isinstance(given, dict) else {}
    missing = [secret for secret in sorted(secrets) if not named.get(secret)]
    if missing:
        raise ConfigError(
            [
                Problem(
                    file=f"stacks/Pulumi.{stack}.yaml",
                    path=f"{SETTING}.{secret}",
                    found="nothing",
                    allowed="a value is needed: on hosts there is no store to fill in later",
                    hint=f"Run: pulumi config set --stack {stack} --secret --path '{SETTING}.{secret}'",
                )
                for secret in missing
            ]
        )


def hardened(variant: HostedVariant, *, port: int) -> dict[str, Any]:
    """What a container may do at most: settings of docker.Container that every replica has."""
    fpga = variant.accelerator_kind is AcceleratorKind.FPGA
    settings: dict[str, Any] = {
        "init": True,
        "read_only": True,
        "security_opts": ["no-new-privileges"],
        # FPGA tools load bitstreams through /sys and the card's PCI registers: that takes root, and its powers.
        "user": "0:0" if fpga else f"{USER}:{USER}",
        "cpus": f"{variant.cpu_millis / 1000:g}",
        "memory": variant.memory_mib,
        # The same number: no swap, which would hide that memory is short until everything is slow.
        "memory_swap": variant.memory_mib,
    }
    if fpga:
        settings["privileged"] = True
    else:
        settings["capabilities"] = {"drops": ["ALL"], **_added(variant, port)}
    if variant.framework in _COMPILING:
        settings["shm_size"] = variant.memory_mib // 2
    if not variant.disk_gib:
        size = min(variant.memory_mib // 2, _MOST_SCRATCH_MIB)
        runs = "exec" if variant.framework in _COMPILING else "noexec"
        settings["tmpfs"] = {"/tmp": f"rw,nosuid,nodev,{runs},size={size}m,mode=1777"}
    return settings


def _added(variant: HostedVariant, port: int) -> dict[str, list[str]]:
    added: list[str] = []
    if variant.accelerator_kind in (AcceleratorKind.INFERENTIA, AcceleratorKind.TRAINIUM):
        added.append("IPC_LOCK")  # the Neuron runtime pins memory for its transfers
    if port < _FIRST_PRIVATE_PORT:
        added.append("NET_BIND_SERVICE")
    return {"adds": added} if added else {}
