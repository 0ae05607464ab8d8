"""Backtest: a forecaster is asked at earlier hours of a series for what followed, and its answers are compared.

At rolling origins, from the last one back: a week ahead where four weeks were measured, else a day ahead. What lies
after an origin is unknown to the forecaster. MASE is the mean absolute error in units of the mean absolute difference
between each hour before the origin and the same hour of the season before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from poolwright.observe.forecast.errors import LEVELS, bands, pinball, relative_errors
from poolwright.observe.forecast.forecaster import DAY, WEEK, Forecaster, Hours, filled, season_of

ORIGINS = 4
"""Most trials a week ahead; a day ahead there are twice as many."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One question to a forecaster, and what was measured then."""

    origin: int
    """Hours that the forecaster knew."""
    mean: float
    """Of those hours."""
    scale: float
    """Mean absolute difference of those hours and the same hour of the season before."""
    expected: Hours
    measured: Hours

    @property
    def absolute_error(self) -> float:
        """Mean over the hours that were measured; 0 where none was."""
        missed = np.abs(self.measured - self.expected)
        return 0.0 if np.isnan(missed).all() else float(np.nanmean(missed))

    @property
    def errors(self) -> Hours:
        """In units of spread."""
        return relative_errors(self.measured, self.expected, self.mean)


@dataclass(frozen=True)
class Backtest:
    """The trials of one forecaster on one series, oldest first."""

    trials: tuple[Trial, ...]

    @property
    def mase(self) -> float | None:
        """Mean of the trials; None where there is none that has a scale."""
        scaled = [trial.absolute_error / trial.scale for trial in self.trials if trial.scale > 0]
        return float(np.mean(scaled)) if scaled else None

    @property
    def errors(self) -> Hours:
        """Of all trials, in units of spread."""
        return np.concatenate([np.empty(0), *(trial.errors for trial in self.trials)])

    def pinball(self, levels: Sequence[float] = LEVELS) -> float | None:
        """Mean loss over the levels, a trial's quantiles being those that the other trials' errors give; None where
        there are less than two."""
        if len(self.trials) < 2:
            return None
        losses = [
            pinball(trial.measured, band, level)
            for trial in self.trials
            for level, band in bands(trial.expected, self._without(trial), trial.mean, levels).items()
        ]
        return float(np.mean(losses))

    def _without(self, trial: Trial) -> Hours:
        return np.concatenate([other.errors for other in self.trials if other is not trial])


def horizon_of(hours: int) -> int:
    """How far ahead a series of so many hours can be tried."""
    return WEEK if hours >= 4 * WEEK else DAY


def origins_of(hours: int, most: int = ORIGINS) -> Iterator[int]:
    """Where a series of so many hours is cut, oldest first: each trial knows two of its season at the least."""
    horizon = horizon_of(hours)
    least, count = (2 * WEEK, most) if horizon == WEEK else (2 * DAY, 2 * most)
    tries = min((hours - least) // horizon, count)
    yield from (hours - horizon * back for back in range(tries, 0, -1))


def trial(forecaster: Forecaster, history: Hours, origin: int, horizon: int) -> Trial:
    """What the forecaster says at one hour of a history, which may have gaps."""
    known = filled(history[:origin])
    season = season_of(known)
    return Trial(
        origin=origin,
        mean=float(known.mean()),
        scale=float(np.abs(known[season:] - known[:-season]).mean()),
        expected=forecaster.expected(known, horizon),
        measured=history[origin : origin + horizon],
    )


def backtest(forecaster: Forecaster, history: Hours) -> Backtest:
    """The forecaster at the rolling origins of a history."""
    horizon = horizon_of(len(history))
    return Backtest(tuple(trial(forecaster, history, origin, horizon) for origin in origins_of(len(history))))
