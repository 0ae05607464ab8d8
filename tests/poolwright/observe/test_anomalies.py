"""Anomalies of recorded series: the windows that are known, and hardly any other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolwright.observe.anomalies import Stretch, stretches
from poolwright.observe.forecast.forecaster import Hours

TRACES = Path(__file__).parents[3] / "bench" / "data" / "traces"
_FIRST = datetime(2026, 9, 7, tzinfo=UTC)


def _trace(name: str) -> tuple[Hours, datetime]:
    rows = [line.split(",") for line in (TRACES / f"{name}.csv").read_text().splitlines() if line[:1].isdigit()]
    times = [datetime.fromisoformat(time).replace(tzinfo=UTC) for time, _ in rows]
    values = np.full(int((times[-1] - times[0]).total_seconds() // 3600) + 1, np.nan)
    for time, (_, value) in zip(times, rows, strict=True):
        values[int((time - times[0]).total_seconds() // 3600)] = float(value)
    return values, times[0]


def _found(name: str) -> list[Stretch]:
    return list(stretches(*_trace(name), "UTC"))


def test_the_holidays_and_the_snow_storm_of_new_york_are_found_and_nothing_else() -> None:
    days = {stretch.first.date() for stretch in _found("nyc-taxi")}
    known = {
        "Thanksgiving": date(2014, 11, 27),
        "Christmas": date(2014, 12, 25),
        "New Year": date(2015, 1, 1),
        "snow storm": date(2015, 1, 26),
    }
    assert set(known.values()) <= days
    around_holidays = {
        *(date(2014, 7, day) for day in (4, 5)),  # Independence Day
        date(2014, 9, 1),  # Labor Day
        *(date(2014, 11, day) for day in (28, 29)),
        *(date(2014, 12, day) for day in range(24, 32)),
        date(2015, 1, 2),
        date(2015, 1, 19),  # Martin Luther King Day
    }
    assert days <= set(known.values()) | around_holidays


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("grok-asg-anomaly", date(2014, 1, 29)),
        ("rds-cpu-utilization-cc0c53", date(2014, 2, 25)),
        ("ec2-cpu-utilization-825cc2", date(2014, 4, 16)),
    ],
)
def test_a_recorded_failure_is_one_stretch(name: str, day: date) -> None:
    (found,) = _found(name)
    assert found.first.date() == day


@given(st.integers(0, 2**32 - 1))
def test_noise_alone_is_hardly_ever_an_anomaly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    load = 100 + 50 * np.sin(np.arange(4 * 168) * np.pi / 12) + rng.normal(0, 5, 4 * 168)
    assert len(list(stretches(load, _FIRST, "UTC"))) <= 1


def test_a_short_series_has_none() -> None:
    values = np.ones(95)
    values[50] = 1000
    assert list(stretches(values, _FIRST, "UTC")) == []


def test_holes_and_ignored_hours_are_no_anomaly() -> None:
    values = np.tile(np.arange(24.0) + 10, 28)
    values[100:110] = np.nan
    values[200:210] = 900
    ignored = np.zeros(len(values), dtype=bool)
    ignored[200:210] = True
    assert list(stretches(values, _FIRST, "UTC", ignored)) == []
    (found,) = stretches(values, _FIRST, "UTC")
    assert (found.hours, found.measured) == (10, 900)


def test_a_weekend_is_as_usual_also_where_two_weeks_are_known() -> None:
    hours = np.arange(14 * 24)
    working = np.where(hours // 24 % 7 < 5, 1.0, 0.2)
    # Monday 00:00 in New York is 04:00 UTC.
    values = working * (100 + 50 * np.sin(hours * np.pi / 12))
    first = datetime(2026, 9, 7, 4, tzinfo=UTC)
    assert list(stretches(values, first, "America/New_York")) == []
    assert list(stretches(values, first, "Asia/Tokyo"))


def test_more_and_less_than_usual_are_apart() -> None:
    values = np.tile(np.arange(24.0) + 50, 28)
    values[200:204] = 500
    values[204:208] = 0
    more, less = stretches(values, _FIRST, "UTC")
    assert more.score > 0 > less.score
