"""Lowest: cost vectors that no way of holding one service in one hour class is below.

Every way of holding the service has, for each worth of a USD of a savings plan's level, at least the cost of one of the
vectors: the same one for all worths. So what an hour costs at any level is bounded by the best of the vectors.

Where all replicas of a service are worth the same, spot machines meet some whole number of replicas and on-demand
machines the rest: a vector for each such split, from two tables. Else the vectors are those of the service's frontier,
and where that is too long, the one vector of what linear prices prove.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.completion import Completion, completion_of, shape_of, units_of, with_option
from solver.model.compute.frontier import Frontier, Work, frontier
from solver.model.compute.options import Options
from solver.model.compute.pareto import undominated

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MOST_WORK = 1e8
"""Comparisons of parts for one service, some seconds of work; then linear prices have to do."""
Numbers = tuple[int, ...]
"""Of options, in any order; tables of a common beginning are made once."""


@dataclass
class Lowest:
    """For one service."""

    options: Options
    required: Integers
    """Hour classes × the service's rows."""
    exact: bool = False
    """Vectors are those of whole ways where these aren't too many, not of a cheapest one for each worth."""
    work: Work = field(default_factory=lambda: Work(_MOST_WORK))
    """What may still be done; linear prices answer beyond it, so that a long question may change later answers."""
    _found: dict[tuple[Numbers, tuple[int, ...]], Frontier | None] = field(
        default_factory=dict[tuple[Numbers, tuple[int, ...]], "Frontier | None"]
    )
    _bounds: dict[Numbers, Completion] = field(default_factory=dict[Numbers, Completion])
    _tables: dict[tuple[bool, Numbers], Floats] = field(default_factory=dict[tuple[bool, Numbers], Floats])

    def __post_init__(self) -> None:
        self.required = np.maximum(self.required, 0)
        self.peak = self.required.max(axis=0)
        self.units = units_of(self.options, self.peak)
        self.steady = self.options.on_demand
        self.fed_by_spot: list[bool] = [bool(worth.any()) for worth in self.options.worth[~self.steady].T]

    def vectors(self, numbers: Numbers | None = None) -> list[Floats] | None:
        """By hour class: vectors × worths for these options or for all; None where they can't hold a class."""
        chosen = tuple(range(self.options.count)) if numbers is None else numbers
        if len(self.options.rows) == 0:
            return [np.zeros((1, self.options.cost.shape[1]))] * len(self.required)
        found: dict[tuple[int, ...], Floats] = {}
        for needed in self.required:
            key = tuple(needed.tolist())
            if key not in found:
                found[key] = (
                    self._searched(tuple(sorted(chosen)), needed) if self.units is None else self._whole(chosen, needed)
                )
                if len(found[key]) == 0:
                    return None
        return [found[tuple(needed.tolist())] for needed in self.required]

    def rough(self, numbers: Numbers) -> list[Floats] | None:
        """As `vectors`, but one for each class at little work: for each worth what linear prices prove."""
        if not numbers:
            return None
        completion = self._completion(tuple(sorted(numbers)))
        least = [completion.least(needed[np.newaxis], 0) for needed in self.required]
        return least if all(bool(np.isfinite(each).all()) for each in least) else None

    def used(self, hour: int, worth: int) -> set[int]:
        """Options of a cheapest way to hold a class when a USD of the level has this worth, by its number."""
        needed = self.required[hour]
        if len(self.options.rows) == 0 or not needed.any():
            return set()
        numbers = tuple(range(self.options.count))
        if self.units is None:
            ways = self._ways(numbers, needed)
            if ways is None:
                return set(self.options.best_few().tolist())
            return set(np.nonzero(ways.machines[int(np.argmin(ways.cost[:, worth]))])[0].tolist())
        vectors, splits = self._split(numbers, needed)
        spot = splits[int(np.argmin(vectors[:, worth]))]
        replicas = -(-needed // self.units)
        return self._trace(numbers, False, replicas - spot, worth) | self._trace(numbers, True, spot, worth)

    def _searched(self, numbers: Numbers, needed: Integers) -> Floats:
        least = self._completion(numbers).least(needed[np.newaxis], 0)
        if not np.isfinite(least).all():
            return least[:0]
        ways = self._ways(numbers, needed)
        return least if ways is None else np.maximum(ways.cost * (1 - ways.slack), least)

    def _whole(self, numbers: Numbers, needed: Integers) -> Floats:
        vectors = self._split(numbers, needed)[0]
        ways = self._ways(tuple(sorted(numbers)), needed) if self.exact and len(vectors) else None
        return vectors if ways is None else ways.cost * (1 - ways.slack)

    def _ways(self, numbers: Numbers, needed: Integers) -> Frontier | None:
        key = (numbers, tuple(needed.tolist()))
        if key not in self._found:
            options = self.options.picked(np.array(numbers, dtype=np.int64))
            self._found[key] = frontier(options, needed, self._completion(numbers), self.work)
        return self._found[key]

    def _completion(self, numbers: Numbers) -> Completion:
        if numbers not in self._bounds:
            self._bounds[numbers] = completion_of(self.options.picked(np.array(numbers, dtype=np.int64)), self.peak)
        return self._bounds[numbers]

    def _split(self, numbers: Numbers, needed: Integers) -> tuple[Floats, Integers]:
        """Vectors, and the replicas that spot machines hold in each row."""
        kept, lost = self._table(numbers, False), self._table(numbers, True)
        assert self.units is not None
        replicas = -(-needed // self.units)
        sizes = tuple(int(each) + 1 if fed else 1 for each, fed in zip(replicas, self.fed_by_spot, strict=True))
        spot = np.indices(sizes).reshape(len(sizes), -1)
        cost = kept[tuple(replicas[:, np.newaxis] - spot)] + lost[tuple(spot)]
        possible: NDArray[np.bool_] = np.isfinite(cost.max(axis=1))
        cost, spot = cost[possible], spot[:, possible]
        chosen = undominated(cost)
        return cost[chosen], spot.T[chosen]

    def _table(self, numbers: Numbers, spot: bool) -> Floats:
        """Costs by replicas in each row, with the on-demand or with the spot ones of these options."""
        mine = tuple(number for number in numbers if bool(self.steady[number]) is not spot)
        found = self._tables.get((spot, mine))
        if found is None:
            assert self.units is not None
            if mine:
                before = self._table(mine[:-1], spot)
                found = with_option(before, self.options, mine[-1], self.units)
            else:
                peak = np.where(np.array(self.fed_by_spot), self.peak, 0) if spot else self.peak
                shape = shape_of(self.units, peak)
                found = np.full((*shape, self.options.cost.shape[1]), np.inf)
                found[(0,) * len(shape)] = 0.0
            self._tables[spot, mine] = found
        return found

    def _trace(self, numbers: Numbers, spot: bool, replicas: Integers, worth: int) -> set[int]:
        """Options without which a table's entry would be higher, from the last one back."""
        left = tuple(number for number in numbers if bool(self.steady[number]) is not spot)
        found: set[int] = set()
        place = (*replicas.tolist(), worth)
        while left:
            here, before = self._table(left, spot)[place], self._table(left[:-1], spot)[place]
            if here < before * (1 - 1e-12):
                found.add(left[-1])
            left = left[:-1]
        return found


def joint_ways(own: Sequence[Lowest], chosen: Sequence[tuple[int, ...]], hour: int) -> Integers | None:
    """All machines of the chosen options that hold one hour class and that none replaces: ways × options."""
    machines = np.zeros((1, 0), dtype=np.int64)
    cost: Floats = np.zeros((1, 1))
    for each, mine in zip(own, chosen, strict=True):
        options = each.options.picked(np.array(mine, dtype=np.int64))
        if len(options.rows) == 0:
            continue
        found = frontier(options, each.required[hour], completion_of(options, np.maximum(each.required[hour], 0)))
        if found is None:
            return None
        count, more = len(machines), found.count
        machines = np.hstack([np.repeat(machines, more, axis=0), np.tile(found.machines, (count, 1))])
        cost = np.repeat(cost, more, axis=0) + np.tile(found.cost, (count, 1))
        kept = undominated(cost)
        machines, cost = machines[kept], cost[kept]
    return machines
