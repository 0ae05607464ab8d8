"""How a service is served: how replicas are checked, how many there may be, and how fast they answer."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from solver.demand.names import UrlPath
from solver.schema import Schema

MOST_REPLICAS = 10_000
"""Of a service on a site."""


def is_one(value: float) -> bool:
    """Whether a factor changes nothing."""
    # Left out of the demand's digest where it is not used, so that it makes no lock stale.
    return value == 1


class HealthCheck(Schema):
    """How a load balancer and the runtime tell that a replica serves."""

    path: UrlPath = "/healthz"
    """Answers 200 when the replica serves."""
    interval_seconds: Annotated[int, Field(ge=5, le=300)] = 15
    """Between two checks."""
    grace_seconds: Annotated[int, Field(ge=0, le=7200)] = 120
    """After start, before failures count: the time that a model takes to load."""


class ReplicaBounds(Schema):
    """Least and most replicas, over all variants."""

    min: Annotated[int, Field(ge=0, le=MOST_REPLICAS)] = 1
    """Floor in every hour."""
    max: Annotated[int, Field(ge=1, le=MOST_REPLICAS)] = 100
    """Ceiling that autoscaling may reach."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min at most max is allowed; {self.min} is above {self.max}")
        return self


class LatencyTarget(Schema):
    """What the throughput was measured against, and what a safe utilisation keeps when requests come at random."""

    percentile: Annotated[float, Field(gt=0, lt=100)] = 99.0
    """Of requests."""
    milliseconds: Annotated[float, Field(gt=0, le=3_600_000)]
    """Upper bound of the response time."""
    service_cv: Annotated[float, Field(ge=0, le=10, exclude_if=is_one)] = 1.0
    """Standard deviation of the time that a request takes alone / its mean; 0 where all take the same time."""
    arrival_cv: Annotated[float, Field(ge=0, le=10, exclude_if=is_one)] = 1.0
    """The same of the gaps between requests; 1 where people send them independently of each other."""
