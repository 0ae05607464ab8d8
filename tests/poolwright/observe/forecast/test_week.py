"""Hours on the clock, in the week, and under an event."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from poolwright.observe.forecast.forecaster import WEEK
from poolwright.observe.forecast.week import as_week, event_factors, hours_of_week
from solver.demand.events import LoadEvent

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


def test_hours_of_the_week_are_those_of_the_time_zone() -> None:
    assert hours_of_week(MONDAY, 3, "UTC") == [0, 1, 2]
    assert hours_of_week(MONDAY, 2, "Europe/Berlin") == [1, 2]
    assert hours_of_week(MONDAY, 2, "America/New_York") == [163, 164]


def test_a_forecast_that_begins_on_a_wednesday_becomes_a_week_from_monday() -> None:
    values = np.arange(WEEK, dtype=float)
    week = as_week(values, datetime(2026, 11, 4, 6, tzinfo=UTC), "UTC")
    assert week[54] == 0
    assert week[53] == 167
    assert sorted(week) == list(range(WEEK))


def test_where_clocks_change_an_hour_twice_is_the_higher_and_a_missing_one_is_as_the_one_before() -> None:
    back = as_week(np.arange(WEEK, dtype=float), datetime(2026, 10, 19, 22, tzinfo=UTC), "Europe/Berlin")
    assert back[6 * 24 + 2] == 123.0  # 02:00 of Sunday is there at 00:00 and at 01:00 UTC
    assert not np.isnan(back).any()
    forth = as_week(np.arange(WEEK, dtype=float), datetime(2026, 3, 22, 23, tzinfo=UTC), "Europe/Berlin")
    assert forth[6 * 24 + 2] == forth[6 * 24 + 1]


def test_an_event_multiplies_its_hours_and_the_higher_of_two_counts() -> None:
    sale = LoadEvent(date=date(2026, 11, 3), times=8)
    match = LoadEvent.model_validate({"date": date(2026, 11, 3), "times": 2, "opens": "20:00", "hours": 8})
    factors = event_factors([match, sale], MONDAY, 72, "UTC")
    assert (factors[:24] == 1).all()
    assert (factors[24:48] == 8).all()
    assert (factors[48:52] == 2).all()
    assert (factors[52:] == 1).all()


def test_an_event_may_make_the_load_less_and_lie_across_an_edge() -> None:
    closed = LoadEvent(date=date(2026, 11, 1), times=0.25, hours=30)
    assert event_factors([closed], MONDAY, 10, "UTC").tolist() == [0.25] * 6 + [1.0] * 4
    assert event_factors([closed], datetime(2026, 11, 9, tzinfo=UTC), 10, "UTC").tolist() == [1.0] * 10
    assert event_factors([closed], MONDAY, 2, "America/New_York").tolist() == [0.25, 0.25]


def test_days_without_the_weeks_first_hour_are_a_week() -> None:
    week = as_week(np.arange(48, dtype=float), datetime(2026, 11, 4, tzinfo=UTC), "UTC")
    assert week[48:96] == tuple(range(48))
    assert set(week[:48]) | set(week[96:]) == {47.0}
