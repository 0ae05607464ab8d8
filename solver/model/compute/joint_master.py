"""Joint master: the joint program of one hour at some prices, over the blocks of the fillings known so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.column_program import ColumnProgram, Point
from solver.model.compute.joint_blocks import Block
from solver.model.compute.patterns import Pattern

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Filled = tuple[int, Pattern]
"""Number of a machine, and its replicas."""


class JointMaster:
    """The program; `price` and `base` are USD an hour of each machine, and of its volume without replicas."""

    def __init__(
        self,
        backend: Backend,
        required: Integers,
        price: Floats,
        base: Floats,
        blocks_of: Callable[[Filled], list[Block]],
    ) -> None:
        self.required, self.price, self.base, self._blocks_of = required, price, base, blocks_of
        self.rows = np.nonzero(required > 0)[0]
        self.program = ColumnProgram(backend, np.ones(len(self.rows)))
        self.known: set[Filled] = set()
        self.blocks: list[tuple[Filled, int]] = []

    def add(self, new: Sequence[Filled]) -> None:
        """Blocks of these fillings."""
        for filled in new:
            if filled in self.known:
                continue
            self.known.add(filled)
            for block in self._blocks_of(filled):
                held = np.nonzero(block.share[self.rows])[0]
                self.program.add(block.usd, held, block.share[self.rows][held])
                self.blocks.append((filled, block.machines))

    def solve(self) -> Point:
        """The optimum, with duals of all rows in USD for the whole requirement."""
        point = self.program.solve()
        duals = np.zeros(len(self.required))
        duals[self.rows] = np.maximum(point.duals, 0.0)
        return Point(point.objective, duals, point.values)
