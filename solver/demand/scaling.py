"""Scaling: what the number of a service's replicas follows between the plan's floor and ceiling, and how fast."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from solver.demand.names import MetricName, MetricNamespace, Text
from solver.schema import Schema, is_empty
from solver.vocabulary import MetricStatistic

Seconds = Annotated[int, Field(ge=0, le=86_400)]
"""A pause between two steps."""


class LoadMetric(Schema):
    """A CloudWatch metric that counts the service's load, in the units of `load` and of `throughput_per_second`."""

    namespace: MetricNamespace
    """Where it is: Shop/Orders."""
    name: MetricName
    """Its name: OrdersStarted."""
    dimensions: Annotated[dict[MetricName, Text], Field(max_length=20)] = Field(
        default_factory=dict[str, str], exclude_if=is_empty
    )
    """What tells it from others of the name."""
    statistic: MetricStatistic = MetricStatistic.SUM
    """Of a minute's values."""
    of: Literal["service", "replica"] = "service"
    """service: the whole load, which is divided by the running replicas; replica: the mean load of one."""
    per: Literal["minute", "second"] = "minute"
    """Time in which it counts: a sum of a minute's values counts by the minute."""


class Scaling(Schema):
    """What replicas follow, and how fast."""

    metric: LoadMetric | None = None
    """Instead of the load balancer's requests, or of cpu where there is none."""
    scale_in: bool = True
    """Replicas go when the load falls; false: what came stays until someone takes it away."""
    scale_out_seconds: Seconds = 60
    """Pause after replicas were added."""
    scale_in_seconds: Seconds = 300
    """Pause after replicas were taken away."""
