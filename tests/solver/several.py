"""Demands of two sites, for tests of where workloads run."""

from __future__ import annotations

from typing import Any

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand

REGIONS = ("us-east-1", "eu-central-1")
SERVICE: dict[str, Any] = {
    "kind": "service",
    "image": {},
    "load": {"constant_per_second": 100},
    "survive": "zone",
    "variants": {"cpu": {"cpu": 1, "memory": "2Gi", "throughput_per_second": 20, "source": "measured"}},
}
PUBLIC = SERVICE | {"exposure": "public"}
JOB: dict[str, Any] = {
    "kind": "batch",
    "image": {},
    "work": 1e6,
    "window": {"opens": "22:00", "deadline": "06:00"},
    "variants": SERVICE["variants"],
}
FROM_BOTH = {"load_from": {"europe": 0.6, "america": 0.4}}
BUCKET: dict[str, Any] = {
    "kind": "bucket",
    "written_gib_per_month": 10,
    "object_mib": 1,
    "retention_days": 365,
    "access": [{"from_days": 0, "reads_per_object_month": 2, "retrieved_share_per_month": 1}],
}


def site(region: str, cidr: str, **more: Any) -> dict[str, Any]:
    """A site with a name for public services."""
    return {"region": region, "network": {"cidr": cidr, "dns": {"domain": f"{region}.example.com"}}, **more}


def two_sites(workloads: dict[str, Any], **more: Any) -> Demand:
    """Sites us and eu, users in america and europe."""
    content: dict[str, Any] = {
        "stack": "test",
        "owner": "tests",
        "sites": {
            "us": site("us-east-1", "10.0.0.0/16", latency_ms={"eu": 90}),
            "eu": site("eu-central-1", "10.1.0.0/16"),
        },
        "locations": {"europe": {"latency_ms": {"us": 95, "eu": 20}}, "america": {"latency_ms": {"us": 20, "eu": 95}}},
        "workloads": workloads,
        "limits": {"machines": ["c7i.*", "m7i.*"]},
    }
    return Demand.model_validate(content | more)


def both_regions() -> Catalog:
    """The tables of both sites."""
    return load_catalog(None, REGIONS)
