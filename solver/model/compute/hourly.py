"""Hourly: the hour classes of one site's services, and the machines of chosen columns in one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.compute.blocks import Blocks
from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good
from solver.model.compute.hour_program import Ceiling, Cover, HourAnswer, HourTask, solve_hour
from solver.model.compute.needs import Needs
from solver.model.compute.purchase import Bought
from solver.model.compute.quota import ceilings
from solver.model.compute.rows import Row

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HourlyTask:
    """What must hold in every hour class, as arrays."""

    columns: Columns
    blocks: Blocks
    required: Integers
    """Hour classes × rows."""
    weight: Integers
    """Hours of the week in each class."""


@dataclass(frozen=True)
class HourPlan:
    """Machines of chosen columns in one hour class."""

    machines: Mapping[int, int]
    """By column, where any run."""
    usd_per_week: float
    """At on-demand prices."""
    blocks: Mapping[tuple[int, int], int]
    """By column and machines of the block: how many such blocks."""


@dataclass(frozen=True)
class Hourly:
    """The hour classes of one site's services."""

    needs: Needs
    rows: tuple[Row, ...]
    task: HourlyTask
    free: Mapping[str, Integers]
    """vCPUs that quotas leave in each hour of the week."""
    least: Integers
    """Fewest machines of each column, if any run."""
    goods: tuple[Good, ...]
    """Commitments that may be bought."""
    backend: Backend
    held: tuple[Bought, ...] = ()
    """Commitments that are paid for."""

    @property
    def columns(self) -> Columns:
        """All columns."""
        return self.task.columns

    @cached_property
    def worth(self) -> Integers:
        """Rows × columns: what one machine is worth."""
        slots = self.columns.slots
        of_replicas = np.array([row.worth for row in self.rows], dtype=np.int64).reshape(len(self.rows), slots.shape[1])
        return of_replicas @ slots.T

    @property
    def price(self) -> Floats:
        """USD an hour of each machine without commitments."""
        return np.array([machine.usd_per_hour for machine in self.columns.machines], dtype=np.float64)

    def block_costs(self, blocks: Blocks, hour: int, price: Floats | None = None) -> Floats:
        """USD of each block in all hours of the class, with its volumes, at these prices or without commitments."""
        machine = self.columns.machine[blocks.column]
        by_machine = self.price if price is None else price
        return (by_machine[machine] + self.columns.fixed[blocks.column]) * blocks.machines * self.task.weight[hour]

    def plan_hour(
        self,
        blocks: Blocks,
        hour: int,
        *,
        gap: float,
        bought: Sequence[Bought] = (),
        price: Floats | None = None,
        start: Mapping[tuple[int, int], int] | None = None,
    ) -> HourPlan | None:
        """The cheapest machines of these blocks' columns, by its bill; None when they can't hold the class.

        What `bought` covers is free and the rest is bought on demand. With `price`, machines cost that an
        hour. `start` are blocks to begin with.
        """
        if not (self.task.required[hour] > 0).any():
            return HourPlan({}, 0.0, {})
        cover = None
        if bought:
            cover = self._cover(blocks, hour, bought)
            price = np.where([machine.on_demand for machine in self.columns.machines], 0.0, self.price)
        answer = solve_hour(
            HourTask(
                cost=self.block_costs(blocks, hour, price),
                worth=np.minimum(blocks.worth, self.task.required[hour]),
                required=self.task.required[hour],
                ceilings=self.ceilings(blocks, hour),
                cover=cover,
            ),
            self.backend,
            gap=gap,
            start=None if start is None else _numbered(blocks, start),
            prove=True,
        )
        return self._plan(blocks, hour, answer) if np.isfinite(answer.cost) else None

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
                counts = np.zeros(blocks.count)
                counts[machine_of == number] = blocks.machines[machine_of == number]
                found.append((number, counts, machine.usd_per_hour * weight, 0.0))
        names = {number: self.columns.machines[number].machine.name for number, _, _, _ in found}
        levels = [
            (
                each.holds,
                {number: each.takes[name] for number, name in names.items() if name in each.takes},
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


def _numbered(blocks: Blocks, chosen: Mapping[tuple[int, int], int]) -> dict[int, int]:
    pairs = zip(blocks.column.tolist(), blocks.machines.tolist(), strict=True)
    return {number: chosen[pair] for number, pair in enumerate(pairs) if pair in chosen}


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
