"""Health checks inside the container, for services that no load balancer checks."""

from __future__ import annotations

from components.aws.compute.container import Json
from solver.plan.compute import ServicePlan, VariantPlan
from solver.vocabulary import Framework, Protocol

INTERVAL_SECONDS = 15
TIMEOUT_SECONDS = 5
RETRIES = 3
MOST_GRACE_SECONDS = 300
"""ECS's greatest start period; a model that loads longer needs a load balancer's grace, or must answer early."""


def container_health_check(service: ServicePlan, variant: VariantPlan) -> Json | None:
    """A check with what the image is known to have; None behind a load balancer, which checks better, from outside.

    An image of unknown make may be without a shell, where any check would fail for ever: it has none, and ECS sees only
    whether its process lives.
    """
    if service.load_balancers or variant.framework is Framework.OTHER:
        return None
    return {
        "command": ["CMD-SHELL", _probe(service)],
        "interval": INTERVAL_SECONDS,
        "timeout": TIMEOUT_SECONDS,
        "retries": RETRIES,
        "startPeriod": min(service.health_grace_seconds, MOST_GRACE_SECONDS),
    }


def _probe(service: ServicePlan) -> str:
    """Asks the health path, or connects where the service speaks no HTTP, with the first tool that the image has."""
    port = service.port
    if service.protocol is not Protocol.HTTP:
        return (
            "if command -v python3 > /dev/null; "
            f"then python3 -c \"import socket; socket.create_connection(('127.0.0.1', {port}), 3)\" || exit 1; "
            f"elif command -v bash > /dev/null; then bash -c ': < /dev/tcp/127.0.0.1/{port}' || exit 1; fi"
        )
    url = f"http://127.0.0.1:{port}{service.health_path}"
    return (
        "if command -v python3 > /dev/null; "
        f"then python3 -c \"import urllib.request; urllib.request.urlopen('{url}', timeout=3)\" || exit 1; "
        f"elif command -v curl > /dev/null; then curl -fsS -m 3 -o /dev/null '{url}' || exit 1; "
        f"elif command -v wget > /dev/null; then wget -q -T 3 -O /dev/null '{url}' || exit 1; fi"
    )
