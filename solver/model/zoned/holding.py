"""Holding: how many machines of each type a zone reserves, so that some of its hours cost least.

A zone's lanes can't share a machine, so parts of a machine that all zones reserve together are worth nothing in any of
them. From whole numbers to begin with, the number of one type changes by one at a time, in the direction that the
linear programs' duals point to, while the programs cost less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.model.zoned.lanes import Lanes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_STEPS = 12
_LESS = 1e-6


def held(lanes: Lanes, replicas: Integers, soft: Integers, start: Integers) -> Integers:
    """Reserved machines by type; `replicas` and `soft` (hours × workloads) are those of some hours."""
    rate = np.where(np.isfinite(lanes.market.reserved), lanes.market.reserved, 0.0)
    best = start
    usd, rent = _cost(lanes, best, rate, replicas, soft)
    for _ in range(_STEPS):
        gain = np.where(lanes.reservable, rent - rate, 0.0)
        order = np.argsort(-np.abs(gain) / np.maximum(rate, _LESS), kind="stable")
        for place in order[gain[order] != 0.0].tolist():
            other = best.copy()
            other[place] += 1 if gain[place] > 0.0 else -1
            if other[place] < 0:
                continue
            cost, worth = _cost(lanes, other, rate, replicas, soft)
            if cost < usd * (1.0 - _LESS):
                best, usd, rent = other, cost, worth
                break
        else:
            break
    return best


def _cost(lanes: Lanes, reserved: Integers, rate: Floats, replicas: Integers, soft: Integers) -> tuple[float, Floats]:
    """USD of a mean hour, and what one more reserved machine of each type would save in it."""
    lanes.reserved = reserved
    usd, rent = 0.0, np.zeros(len(rate))
    for here, most in zip(replicas, soft, strict=True):
        amounts, duals = lanes.solve(here, most)
        usd += float(lanes.price @ amounts)
        rent += lanes.rents(duals)[2]
    return usd / len(replicas) + float(rate @ reserved), rent / len(replicas)
