"""DeploymentPlan: how a new version of a service takes over, and which alarms bring the old one back."""

from __future__ import annotations

from pydantic import Field

from solver.schema import Schema, is_empty
from solver.vocabulary import DeploymentStage, DeploymentStrategy

METRICS_OF_ERROR_SHARE = 2
"""5xx answers, and requests."""
METRICS_OF_LATENCY = 1
"""Time to the answer."""


class RollBackPlan(Schema):
    """What brings the version before back."""

    error_share: float | None = Field(default=None, exclude_if=is_empty)
    """Part of a minute's requests that were answered with 5xx."""
    latency_ms: float | None = Field(default=None, exclude_if=is_empty)
    """Milliseconds within which `latency_percentile` of a minute's requests are answered."""
    latency_percentile: float = 99.0
    """Percent of requests."""
    alarms: tuple[str, ...] = ()
    """Names of alarms that exist."""

    @property
    def metrics(self) -> int:
        """Metrics that its alarms watch in one target group: AWS bills each."""
        return METRICS_OF_ERROR_SHARE * (self.error_share is not None) + METRICS_OF_LATENCY * (
            self.latency_ms is not None
        )


class HookPlan(Schema):
    """A function that ECS asks at one moment of a deployment."""

    stage: DeploymentStage
    """When."""
    lambda_arn: str
    """Which."""


class DeploymentPlan(Schema):
    """How a new version takes over."""

    strategy: DeploymentStrategy
    """rolling, blue-green, canary or linear."""
    bake_minutes: int = 0
    """How long the old replicas wait after all requests have moved."""
    step_percent: float | None = Field(default=None, exclude_if=is_empty)
    """Requests that a canary has first, or that each step of linear moves."""
    step_minutes: int | None = None
    """Time between two steps."""
    roll_back_on: RollBackPlan | None = Field(default=None, exclude_if=is_empty)
    """Alarms that end a deployment."""
    hooks: tuple[HookPlan, ...] = Field(default=(), exclude_if=is_empty)
    """Functions that are asked on the way."""

    @property
    def moves_requests(self) -> bool:
        """All new replicas run beside the old ones; a load balancer moves requests between two target groups."""
        return self.strategy is not DeploymentStrategy.ROLLING
