"""Lattice: a table of lower bounds on what it costs to meet any remainder of an hour's requirement.

Requirements are measured in units that are coarse enough for a table. A block is worth ⌈worth / unit⌉ units, which is
never too little, and a remainder asks for ⌈remainder / unit⌉ units: Σ ⌈worth / unit⌉ ≥ Σ worth / unit ≥ remainder /
unit, and the left side is whole. So the cheapest way to gather that many units, with any number of each block, costs no
more than the cheapest way to meet the remainder. Units that divide what the blocks are worth lose nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass
class Lattice:
    """The table over a box of units."""

    units: Integers
    """Size of a unit in each row."""
    shape: tuple[int, ...]
    """Points in each row: 0 to ⌈required / unit⌉."""
    values: Floats
    """Lower bounds, flat."""
    _shifts: dict[tuple[int, ...], NDArray[np.intp]] = field(default_factory=dict[tuple[int, ...], NDArray[np.intp]])

    @property
    def strides(self) -> Integers:
        """Of the flat table."""
        return _strides(self.shape)

    def places(self, remainders: Integers) -> Integers:
        """Flat positions of remainders, one in each row of the matrix."""
        return (-(-remainders // self.units)) @ self.strides

    def add(self, worth: Integers, cost: float) -> None:
        """Allow any number of a block."""
        step = tuple(int(value) for value in -(-worth // self.units))
        times = 1
        while True:
            shifted = self.values[self._shift(tuple(value * times for value in step))] + cost * times
            if not np.any(shifted < self.values - 1e-12):
                return
            np.minimum(self.values, shifted, out=self.values)
            times *= 2

    def _shift(self, step: tuple[int, ...]) -> NDArray[np.intp]:
        capped = tuple(min(value, size - 1) for value, size in zip(step, self.shape, strict=True))
        found = self._shifts.get(capped)
        if found is None:
            found = np.zeros(1, dtype=np.intp)
            for value, size in zip(capped, self.shape, strict=True):
                axis = np.maximum(np.arange(size) - value, 0)
                found = (found[:, np.newaxis] * size + axis[np.newaxis, :]).ravel()
            self._shifts[capped] = found
        return found


def _strides(shape: Sequence[int]) -> Integers:
    strides = np.ones(len(shape), dtype=np.int64)
    for row in range(len(shape) - 2, -1, -1):
        strides[row] = strides[row + 1] * shape[row + 1]
    return strides


def lattice(required: Integers, costs: Floats, worth: Integers, *, points: int) -> Lattice:
    """The table for these blocks (costs, and worth by row), with about `points` points."""
    units = choose_units(required, worth, points)
    shape = tuple(int(value) + 1 for value in -(-required // units))
    values = np.full(int(np.prod(shape)), np.inf)
    values[0] = 0.0
    table = Lattice(units, shape, values)
    for block in np.argsort(costs, kind="stable").tolist():
        table.add(np.minimum(worth[block], required), float(costs[block]))
    return table


def choose_units(required: Integers, worth: Integers, points: int) -> Integers:
    """A unit for each row, so that the box has at most about `points` points and rounding gives little away.

    A row's candidates are what its blocks are worth, divided by small numbers. For each number of points a row keeps
    the candidate that rounds least; points are then given to the row where they help most.
    """
    rows = len(required)
    options = [_options(int(required[row]), np.unique(worth[:, row]), points) for row in range(rows)]
    chosen = [0] * rows
    size = 1
    for row in range(rows):
        size *= options[row][0][0]
    while True:
        best: tuple[float, int, int] | None = None
        for row in range(rows):
            here = options[row][chosen[row]]
            for place in range(chosen[row] + 1, len(options[row])):
                there = options[row][place]
                if size // here[0] * there[0] > points:
                    break
                gain = (here[2] - there[2]) / np.log(there[0] / here[0])
                if gain > 0 and (best is None or gain > best[0]):
                    best = (float(gain), row, place)
        if best is None:
            return np.array([options[row][chosen[row]][1] for row in range(rows)], dtype=np.int64)
        _, row, place = best
        size = size // options[row][chosen[row]][0] * options[row][place][0]
        chosen[row] = place


def _options(required: int, worths: Integers, points: int) -> list[tuple[int, int, float]]:
    """Points, unit and what rounding gives away, by points; each more exact than the one before."""
    worths = worths[worths > 0]
    if required <= 0 or len(worths) == 0:
        return [(1, max(required, 1), 0.0)]
    capped = np.minimum(worths, required).astype(np.float64)
    candidates = {required}
    for value in np.unique(np.concatenate([worths, np.diff(np.unique(worths))])).tolist():
        for parts in (1, 2, 3, 4, 5, 6, 8, 10):
            unit = value // parts
            if 0 < unit <= required and required / unit < points:
                candidates.add(int(unit))
    found: list[tuple[int, int, float]] = []
    for unit in sorted(candidates, reverse=True):
        size = -(-required // unit) + 1
        given = np.minimum(np.ceil(capped / unit) * unit, size * unit) / capped - 1.0
        found.append((size, unit, float(np.mean(given))))
    found.sort(key=lambda option: (option[0], option[2]))
    kept: list[tuple[int, int, float]] = []
    for option in found:
        if not kept or option[2] < kept[-1][2] - 1e-9:
            if kept and kept[-1][0] == option[0]:
                kept.pop()
            kept.append(option)
    return kept
