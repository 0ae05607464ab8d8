"""HostedMonitoringPlan: Prometheus and Grafana on each host of a Docker site that runs something."""

from __future__ import annotations

from pydantic import Field

from solver.schema import Schema, is_empty

PROMETHEUS_CPU_MILLIS = 250
"""Kept on each host that is watched, and the container's limit."""
PROMETHEUS_MEMORY_MIB = 256
"""Likewise."""
GRAFANA_CPU_MILLIS = 250
"""Likewise."""
GRAFANA_MEMORY_MIB = 384
"""Likewise; its data base, which is made anew at each start, is in it."""
GRAFANA_PATH = "/grafana"
"""Path on each host's proxy."""
GRAFANA_PORT = 3000
"""Where it listens inside its container."""


class HostedMonitoringPlan(Schema):
    """What measures the hosts of a site; each host has its own, which goes on when others are lost."""

    prometheus_reference: str | None = Field(default=None, exclude_if=is_empty)
    """Address with tag; None: an image that the engines have, by the digest as its id."""
    prometheus_digest: str
    """Pins it."""
    grafana_reference: str | None = Field(default=None, exclude_if=is_empty)
    """Address with tag; None: an image that the engines have."""
    grafana_digest: str
    """Pins it."""
    password: str
    """Secret with the password of Grafana's only user."""
    retention_days: int
    """How long measurements are kept at most."""
    disk_gib: int
    """What of each host's disk they may take."""
    scrape_seconds: int
    """Between two measurements."""
    error_share: float
    """Part of a service's requests answered with 5xx above which an alert fires."""
    runbook: str | None = Field(default=None, exclude_if=is_empty)
    """Page that alerts name; None: the project's own."""
