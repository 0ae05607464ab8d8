"""Estimate: about what a set of columns costs in all hour classes together, fast enough for a local search.

Services that share a column of the set are one part, and parts stand apart: a set costs the sum over its parts. For
each part a table over the requirements of its rows, in units, has the least cost of every point, built column by
column. Each worth is rounded to the nearest unit: a guide, not a bound. Machine prices are taken to be the same in
every hour, at the mean of the relaxation's prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.blocks import Blocks
from solver.model.compute.units import choose_units

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MISSING_FACTOR = 4.0
"""What a remainder that no group meets is taken to cost, in multiples of the relaxation's price of it."""
_ROUNDED_OFF = 0.05
"""A requirement that is this part of a unit above a whole number counts as that number."""
_POINTS = (1, 400, 4_000, 12_000, 24_000)
"""Points of a table by its number of rows, the last for more."""
Part = frozenset[int]
"""Services."""


class _Grid:
    """The table of one part: units, the places of all hour classes, and what blocks are worth in units."""

    def __init__(self, estimate: Estimate, rows: Sequence[int]) -> None:
        self.estimate = estimate
        self.rows = list(rows)
        required = estimate.required[:, self.rows]
        peak = required.max(axis=0)
        points = _POINTS[min(len(self.rows), len(_POINTS) - 1)]
        self.worth = estimate.blocks.worth[:, self.rows]
        self.units = choose_units(peak, self.worth[self.worth.any(axis=1)], points)
        self.shape = tuple(int(value) + 1 for value in -(-peak // self.units))
        strides = np.ones(len(self.shape), dtype=np.int64)
        for row in range(len(self.shape) - 2, -1, -1):
            strides[row] = strides[row + 1] * self.shape[row + 1]
        self.places = np.ceil(required / self.units - _ROUNDED_OFF).astype(np.int64) @ strides
        grids = np.indices(self.shape).reshape(len(self.shape), -1)
        share = estimate.duals[self.rows] / np.maximum(np.array(self.shape) - 1, 1)
        self.empty: Floats = _MISSING_FACTOR * (share @ grids)
        self.shifts: dict[tuple[int, ...], NDArray[np.intp]] = {}

    def value(self, table: Floats) -> float:
        return float(table[self.places] @ self.estimate.weight)

    def with_column(self, table: Floats, column: int) -> Floats:
        """The table with any number of machines of one more column."""
        blocks = self.estimate.blocks_of.get(column, [])
        for block in reversed(blocks):
            times = 1
            while True:
                shifted = table[self._shift(block, times)] + self.estimate.cost[block] * times
                improved = np.minimum(table, shifted)
                # Of the smaller blocks one is enough: two of them are worth no more than the largest and another.
                same = block != blocks[-1] or bool((improved == table).all())
                table = improved
                if same:
                    break
                times *= 2
        return table

    def _shift(self, block: int, times: int) -> NDArray[np.intp]:
        worth = self.worth[block] * times / self.units
        step = tuple(min(round(value), size - 1) for value, size in zip(worth.tolist(), self.shape, strict=True))
        found = self.shifts.get(step)
        if found is None:
            found = np.zeros(1, dtype=np.intp)
            for value, size in zip(step, self.shape, strict=True):
                axis = np.maximum(np.arange(size) - value, 0)
                found = (found[:, np.newaxis] * size + axis[np.newaxis, :]).ravel()
            self.shifts[step] = found
        return found


@dataclass
class Estimate:
    """What sets of columns cost."""

    blocks: Blocks
    """Blocks of the candidates."""
    services: dict[int, Part]
    """Services that each column holds."""
    rows: tuple[tuple[int, ...], ...]
    """Numbers of each service's rows."""
    required: Integers
    """Hour classes × rows."""
    weight: Floats
    """Hours of each class."""
    cost: Floats
    """USD an hour of each block."""
    duals: Floats
    """USD an hour for the peak requirement of each row."""
    _grids: dict[Part, _Grid] = field(default_factory=dict[Part, _Grid])
    _values: dict[tuple[Part, tuple[int, ...]], float] = field(
        default_factory=dict[tuple[Part, tuple[int, ...]], float]
    )

    def __post_init__(self) -> None:
        self.blocks_of: dict[int, list[int]] = {}
        for block, column in enumerate(self.blocks.column.tolist()):
            self.blocks_of.setdefault(column, []).append(block)

    def value(self, columns: Sequence[int]) -> float:
        """USD a week."""
        return sum(self._value(part, members) for part, members in self._parts(columns))

    def best_addition(self, columns: Sequence[int], candidates: Iterable[int]) -> tuple[float, int] | None:
        """The candidate with which the set costs least, and that cost; the lowest number where several do."""
        parts = self._parts(columns)
        values = {part: self._value(part, members) for part, members in parts}
        tables = {part: self._table(part, members) for part, members in parts}
        total = sum(values.values())
        best: tuple[float, int] | None = None
        for column in candidates:
            if column in columns:
                continue
            touched = [(part, members) for part, members in parts if part & self.services[column]]
            joined = Part(service for part, _ in touched for service in part)
            key = (joined, tuple(sorted({column, *(each for _, members in touched for each in members)})))
            value = self._values.get(key)
            if value is None:
                grid = self._grid(joined)
                if len(touched) == 1:
                    value = grid.value(grid.with_column(tables[joined], column))
                else:
                    value = grid.value(self._table(joined, key[1]))
                self._values[key] = value
            after = total - sum(values[part] for part, _ in touched) + value
            if best is None or (after, column) < best:
                best = (after, column)
        return best

    def _parts(self, columns: Sequence[int]) -> list[tuple[Part, tuple[int, ...]]]:
        """Services that columns join, with these columns; a service without a column stands alone."""
        parts: list[tuple[Part, tuple[int, ...]]] = [
            (frozenset({service}), ()) for service, rows in enumerate(self.rows) if rows
        ]
        for column in sorted(columns):
            touched = [each for each in parts if each[0] & self.services[column]]
            joined = Part(service for part, _ in touched for service in part)
            members = tuple(sorted({column, *(each for _, mine in touched for each in mine)}))
            parts = [each for each in parts if each not in touched] + [(joined, members)]
        return parts

    def _grid(self, part: Part) -> _Grid:
        found = self._grids.get(part)
        if found is None:
            found = _Grid(self, [row for service in sorted(part) for row in self.rows[service]])
            self._grids[part] = found
        return found

    def _table(self, part: Part, columns: Sequence[int]) -> Floats:
        grid = self._grid(part)
        table = grid.empty
        for column in columns:
            table = grid.with_column(table, column)
        return table

    def _value(self, part: Part, columns: tuple[int, ...]) -> float:
        found = self._values.get((part, columns))
        if found is None:
            found = self._grid(part).value(self._table(part, columns))
            self._values[part, columns] = found
        return found
