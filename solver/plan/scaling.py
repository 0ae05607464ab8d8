"""ScalingPlan: what a service's replicas follow between floor and ceiling, where the demand says so."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from solver.schema import Schema, is_empty
from solver.vocabulary import MetricStatistic


class LoadMetricPlan(Schema):
    """A metric of the service's own load."""

    namespace: str
    """Where it is."""
    name: str
    """Its name."""
    dimensions: dict[str, str] = Field(default_factory=dict[str, str])
    """What tells it from others of the name."""
    statistic: MetricStatistic
    """Of a minute's values."""
    of: Literal["service", "replica"]
    """The whole load, or the mean load of one replica."""
    per: Literal["minute", "second"]
    """Time in which it counts."""


class ScalingPlan(Schema):
    """What replicas follow, and how fast."""

    metric: LoadMetricPlan | None = Field(default=None, exclude_if=is_empty)
    """Instead of the load balancer's requests or of cpu."""
    scale_in: bool = True
    """Replicas go when the load falls."""
    scale_out_seconds: int = 60
    """Pause after replicas were added."""
    scale_in_seconds: int = 300
    """Pause after replicas were taken away."""
