"""Quantiles from errors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolwright.observe.forecast.errors import LEVELS, bands, error_at, pinball, relative_errors


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=300), st.lists(st.floats(0, 1e5), min_size=1, max_size=50))
def test_a_higher_level_is_never_lower(errors: list[float], expected: list[float]) -> None:
    found = bands(np.array(expected), np.array(errors), float(np.mean(expected)), LEVELS)
    for lower, higher in pairwise(LEVELS):
        assert (found[lower] <= found[higher]).all()


def test_the_median_is_the_forecast_itself() -> None:
    assert bands(np.array([3.0, 5.0]), np.array([1.0, 2.0]), 4.0, [0.5])[0.5].tolist() == [3.0, 5.0]


def test_the_tail_above_what_was_seen_falls_off_exponentially() -> None:
    rng = np.random.default_rng(7)
    errors = rng.exponential(2.0, 20_000)
    assert error_at(errors[:500], 0.999) == pytest.approx(-2 * np.log(0.001), rel=0.25)
    assert error_at(errors[:500], 0.999) >= errors[:500].max()
    assert error_at(errors, 0.95) == pytest.approx(-2 * np.log(0.05), rel=0.03)


def test_without_errors_every_level_is_the_forecast() -> None:
    assert bands(np.array([3.0]), np.empty(0), 3.0, LEVELS)[0.999].tolist() == [3.0]


def test_errors_are_in_units_of_the_root_of_the_load_and_gaps_have_none() -> None:
    found = relative_errors(np.array([6.0, np.nan, 14.0]), np.array([4.0, 4.0, 16.0]), 4.0)
    assert found.tolist() == [0.5, -0.25]
    assert not len(relative_errors(np.array([0.0]), np.array([0.0]), 0.0))


def test_pinball_loss_weighs_what_lies_above_by_the_level() -> None:
    measured, forecast = np.array([10.0, 10.0, np.nan]), np.array([8.0, 12.0, 0.0])
    assert pinball(measured, forecast, 0.9) == pytest.approx((0.9 * 2 + 0.1 * 2) / 2)
    assert pinball(measured[2:], forecast[2:], 0.9) == 0.0
