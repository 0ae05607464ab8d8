"""A small Docker site for component tests: two hosts, a public service that calls another, one with cards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from components.docker.naming import DockerNames
from components.naming import default_tags
from solver.plan.docker import (
    DockerNetworkPlan,
    DockerSitePlan,
    HostedClaim,
    HostedService,
    HostedVariant,
    HostPlan,
)
from solver.plan.hosted_monitoring import HostedMonitoringPlan
from solver.plan.plan import Plan
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
from stacks.docker_site import docker_pools
from tests.components import plans
from tests.recorder import Record, Recording, record

DIGEST = plans.DIGEST
SECRETS = {"poolwright:secrets": json.dumps({"shop-token": "hush", "grafana-password": "whisper", "unused": "x"})}


def variant(key: str = "cpu", **more: Any) -> HostedVariant:
    """A plain one of half a vCPU."""
    fields: dict[str, Any] = {
        "image_reference": "registry.example.com/shop:3",
        "image_digest": DIGEST,
        "framework": Framework.PYTHON,
        "architecture": Architecture.X86_64,
        "cpu_millis": 500,
        "memory_mib": 256,
        "load_per_replica_per_second": 7.5,
    }
    return HostedVariant(key=key, **{**fields, **more})


def service(key: str, *variants: HostedVariant, **more: Any) -> HostedService:
    """One that nothing calls from outside."""
    fields: dict[str, Any] = {
        "port": 8080,
        "protocol": Protocol.HTTP,
        "path": "/",
        "health_path": "/healthz",
        "health_interval_seconds": 5,
        "health_grace_seconds": 20,
        "serves": {"anywhere": 1.0},
        "most_per_second": 15.0,
        "variants": variants or (variant(),),
    }
    return HostedService(key=key, **{**fields, **more})


def host(key: str, replicas: Mapping[str, int], **more: Any) -> HostPlan:
    """One of four vCPUs."""
    fields: dict[str, Any] = {
        "docker_host": f"ssh://ops@{key}",
        "address": f"{key}.example.com",
        "architecture": Architecture.X86_64,
        "cpu_millis": 4000,
        "memory_mib": 8192,
        "disk_gib": 50,
        "network_mbps": 1000,
        "usd_per_hour": 0.0,
    }
    return HostPlan(key=key, **{**fields, **more}, replicas=dict(replicas))


def site(**more: Any) -> DockerSitePlan:
    """Two hosts that are used and one that is not."""
    cards = variant(
        "l4",
        framework=Framework.PYTORCH,
        accelerator_kind=AcceleratorKind.GPU,
        accelerator_count=1,
        memory_mib=2048,
        disk_gib=20,
    )
    fields: dict[str, Any] = {
        "hosts": (
            host("idle", {}),
            host("one", {"shop.cpu": 2, "stock.cpu": 2}),
            host("two", {"shop.cpu": 1, "stock.cpu": 1, "vision.l4": 2}, accelerator_model="l4", accelerator_count=3),
        ),
        "services": (
            service(
                "shop",
                exposure=Exposure.PUBLIC,
                calls=("stock",),
                secrets={"TOKEN": "shop-token"},
                uses={"files": AccessMode.READ},
            ),
            service("stock", port=9000, uses={"files": AccessMode.READ_WRITE, "ledger": AccessMode.READ_WRITE}),
            service("vision", cards),
        ),
        "claims": (
            HostedClaim(
                key="files",
                kind=StorageKind.FILE_SYSTEM,
                attach="site",
                size_gib=10,
                mount="/files",
                nfs="nas.example.com:/plant",
            ),
            HostedClaim(key="ledger", kind=StorageKind.VOLUME, attach="replica", size_gib=5, mount="/ledger"),
        ),
        "secrets": ("shop-token",),
        "network": DockerNetworkPlan(domain="plant.example.com", https_port=8443, http_port=8080),
        "log_size_mib": 10,
    }
    return DockerSitePlan(kind=SiteKind.DOCKER, **{**fields, **more})


def watched(**more: Any) -> DockerSitePlan:
    """The site with Prometheus and Grafana on its hosts."""
    monitoring = HostedMonitoringPlan(
        prometheus_reference="quay.io/prometheus/prometheus:v3.5.0",
        prometheus_digest=DIGEST,
        grafana_reference="docker.io/grafana/grafana:12.1.1",
        grafana_digest=DIGEST,
        password="grafana-password",
        retention_days=15,
        disk_gib=5,
        scrape_seconds=15,
        error_share=0.05,
    )
    return site(**{"monitoring": monitoring, "secrets": ("grafana-password", "shop-token"), **more})


def names() -> DockerNames:
    """Of the fixture's site."""
    labels = default_tags(stack="prod", site="plant", owner="ai-platform@example.com", cost_centre="ai")
    return DockerNames(stack="prod", site="plant", labels=labels)


def build(plan: DockerSitePlan, overflow: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The site's pools, in the stack `prod`."""
    whole: Plan = plans.plan("prod", main=plans.minimal_site())
    return docker_pools("plant", plan, whole, overflow or {})


def recorded(plan: DockerSitePlan | None = None) -> Recording[dict[str, Any]]:
    """All that is registered for a site."""
    chosen = site() if plan is None else plan
    return record(lambda: build(chosen), stack="prod", config=SECRETS)


@cache
def whole() -> Recording[dict[str, Any]]:
    """The fixture's site, recorded once."""
    return recorded()


def container(recording: Recording[Any], name: str) -> Record:
    """A container by its name without stack and site."""
    return recording.one("docker:index/container:Container", f"prod-plant-{name}")


def labels_of(made: Record) -> dict[str, str]:
    """Its labels by name."""
    return {each["label"]: each["value"] for each in made.inputs["labels"]}
