"""Which forecaster continues a series: seasonal-naive, unless a backtest says that another one is nearer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from poolwright.observe.forecast.backtest import Backtest, backtest
from poolwright.observe.forecast.errors import LEVELS, bands, spread
from poolwright.observe.forecast.forecaster import Forecaster, Hours, filled
from poolwright.observe.forecast.seasonal import SeasonalNaive

NOT_INSTALLED = "the extra `forecast` is not installed: pip install 'poolwright[forecast]'"


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The hours that follow a series."""

    model: str
    """Name of the forecaster."""
    reason: str
    """Why that one."""
    mase: float | None
    """Of its backtest; None where the series is too short for one, or always the same."""
    naive_mase: float | None
    """Of seasonal-naive's."""
    pinball: float | None
    """Of its backtest, mean over the levels."""
    quantiles: dict[float, Hours]
    """Load of each hour, by level."""
    errors: Hours
    """Of the backtest, in units of spread."""
    mean: float
    """Of the history."""

    def held_share(self, held: Hours) -> float:
        """The part of all hours in which the load will not be above what is held in each, as far as the errors of the
        backtest can tell: never all of them."""
        expected = self.quantiles[0.5]
        unit = spread(expected, self.mean)
        room = np.divide(held - expected, unit, out=np.where(held >= expected, np.inf, -np.inf), where=unit > 0)
        below = np.searchsorted(np.sort(self.errors), room, side="right")
        return float((below / (len(self.errors) + 1)).mean()) if len(self.errors) else float((room >= 0).mean())


def outlook(
    history: Hours, hours: int, *, other: Forecaster | None = None, levels: Sequence[float] = LEVELS
) -> Outlook:
    """So many hours after a history that may have gaps; `other` is used where its backtest beats seasonal-naive's."""
    naive = SeasonalNaive()
    usual = backtest(naive, history)
    chosen, tested, reason = _chosen(naive, usual, other, history)
    known = filled(history)
    return Outlook(
        model=chosen.name,
        reason=reason,
        mase=tested.mase,
        naive_mase=usual.mase,
        pinball=tested.pinball(levels),
        quantiles=bands(chosen.expected(known, hours), tested.errors, float(known.mean()), {0.5, *levels}),
        errors=tested.errors,
        mean=float(known.mean()),
    )


def _chosen(
    naive: Forecaster, usual: Backtest, other: Forecaster | None, history: Hours
) -> tuple[Forecaster, Backtest, str]:
    if other is None:
        return naive, usual, NOT_INSTALLED
    if not usual.trials:
        return naive, usual, "too few hours for a backtest"
    if usual.mase is None:
        return naive, usual, "each season was as the one before"
    tested = backtest(other, history)
    if tested.mase is None:
        return naive, usual, f"the backtest of {other.name} has no scale"
    words = f"MASE {tested.mase:.2f} against {usual.mase:.2f} of {naive.name}"
    if tested.mase < usual.mase:
        return other, tested, words
    return naive, usual, f"{other.name} is not better in the backtest: {words}"
