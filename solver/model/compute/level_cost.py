"""Level cost: what one hour costs when a savings plan of a given level covers part of its on-demand machines.

With a level s in USD an hour, an hour costs

    C(s)  =  min over machines:  spot, volumes  +  on-demand price of what the plan does not cover

Two kinds of lower bounds are made here, from `hour_bounds`:

* at a price φ for each USD of the level:  C(s) ≥ Z(φ) − φ · s  for every s, where Z(φ) is the least that the hour costs
  when each machine may be paid on demand or at φ times its rate. Jobs' machines beside add what they cost at φ.
* at a level: C(s) itself, by an integer program in which machines of about the same ratio of price to rate share one
  budget, at the best ratio among them: what the plan saves is never underrated, so the bound holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.blocks import Blocks
from solver.model.compute.commitments import Good
from solver.model.compute.hour_bounds import HourBounds, Known
from solver.model.compute.hour_program import Cover
from solver.model.running import side_by_side

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_TIERS = 5


@dataclass(frozen=True, order=True)
class Slot:
    """An hour class, with on-demand machines of jobs that run beside it."""

    hour: int
    """The class."""
    beside: tuple[tuple[str, int], ...] = ()
    """Machines by type."""


@dataclass
class LevelCosts:
    """Costs of slots for one commitment; what was found is kept."""

    bounds: HourBounds
    good: Good
    prices: Mapping[str, float]
    """On-demand USD an hour by machine type, for jobs' machines too."""
    others: frozenset[str]
    """Types of jobs' machines that may run."""
    choices: dict[int, list[Known]] = field(default_factory=dict[int, list[Known]])
    """Known choices of each class, whatever groups they need."""
    solved: int = 0
    """Integer programs so far."""
    _cuts: dict[tuple[int, float], float] = field(default_factory=dict[tuple[int, float], float])
    _points: dict[tuple[Slot, float], float] = field(default_factory=dict[tuple[Slot, float], float])

    def __post_init__(self) -> None:
        machines = self.bounds.hourly.columns.machines
        self.price = np.array([machine.usd_per_hour for machine in machines])
        self.rate = np.array(
            [self.good.rates.get(machine.machine.name, np.inf) if machine.on_demand else np.inf for machine in machines]
        )
        self.reached = np.isfinite(self.rate)

    @cached_property
    def best_ratio(self) -> float:
        """The most that one USD of the commitment saves on demand, over all machines that may run."""
        own = float((self.price[self.reached] / self.rate[self.reached]).max(initial=1.0))
        others = [self.prices[name] / self.good.rates[name] for name in self.others if name in self.good.rates]
        return max(own, *others, 1.0)

    def prices_at(self, usd: float) -> Floats:
        """USD an hour of each machine where each USD of the level costs `usd`."""
        return np.where(self.reached, np.minimum(self.price, np.where(self.reached, self.rate, 0.0) * usd), self.price)

    def beside_at(self, slot: Slot, usd: float) -> float:
        """USD an hour of the jobs' machines at that price."""
        return sum(
            min(self.prices[name], self.good.rates.get(name, np.inf) * usd if name in self.good.rates else np.inf)
            * count
            for name, count in slot.beside
        )

    def usage_of(self, slot: Slot, known: Known) -> float:
        """The level at which a known choice is just covered, with the jobs beside it."""
        columns = self.bounds.hourly.columns
        usd = sum(self.good.rates.get(name, 0.0) * count for name, count in slot.beside)
        for column, count in known.machines().items():
            machine = int(columns.machine[column])
            usd += float(self.rate[machine]) * count if self.reached[machine] else 0.0
        return usd

    def cost_of(self, slot: Slot, level: float, known: Known) -> float:
        """What a known choice costs in an hour of the slot."""
        columns = self.bounds.hourly.columns
        usage: dict[str, float] = {name: float(count) for name, count in slot.beside}
        usd = 0.0
        for column, count in known.machines().items():
            machine = columns.machines[int(columns.machine[column])]
            usd += float(columns.fixed[column]) * count
            if machine.on_demand:
                usage[machine.machine.name] = usage.get(machine.machine.name, 0.0) + count
            else:
                usd += machine.usd_per_hour * count
        left = level
        for name in sorted(usage, key=lambda each: (self.good.rates.get(each, np.inf) / self.prices[each], each)):
            rate = self.good.rates.get(name)
            covered = 0.0 if rate is None else min(usage[name], left / rate)
            left -= covered * (rate or 0.0)
            usd += (usage[name] - covered) * self.prices[name]
        return usd

    def cheapest(self, slot: Slot, level: float, known: Sequence[Known]) -> tuple[float, Known]:
        """The cheapest of some known choices of a slot at a level."""
        costs = [self.cost_of(slot, level, each) for each in known]
        place = min(range(len(costs)), key=costs.__getitem__)
        return costs[place], known[place]

    def cut(self, hour: int, usd: float) -> float:
        """Z at a price for each USD of the level, as far as it is known: at least the relaxation's value."""
        found = self._cuts.get((hour, round(usd, 9)))
        return self.bounds.relaxed(hour, self.prices_at(usd)).value if found is None else found

    def solve(self, lines: Sequence[tuple[int, float]], points: Sequence[tuple[Slot, float, float]]) -> None:
        """Find Z of classes at prices, and C of slots at levels (each with a price at which the relaxation is tight).

        Classes are solved side by side; whatever is asked of one class is solved in the order given.
        """
        by_hour: dict[int, list[Callable[[], None]]] = {}
        for hour, usd in lines:
            by_hour.setdefault(hour, []).append(partial(self._line, hour, round(usd, 9)))
        for slot, level, usd in points:
            by_hour.setdefault(slot.hour, []).append(partial(self._point, slot, round(level, 9), usd))
        self.solved += len(lines) + len(points)
        side_by_side([partial(_in_turn, tasks) for _, tasks in sorted(by_hour.items())])

    def point(self, slot: Slot, level: float) -> float:
        """C of a slot at a level that was solved."""
        return self._points[slot, round(level, 9)]

    def _line(self, hour: int, usd: float) -> None:
        known = self.choices.setdefault(hour, [])
        self._cuts[hour, usd], choice = self.bounds.cheapest(hour, self.prices_at(usd), known)
        if choice is not None and choice not in known:
            known.append(choice)

    def _point(self, slot: Slot, level: float, usd: float) -> None:
        at_most, known = self.cheapest(slot, level, self.choices[slot.hour])
        self._points[slot, level] = self.bounds.covered(
            slot.hour,
            self.prices_at(usd),
            lambda blocks: self._cover(blocks, slot, level),
            beside_usd=self.beside_at(slot, usd) - usd * level,
            known=known,
            at_most=at_most,
        )

    def _cover(self, blocks: Blocks, slot: Slot, level: float) -> tuple[Floats, Cover]:
        """Costs of the blocks without what the plan may cover, and the budget shared by tiers of machines."""
        columns = self.bounds.hourly.columns
        machine_of = columns.machine[blocks.column]
        reached = self.reached[machine_of]
        cost = (columns.fixed[blocks.column] + np.where(reached, 0.0, self.price[machine_of])) * blocks.machines
        # Per machine number: its price, its ratio, machines in each block, machines beside.
        entries: list[tuple[float, float, Floats, float]] = []
        for number in sorted({int(each) for each in machine_of[reached]}):
            counts = np.where(machine_of == number, blocks.machines, 0).astype(np.float64)
            entries.append((float(self.price[number]), float(self.price[number] / self.rate[number]), counts, 0.0))
        for name, count in slot.beside:
            rate = self.good.rates.get(name)
            ratio = self.prices[name] / rate if rate is not None else 0.0
            entries.append((self.prices[name], ratio, np.zeros(blocks.count), float(count)))
        ratios = [ratio for _, ratio, _, _ in entries if ratio > 0]
        low, high = (min(ratios), max(ratios)) if ratios else (1.0, 1.0)
        machines: list[tuple[int, Floats, float, float]] = []
        rates: dict[int, float] = {}
        for tier in range(-1, _TIERS):
            mine = [each for each in entries if _tier(each[1], low, high) == tier]
            if mine:
                # In units of USD on demand: one unit costs 1 on demand, and 1 / ratio of the level.
                usd = np.sum([price * counts for price, _, counts, _ in mine], axis=0)
                machines.append((tier + 1, usd, 1.0, sum(price * beside for price, _, _, beside in mine)))
                if tier >= 0:
                    rates[tier + 1] = 1.0 / max(ratio for _, ratio, _, _ in mine)
        return cost, Cover(machines, [(level, rates)])


def _in_turn(tasks: Sequence[Callable[[], None]]) -> None:
    for task in tasks:
        task()


def _tier(ratio: float, low: float, high: float) -> int:
    if ratio <= 0:
        return -1
    return min(_TIERS - 1, int((ratio - low) / (high - low) * _TIERS)) if high > low else 0
