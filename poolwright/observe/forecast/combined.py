"""Combined: for each hour the median of four forecasts, of which three are statsforecast's.

    the median of the same hour in the last weeks          what is usual; no outlier moves it
    exponential smoothing of each hour of the season       what has become usual of late
    dynamic theta                                          level and drift of the series without its season
    MSTL, seasons of day and week, and an ETS trend        both seasons apart, and where the rest leads

The median of several forecasts is seldom the best of them and hardly ever the worst: one that is led astray is
outvoted.
"""

from __future__ import annotations

import warnings
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from poolwright.observe.forecast.forecaster import DAY, WEEK, Hours, season_of

MOST_WEEKS = 6
"""Older hours say little about the next week, and cost time."""
_SEASONS_OF_MEDIAN = {WEEK: 4, DAY: 7}


class Combined:
    """The median of four ways to continue a series; needs the extra `forecast`."""

    name = "combined"

    def expected(self, history: Hours, hours: int) -> Hours:
        """For each hour the median of the four."""
        recent = history[-MOST_WEEKS * WEEK :]
        season = season_of(recent)
        usual = usual_season(recent, season)
        ways = [np.resize(usual, hours), *(_asked(model, recent, hours) for model in _models(season))]
        return np.maximum(np.nanmedian(np.array(ways), axis=0), 0.0)


def installed() -> bool:
    """Whether statsforecast is there; it is not loaded to find out, since that takes seconds."""
    return find_spec("statsforecast") is not None


def usual_season(history: Hours, season: int) -> Hours:
    """The median of each hour of a season, over the last seasons."""
    count = min(len(history) // season, _SEASONS_OF_MEDIAN[season])
    return np.median(history[-count * season :].reshape(count, season), axis=0)


def _asked(model: Any, history: Hours, hours: int) -> Hours:
    """What a model of statsforecast says; nan, which no median counts, where it can't continue such a series."""
    try:
        with warnings.catch_warnings():
            # Of a series that never changes a model says that it divides by 0, and then its constant.
            warnings.simplefilter("ignore")
            answer: Hours = model.forecast(y=history, h=hours)["mean"]
    except (ValueError, ArithmeticError, RuntimeError, IndexError):
        return np.full(hours, np.nan)
    return answer


@cache
def _models(season: int) -> tuple[Any, ...]:
    from statsforecast import models

    library: Any = models
    return (
        library.SeasonalExponentialSmoothingOptimized(season),
        library.DynamicOptimizedTheta(season),
        library.MSTL([DAY, WEEK] if season == WEEK else [DAY]),
    )
