"""DockerSitePlan: the pools of a site of owned hosts; which containers run on which host, and how they are reached."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from solver.plan.hosted_monitoring import HostedMonitoringPlan
from solver.plan.keyed import Keyed
from solver.schema import Schema, is_empty
from solver.vocabulary import (
    AcceleratorKind,
    AccessMode,
    Architecture,
    Exposure,
    Framework,
    Protocol,
    SiteKind,
    StorageKind,
)

PROXY_CPU_MILLIS = 250
"""Kept on each host of a site that exposes services, for the proxy in front of them."""
PROXY_MEMORY_MIB = 128
"""Likewise; a container that needs more is ended, so this is its limit too."""


class HostPlan(Schema):
    """One host and what containers may have of it."""

    key: str
    """As the demand names it."""
    docker_host: str | None = Field(default=None, exclude_if=is_empty)
    """How its Docker Engine is reached; None: as DOCKER_HOST of the environment says."""
    certificates: str | None = Field(default=None, exclude_if=is_empty)
    """Folder with what tcp:// needs for TLS."""
    address: str
    """Name or address at which others reach its ports."""
    architecture: Architecture
    """Instruction set."""
    cpu_millis: int
    """Thousandths of a vCPU."""
    memory_mib: int
    """Memory."""
    disk_gib: int
    """Space for scratch and volumes."""
    network_mbps: int
    """Bandwidth."""
    accelerator_model: str | None = Field(default=None, exclude_if=is_empty)
    """Of its accelerators."""
    accelerator_kind: AcceleratorKind | None = Field(default=None, exclude_if=is_empty)
    """What they are programmed with."""
    accelerator_count: int = Field(default=0, exclude_if=is_empty)
    """Devices."""
    usd_per_hour: float
    """What an hour costs in which it is used."""
    replicas: dict[str, int] = Field(default_factory=dict[str, int])
    """`workload.variant` → replicas: the placement; empty: the host is not used."""


class HostedVariant(Schema):
    """How a service's replicas of one variant run on the hosts of a site."""

    key: str
    """The variant."""
    image_reference: str | None
    """Address with tag; None: built by the stack."""
    image_digest: str | None
    """Pins the exact image."""
    framework: Framework
    """What the container is built on."""
    architecture: Architecture
    """Instruction set."""
    cpu_millis: int
    """Thousandths of a vCPU for each replica."""
    memory_mib: int
    """For each replica."""
    disk_gib: int = Field(default=0, exclude_if=is_empty)
    """Scratch space of each replica."""
    accelerator_kind: AcceleratorKind | None = Field(default=None, exclude_if=is_empty)
    """What its accelerators are."""
    accelerator_count: int = Field(default=0, exclude_if=is_empty)
    """For each replica."""
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    """Plain settings of the workload and the variant."""
    load_per_replica_per_second: float
    """Units of load that one replica is asked for: measured throughput × highest utilisation."""


class HostedService(Schema):
    """One service on a Docker site."""

    key: str
    """The workload."""
    port: int
    """Where replicas listen."""
    protocol: Protocol
    """What they speak."""
    exposure: Exposure | None = Field(default=None, exclude_if=is_empty)
    """public or internal: behind each host's proxy."""
    path: str
    """Path prefix on the proxy that leads to it."""
    command: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """Instead of the image's own."""
    secrets: dict[str, str] = Field(default_factory=dict[str, str], exclude_if=is_empty)
    """Environment variable → secret."""
    uses: dict[str, AccessMode] = Field(default_factory=dict[str, AccessMode], exclude_if=is_empty)
    """Claims that it uses and what it may do with them."""
    calls: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """Services that it calls on its own host."""
    health_path: str
    """Path of the health check."""
    health_interval_seconds: int
    """Between two checks."""
    health_grace_seconds: int
    """After start, before failures count."""
    serves: dict[str, float]
    """Where its load comes from → part of the service's peak load that is served here. Origins are locations, `callers`
    on the same site, and `anywhere`."""
    most_per_second: float
    """Load that the site serves at most, headroom apart; what is above it goes to AWS sites, where there are such."""
    variants: Keyed[HostedVariant]
    """Those that run, by key."""


class HostedClaim(Schema):
    """A volume or a file system on a Docker site."""

    key: str
    """The claim."""
    kind: Literal[StorageKind.VOLUME, StorageKind.FILE_SYSTEM]
    """volume or file-system"""
    attach: Literal["machine", "replica", "site"]
    """One for each host, for each replica, or one that all share."""
    size_gib: int
    """Asked for; a Docker volume has no limit of its own."""
    mount: str
    """Where replicas see it."""
    nfs: str | None = Field(default=None, exclude_if=is_empty)
    """Where a shared one is kept; None: on the host."""


class ProxyCertificatePlan(Schema):
    """The secrets with what the proxies show for the site's name."""

    chain: str
    """Secret with the certificate and those between it and the root."""
    key: str
    """Secret with its private key."""


class DockerNetworkPlan(Schema):
    """How a site's services are reached."""

    domain: str | None = Field(default=None, exclude_if=is_empty)
    """Name that leads to its hosts."""
    https_port: int
    """Where each host's proxy listens with TLS."""
    http_port: int
    """Where it sends browsers on to HTTPS."""
    proxy_reference: str | None = Field(default=None, exclude_if=is_empty)
    """Image of the proxy, address with tag; None: the project's own."""
    proxy_digest: str | None = Field(default=None, exclude_if=is_empty)
    """Pins it."""
    certificate: ProxyCertificatePlan | None = Field(default=None, exclude_if=is_empty)
    """What the proxies show for `domain`; None: a certificate of each host's own authority."""


class DockerSitePlan(Schema):
    """What is built on the hosts of one site; a host's hours cost what its owner says."""

    kind: Literal[SiteKind.DOCKER]
    """docker"""
    hosts: Keyed[HostPlan]
    """By key, those that are not used too."""
    services: Keyed[HostedService]
    """By key."""
    claims: Keyed[HostedClaim] = ()
    """By key."""
    secrets: tuple[str, ...] = ()
    """Names of secrets to fill."""
    network: DockerNetworkPlan
    """How services are reached."""
    monitoring: HostedMonitoringPlan | None = Field(default=None, exclude_if=is_empty)
    """What measures the hosts that run something; None: nothing does."""
    log_size_mib: int
    """Size at which a container's log file is rotated."""
    protect: bool = True
    """The engine refuses to delete volumes of claims, and they outlive the stack."""

    def host(self, key: str) -> HostPlan:
        """The host of that key; KeyError where there is none."""
        return next(each for each in self.hosts if each.key == key)
