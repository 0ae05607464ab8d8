"""MeasuredLoad: what a service was asked for, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from poolwright.observe.forecast.forecaster import Hours
from poolwright.observe.measurements import Measurements
from poolwright.observe.metrics import Metric


@dataclass(frozen=True)
class MeasuredLoad:
    """One service."""

    first: datetime
    """When its first hour begins, in UTC."""
    hours: Hours
    """Units of load a second, mean of each hour; nan where nothing was measured."""

    @property
    def end(self) -> datetime:
        """When its last hour ends."""
        return self.first + timedelta(hours=len(self.hours))


def measured_loads(measurements: Measurements, services: Sequence[str]) -> dict[str, MeasuredLoad]:
    """The loads of those services that were measured, in their order."""
    found = {key: measurements.get(Metric.LOAD, key) for key in services}
    return {key: MeasuredLoad(series.first, series.mean) for key, series in found.items() if series is not None}
