"""Seasons, gaps, and seasonal-naive."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from poolwright.observe.forecast.forecaster import DAY, WEEK, filled, season_of
from poolwright.observe.forecast.seasonal import SeasonalNaive


def test_a_week_is_the_season_once_two_were_seen() -> None:
    assert season_of(np.zeros(2 * WEEK - 1)) == DAY
    assert season_of(np.zeros(2 * WEEK)) == WEEK


def test_a_gap_is_filled_with_the_median_of_its_hour() -> None:
    days = np.tile(np.arange(24.0), 5)
    days[2 * 24 + 7] = np.nan
    days[3 * 24 + 7] = 700
    assert filled(days)[2 * 24 + 7] == 7


def test_an_hour_that_was_never_measured_has_the_median_of_all() -> None:
    days = np.tile(np.arange(24.0), 3)
    days[5::24] = np.nan
    assert filled(days)[5] == np.nanmedian(days)
    assert not np.isnan(filled(np.full(50, np.nan))).any()


@given(st.lists(st.floats(0, 1e6) | st.just(float("nan")), min_size=48, max_size=400))
def test_filling_changes_nothing_that_was_measured(values: list[float]) -> None:
    history = np.array(values)
    whole = filled(history)
    assert not np.isnan(whole).any()
    seen = ~np.isnan(history)
    assert (whole[seen] == history[seen]).all()


def test_seasonal_naive_says_the_last_season_again() -> None:
    history = np.arange(3 * WEEK, dtype=float)
    assert (SeasonalNaive().expected(history, WEEK + 2) == np.resize(history[-WEEK:], WEEK + 2)).all()
    assert (SeasonalNaive().expected(history[:60], 30) == np.resize(history[36:60], 30)).all()
