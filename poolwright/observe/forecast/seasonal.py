"""SeasonalNaive: each hour is as the same hour of the last season was; the yardstick of all other forecasters."""

from __future__ import annotations

import numpy as np

from poolwright.observe.forecast.forecaster import Hours, season_of


class SeasonalNaive:
    """The last week again, or the last day where less than two weeks were seen."""

    name = "seasonal-naive"

    def expected(self, history: Hours, hours: int) -> Hours:
        """The last season, as often as needed."""
        return np.resize(np.maximum(history[-season_of(history) :], 0.0), hours)
