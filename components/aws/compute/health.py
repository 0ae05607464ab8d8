"""Health checks inside the container, for services that no load balancer checks."""

from __future__ import annotations

from components.aws.compute.container import Json
from components.health_probe import probe
from solver.plan.compute import ServicePlan, VariantPlan
from solver.vocabulary import Framework

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
        "command": ["CMD-SHELL", probe(service.port, service.protocol, service.health_path)],
        "interval": INTERVAL_SECONDS,
        "timeout": TIMEOUT_SECONDS,
        "retries": RETRIES,
        "startPeriod": min(service.health_grace_seconds, MOST_GRACE_SECONDS),
    }
