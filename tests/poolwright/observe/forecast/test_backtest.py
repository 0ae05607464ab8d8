"""Rolling origins: what a forecaster may know, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from poolwright.observe.forecast.backtest import backtest, horizon_of, origins_of
from poolwright.observe.forecast.forecaster import DAY, WEEK, Hours
from poolwright.observe.forecast.seasonal import SeasonalNaive


@dataclass
class Watched:
    """Says what comes, and remembers what it was shown."""

    truth: Hours
    name: str = "watched"
    shown: list[int] = field(default_factory=list[int])

    def expected(self, history: Hours, hours: int) -> Hours:
        self.shown.append(len(history))
        assert (history == self.truth[: len(history)]).all()
        return self.truth[len(history) : len(history) + hours]


def _noisy(hours: int) -> Hours:
    rng = np.random.default_rng(3)
    return 100 + 50 * np.sin(np.arange(hours) * np.pi / 12) + rng.normal(0, 5, hours)


def test_origins_end_a_horizon_before_the_end_and_leave_two_seasons() -> None:
    assert list(origins_of(12 * WEEK)) == [8 * WEEK, 9 * WEEK, 10 * WEEK, 11 * WEEK]
    assert list(origins_of(4 * WEEK)) == [2 * WEEK, 3 * WEEK]
    assert list(origins_of(4 * DAY)) == [2 * DAY, 3 * DAY]
    assert list(origins_of(2 * DAY + 5)) == []
    assert horizon_of(4 * WEEK - 1) == DAY


def test_a_forecaster_sees_nothing_that_comes_after_its_origin() -> None:
    truth = _noisy(6 * WEEK)
    watched = Watched(truth)
    assert backtest(watched, truth).mase == 0.0
    assert watched.shown == [2 * WEEK, 3 * WEEK, 4 * WEEK, 5 * WEEK]


def test_seasonal_naive_is_about_one_on_noise_around_a_season() -> None:
    found = backtest(SeasonalNaive(), _noisy(9 * WEEK))
    assert found.mase == pytest.approx(1, abs=0.1)
    loss = found.pinball()
    assert loss is not None and 0 < loss < 5


def test_a_series_that_never_changes_has_no_mase() -> None:
    found = backtest(SeasonalNaive(), np.full(5 * WEEK, 7.0))
    assert found.mase is None
    assert not len(found.errors) or (found.errors == 0).all()


def test_hours_that_were_not_measured_count_for_nothing() -> None:
    truth = _noisy(6 * WEEK)
    holed = truth.copy()
    holed[5 * WEEK + 3] = np.nan
    last = backtest(SeasonalNaive(), holed).trials[-1]
    assert len(last.errors) == WEEK - 1
    assert last.absolute_error == pytest.approx(np.abs(np.delete(last.expected - truth[-WEEK:], 3)).mean())
