"""The forecast of a service: events are holes before, and multiples after."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from poolwright.observe.forecast.forecaster import WEEK
from poolwright.observe.forecast.service import forecast_of
from poolwright.observe.loads import MeasuredLoad
from solver.demand.events import LoadEvent

MONDAY = datetime(2026, 10, 5, tzinfo=UTC)


def _measured(weeks: int) -> MeasuredLoad:
    rng = np.random.default_rng(11)
    hour = np.arange(weeks * WEEK)
    return MeasuredLoad(MONDAY, 100 + 50 * np.sin(hour * np.pi / 12) + rng.normal(0, 3, len(hour)))


def test_a_sale_of_the_past_is_left_out_and_one_to_come_multiplies() -> None:
    plain = _measured(4)
    sale = plain.hours.copy()
    sale[3 * WEEK + 48 : 3 * WEEK + 72] *= 8
    past = LoadEvent(date=date(2026, 10, 28), times=8)
    coming = LoadEvent(date=date(2026, 11, 4), times=5)
    found = forecast_of("shop", MeasuredLoad(MONDAY, sale), (past, coming), "UTC")
    assert found.event_hours == 24
    assert found.first == datetime(2026, 11, 2, tzinfo=UTC)
    assert max(found.week(0.99)) < 200
    assert found.hours(0.5)[48:72] == pytest.approx(5 * np.array(found.week(0.5))[48:72])
    assert (found.hours(0.5)[:48] == np.array(found.week(0.5))[:48]).all()
    naive = forecast_of("shop", MeasuredLoad(MONDAY, sale), (), "UTC")
    assert max(naive.week(0.5)) > 700


def test_what_is_held_is_a_part_of_all_hours_and_never_all() -> None:
    found = forecast_of("shop", _measured(8), (), "UTC")
    expected = np.array(found.usual.quantiles[0.5])
    assert found.usual.held_share(expected) == pytest.approx(0.5, abs=0.05)
    assert found.usual.held_share(found.usual.quantiles[0.9]) == pytest.approx(0.9, abs=0.02)
    assert 0.99 < found.usual.held_share(10 * expected) < 1
    assert found.usual.held_share(np.zeros(WEEK)) < 0.01
