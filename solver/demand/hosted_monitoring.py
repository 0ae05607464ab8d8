"""HostMonitoringWish: each host of a Docker site measures itself, with Prometheus and Grafana beside its services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from solver.demand.contradiction import Contradiction
from solver.demand.monitoring import PageAddress
from solver.demand.names import Digest, ImageReference, SecretName
from solver.plan.hosted_monitoring import (
    GRAFANA_CPU_MILLIS,
    GRAFANA_MEMORY_MIB,
    GRAFANA_PATH,
    PROMETHEUS_CPU_MILLIS,
    PROMETHEUS_MEMORY_MIB,
)
from solver.quantity import DiskGib, format_cpu, format_gib, format_memory_mib
from solver.schema import Schema, is_empty

if TYPE_CHECKING:
    from solver.demand.docker import DockerSite
    from solver.demand.workloads import Workload

WATCHING_CPU_MILLIS = PROMETHEUS_CPU_MILLIS + GRAFANA_CPU_MILLIS
"""What no service gets on a host that is watched."""
WATCHING_MEMORY_MIB = PROMETHEUS_MEMORY_MIB + GRAFANA_MEMORY_MIB
"""Likewise."""


class PinnedImage(Schema):
    """An image of a registry, or of the hosts' engines, that can't become another one."""

    reference: ImageReference | None = Field(default=None, exclude_if=is_empty)
    """Address with tag, `quay.io/prometheus/prometheus:v3.5.0`; None: the engines have it, the digest is its id."""
    digest: Digest
    """Pins it."""


class HostMonitoringWish(Schema):
    """Prometheus and Grafana on each host that runs something, for what runs there."""

    prometheus: PinnedImage
    """Prometheus 2.42 or newer."""
    grafana: PinnedImage
    """Grafana 10 or newer."""
    password: SecretName
    """The secret with the password of Grafana's `admin`; there is no other user, and no password that is known."""
    retention_days: Annotated[int, Field(ge=1, le=400)] = 15
    """How long measurements are kept, as far as the disk holds them."""
    disk: Annotated[DiskGib, Field(ge=1, le=10_000, validate_default=False)] = 5
    """What of each host's disk measurements may take; the oldest go when it is short."""
    scrape_seconds: Annotated[int, Field(ge=5, le=120)] = 15
    """Between two measurements of a container."""
    error_share: Annotated[float, Field(gt=0, le=1)] = 0.05
    """Part of a service's requests answered with 5xx above which an alert fires."""
    runbook: Annotated[PageAddress | None, Field(exclude_if=is_empty)] = None
    """Page that alerts name, with a part for each kind of alert; None: this project's own."""


def watching_contradictions(
    owned: Mapping[str, DockerSite], workloads: Mapping[str, Workload | None]
) -> Iterator[Contradiction]:
    """Hosts that are too small to be watched, and services where Grafana is."""
    for name, site in owned.items():
        wish = site.monitoring
        if wish is None:
            continue
        for key, host in site.hosts.items():
            short = host.disk < wish.disk or host.cpu <= WATCHING_CPU_MILLIS or host.memory <= WATCHING_MEMORY_MIB
            if short:
                have = f"{format_cpu(host.cpu)} vCPU, {format_memory_mib(host.memory)}, {format_gib(host.disk)} of disk"
                need = (
                    f"more than {format_cpu(WATCHING_CPU_MILLIS)} vCPU and {format_memory_mib(WATCHING_MEMORY_MIB)}, "
                    f"and {format_gib(wish.disk)} of disk"
                )
                yield Contradiction(
                    path=("sites", name, "hosts", key),
                    found=have,
                    allowed=f"{need} are needed: Prometheus and Grafana run on each host of {name}",
                    hint=f"Give the host more, lower sites.{name}.monitoring.disk, or leave monitoring out",
                )
        for key, workload in workloads.items():
            path = getattr(workload, "path", None)
            exposed = getattr(workload, "exposure", None) is not None
            if exposed and isinstance(path, str) and f"{path.rstrip('/')}/".startswith(f"{GRAFANA_PATH}/"):
                yield Contradiction(
                    path=("workloads", key, "path"),
                    found=path,
                    allowed=f"another path is allowed where {name} is watched: {GRAFANA_PATH} leads to Grafana",
                )
