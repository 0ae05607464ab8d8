"""Forecaster: what says the most likely load of the hours that follow a history; seasons, and gaps that are filled."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Hours = NDArray[np.float64]
"""One value an hour, without a jump; nan where nothing was measured."""

DAY, WEEK = 24, 168
"""Hours of the two seasons."""

LEAST_HOURS = 2 * DAY
"""With less, not even yesterday can be compared with the day before."""


class Forecaster(Protocol):
    """One way to continue a series."""

    @property
    def name(self) -> str:
        """As it is shown."""
        ...

    def expected(self, history: Hours, hours: int) -> Hours:
        """The most likely load of so many hours after a history without gaps; never below 0."""
        ...


def season_of(history: Hours) -> int:
    """A week where two of them were seen, else a day."""
    return WEEK if len(history) >= 2 * WEEK else DAY


def filled(history: Hours) -> Hours:
    """The history with the median of the same hour of its season in each gap, of all hours where there is none."""
    gaps = np.isnan(history)
    if not gaps.any():
        return history
    season = season_of(history)
    whole = np.full(-(-len(history) // season) * season, np.nan)
    whole[: len(history)] = history
    seasons = whole.reshape(-1, season)
    seen = ~np.isnan(seasons).all(axis=0)
    usual = np.full(season, np.nanmedian(history) if not gaps.all() else 0.0)
    usual[seen] = np.nanmedian(seasons[:, seen], axis=0)
    return np.where(gaps, np.resize(usual, len(history)), history)
