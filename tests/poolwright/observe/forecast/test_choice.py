"""Which forecaster is used, and what is said of it."""

from __future__ import annotations

import numpy as np

from poolwright.observe.forecast.choice import NOT_INSTALLED, outlook
from poolwright.observe.forecast.combined import Combined
from poolwright.observe.forecast.forecaster import DAY, WEEK, Hours


class Wrong:
    """Is always far off."""

    name = "wrong"

    def expected(self, history: Hours, hours: int) -> Hours:
        return np.full(hours, 10 * history.max())


def _noisy(weeks: int, noise: float = 10.0) -> Hours:
    rng = np.random.default_rng(5)
    hour = np.arange(weeks * WEEK)
    level = 100 + 60 * np.sin(hour * np.pi / 12) - 30 * (hour % WEEK >= 5 * DAY)
    return np.maximum(level + rng.normal(0, noise, len(hour)), 0)


def test_without_another_forecaster_it_is_seasonal_naive_and_says_how_to_get_more() -> None:
    found = outlook(_noisy(6), WEEK)
    assert (found.model, found.reason) == ("seasonal-naive", NOT_INSTALLED)
    assert found.mase == found.naive_mase


def test_a_forecaster_that_loses_its_backtest_is_not_used() -> None:
    found = outlook(_noisy(6), WEEK, other=Wrong())
    assert found.model == "seasonal-naive"
    assert found.reason.startswith("wrong is not better in the backtest: MASE ")


def test_the_combined_forecaster_beats_seasonal_naive_on_noise() -> None:
    series = _noisy(7)
    known, then = series[: 6 * WEEK], series[6 * WEEK :]
    found = outlook(known, WEEK, other=Combined())
    naive = outlook(known, WEEK)
    assert found.model == "combined"
    assert found.mase is not None and naive.mase is not None and found.mase < 0.9 * naive.mase
    assert np.abs(found.quantiles[0.5] - then).mean() < 0.9 * np.abs(naive.quantiles[0.5] - then).mean()
    assert 0.9 <= (then <= found.quantiles[0.95]).mean() <= 0.99
    assert (then <= found.quantiles[0.999]).all()


def test_the_same_history_gives_the_same_forecast_to_the_bit() -> None:
    first, second = (outlook(_noisy(5), WEEK, other=Combined()) for _ in range(2))
    assert all((first.quantiles[level] == second.quantiles[level]).all() for level in first.quantiles)


def test_a_series_that_never_changes_goes_on() -> None:
    found = outlook(np.full(5 * WEEK, 7.0), WEEK, other=Combined())
    assert found.reason == "each season was as the one before"
    assert {float(value) for band in found.quantiles.values() for value in band} == {7.0}


def test_two_days_are_continued_without_a_backtest() -> None:
    found = outlook(_noisy(1)[: 2 * DAY], WEEK, other=Combined())
    assert found.reason == "too few hours for a backtest"
    assert len(found.quantiles[0.5]) == WEEK


def test_zeros_stay_zeros() -> None:
    found = outlook(np.zeros(5 * WEEK), WEEK, other=Combined())
    assert not any(band.any() for band in found.quantiles.values())
