"""Blocks: numbers of machines of one column that are started together.

With zone survival, n machines count as n − ⌈n / zones⌉. Any n is zones-sized blocks and at most one smaller block, and
what the parts are worth apart is never more than what they are worth together, because ⌈·⌉ is subadditive. So a column
with Z zones has blocks of 1 … Z machines, of which any number may be taken; where no row counts survivors, or the group
has one zone, the block of one machine is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.columns import Columns, worths
from solver.model.compute.rows import Counted, Row, in_rounds, surviving

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Blocks:
    """All blocks of all columns."""

    column: Integers
    """Column of each block."""
    machines: Integers
    """Machines in each block."""
    worth: Integers
    """What the block is worth in each row: blocks × rows."""

    @property
    def count(self) -> int:
        """Number of blocks."""
        return len(self.column)


def build_blocks(
    columns: Columns, rows: Sequence[Row], chosen: Integers | None = None, least: Integers | None = None
) -> Blocks:
    """Blocks of all columns, or of the chosen ones, by number of machines; none is worth nothing.

    `least` has by column the fewest machines that may run, if any run: blocks of least … 2 · least − 1 machines give
    every number from there on.
    """
    picked = np.arange(columns.count, dtype=np.int64) if chosen is None else chosen
    fewest = np.ones(len(picked), dtype=np.int64) if least is None else least[picked]
    worth = worths(columns, rows)[picked]
    zones = columns.zones[picked]
    counts_survivors = np.array([row.counted.without_a_zone for row in rows], dtype=np.bool_)
    in_whole_rounds = np.array([row.counted is Counted.IN_ROUNDS for row in rows], dtype=np.bool_)
    spread = worth[:, counts_survivors].any(axis=1)
    largest = np.maximum(np.where(spread, zones, 1), 2 * fewest - 1)
    column: list[Integers] = []
    machines: list[Integers] = []
    worth_of: list[Integers] = []
    for number in range(1, int(largest.max(initial=1)) + 1):
        mine = (fewest <= number) & (number <= largest)
        left = np.array([surviving(number, int(count)) for count in zones[mine]], dtype=np.int64)
        of_row = np.where(counts_survivors[np.newaxis, :], left[:, np.newaxis], number)
        if in_whole_rounds.any():
            rounds = np.array([in_rounds(number, int(count)) for count in zones[mine]], dtype=np.int64)
            of_row = np.where(in_whole_rounds[np.newaxis, :], rounds[:, np.newaxis], of_row)
        block_worth = worth[mine] * of_row
        useful = block_worth.any(axis=1)
        column.append(picked[mine][useful])
        machines.append(np.full(int(useful.sum()), number, dtype=np.int64))
        worth_of.append(block_worth[useful])
    return Blocks(np.concatenate(column), np.concatenate(machines), np.concatenate(worth_of))
