"""StoragePool: the volumes of a Docker site, for each host, for each replica, or over NFS for all.

A volume of a claim holds data: the engine refuses to delete it, and it outlives the stack, where the demand protects
data. Scratch space goes with its replica.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import pulumi
import pulumi_docker as docker

from components.docker.files import owner_of_volume
from components.docker.images import Images
from components.docker.naming import DockerNames
from components.docker.provider import Host
from components.docker.replicas import Replica, replicas_on
from solver.plan.docker import DockerSitePlan, HostedClaim
from solver.vocabulary import AccessMode

_NFS_OPTIONS = "rw,nfsvers=4,hard,noatime"
"""`hard`: a server that is away for a while makes writers wait, where `soft` would lose what they wrote."""


@dataclass(frozen=True, kw_only=True)
class StoragePoolArgs:
    """What the volumes are built from."""

    plan: DockerSitePlan
    """The site."""
    names: DockerNames
    """Names and labels."""
    hosts: Mapping[str, Host]
    """Those that are used."""
    images: Images
    """The images of the hosts."""


@dataclass(frozen=True, kw_only=True)
class VolumeOutputs:
    """One volume."""

    name: pulumi.Output[str]
    """In the engine."""
    ready: tuple[pulumi.Resource, ...]
    """Who writes to it starts after these."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A volume in a container."""

    volume: VolumeOutputs
    """What is mounted."""
    path: str
    """Where."""
    read_only: bool = False
    """The workload only reads it."""


@dataclass(frozen=True, kw_only=True)
class StorageOutputs:
    """What containers mount."""

    mounts: Mapping[str, tuple[Mount, ...]]
    """By container, in the order of their paths."""
    volumes: tuple[pulumi.Output[str], ...]
    """Names of those that hold data."""


class StoragePool(pulumi.ComponentResource):
    """The volumes of a Docker site."""

    outputs: StorageOutputs

    def __init__(self, name: str, args: StoragePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:docker:StoragePool", name, None, opts)
        self._args = args
        self._kept: dict[str, VolumeOutputs] = {}
        mounts = {
            replica.name: tuple(sorted(self._mounts(host, replica), key=lambda mount: mount.path))
            for _, host in sorted(args.hosts.items())
            for replica in replicas_on(args.plan, host.plan, args.names)
        }
        self.outputs = StorageOutputs(mounts=mounts, volumes=tuple(each.name for each in self._kept.values()))
        self.register_outputs({})

    def _mounts(self, host: Host, replica: Replica) -> list[Mount]:
        found = [
            Mount(
                volume=self._of_claim(host, replica, claim),
                path=claim.mount,
                read_only=replica.service.uses[claim.key] is AccessMode.READ,
            )
            for claim in self._args.plan.claims
            if claim.key in replica.service.uses
        ]
        if replica.variant.disk_gib:
            found.append(Mount(volume=self._scratch(host, replica), path="/tmp"))
        return found

    def _of_claim(self, host: Host, replica: Replica, claim: HostedClaim) -> VolumeOutputs:
        """The claim's volume for this replica; the same one for all on the host but where each has its own."""
        match claim.attach:
            case "replica":
                name = f"{replica.name}-{claim.key}"
            case "machine" | "site":
                name = self._args.names.on_host(host.key, claim.key)
            case _:
                assert_never(claim.attach)
        if name not in self._kept:
            self._kept[name] = self._volume(host, name, claim)
        return self._kept[name]

    def _volume(self, host: Host, name: str, claim: HostedClaim) -> VolumeOutputs:
        args = self._args
        volume = docker.Volume(
            name,
            name=name,
            driver="local",
            driver_opts=None if claim.nfs is None else nfs_options(claim.nfs, claim.key),
            labels=args.names.labels_of(host.key, claim=claim.key),
            opts=host.child_of(self, keep=args.plan.protect, ignore_changes=["labels"]),
        )
        if claim.nfs is not None:
            # The server says who owns its folders; most take nobody else's word for it.
            return VolumeOutputs(name=volume.name, ready=())
        return VolumeOutputs(name=volume.name, ready=(self._owner(host, name, volume.name),))

    def _scratch(self, host: Host, replica: Replica) -> VolumeOutputs:
        name = f"{replica.name}-scratch"
        volume = docker.Volume(
            name,
            name=name,
            driver="local",
            labels=self._args.names.labels_of(host.key, workload=replica.service.key),
            opts=host.child_of(self, ignore_changes=["labels"]),
        )
        return VolumeOutputs(name=volume.name, ready=(self._owner(host, name, volume.name),))

    def _owner(self, host: Host, name: str, volume: pulumi.Output[str]) -> pulumi.Resource:
        image = self._args.images.proxies[host.key]
        return owner_of_volume(self, f"{name}-owner", host, names=self._args.names, image=image, volume=volume)


def nfs_options(export: str, claim: str) -> dict[str, str]:
    """How Docker's own driver mounts the claim's folder of an NFS export; the folder must be there."""
    server, _, path = export.partition(":")
    return {"type": "nfs", "o": f"addr={server},{_NFS_OPTIONS}", "device": f":{path.rstrip('/')}/{claim}"}
