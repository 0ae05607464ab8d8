"""Deployment: how a new version of a service takes over, and what brings the old one back."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from solver.demand.names import AlarmName, Distinct
from solver.demand.secrets import LambdaArn
from solver.schema import Schema, is_empty
from solver.vocabulary import DeploymentStage, DeploymentStrategy

LEAST_LINEAR_PERCENT = 3
"""Smallest step of a linear deployment on ECS."""

Minutes = Annotated[int, Field(ge=0, le=1440)]
"""Minutes of one phase of a deployment, at most a day."""


class RollBackOn(Schema):
    """What ends a deployment and brings the version before back: each is one CloudWatch alarm or more."""

    error_share: Annotated[float, Field(gt=0, le=1)] | None = None
    """Part of a minute's requests that were answered with 5xx, in two minutes after each other."""
    latency_ms: Annotated[float, Field(gt=0, le=3_600_000)] | None = None
    """Milliseconds that 99 % of a minute's requests stay below (or the percentile of `latency`), in three minutes."""
    alarms: Annotated[tuple[AlarmName, ...], Distinct, Field(max_length=10)] = ()
    """Names of CloudWatch alarms that exist."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.error_share is None and self.latency_ms is None and not self.alarms:
            raise ValueError("error_share, latency_ms or alarms are allowed here; nothing is given")
        return self


class DeploymentHook(Schema):
    """A function that is asked at one moment of each deployment; what it refuses brings the old version back."""

    stage: DeploymentStage
    """When; ECS waits for the answer."""
    lambda_arn: LambdaArn
    """The function, in the service's region. It is yours: the stack makes none."""

    @property
    def region(self) -> str:
        """Where the function is."""
        return self.lambda_arn.split(":")[3]


class Deployment(Schema):
    """How a new version takes over."""

    strategy: DeploymentStrategy = DeploymentStrategy.ROLLING
    """rolling: some replicas at a time; the others run all new replicas beside the old ones and move the requests."""
    bake_minutes: Minutes | None = None
    """How long the old replicas wait after all requests have moved; 10 when not given. Not with rolling."""
    step_percent: Annotated[float, Field(ge=0.1, le=100)] | None = None
    """Requests that a canary has first, or that each step of linear moves, at least 3; 10 when not given."""
    step_minutes: Minutes | None = None
    """Time between two steps of canary or linear; 5 when not given."""
    roll_back_on: RollBackOn | None = None
    """What brings the old version back, beside replicas that don't start."""
    hooks: Annotated[tuple[DeploymentHook, ...], Field(max_length=10, exclude_if=is_empty)] = ()
    """Functions that are asked on the way. Not with rolling."""

    @model_validator(mode="after")
    def _fields_of_its_strategy(self) -> Self:
        steps = self.step_percent is not None or self.step_minutes is not None
        if steps and self.strategy not in (DeploymentStrategy.CANARY, DeploymentStrategy.LINEAR):
            raise ValueError(
                f"step_percent and step_minutes are allowed with canary and linear; strategy is {self.strategy}"
            )
        if self.bake_minutes is not None and self.strategy is DeploymentStrategy.ROLLING:
            raise ValueError("bake_minutes is allowed with blue-green, canary and linear; strategy is rolling")
        if self.hooks and self.strategy is DeploymentStrategy.ROLLING:
            raise ValueError("hooks are allowed with blue-green, canary and linear; strategy is rolling")
        if self.strategy is DeploymentStrategy.LINEAR and (self.step_percent or 100) < LEAST_LINEAR_PERCENT:
            raise ValueError(f"a step_percent of {LEAST_LINEAR_PERCENT} to 100 is allowed with linear")
        return self

    @property
    def moves_requests(self) -> bool:
        """All new replicas run beside the old ones, and the load balancer's requests move between them."""
        return self.strategy is not DeploymentStrategy.ROLLING
