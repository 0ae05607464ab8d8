"""Bound: what all hours cost at least, from what replicas are worth.

Let a replica of workload k be worth w(k, g) in the hours of group g, and w - κ on a spot machine. Where what fits on
one machine of any type j is worth at most

    p(j)  and  μ(j, g)  and  q(j) ν(g)      on demand, reserved, covered by the plan
    s(j)                                     as spot capacity, in its cheapest zone

with Σ_g hours(g) μ(j, g) ≤ H r(j) and Σ_g hours(g) ν(g) ≤ H, each timetable costs at least

    Σ_g Σ_h in g Σ_k  [ w(k, g) least(k, h)  -  κ(k, g) soft(k, h) ]

since it holds at least `least` replicas and at most `soft` of them on spot machines. (The unused rest of commitments
only adds to the cost.) What fits on a machine is worth at most Σ_d y(d) for any y ≥ 0 with Σ_d part(k, d) y(d) ≥ w(k)
for all k that it holds. Worths that break a rule are lowered by the factor by which they break it.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from solver.model.zoned.market import Market
from solver.model.zoned.relaxation import Prices

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_SWEEPS = 2
_HALVINGS = 26
_GOLDEN = 0.381966
_ROUNDING = 1e-9


def values(part: Floats, holds: NDArray[np.bool_], worth: Floats, room: Integers, prices: Prices) -> Floats:
    """Groups × machine types: what a machine's contents are worth at most; `part` is workloads × types × dimensions.

    Σ_d y(d) is at most the greatest worth(k) / Σ_d part(k, d) u(d) for y = that times u, for any u ≥ 0 of sum 1, and
    convex in u: the best mixture of two dimensions, or the best of what the relaxation has for some
    types, is taken, then mixed with single parts.
    """
    count, dimensions = part.shape[1:]
    groups = len(worth)
    best = np.full((groups, count), np.inf)
    mixture = np.zeros((groups, count, dimensions))
    simple = room.shape[1]
    for first, second in combinations(range(simple), 2) if simple > 1 else [(0, 0)]:
        start = np.zeros((groups, count, dimensions))
        start[:, :, first] = 1.0
        value, found = _towards(part, holds, worth, start, second)
        better = value < best
        best, mixture = np.where(better, value, best), np.where(better[:, :, None], found, mixture)
    for number in range(prices.units.shape[1]):
        scaled = np.zeros((groups, count, dimensions))
        scaled[:, :, :simple] = prices.units[:, number][:, None] * room[None]
        own = np.broadcast_to(prices.mixtures[:, number][:, None], scaled.shape)
        for found in (scaled, own):
            total = found.sum(axis=2, keepdims=True)
            shares = found / np.maximum(total, 1e-300) + (total <= 0.0) / dimensions
            value = _value(np.einsum("kjd,gjd->gkj", part, shares), _asked(holds, worth))
            better = value < best
            best, mixture = np.where(better, value, best), np.where(better[:, :, None], shares, mixture)
    for dimension in tuple(range(dimensions)) * _SWEEPS if dimensions > 2 else ():
        value, found = _towards(part, holds, worth, mixture, dimension)
        better = value < best
        best, mixture = np.where(better, value, best), np.where(better[:, :, None], found, mixture)
    return best


def _towards(
    part: Floats, holds: NDArray[np.bool_], worth: Floats, start: Floats, dimension: int
) -> tuple[Floats, Floats]:
    """The best value and mixture between a start (groups × types × dimensions) and one dimension alone."""
    begin = np.einsum("kjd,gjd->gkj", part, start)
    end = part[:, :, dimension][None]
    asked = _asked(holds, worth)

    def value(step: Floats) -> Floats:
        return _value(begin + step[:, None] * (end - begin), asked)

    low, high = np.zeros(start.shape[:2]), np.ones(start.shape[:2])
    for _ in range(_HALVINGS):
        left, right = low + (high - low) * _GOLDEN, high - (high - low) * _GOLDEN
        falls = value(left) > value(right)
        low, high = np.where(falls, left, low), np.where(falls, high, right)
    step = (low + high) / 2.0
    step = np.where(value(np.zeros_like(step)) <= value(step), 0.0, step)
    mixture = start * (1.0 - step)[:, :, None]
    mixture[:, :, dimension] += step
    return value(step), mixture


def _asked(holds: NDArray[np.bool_], worth: Floats) -> Floats:
    return np.where(holds, 1.0, 0.0)[None] * worth[:, :, None]


def _value(taken: Floats, asked: Floats) -> Floats:
    """The greatest worth over what is taken; groups × workloads × types in, groups × types out."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(asked > 0.0, asked / taken, 0.0).max(axis=1)


def shortfall(market: Market, prices: Prices, weights: Floats) -> tuple[Floats, Floats]:
    """Factors (groups × types) by which worths must be lowered for each machine type: firm, and as spot."""
    part, holds = market.part, market.holds
    hours = float(weights.sum())
    firm = values(part, holds, prices.worth, market.room, prices)
    factors = np.minimum(1.0, market.price[None] / np.maximum(firm, 1e-300))
    lowered = firm * factors.min(axis=1, keepdims=True)
    reserved = np.minimum(1.0, hours * market.reserved / np.maximum(weights @ lowered, 1e-300))
    cover = lowered / market.plan[None]
    needed = float(weights @ cover.max(axis=1))
    planned = min(1.0, hours / max(needed, 1e-300))
    # The types that make the commitment dear are those to be told of.
    plan = np.where(cover >= cover.max(axis=1, keepdims=True) * (1.0 - 1e-9), planned, 1.0)
    spot = values(part, holds, np.maximum(prices.worth - prices.discount, 0.0), market.room, prices)
    soft = np.minimum(1.0, market.spot.min(axis=0)[None] / np.maximum(spot, 1e-300))
    return factors * np.minimum(reserved[None], plan), soft


def bound_usd(market: Market, prices: Prices, factors: Floats, of_hour: Integers) -> float:
    """USD of all hours at least; `factors` lower the worths of each group, `of_hour` is the group of each hour."""
    each = (prices.worth[of_hour] * market.least - prices.discount[of_hour] * market.soft).sum(axis=1)
    return float(np.maximum(each * factors[of_hour], 0.0).sum()) * (1.0 - _ROUNDING)
