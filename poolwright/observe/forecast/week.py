"""Hours on the clock and in the week of the stack's time zone: events in a history, and a forecast as a week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from poolwright.observe.forecast.forecaster import WEEK, Hours
from solver.demand.events import LoadEvent


def hours_of_week(first: datetime, hours: int, time_zone: str) -> list[int]:
    """For each hour from the first on its place in the week, 0 being Monday 00:00 in the time zone."""
    zone = ZoneInfo(time_zone)
    local = (moment.astimezone(zone) for moment in _moments(first, hours))
    return [moment.weekday() * 24 + moment.hour for moment in local]


def as_week(values: Hours, first: datetime, time_zone: str) -> tuple[float, ...]:
    """168 hours from the first on, in the order of the week. Where the clocks change, an hour that the week has
    twice is the higher of the two, and one that it has not is as the one before."""
    week = np.full(WEEK, np.nan)
    for place, value in zip(hours_of_week(first, len(values), time_zone), values, strict=True):
        week[place] = np.fmax(week[place], value)
    # Twice around: what is before the first hour that is there is as the last one.
    for place in (*range(WEEK), *range(WEEK)):
        if np.isnan(week[place]):
            week[place] = week[place - 1]
    return tuple(float(value) for value in week)


def event_factors(events: Iterable[LoadEvent], first: datetime, hours: int, time_zone: str) -> Hours:
    """Times the usual load in each hour: 1 where there is no event, the highest where there are several."""
    zone = ZoneInfo(time_zone)
    factors = np.ones(hours)
    given = np.zeros(hours, dtype=bool)
    for event in events:
        begins = datetime(event.date.year, event.date.month, event.date.day, tzinfo=zone) + timedelta(hours=event.opens)
        start = int((begins.astimezone(UTC) - first).total_seconds() // 3600)
        here = slice(max(start, 0), max(start + event.hours, 0))
        factors[here] = np.where(given[here], np.maximum(factors[here], event.times), event.times)
        given[here] = True
    return factors


def _moments(first: datetime, hours: int) -> Iterable[datetime]:
    return (first + timedelta(hours=hour) for hour in range(hours))
