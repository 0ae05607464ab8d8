"""Level cost: what one hour of a class costs at least, when a savings plan of a given level covers part of it.

With a level s in USD an hour, an hour costs

    C(s)  =  min over machines:  spot, volumes  +  on-demand price of what the plan does not cover

which falls as s rises, by at most the best ratio of on-demand price to rate for each USD. C is not convex: machines
come whole. Each value is bounded from below by an integer program over all columns, in which blocks are left out whose
reduced cost, at the duals of the hour's own relaxation, exceeds what lies between that and a known choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.column_program import ColumnProgram
from solver.model.compute.blocks import Blocks, build_blocks
from solver.model.compute.commitments import Good
from solver.model.compute.hour_program import Cover, HourTask, solve_hour
from solver.model.compute.hourly import Hourly, joined, picked

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_NEW_COLUMNS = 6
_MOST_ROUNDS = 40
_TOLERANCE = 1e-8


@dataclass(frozen=True)
class Slot:
    """An hour class, with on-demand machines of jobs that run beside it."""

    hour: int
    """The class."""
    beside: tuple[tuple[str, int], ...] = ()
    """Machines by type."""


@dataclass(frozen=True)
class Known:
    """A choice of machines for a slot, whatever the level."""

    blocks: Mapping[tuple[int, int], int]
    """By column and machines of the block: how many."""


@dataclass
class LevelCosts:
    """Costs of slots for one commitment; what was found is kept."""

    hourly: Hourly
    good: Good
    prices: Mapping[str, float]
    """On-demand USD an hour by machine type, for jobs' machines too."""
    others: frozenset[str]
    """Types of jobs' machines that may run."""
    gap: float
    """Of each integer program."""
    solved: int = 0
    """Integer programs so far."""
    _found: dict[tuple[Slot, float], float] = field(default_factory=dict[tuple[Slot, float], float])
    _floors: dict[int, float] = field(default_factory=dict[int, float])
    _pools: dict[int, list[int]] = field(default_factory=dict[int, list[int]])

    def __post_init__(self) -> None:
        columns = self.hourly.columns
        self.machine_of = columns.machine[self.hourly.task.blocks.column]
        self.names = [machine.machine.name for machine in columns.machines]
        self.price = np.array([machine.usd_per_hour for machine in columns.machines])
        self.rate = np.array(
            [
                self.good.rates.get(machine.machine.name, np.inf) if machine.on_demand else np.inf
                for machine in columns.machines
            ]
        )
        fixed = columns.fixed[self.hourly.task.blocks.column]
        self.block_fixed = fixed * self.hourly.task.blocks.machines
        self.block_price = self.price[self.machine_of] * self.hourly.task.blocks.machines
        self.block_rate = self.rate[self.machine_of] * self.hourly.task.blocks.machines

    @property
    def best_ratio(self) -> float:
        """The most that one USD of the commitment saves on demand, over all machines that may run."""
        known = np.isfinite(self.rate)
        own = float((self.price[known] / self.rate[known]).max(initial=1.0))
        return max(
            own, *(self.prices[name] / self.good.rates[name] for name in self.others if name in self.good.rates), 1.0
        )

    def beside_usd(self, slot: Slot) -> float:
        """On-demand price of the jobs' machines."""
        return sum(self.prices[name] * count for name, count in slot.beside)

    def cost_of(self, slot: Slot, level: float, known: Known) -> float:
        """What a known choice costs in an hour of the slot."""
        columns = self.hourly.columns
        usage: dict[str, float] = {name: float(count) for name, count in slot.beside}
        usd = 0.0
        for (column, machines), count in known.blocks.items():
            machine = columns.machines[int(columns.machine[column])]
            number = machines * count
            usd += float(columns.fixed[column]) * number
            if machine.on_demand:
                usage[machine.machine.name] = usage.get(machine.machine.name, 0.0) + number
            else:
                usd += machine.usd_per_hour * number
        return usd + self._uncovered(usage, level)

    def usage_of(self, slot: Slot, known: Known) -> float:
        """The level at which a known choice is just covered, with the jobs beside it."""
        columns = self.hourly.columns
        usd = sum(self.good.rates.get(name, 0.0) * count for name, count in slot.beside)
        for (column, machines), count in known.blocks.items():
            rate = float(self.rate[int(columns.machine[column])])
            usd += rate * machines * count if np.isfinite(rate) else 0.0
        return usd

    def free_floor(self, slot: Slot) -> float:
        """C at any level: volumes and spot machines of the hour's relaxation, with on-demand machines for nothing."""
        found = self._floors.get(slot.hour)
        if found is None:
            everything = float(np.where(np.isfinite(self.block_rate), self.block_rate, 0.0).sum()) + 1.0
            found = self._floors[slot.hour] = max(0.0, self._relaxed(Slot(slot.hour), everything)[0])
        return found

    def _uncovered(self, usage: Mapping[str, float], level: float) -> float:
        left = level
        usd = 0.0
        for name in sorted(usage, key=lambda each: (self.good.rates.get(each, np.inf) / self.prices[each], each)):
            rate = self.good.rates.get(name)
            covered = 0.0 if rate is None else min(usage[name], left / rate)
            left -= covered * (rate or 0.0)
            usd += (usage[name] - covered) * self.prices[name]
        return usd

    def at_least(self, slot: Slot, level: float, known: Sequence[Known]) -> float:
        """A lower bound on C(level), USD for one hour."""
        key = (slot, round(level, 9))
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._solve(slot, level, known)
        return found

    def _solve(self, slot: Slot, level: float, known: Sequence[Known]) -> float:
        hourly = self.hourly
        required = hourly.task.required[slot.hour]
        if not (required > 0).any():
            return self._uncovered(dict(slot.beside), level)
        best = min(known, key=lambda each: self.cost_of(slot, level, each))
        cutoff = self.cost_of(slot, level, best)
        lowest, reduced = self._relaxed(slot, level)
        kept = np.nonzero(reduced <= cutoff - lowest + 1e-7 * abs(cutoff))[0]
        mine = build_blocks(
            hourly.columns,
            hourly.rows,
            np.array(sorted({column for column, _ in best.blocks}), dtype=np.int64),
            hourly.least,
        )
        blocks = joined(picked(hourly.task.blocks, kept), mine)
        blocks, place = self._distinct(blocks, required)
        start: dict[int, int] = {}
        for number, key in enumerate(zip(mine.column.tolist(), mine.machines.tolist(), strict=True)):
            if key in best.blocks:
                here = int(place[len(kept) + number])
                start[here] = start.get(here, 0) + best.blocks[key]
        machine = hourly.columns.machine[blocks.column]
        covered = np.isfinite(self.rate[machine])
        cost = (hourly.columns.fixed[blocks.column] + np.where(covered, 0.0, self.price[machine])) * blocks.machines
        answer = solve_hour(
            HourTask(
                cost=cost,
                worth=np.minimum(blocks.worth, required),
                required=required,
                ceilings=hourly.ceilings(blocks, slot.hour),
                cover=self._cover(blocks, slot, level),
            ),
            hourly.backend,
            gap=self.gap,
            start=start,
            prove=True,
        )
        self.solved += 1
        # Jobs' machines that the commitment does not reach are paid in full; `_cover` leaves them out.
        outside = sum(self.prices[name] * count for name, count in slot.beside if name not in self.good.rates)
        return max(min(answer.bound + outside, cutoff), lowest - 1e-6 * abs(lowest))

    def _relaxed(self, slot: Slot, level: float) -> tuple[float, Floats]:
        """The hour's linear relaxation, by column generation: its value, and the reduced cost of every block."""
        hourly = self.hourly
        required = hourly.task.required[slot.hour]
        rows = np.nonzero(required > 0)[0]
        worth = np.minimum(hourly.task.blocks.worth[:, rows], required[rows]) / required[rows]
        beside = slot.beside
        right = np.concatenate([np.ones(len(rows)), [-level], np.ones(len(beside))])
        program = ColumnProgram(hourly.backend, right)
        level_row = len(rows)
        for number, (name, count) in enumerate(beside):
            here = level_row + 1 + number
            program.add(self.prices[name] * count, np.array([here]), np.ones(1))
            rate = self.good.rates.get(name)
            if rate is not None:
                program.add(0.0, np.array([level_row, here]), np.array([-rate * count, 1.0]))
        full = self.block_price + self.block_fixed
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(worth > 0, full[:, np.newaxis] / worth, np.inf)
        pool = self._pools.setdefault(slot.hour, [])
        taken: set[tuple[int, bool]] = set()

        def take(block: int, covered: bool) -> bool:
            if (block, covered) in taken:
                return False
            taken.add((block, covered))
            held = np.nonzero(worth[block])[0]
            entries = worth[block, held]
            if covered:
                program.add(
                    float(self.block_fixed[block]),
                    np.append(held, level_row),
                    np.append(entries, -self.block_rate[block]),
                )
            else:
                program.add(float(full[block]), held, entries)
            if block not in pool:
                pool.append(block)
            return True

        for block in [*np.argmin(ratio, axis=0).tolist(), *pool]:
            take(int(block), False)
            if np.isfinite(self.block_rate[block]):
                take(int(block), True)
        point = program.solve()
        for _ in range(_MOST_ROUNDS):
            usd = max(float(point.duals[level_row]), 0.0)
            cost = self._block_costs(usd)
            reduced = cost - worth @ np.maximum(point.duals[: len(rows)], 0.0)
            order = np.argsort(reduced, kind="stable")[:_NEW_COLUMNS]
            added = False
            for block in order[reduced[order] < -_TOLERANCE].tolist():
                added |= take(int(block), bool(self.block_rate[block] * usd < self.block_price[block]))
            if not added:
                break
            point = program.solve()
        return self._bound(slot, level, point.duals, worth)

    def _block_costs(self, usd: float) -> Floats:
        """What each block costs where one USD an hour of the commitment costs so much."""
        known = np.isfinite(self.block_rate)
        covered = np.where(known, np.where(known, self.block_rate, 0.0) * usd, np.inf)
        return self.block_fixed + np.minimum(self.block_price, covered)

    def _bound(self, slot: Slot, level: float, found: Floats, worth: Floats) -> tuple[float, Floats]:
        """A lower bound from any duals: the rows' are scaled down until no block has a negative reduced cost."""
        rows = worth.shape[1]
        duals = np.maximum(found[:rows], 0.0)
        usd = max(float(found[rows]), 0.0)
        cost = self._block_costs(usd)
        earned = worth @ duals
        scale = float(np.min(np.where(earned > 0, cost / np.where(earned > 0, earned, 1.0), np.inf), initial=1.0))
        duals = duals * min(1.0, scale)
        beside = sum(
            min(
                self.prices[name],
                self.good.rates.get(name, np.inf) * usd if usd > 0 or name in self.good.rates else np.inf,
            )
            * count
            for name, count in slot.beside
        )
        return float(duals.sum()) - usd * level + beside, cost - worth @ duals

    def _cover(self, blocks: Blocks, slot: Slot, level: float) -> Cover:
        columns = self.hourly.columns
        machine_of = columns.machine[blocks.column]
        machines: list[tuple[int, Integers, float, int]] = []
        rates: dict[int, float] = {}
        for number in sorted({int(each) for each in machine_of}):
            if np.isfinite(self.rate[number]):
                counts: Integers = np.where(machine_of == number, blocks.machines, 0).astype(np.int64)
                machines.append((number, counts, float(self.price[number]), 0))
                rates[number] = float(self.rate[number])
        for place, (name, count) in enumerate(slot.beside):
            if name in self.good.rates:
                number = len(columns.machines) + place
                machines.append((number, np.zeros(blocks.count, dtype=np.int64), self.prices[name], count))
                rates[number] = self.good.rates[name]
        return Cover(machines, [(level, rates)])

    def _distinct(self, blocks: Blocks, required: Integers) -> tuple[Blocks, Integers]:
        """One block of each worth, machine price and rate, the cheapest first; and which stands for each."""
        machine = self.hourly.columns.machine[blocks.column]
        worth = np.minimum(blocks.worth, required)
        fixed = self.hourly.columns.fixed[blocks.column] * blocks.machines
        found: dict[tuple[bytes, int, int], int] = {}
        entries: list[int] = []
        place = np.zeros(blocks.count, dtype=np.int64)
        for block in np.argsort(fixed, kind="stable").tolist():
            key = (worth[block].tobytes(), int(machine[block]), int(blocks.machines[block]))
            if key not in found:
                found[key] = len(entries)
                entries.append(block)
            place[block] = found[key]
        return picked(blocks, np.array(entries, dtype=np.int64)), place
