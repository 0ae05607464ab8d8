"""Hour bounds: the least that one hour of a class can cost, over all columns, for given prices of machines.

First the hour's linear relaxation, by column generation. Its duals give every block a reduced cost, and a choice with a
block whose reduced cost exceeds what lies between the relaxation and a known choice costs more than that. So an integer
program over the other blocks gives a bound: the least of its own bound and the known choice's cost. The known choice is
where it starts. A better choice that it finds on the way is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.column_program import ColumnProgram
from solver.model.compute.blocks import Blocks, build_blocks
from solver.model.compute.hour_program import Cover, HourTask, solve_hour
from solver.model.compute.hourly import Hourly, joined, picked

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_NEW_COLUMNS = 6
_MOST_ROUNDS = 40
_TOLERANCE = 1e-8
CoverOf = Callable[[Blocks], tuple[Floats, Cover]]
"""Costs of blocks besides what commitments cover, and these."""


@dataclass(frozen=True)
class Known:
    """A choice of machines for an hour."""

    blocks: Mapping[tuple[int, int], int]
    """By column and machines of the block: how many."""

    @property
    def columns(self) -> list[int]:
        """Columns that run, in order."""
        return sorted({column for column, _ in self.blocks})

    def machines(self) -> dict[int, int]:
        """Machines of each column."""
        found: dict[int, int] = {}
        for (column, machines), count in sorted(self.blocks.items()):
            found[column] = found.get(column, 0) + machines * count
        return found


@dataclass(frozen=True)
class Relaxed:
    """An hour's relaxation at given prices."""

    value: float
    """USD."""
    reduced: Floats
    """Of every block; none is negative."""


@dataclass
class HourBounds:
    """Bounds for the hour classes of one site; columns that a class's relaxations used are kept for the next."""

    hourly: Hourly
    gap: float
    """Of each integer program."""
    solved: int = 0
    """Integer programs so far."""
    _pools: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    _relaxed: dict[tuple[int, bytes], Relaxed] = field(default_factory=dict[tuple[int, bytes], Relaxed])

    @property
    def blocks(self) -> Blocks:
        """All blocks."""
        return self.hourly.task.blocks

    def block_costs(self, blocks: Blocks, price: Floats) -> Floats:
        """USD an hour of each block at these prices of machines, with its volumes."""
        columns = self.hourly.columns
        return (price[columns.machine[blocks.column]] + columns.fixed[blocks.column]) * blocks.machines

    def cost_of(self, known: Known, price: Floats) -> float:
        """USD an hour of a choice at these prices."""
        columns = self.hourly.columns
        return sum(
            (float(price[int(columns.machine[column])]) + float(columns.fixed[column])) * machines * count
            for (column, machines), count in known.blocks.items()
        )

    def relaxed(self, hour: int, price: Floats) -> Relaxed:
        """The relaxation at these prices; its duals are scaled down until no block has a negative reduced cost."""
        key = (hour, np.round(price, 9).tobytes())
        found = self._relaxed.get(key)
        if found is None:
            found = self._relaxed[key] = self._relax(hour, price)
        return found

    def _relax(self, hour: int, price: Floats) -> Relaxed:
        required = self.hourly.task.required[hour]
        rows = np.nonzero(required > 0)[0]
        cost = self.block_costs(self.blocks, price)
        if len(rows) == 0:
            return Relaxed(0.0, cost)
        worth = np.minimum(self.blocks.worth[:, rows], required[rows]) / required[rows]
        program = ColumnProgram(self.hourly.backend, np.ones(len(rows)))
        pool = self._pools.setdefault(hour, [])
        if not pool:
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(worth > 0, cost[:, np.newaxis] / worth, np.inf)
            pool += dict.fromkeys(np.argmin(ratio, axis=0).tolist())
        taken = set(pool)
        for block in pool:
            held = np.nonzero(worth[block])[0]
            program.add(float(cost[block]), held, worth[block, held])
        duals = np.zeros(len(rows))
        for _ in range(_MOST_ROUNDS):
            duals = np.maximum(program.solve().duals, 0.0)
            reduced = cost - worth @ duals
            order = np.argsort(reduced, kind="stable")[:_NEW_COLUMNS]
            new = [int(block) for block in order[reduced[order] < -_TOLERANCE].tolist() if block not in taken]
            if not new:
                break
            for block in new:
                held = np.nonzero(worth[block])[0]
                program.add(float(cost[block]), held, worth[block, held])
            taken.update(new)
            pool += new
        earned = worth @ duals
        scale = float(np.min(np.where(earned > 0, cost / np.where(earned > 0, earned, 1.0), np.inf), initial=1.0))
        duals = duals * max(0.0, min(1.0, scale))
        return Relaxed(float(duals.sum()), cost - worth @ duals)

    def cheapest(self, hour: int, price: Floats, known: Sequence[Known]) -> tuple[float, Known | None]:
        """A lower bound for the hour at these prices, USD, and the choice that was found, if any."""
        required = self.hourly.task.required[hour]
        if not (required > 0).any():
            return 0.0, Known({})
        best = min(known, key=lambda each: self.cost_of(each, price), default=None)
        lowest = self.relaxed(hour, price)
        cutoff = lowest.value * 2.0 if best is None else self.cost_of(best, price)
        blocks, start = self._filtered(hour, lowest, cutoff, price, best)
        answer = solve_hour(
            HourTask(
                cost=self.block_costs(blocks, price),
                worth=np.minimum(blocks.worth, required),
                required=required,
                ceilings=self.hourly.ceilings(blocks, hour),
            ),
            self.hourly.backend,
            gap=self.gap,
            start=start,
            prove=best is not None,
        )
        bound = max(min(answer.bound, cutoff), lowest.value * (1 - 1e-6))
        found = _choice(blocks, answer.counts) if answer.counts else None
        return bound, found

    def covered(
        self, hour: int, price: Floats, cover: CoverOf, *, beside_usd: float, known: Known, at_most: float
    ) -> float:
        """A lower bound for the hour where commitments of a level cover machines, as `cover` has it for given blocks.

        `price` are prices at which the commitment is paid for each USD used, and `beside_usd` is what jobs' machines
        cost at them, less what the whole level costs: the relaxation's value and it bound the hour. `at_most` is what
        the known choice costs.
        """
        required = self.hourly.task.required[hour]
        lowest = self.relaxed(hour, price)
        blocks, start = self._filtered(hour, lowest, at_most - beside_usd, None, known)
        cost, terms = cover(blocks)
        answer = solve_hour(
            HourTask(
                cost=cost,
                worth=np.minimum(blocks.worth, required),
                required=required,
                ceilings=self.hourly.ceilings(blocks, hour),
                cover=terms,
            ),
            self.hourly.backend,
            gap=self.gap,
            start=start,
            prove=True,
        )
        return max(min(answer.bound, at_most), (lowest.value + beside_usd) * (1 - 1e-6))

    def _filtered(
        self, hour: int, lowest: Relaxed, cutoff: float, price: Floats | None, best: Known | None
    ) -> tuple[Blocks, dict[int, int]]:
        """Blocks that a choice below the cutoff may have, each worth once, and the known choice in their numbers.

        Blocks of equal worth are one where prices are given: the cheapest stands for all. Without prices only those of
        one machine are.
        """
        required = self.hourly.task.required[hour]
        kept = np.nonzero(lowest.reduced <= cutoff - lowest.value + 1e-7 * abs(cutoff))[0]
        own: Mapping[tuple[int, int], int] = {} if best is None else best.blocks
        mine = build_blocks(
            self.hourly.columns,
            self.hourly.rows,
            np.array(sorted({each for each, _ in own}), dtype=np.int64),
            self.hourly.least,
        )
        blocks = joined(picked(self.blocks, kept), mine)
        machine = self.hourly.columns.machine[blocks.column]
        cost = self.block_costs(blocks, price if price is not None else np.zeros(len(self.hourly.columns.machines)))
        use = [ceiling.use[:, np.newaxis] for ceiling in self.hourly.ceilings(blocks, hour)]
        apart = [] if price is not None else [machine[:, np.newaxis], blocks.machines[:, np.newaxis]]
        keys = np.hstack([np.minimum(blocks.worth, required), *use, *apart])
        found: dict[bytes, int] = {}
        entries: list[int] = []
        place = np.zeros(blocks.count, dtype=np.int64)
        for block in np.argsort(cost, kind="stable").tolist():
            key = keys[block].tobytes()
            if key not in found:
                found[key] = len(entries)
                entries.append(block)
            place[block] = found[key]
        start: dict[int, int] = {}
        for number, key in enumerate(zip(mine.column.tolist(), mine.machines.tolist(), strict=True)):
            if key in own:
                here = int(place[len(kept) + number])
                start[here] = start.get(here, 0) + own[key]
        return picked(blocks, np.array(entries, dtype=np.int64)), start


def _choice(blocks: Blocks, counts: Mapping[int, int]) -> Known:
    found: dict[tuple[int, int], int] = {}
    for block, count in counts.items():
        key = (int(blocks.column[block]), int(blocks.machines[block]))
        found[key] = found.get(key, 0) + count
    return Known(dict(sorted(found.items())))
