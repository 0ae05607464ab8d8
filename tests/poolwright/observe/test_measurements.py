"""Samples of any interval and order become hours; the last of one moment stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from poolwright.observe.measurements import Measurements, Samples
from poolwright.observe.metrics import Metric

_START = datetime(2026, 9, 7, tzinfo=UTC)
_KEY = (Metric.LOAD, "assistant")


def _measured(*samples: tuple[float, float]) -> Measurements:
    read = Samples()
    for minutes, value in samples:
        read.add(*_KEY, _START.timestamp() + 60 * minutes, value)
    return read.measurements()


def test_an_hour_has_mean_peak_and_total_of_its_samples() -> None:
    series = _measured((0, 2.0), (30, 4.0), (60, 9.0)).series[_KEY]
    assert series.first == _START
    assert series.end == _START + timedelta(hours=2)
    assert list(series.mean) == [3.0, 9.0]
    assert list(series.peak) == [4.0, 9.0]
    assert list(series.total) == [6.0, 9.0]


def test_an_hour_without_a_sample_is_a_hole() -> None:
    series = _measured((0, 2.0), (180, 4.0)).series[_KEY]
    assert series.measured == 2
    assert np.isnan(series.mean[1:3]).all()
    assert np.isnan(series.total[1:3]).all()


def test_the_last_sample_of_a_moment_stands_and_is_told_of() -> None:
    measured = _measured((5, 1.0), (5, 8.0), (10, 2.0))
    assert measured.series[_KEY].total[0] == 10.0
    assert measured.notes == ("1 samples of a moment that has another one: the last one stands",)


@given(st.permutations([(float(7 * n), float(n)) for n in range(40)]))
def test_the_order_of_samples_says_nothing(samples: list[tuple[float, float]]) -> None:
    series, ordered = _measured(*samples).series[_KEY], _measured(*sorted(samples)).series[_KEY]
    np.testing.assert_array_equal(series.mean, ordered.mean)
    np.testing.assert_array_equal(series.peak, ordered.peak)


def test_a_window_has_only_its_hours() -> None:
    measured = _measured(*((60 * n, float(n)) for n in range(10)))
    part = measured.between(_START + timedelta(hours=3), _START + timedelta(hours=5))
    series = part.series[_KEY]
    assert list(series.mean) == [3.0, 4.0]
    assert series.first == part.first == _START + timedelta(hours=3)
    later = _START + timedelta(hours=10)
    assert not measured.between(later, later + timedelta(hours=5)).series
