"""Regroup: the replicas of a few machines on as many others, two of which are filled nearly to the brim.

All nearly full fillings of those replicas are found, and every two of them that have no replica in common are tried:
what is left must fit one more machine. A few machines seldom add up to what their replicas ask for in every dimension;
with a million pairs and every machine type for the last one, some do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.packing.halves import grains, half_size, halves, pairs
from solver.model.packing.machines import Machines, tidy
from solver.model.packing.problem import Bools, Floats, Integers, Problem

MOST = 60
"""Replicas; a set of them is the bits of one number."""
_SETS = 60_000
"""Of each size in the halves."""
_GRAINS = (11, 9, 8, 7, 6)
"""Grains, as powers of one half of the largest room."""
_EACH = 1000
"""Fillings of a machine type and grain that are looked at."""
_ENOUGH = 3000
"""Fillings, those with the least waste, that are tried with each other."""
_AT_ONCE = 100_000
"""Pairs."""


@dataclass(frozen=True)
class _Fillings:
    held: Bools
    """Fillings × replicas."""
    kinds: Integers


def regroup(
    problem: Problem, prices: Floats, kinds: Integers, patterns: Integers, below: int, draw: np.random.Generator
) -> Machines | None:
    """Machines for what these hold that cost less than `below`, or None; the full ones are of the types `kinds`."""
    count = patterns.sum(axis=0)
    replicas = np.repeat(np.arange(len(count)), count)
    if len(replicas) > MOST:
        return None
    budget = below - float(problem.share[replicas].sum(axis=0) @ prices)
    found = _nearly_full(problem, prices, kinds, replicas, budget, draw)
    best = _best_pair(problem, replicas, found, below)
    if best is None:
        return None
    one, other, kind = best
    full = found.held[[one, other]]
    held: Bools = np.concatenate([full, ~full.any(axis=0, keepdims=True)])
    types = np.array([found.kinds[one], found.kinds[other], kind], dtype=np.int64)
    table = np.array([np.bincount(replicas[row], minlength=len(count)) for row in held], dtype=np.int64)
    if (table > problem.most).any():
        return None
    return tidy(problem, Machines.single(types, table))


def _nearly_full(
    problem: Problem, prices: Floats, kinds: Integers, replicas: Integers, budget: float, draw: np.random.Generator
) -> _Fillings:
    request = problem.request[replicas]
    value = problem.share[replicas] @ prices
    sets = halves(len(replicas), half_size(problem, prices, kinds, replicas), _SETS)
    held: Bools = np.zeros((0, len(replicas)), dtype=np.bool_)
    owners: Integers = np.zeros(0, dtype=np.int64)
    for power in _GRAINS:
        found = pairs(request, problem.room[kinds], sets, grains(problem, power), draw, _EACH)
        # The same filling is found again with another grain; it counts once.
        packed = np.packbits(np.concatenate([held, found.held]), axis=1)
        first: Integers = np.sort(np.unique(packed, axis=0, return_index=True)[1])
        held = np.concatenate([held, found.held])[first]
        owners = np.concatenate([owners, kinds[found.machines]])[first]
        if len(held) > 2 * _ENOUGH:
            break
    waste = problem.cost[owners] - held @ value
    order = np.argsort(waste, kind="stable")
    order = order[waste[order] < budget][:_ENOUGH]
    return _Fillings(held[order], owners[order])


def _best_pair(problem: Problem, replicas: Integers, found: _Fillings, below: int) -> tuple[int, int, int] | None:
    """Places of two fillings and the machine type for the rest, cheapest together."""
    request = problem.request[replicas]
    bits = np.left_shift(np.uint64(1), np.arange(len(replicas), dtype=np.uint64))
    masks: NDArray[np.uint64] = (found.held * bits).sum(axis=1, dtype=np.uint64)
    ones: list[Integers] = []
    others: list[Integers] = []
    for place in range(len(masks)):
        apart = np.nonzero((masks[place + 1 :] & masks[place]) == 0)[0] + place + 1
        ones.append(np.full(len(apart), place, dtype=np.int64))
        others.append(apart)
    if not ones:
        return None
    one, other = np.concatenate(ones), np.concatenate(others)
    sums = found.held @ request
    total = request.sum(axis=0)
    price = problem.price[found.kinds]
    cheapest = np.argsort(problem.price, kind="stable").tolist()
    best: tuple[int, int, int] | None = None
    for begin in range(0, len(one), _AT_ONCE):
        first, second = one[begin : begin + _AT_ONCE], other[begin : begin + _AT_ONCE]
        rest = total - sums[first] - sums[second]
        cost = price[first] + price[second]
        for kind in cheapest:
            hopeful = cost + problem.price[kind] < below
            if not hopeful.any():
                break
            held = hopeful & (rest <= problem.room[kind]).all(axis=1)
            if held.any():
                place = int(np.where(held, cost, below).argmin())
                below = int(cost[place] + problem.price[kind])
                best = (int(first[place]), int(second[place]), int(kind))
    return best
