"""Hourly: machines of chosen columns in every hour class, and a bound for every class over all columns.

At the relaxation's prices each hour class stands alone (see `relaxation`). A class's plan is an integer program over
the blocks of the chosen columns. Its bound is the same program over all columns: blocks whose reduced cost exceeds what
lies between the relaxation and the plan are left out, since a choice with one of them costs more than the plan, so the
least of the plan's cost and the program's bound is a bound. The plan is where the program starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.compute.blocks import Blocks, build_blocks
from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good
from solver.model.compute.hour_program import Ceiling, Cover, HourAnswer, HourTask, solve_hour
from solver.model.compute.needs import Needs
from solver.model.compute.purchase import Bought
from solver.model.compute.quota import ceilings
from solver.model.compute.relaxation import HourlyTask, Relaxed
from solver.model.compute.rows import Row

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_FULL_PRICE = 1 - 1e-9
_WITHOUT_PLAN = 0.1
"""How far above the relaxation a class without a plan is searched, as a part of the relaxation."""


@dataclass(frozen=True)
class HourPlan:
    """Machines of chosen columns in one hour class."""

    machines: Mapping[int, int]
    """By column, where any run."""
    usd_per_week: float
    """At the relaxation's prices."""
    blocks: Mapping[tuple[int, int], int]
    """By column and machines of the block: how many such blocks."""


@dataclass(frozen=True)
class Hourly:
    """The hour classes of one site's services, with the relaxation's prices."""

    needs: Needs
    rows: tuple[Row, ...]
    task: HourlyTask
    relaxed: Relaxed
    free: Mapping[str, Integers]
    """vCPUs that quotas leave in each hour of the week."""
    least: Integers
    """Fewest machines of each column, if any run."""
    goods: tuple[Good, ...]
    """Commitments that may be bought."""
    backend: Backend

    @property
    def columns(self) -> Columns:
        """All columns."""
        return self.task.columns

    def block_costs(self, blocks: Blocks, hour: int, price: Floats | None = None) -> Floats:
        """USD of each block in the class, with its volumes, at the relaxation's prices or at those given."""
        machine = self.columns.machine[blocks.column]
        by_machine = self.relaxed.machine_price[:, hour] if price is None else price
        return (by_machine[machine] + self.columns.fixed[blocks.column] * self.task.weight[hour]) * blocks.machines

    def plan_hour(self, blocks: Blocks, hour: int, *, gap: float, bought: Sequence[Bought]) -> HourPlan | None:
        """The cheapest machines of these blocks' columns; None when they can't hold the class.

        Where the relaxation prices a machine below its on-demand price, commitments reach into the class: then what
        `bought` covers is free and the rest is bought on demand. Elsewhere commitments are used up by any plan, and
        machines count with their on-demand price.
        """
        if not (self.task.required[hour] > 0).any():
            return HourPlan({}, 0.0, {})
        machines = self.columns.machines
        weight = float(self.task.weight[hour])
        full = np.array([machine.usd_per_hour for machine in machines]) * weight
        used = np.unique(self.columns.machine[blocks.column])
        cover = None
        price = full
        if bought and bool((self.relaxed.machine_price[used, hour] < full[used] * _FULL_PRICE).any()):
            cover = self._cover(blocks, hour, bought)
            price = np.where([machine.on_demand for machine in machines], 0.0, full)
        answer = solve_hour(
            HourTask(
                cost=self.block_costs(blocks, hour, price),
                worth=blocks.worth,
                required=self.task.required[hour],
                ceilings=self.ceilings(blocks, hour),
                cover=cover,
            ),
            self.backend,
            gap=gap,
            prove=True,
        )
        return self._plan(blocks, hour, answer) if np.isfinite(answer.cost) else None

    def bound_hour(self, hour: int, plan: HourPlan | None, *, gap: float) -> float:
        """No choice of machines of any columns costs less in the class, at the relaxation's prices."""
        task = self.task
        lowest = float(self.relaxed.duals[hour].sum())
        if lowest <= 0:
            return 0.0
        cutoff = lowest * (1 + _WITHOUT_PLAN) if plan is None else plan.usd_per_week
        required = task.required[hour]
        cost = self.block_costs(task.blocks, hour)
        worth = np.minimum(task.blocks.worth, required)
        reduced = cost - (worth / np.maximum(required, 1)) @ self.relaxed.duals[hour]
        kept = np.nonzero(reduced <= cutoff - lowest + 1e-7 * abs(cutoff))[0]
        blocks = picked(task.blocks, kept)
        first_own = blocks.count
        own: Mapping[tuple[int, int], int] = {} if plan is None else plan.blocks
        mine = build_blocks(
            self.columns, self.rows, np.array(sorted({column for column, _ in own}), dtype=np.int64), self.least
        )
        blocks, place = self._distinct(joined(blocks, mine), hour)
        start: dict[int, int] = {}
        for number, key in enumerate(zip(mine.column.tolist(), mine.machines.tolist(), strict=True)):
            if key in own:
                here = int(place[first_own + number])
                start[here] = start.get(here, 0) + own[key]
        answer = solve_hour(
            HourTask(
                cost=self.block_costs(blocks, hour),
                worth=np.minimum(blocks.worth, required),
                required=required,
                ceilings=self.ceilings(blocks, hour),
            ),
            self.backend,
            gap=gap,
            start=start,
            prove=True,
        )
        return max(min(answer.bound, cutoff), lowest * (1 - 1e-6))

    def _distinct(self, blocks: Blocks, hour: int) -> tuple[Blocks, Integers]:
        """The cheapest block of each worth and quota use, and by block the place of the one that stands for it."""
        cost = self.block_costs(blocks, hour)
        worth = np.minimum(blocks.worth, self.task.required[hour])
        use = [ceiling.use[:, np.newaxis] for ceiling in self.ceilings(blocks, hour)]
        keys = np.hstack([worth, *use])
        order = np.argsort(cost, kind="stable")
        found: dict[bytes, int] = {}
        entries: list[int] = []
        place = np.zeros(blocks.count, dtype=np.int64)
        for block in order.tolist():
            key = keys[block].tobytes()
            if key not in found:
                found[key] = len(entries)
                entries.append(block)
            place[block] = found[key]
        return picked(blocks, np.array(entries, dtype=np.int64)), place

    def ceilings(self, blocks: Blocks, hour: int) -> tuple[Ceiling, ...]:
        """The quota rows of a class for these blocks."""
        return ceilings(
            self.free,
            self.columns.machines,
            self.columns.machine[blocks.column],
            blocks.machines,
            self.needs.hours[hour].hours,
        )

    def _cover(self, blocks: Blocks, hour: int, bought: Sequence[Bought]) -> Cover:
        machine_of: Integers = self.columns.machine[blocks.column]
        weight = float(self.task.weight[hour])
        found: list[tuple[int, Floats, float, float]] = []
        for number in sorted({int(each) for each in machine_of}):
            machine = self.columns.machines[number]
            if machine.on_demand:
                counts = np.where(machine_of == number, blocks.machines, 0).astype(np.int64)
                found.append((number, counts, machine.usd_per_hour * weight, 0.0))
        names = {number: self.columns.machines[number].machine.name for number, _, _, _ in found}
        levels = [
            (
                each.usd_per_hour,
                {number: each.good.rates[name] for number, name in names.items() if name in each.good.rates},
            )
            for each in bought
        ]
        return Cover(found, levels)

    def _plan(self, blocks: Blocks, hour: int, answer: HourAnswer) -> HourPlan:
        machines: dict[int, int] = {}
        taken: dict[tuple[int, int], int] = {}
        cost = self.block_costs(blocks, hour)
        usd = 0.0
        for block, count in answer.counts.items():
            column, number = int(blocks.column[block]), int(blocks.machines[block])
            machines[column] = machines.get(column, 0) + number * count
            taken[column, number] = count
            usd += float(cost[block]) * count
        return HourPlan(dict(sorted(machines.items())), usd, taken)


def picked(blocks: Blocks, chosen: Integers) -> Blocks:
    """Some of the blocks, in that order."""
    return Blocks(blocks.column[chosen], blocks.machines[chosen], blocks.worth[chosen])


def joined(blocks: Blocks, more: Blocks) -> Blocks:
    """Both, one after the other."""
    return Blocks(
        np.concatenate([blocks.column, more.column]),
        np.concatenate([blocks.machines, more.machines]),
        np.vstack([blocks.worth, more.worth]),
    )
