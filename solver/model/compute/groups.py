"""Promise: at most `limits.node_groups` node groups hold the services, each with one machine type and one pattern.

    Σ over columns c:  [machines(c, h) > 0 in some hour h]  ≤  node_groups

Which columns: a local search (add the best one until the limit, then exchange one at a time) over an estimate of what a
set of columns costs in all hour classes together. The estimate is a table over requirements in units, like `lattice`'s,
but each worth is rounded to the nearest unit: a guide, not a bound. Machine prices are taken to be the same in every
hour, at the mean of the relaxation's prices; what the chosen groups really cost is settled hour by hour afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.blocks import Blocks
from solver.model.compute.columns import Columns

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MISSING_FACTOR = 4.0
"""What a remainder that no group meets is taken to cost, in multiples of the relaxation's price of it."""

_NO_BETTER = 1 - 1e-6
_ROUNDED_OFF = 0.05
"""A requirement that is this part of a unit above a whole number counts as that number."""


@dataclass
class Estimate:
    """What a set of columns costs in all hour classes, about."""

    columns: Columns
    blocks: Blocks
    required: Integers
    """Hour classes × rows."""
    weight: Floats
    """What each hour class counts."""
    cost: Floats
    """USD an hour of each block."""
    duals: Floats
    """USD an hour for the peak requirement of each row."""
    points: int
    """About how many points the table may have."""
    _shifts: dict[tuple[int, ...], NDArray[np.intp]] = field(default_factory=dict[tuple[int, ...], NDArray[np.intp]])

    def __post_init__(self) -> None:
        peak = self.required.max(axis=0)
        self.units = choose_units(peak, self.blocks.worth, self.points)
        self.shape = tuple(int(value) + 1 for value in -(-peak // self.units))
        strides = np.ones(len(self.shape), dtype=np.int64)
        for row in range(len(self.shape) - 2, -1, -1):
            strides[row] = strides[row + 1] * self.shape[row + 1]
        self.places = np.ceil(self.required / self.units - _ROUNDED_OFF).astype(np.int64) @ strides
        grids = np.indices(self.shape).reshape(len(self.shape), -1)
        share = self.duals / np.maximum(np.array(self.shape) - 1, 1)
        self.empty = _MISSING_FACTOR * (share @ grids)
        self.blocks_of: dict[int, list[int]] = {}
        for block, column in enumerate(self.blocks.column.tolist()):
            self.blocks_of.setdefault(column, []).append(block)

    def value(self, table: Floats) -> float:
        """Of a table, over all hour classes."""
        return float(table[self.places] @ self.weight)

    def with_column(self, table: Floats, column: int) -> Floats:
        """The table with any number of machines of one more column."""
        blocks = self.blocks_of.get(column, [])
        for block in reversed(blocks):
            times = 1
            while True:
                shifted = table[self._shift(self._step(block, times))] + self.cost[block] * times
                improved = np.minimum(table, shifted)
                # Of the smaller blocks one is enough: two of them are worth no more than the largest and another.
                if block != blocks[-1] or np.array_equal(improved, table):
                    table = improved
                    break
                table = improved
                times *= 2
        return table

    def of(self, columns: Sequence[int]) -> Floats:
        """The table of a set of columns."""
        table = self.empty
        for column in columns:
            table = self.with_column(table, column)
        return table

    def _step(self, block: int, times: int) -> tuple[int, ...]:
        worth = self.blocks.worth[block] * times / self.units
        return tuple(min(round(value), size - 1) for value, size in zip(worth.tolist(), self.shape, strict=True))

    def _shift(self, step: tuple[int, ...]) -> NDArray[np.intp]:
        found = self._shifts.get(step)
        if found is None:
            found = np.zeros(1, dtype=np.intp)
            for value, size in zip(step, self.shape, strict=True):
                axis = np.maximum(np.arange(size) - value, 0)
                found = (found[:, np.newaxis] * size + axis[np.newaxis, :]).ravel()
            self._shifts[step] = found
        return found


def choose_units(peak: Integers, worth: Integers, points: int) -> Integers:
    """A unit for each row, so that the box has at most `points` points and rounding to units changes little.

    A row's candidates divide one of its worths, or a difference of two, by a small number. For each number of points a
    row keeps the candidate that changes least; points are then given to the row where they help most.
    """
    options = [_options(int(peak[row]), np.unique(worth[:, row]), points) for row in range(len(peak))]
    chosen = [0] * len(peak)
    size = 1
    for row_options in options:
        size *= row_options[0][0]
    while True:
        best: tuple[float, int, int] | None = None
        for row, row_options in enumerate(options):
            here = row_options[chosen[row]]
            for place in range(chosen[row] + 1, len(row_options)):
                there = row_options[place]
                if size // here[0] * there[0] > points:
                    break
                gain = (here[2] - there[2]) / log(there[0] / here[0])
                if gain > 0 and (best is None or gain > best[0]):
                    best = (gain, row, place)
        if best is None:
            units = [row_options[place][1] for row_options, place in zip(options, chosen, strict=True)]
            return np.array(units, dtype=np.int64)
        _, row, place = best
        size = size // options[row][chosen[row]][0] * options[row][place][0]
        chosen[row] = place


def _options(peak: int, worths: Integers, points: int) -> list[tuple[int, int, float]]:
    """Points, unit, and mean change by rounding; more points only where they change less."""
    worths = np.minimum(worths[worths > 0], max(peak, 1))
    if peak <= 0 or len(worths) == 0:
        return [(1, max(peak, 1), 0.0)]
    steps = np.unique(np.concatenate([worths, np.diff(worths)]))
    units = {peak} | {int(step) // parts for step in steps.tolist() for parts in range(1, 13)}
    found: list[tuple[int, int, float]] = []
    for unit in sorted(unit for unit in units if 0 < unit <= peak and peak < unit * points):
        change = np.abs(np.round(worths / unit) * unit / worths - 1.0)
        found.append((-(-peak // unit) + 1, unit, float(change.mean())))
    found.sort(key=lambda option: (option[0], option[2]))
    kept: list[tuple[int, int, float]] = []
    for option in found:
        if not kept or option[2] < kept[-1][2] - 1e-9:
            if kept and kept[-1][0] == option[0]:
                kept.pop()
            kept.append(option)
    return kept


def choose_columns(
    estimate: Estimate, candidates: Sequence[int], limit: int, *, start: Sequence[int] = (), sweeps: int = 2
) -> list[int]:
    """At most `limit` columns out of the candidates; those of `start` are exchanged only where that pays."""
    chosen = list(start)[:limit]
    value = estimate.value(estimate.of(chosen))
    while len(chosen) < limit:
        best = _best(estimate, chosen, candidates)
        if best is None or best[0] >= value * _NO_BETTER:
            break
        value = best[0]
        chosen.append(best[1])
    for _ in range(sweeps):
        before = value
        for place in range(len(chosen)):
            rest = chosen[:place] + chosen[place + 1 :]
            best = _best(estimate, rest, candidates)
            if best is not None and best[0] < value * _NO_BETTER:
                value = best[0]
                chosen[place] = best[1]
        if value >= before * _NO_BETTER:
            break
    return chosen


def _best(estimate: Estimate, chosen: Sequence[int], candidates: Sequence[int]) -> tuple[float, int] | None:
    """The cheapest column to add, with the value that it gives; the lowest number where several do."""
    table = estimate.of(chosen)
    return min(
        (
            (estimate.value(estimate.with_column(table, column)), column)
            for column in candidates
            if column not in chosen
        ),
        default=None,
    )
