"""Brimful: machines that are filled to the brim, one after the other.

They are looked for among pools of the replicas, rather large ones first: exactly filled ones, then with more and more
room left. Large replicas are the hardest to place, so fillings of few of them go first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.packing.halves import grains, half_size, halves, pairs
from solver.model.packing.machines import Machines
from solver.model.packing.problem import Bools, Floats, Integers, Problem

_POOL, _WHOLE = 110, 140
"""Replicas of a pool, and up to which all that are left are one."""
_SHAKE = 2.0
"""How much chance has a say in which replicas a pool has: small ones have to go along, or too many are left."""
_QUICK, _LONG = 300_000, 4_000_000
"""Sets of each size in a pool's halves: where there are many pools, and of the last ones."""
_GRAINS = ((0, 0.006), (11, 0.006), (10, 0.006), (9, 0.006), (8, 0.01), (7, 0.02), (6, 0.03), (5, 0.05))
"""Grains, as powers of one half of the largest room, and the part of a machine's price that may then be wasted; the
first is one unit."""
_COARSE, _WORTHWHILE = 4, 2
"""From which of the grains on a pool is worth its while that fills any machine; before, it must fill more than two."""
_FEW = 2.5
"""What is left when it ends, in average machines' prices."""
_FILLINGS = 2000
"""Of a machine type that are looked at."""


@dataclass(frozen=True)
class Brimful:
    """Full machines, and the replicas for which there are none."""

    machines: Machines
    left: Integers
    """By class."""


def brimful(problem: Problem, prices: Floats, kinds: Integers, draw: np.random.Generator) -> Brimful:
    """Full machines of these types."""
    replicas = np.repeat(np.arange(len(problem.count)), problem.count)
    size = problem.share @ prices
    types: list[int] = []
    patterns: list[Integers] = []
    grain = 0
    long = False
    enough = _FEW * float(problem.cost[kinds].mean())
    while len(replicas):
        if grain and float(size[replicas].sum()) <= enough:
            break
        whole = len(replicas) <= _WHOLE
        pool = np.arange(len(replicas))
        if not whole:
            shaken = size[replicas] * np.exp(_SHAKE * draw.standard_normal(len(replicas)))
            pool = np.sort(np.argsort(-shaken, kind="stable")[:_POOL])
        most = _LONG if long else _QUICK
        taken = _fill(problem, prices, kinds, replicas[pool], *_GRAINS[grain], most, draw)
        used = np.zeros(len(replicas), dtype=np.bool_)
        for kind, held in taken:
            types.append(kind)
            patterns.append(np.bincount(replicas[pool[held]], minlength=len(problem.count)))
            used[pool[held]] = True
        replicas = replicas[~used]
        if len(taken) > (0 if whole or grain >= _COARSE else _WORTHWHILE):
            long = False
            continue
        if whole and not long and grain == 0:
            long = True
            continue
        long = False
        grain += 1
        if grain == len(_GRAINS):
            break
    left = np.bincount(replicas, minlength=len(problem.count))
    table = np.array(patterns, dtype=np.int64).reshape(len(patterns), len(problem.count))
    return Brimful(Machines.single(np.array(types, dtype=np.int64), table), left)


def _fill(
    problem: Problem,
    prices: Floats,
    kinds: Integers,
    pool: Integers,
    power: int,
    wasted: float,
    most: int,
    draw: np.random.Generator,
) -> list[tuple[int, Bools]]:
    """Machine types and replicas of the pool that fill them, no replica twice."""
    request = problem.request[pool]
    value = problem.share[pool] @ prices
    sets = halves(len(pool), half_size(problem, prices, kinds, pool), most)
    found = pairs(request, problem.room[kinds], sets, grains(problem, power), draw, _FILLINGS)
    cost = problem.cost[kinds][found.machines]
    waste = 1 - (found.held @ value) / cost
    number = found.held.sum(axis=1)
    order = np.lexsort((waste, number) if power == 0 else (number, np.round(waste, 3)))
    used = np.zeros(len(pool), dtype=np.bool_)
    taken: list[tuple[int, Bools]] = []
    for place in order[waste[order] <= wasted].tolist():
        held = found.held[place]
        if not (used & held).any() and _may(problem, pool[held]):
            used |= held
            taken.append((int(kinds[found.machines[place]]), held))
    return taken


def _may(problem: Problem, classes: Integers) -> bool:
    """Whether a machine may hold so many of each class."""
    return bool((np.bincount(classes, minlength=len(problem.count)) <= problem.most).all())
