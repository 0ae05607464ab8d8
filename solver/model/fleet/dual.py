"""Dual: what the organisation's commitments are worth in each hour, and what no fleet costs less than at that.

With commitments of rates r(m), as one savings plan at the lowest of them, the fleet costs at least, for any worths
θ(h) ≥ 0 whose mean over the week is at most 1,

    Σ over stacks:  response(θ)   −   Σ over held commitments:  H · Σ_h  max over m:  min(p(m), r(m) · θ(h)) / t(m)

where a held one gives H units in an hour, of which a machine of type m takes t(m). No stack knows of another one here.
The worths that say most are found on the stacks' services alone, whose hours have nothing to do with each other but
for the mean: every hour's concave envelope is climbed where it is steepest, until the mean is 1. Any worths are valid,
so what jobs add is counted at those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.purchase import Bought
from solver.model.fleet.response import Response
from solver.quantity import HOURS_PER_WEEK

Floats = NDArray[np.float64]
_MOST_WORTHS = 160
_SAME = 6
"""Decimals to which worths are told apart."""


@dataclass(frozen=True)
class Prices:
    """What machines cost in each hour, besides on demand."""

    on_demand: Mapping[str, float]
    """USD an hour by region and type."""
    rates: Mapping[str, float]
    """USD of commitments that cover it, the least; by region and type."""
    held: tuple[Bought, ...] = ()
    """Commitments that are paid for."""

    def at(self, worths: Floats) -> dict[str, Floats]:
        """By region and type: USD in each hour at these worths."""
        found: dict[str, Floats] = {}
        for name, price in self.on_demand.items():
            rate = self.rates.get(name)
            full = np.full(len(worths), price)
            found[name] = full if rate is None else np.minimum(full, rate * worths)
        return found

    def held_usd(self, worths: Floats) -> float:
        """USD a week that the held ones save at most at these worths."""
        if not self.held:
            return 0.0
        at = self.at(worths)
        total = 0.0
        for each in self.held:
            most = np.zeros(len(worths))
            for name, takes in each.takes.items():
                if name in at and takes > 0:
                    most = np.maximum(most, at[name] / takes)
            total += each.holds * float(most.sum())
        return total


def bound_usd_per_week(responses: Sequence[Response], prices: Prices, worths: Floats) -> float:
    """What no fleet of these stacks costs less than, without the fees of what is held."""
    return fsum(each.usd(worths) for each in responses) - prices.held_usd(worths)


def best_worths(responses: Sequence[Response], held_usd_per_hour: float) -> Floats:
    """Worths for which the bound is highest, as far as services go; all 1 where nothing depends on them.

    `held_usd_per_hour` is what held savings plans give in an hour, which a worth costs.
    """
    grid = _grid(responses)
    if len(grid) < 2:
        return np.ones(HOURS_PER_WEEK)
    total = np.sum([each.tiers[0].by_hour(grid) for each in responses], axis=0) - held_usd_per_hour * grid
    steps: list[tuple[float, int, float]] = []
    for hour in range(HOURS_PER_WEEK):
        corners = _envelope(grid, total[hour])
        for low, high in pairwise(corners):
            width = float(grid[high] - grid[low])
            slope = float(total[hour, high] - total[hour, low]) / width
            if slope > 0:
                steps.append((-round(slope, 9), hour, width))
    left = float(HOURS_PER_WEEK)
    worths = np.zeros(HOURS_PER_WEEK)
    # Equal slopes: by hour, and within an hour from the bottom up, since envelopes bend down.
    for _, hour, width in sorted(steps, key=lambda step: step[:2]):
        part = min(width, left)
        worths[hour] += part
        left -= part
        if left <= 0:
            break
    return worths


def _grid(responses: Sequence[Response]) -> Floats:
    every = sorted({round(float(worth), _SAME) for each in responses for tier in each.tiers for worth in tier.worths})
    if len(every) > _MOST_WORTHS:
        picked = np.linspace(0, len(every) - 1, _MOST_WORTHS).round().astype(int)
        every = [every[int(place)] for place in picked]
    return np.array(every)


def _envelope(at: Floats, values: Floats) -> list[int]:
    """Places of the corners of the least concave function that is nowhere below these values."""
    kept: list[int] = []
    for place in range(len(at)):
        while len(kept) > 1:
            first, last = kept[-2], kept[-1]
            rise = (values[last] - values[first]) * (at[place] - at[first])
            if rise > (values[place] - values[first]) * (at[last] - at[first]):
                break
            kept.pop()
        kept.append(place)
    return kept
