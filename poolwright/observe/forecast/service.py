"""ServiceForecast: the week after a service's measured hours, as usual and with the events of those days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from poolwright.observe.forecast.choice import Outlook, outlook
from poolwright.observe.forecast.combined import Combined, installed
from poolwright.observe.forecast.errors import LEVELS
from poolwright.observe.forecast.forecaster import LEAST_HOURS, WEEK, Forecaster, Hours
from poolwright.observe.forecast.week import as_week, event_factors
from poolwright.observe.loads import MeasuredLoad
from solver.demand.demand import Demand
from solver.demand.events import LoadEvent
from solver.demand.workloads import Service
from solver.errors import ConfigError, Problem


@dataclass(frozen=True, kw_only=True)
class ServiceForecast:
    """One service."""

    workload: str
    measured: MeasuredLoad
    usual: Outlook
    """168 hours from the last measured one on, as if no event were in them."""
    factors: Hours
    """Times the usual load in each of those hours."""
    event_hours: int
    """Measured hours that are left out, since an event was in them."""
    time_zone: str

    @property
    def first(self) -> datetime:
        """When the first hour of the forecast begins."""
        return self.measured.end

    def hours(self, level: float) -> Hours:
        """Load of each hour at a level, with events."""
        return self.usual.quantiles[level] * self.factors

    def week(self, level: float) -> tuple[float, ...]:
        """The usual load at a level in the order of the week, Monday 00:00 first."""
        return as_week(self.usual.quantiles[level], self.first, self.time_zone)

    def measured_week(self) -> tuple[float, ...]:
        """The last 168 measured hours in the order of the week; 0 where nothing was measured."""
        last = self.measured.hours[-WEEK:]
        return as_week(np.nan_to_num(last), self.measured.end - timedelta(hours=len(last)), self.time_zone)


def forecasts(
    demand: Demand,
    loads: Mapping[str, MeasuredLoad],
    *,
    levels: Sequence[float] = LEVELS,
    other: Forecaster | None = None,
) -> Iterator[ServiceForecast]:
    """A forecast for each service that was measured, in the demand's order; ConfigError where there is too little."""
    short = [key for key, load in loads.items() if len(load.hours) < LEAST_HOURS]
    if short:
        raise ConfigError(
            [
                Problem(
                    file="",
                    path=f"workloads.{key}",
                    found=f"{len(loads[key].hours)} measured hours",
                    allowed=f"{LEAST_HOURS} hours or more are allowed",
                )
                for key in short
            ]
        )
    for key, entry in demand.workloads.items():
        if isinstance(entry, Service) and key in loads:
            yield forecast_of(key, loads[key], entry.load.events.values(), demand.time_zone, levels, other)


def forecast_of(
    workload: str,
    measured: MeasuredLoad,
    events: Iterable[LoadEvent],
    time_zone: str,
    levels: Sequence[float] = LEVELS,
    other: Forecaster | None = None,
) -> ServiceForecast:
    """The forecast of one service; hours with events are holes in what it is made from."""
    known = tuple(events)
    special = event_factors(known, measured.first, len(measured.hours), time_zone) != 1
    history = np.where(special, np.nan, measured.hours)
    return ServiceForecast(
        workload=workload,
        measured=measured,
        usual=outlook(history, WEEK, other=other, levels=levels),
        factors=event_factors(known, measured.end, WEEK, time_zone),
        event_hours=int(special.sum()),
        time_zone=time_zone,
    )


def best_forecaster() -> Forecaster | None:
    """The combined one, where its extra is installed."""
    return Combined() if installed() else None
