"""Halves: fillings that leave hardly any room, met in the middle (Horowitz, Sahni 1974, Computing partitions with
applications to the knapsack problem, Journal of the ACM 21, 277-292).

Small sets of replicas are listed. Two of them fill a machine when their sums, rounded up to a grain, add up to its
room, rounded down: then the room left is below three grains in every dimension, and none with a grain of one unit.
Pairs are found by a number made of the sum, of which a pair's must add up to the machine's. Where sets are too many,
only every so many of them is listed: a filling is the union of two sets in so many ways that one of them is likely
there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.packing.problem import Floats, Integers, Problem

Keys = NDArray[np.uint64]
_BITS = 26
"""Of a number, in the table that says which numbers there may be."""
_GREATEST = 10
"""Replicas of a set at most."""
_SHIFT = np.uint64(64 - _BITS)


@dataclass(frozen=True)
class Pairs:
    """Fillings of a pool's replicas, each once."""

    held: NDArray[np.bool_]
    """Fillings × replicas of the pool."""
    machines: Integers
    """By filling: place among the rooms asked for."""


@dataclass(frozen=True)
class _Level:
    """Sets of one size."""

    last: Integers
    """The greatest member."""
    parent: Integers
    """Place of the set without it, in the level before."""


@dataclass(frozen=True)
class Halves:
    """Sets of a pool's replicas, those of one size after those of the size before."""

    levels: list[_Level]
    ends: Integers
    """Where the sets of each size end, when all stand in one row."""

    def sums(self, values: Keys) -> Keys:
        """By set: the sum of its members' values."""
        parts: list[Keys] = []
        for level in self.levels:
            own = values[level.last]
            parts.append(own + parts[-1][level.parent] if parts else own)
        return np.concatenate(parts)

    def mark(self, sets: Integers, count: Integers) -> None:
        """Count the members of each set in its row of `count` (sets × replicas)."""
        size = np.searchsorted(self.ends, sets, side="right")
        place = sets - np.concatenate([[0], self.ends])[size]
        for number in range(len(self.levels) - 1, -1, -1):
            rows = np.nonzero(size >= number)[0]
            level = self.levels[number]
            count[rows, level.last[place[rows]]] += 1
            place[rows] = level.parent[place[rows]]


def halves(replicas: int, size: int, most: int) -> Halves:
    """Sets of up to `size` of so many replicas, about 7 × `most` at most."""
    most = most * 7 // max(size, 7)
    first: Integers = np.arange(replicas, dtype=np.int64)
    levels = [_Level(first, np.zeros(replicas, dtype=np.int64))]
    for _ in range(1, size):
        before = levels[-1].last
        more = replicas - 1 - before
        end = np.cumsum(more)
        total = int(end[-1]) if len(end) else 0
        if total == 0:
            break
        step = -(-total // most)
        chosen = np.arange(total // 2 % step, total, step)
        parent = np.searchsorted(end, chosen, side="right") if step > 1 else np.repeat(np.arange(len(before)), more)
        last = before[parent] + 1 + chosen - (end - more)[parent]
        levels.append(_Level(last, parent))
    return Halves(levels, np.cumsum([len(level.last) for level in levels]))


def pairs(
    request: Integers, rooms: Integers, sets: Halves, grain: Integers, draw: np.random.Generator, most: int
) -> Pairs:
    """Fillings of the rooms by two sets of the replicas that ask for `request`, about `most` for each room at most.

    `grain` is by dimension, in its unit.
    """
    odd: Keys = np.array([2 * number + 1 for number in _drawn(draw, request.shape[1])], dtype=np.uint64)
    keys = _numbers(request, sets, grain, odd)
    # Stable: sets of one sum must stand in the same order whatever instructions the processor sorts with.
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    again = np.concatenate([[False], ordered[1:] == ordered[:-1]])
    there = np.zeros(1 << _BITS, dtype=np.bool_)
    there[(ordered >> _SHIFT).astype(np.int64)] = True
    wanted: Keys = (np.floor_divide(rooms, grain).astype(np.uint64) * odd).sum(axis=1, dtype=np.uint64)
    held: list[NDArray[np.bool_]] = []
    machines: list[Integers] = []
    for machine, room in enumerate(rooms):
        other: Keys = wanted[machine] - ordered
        ours = np.nonzero(there[(other >> _SHIFT).astype(np.int64)])[0]
        theirs = np.minimum(np.searchsorted(ordered, other[ours]), len(ordered) - 1)
        same = ordered[theirs] == other[ours]
        ours, theirs = ours[same], theirs[same]
        # Each pair is met from both sides, but for sets that are not the first of their sum: none points at them.
        once = again[ours] | (order[ours] <= order[theirs])
        ours, theirs = order[ours[once]], order[theirs[once]]
        step = max(1, len(ours) // most)
        ours, theirs = ours[::step], theirs[::step]
        count = np.zeros((len(ours), len(request)), dtype=np.int64)
        sets.mark(ours, count)
        sets.mark(theirs, count)
        good = (count.max(axis=1, initial=0) == 1) & (count @ request <= room).all(axis=1)
        found = np.unique(count[good].astype(np.bool_), axis=0)
        held.append(found)
        machines.append(np.full(len(found), machine, dtype=np.int64))
    return Pairs(np.concatenate(held), np.concatenate(machines))


def _drawn(draw: np.random.Generator, number: int) -> list[int]:
    return [int(draw.integers(2**63 - 1)) for _ in range(number)]


def _numbers(request: Integers, sets: Halves, grain: Integers, factor: Keys) -> Keys:
    """By set: a number made of its sum in grains. Numbers wrap around, and add up as the sums do."""
    if (grain == 1).all():
        return sets.sums((request.astype(np.uint64) * factor).sum(axis=1, dtype=np.uint64))
    keys = np.zeros(int(sets.ends[-1]), dtype=np.uint64)
    for dimension, (unit, each) in enumerate(zip(grain.astype(np.uint64), factor, strict=True)):
        whole = sets.sums(request[:, dimension].astype(np.uint64))
        keys += (whole + unit - np.uint64(1)) // unit * each
    return keys


def grains(problem: Problem, power: int) -> Integers:
    """The largest room divided by a power of two, by dimension, at least one unit; one unit for power 0."""
    whole = problem.scale / 2.0**power if power else np.ones(len(problem.scale))
    return np.maximum(whole, 1.0).astype(np.int64)


def half_size(problem: Problem, prices: Floats, kinds: Integers, replicas: Integers) -> int:
    """Half of the replicas that fill the dearest machine type."""
    value = float((problem.share[replicas] @ prices).mean())
    return int(np.clip(np.ceil(float(problem.cost[kinds].max()) / max(value, 1e-12) / 2), 2, _GREATEST))
