"""Steps: the next load of each service of a stack, growth before shrinkage; what is held back, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from poolwright.observe.forecast.forecaster import WEEK
from poolwright.observe.forecast.service import ServiceForecast
from poolwright.observe.forecast.week import hours_of_week
from poolwright.observe.suggest.bounds import Bounds
from poolwright.observe.suggest.load_change import Direction, LoadChange, next_load
from poolwright.observe.suggest.past import Entry, days_since_more
from solver.demand.demand import Demand
from solver.demand.load import LoadProfile
from solver.demand.workloads import Service

RENEW = "poolwright forecast STACK --from PATH --write renews it"


@dataclass(frozen=True, kw_only=True)
class Step:
    """The change of one service's load."""

    workload: str
    service: Service
    change: LoadChange
    forecast: ServiceForecast
    held_now: float
    """Part of all usual hours in which the load as it is, with its headroom, is enough."""
    held_then: float
    """And in which the changed one will be."""

    @property
    def loads(self) -> tuple[float, float]:
        """The highest hour before and after, without events."""
        return highest(self.service.load), highest(self.change.load)


@dataclass(frozen=True)
class Steps:
    """Of one stack."""

    taken: tuple[Step, ...]
    waiting: tuple[tuple[str, str], ...]
    """Services whose load could be another one, and why it does not change now."""


def steps_of(
    demand: Demand,
    found: Sequence[ServiceForecast],
    past: Sequence[Entry],
    bounds: Bounds,
    on: date,
    last: datetime | None = None,
) -> Steps:
    """The next steps, by service in the demand's order. Where any load grows, none shrinks: what is freed by one may be
    what the other needs, and the next run will tell. `last` is when all measured hours end; None: as these do."""
    steps: list[Step] = []
    waiting: list[tuple[str, str]] = []
    ends = [each.measured.end for each in found]
    newest = max(ends if last is None else [*ends, last], default=None)
    for forecast in found:
        service = demand.workloads[forecast.workload]
        assert isinstance(service, Service)
        if service.load.forecast is not None:
            waiting.append((forecast.workload, f"its load is a forecast: {RENEW}"))
            continue
        if newest is not None and _unseen(forecast, newest):
            waiting.append((forecast.workload, "less than half of the last week was measured"))
            continue
        days = days_since_more(past, forecast.workload, on)
        cooling = days is not None and days < bounds.cool_down_days
        step = _step(forecast, service, bounds, may_fall=not cooling)
        if step is not None:
            steps.append(step)
        elif cooling and _step(forecast, service, bounds, may_fall=True) is not None:
            waiting.append((forecast.workload, f"it became more {days} days ago; {bounds.cool_down_days} are waited"))
    if any(step.change.direction is Direction.MORE for step in steps):
        waiting += [
            (step.workload, "others become more first") for step in steps if step.change.direction is Direction.LESS
        ]
        steps = [step for step in steps if step.change.direction is not Direction.LESS]
    return Steps(tuple(steps), tuple(waiting))


def _unseen(forecast: ServiceForecast, last: datetime) -> bool:
    """Whether less than half of the week before the last measured hour of all services was measured of this one, as
    far as it was measured before. What has filled the holes would be taken for its load, and nothing be in use."""
    load = forecast.measured
    first = max(load.first, last - timedelta(hours=WEEK))
    hours = load.hours[max(int((first - load.first).total_seconds() // 3600), 0) :]
    return 2 * int((~np.isnan(hours)).sum()) < (last - first).total_seconds() / 3600


def _step(forecast: ServiceForecast, service: Service, bounds: Bounds, *, may_fall: bool) -> Step | None:
    change = next_load(
        service.load,
        forecast.week(0.5),
        forecast.measured_week(),
        headroom=service.headroom,
        bounds=bounds,
        may_fall=may_fall,
    )
    if change is None:
        return None
    return Step(
        workload=forecast.workload,
        service=service,
        change=change,
        forecast=forecast,
        held_now=held_share(forecast, service.load, service.headroom),
        held_then=held_share(forecast, change.load, service.headroom),
    )


def held_share(forecast: ServiceForecast, load: LoadProfile, headroom: float) -> float:
    """The part of all usual hours in which a load with its headroom is enough."""
    week = usual_week(load)
    places = hours_of_week(forecast.first, len(forecast.factors), forecast.time_zone)
    return forecast.usual.held_share(np.array([week[place] * (1 + headroom) for place in places]))


def highest(load: LoadProfile) -> float:
    """The highest usual hour."""
    return max(usual_week(load))


def usual_week(load: LoadProfile) -> tuple[float, ...]:
    """The week without events."""
    return load.model_copy(update={"week_of": None}).week_per_second()
