"""Errors: how far a forecaster was off, and what that says of the next hours' quantiles.

    spread(f)  = sqrt(max(f, 5 % of the mean) · mean)               errors grow with the root of the load, as counts do
    error      = (measured − f) / spread(f)                         of each hour of a backtest
    quantile p = f + spread(f) · the p-quantile of the errors

The few errors at hand say nothing of what happens once in a thousand hours: above 0.99 the tail is taken to fall off
exponentially, at the pace between 0.9 and 0.99, and never below the greatest error that was seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from poolwright.observe.forecast.forecaster import Hours

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Quantiles that a forecast has unless others are asked for."""

_SMALLEST = 0.05
_KNOWN, _BELOW = 0.99, 0.9


def spread(expected: Hours, mean: float) -> Hours:
    """What one unit of error is at each load, for a series with this mean."""
    return np.sqrt(np.maximum(expected, _SMALLEST * mean) * max(mean, 0.0))


def relative_errors(measured: Hours, expected: Hours, mean: float) -> Hours:
    """The errors of the hours that were measured, in units of spread; none for a series of zeros."""
    unit = spread(expected, mean)
    counted = ~np.isnan(measured) & (unit > 0)
    return (measured[counted] - expected[counted]) / unit[counted]


def error_at(errors: Hours, level: float) -> float:
    """The error that a part `level` of all hours stays below; 0 at the median, since the forecast itself is that."""
    if level == 0.5 or not len(errors):
        return 0.0
    if level < 0.5:
        return min(float(np.quantile(errors, level)), 0.0)
    found = float(np.quantile(errors, min(level, _KNOWN)))
    if level > _KNOWN:
        pace = (found - float(np.quantile(errors, _BELOW))) / math.log((1 - _BELOW) / (1 - _KNOWN))
        found = max(found + pace * math.log((1 - _KNOWN) / (1 - level)), float(errors.max()))
    return max(found, 0.0)


def bands(expected: Hours, errors: Hours, mean: float, levels: Iterable[float]) -> dict[float, Hours]:
    """Each level's load of each hour, a higher level never lower."""
    unit = spread(expected, mean)
    return {level: np.maximum(expected + error_at(errors, level) * unit, 0.0) for level in sorted(levels)}


def pinball(measured: Hours, forecast: Hours, level: float) -> float:
    """Mean pinball loss of a quantile over the hours that were measured: what a wrong reserve costs."""
    missed = (measured - forecast)[~np.isnan(measured)]
    return float(np.maximum(level * missed, (level - 1) * missed).mean()) if len(missed) else 0.0
