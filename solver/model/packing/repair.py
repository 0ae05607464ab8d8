"""Repair: a part of the machines is taken apart and packed anew, by columns made for just that part."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solver.model.backend import Backend
from solver.model.packing.columns import Columns
from solver.model.packing.generation import Effort, Generation
from solver.model.packing.integer import choose
from solver.model.packing.machines import Machines, tidy
from solver.model.packing.problem import Floats, Integers, Problem

_PART = Effort(rounds=15, variants=2, balanced=2, machines=12, width=50)
_LEAST, _GROWTH, _MOST = 20.0, 1.15, 40.0
"""Replicas of a part: at first, how much more after one that did not help, and at most."""
_FEW, _SOME, _MANY = 2, 8, 30
"""Attempts where the gap is small, where it is not, and where it stays large."""
_LARGE_GAP, _SMALL_GAP = 0.015, 0.001
"""Gaps up to which fewer attempts are made, and hardly any."""
_COLUMNS, _NODES = 300, 30
"""Limits of a part's integer program."""
_ALIKE = 1000
"""Equal machines of which some may be in a part; more would say nothing new."""


@dataclass(frozen=True)
class Part:
    """The replicas of some machines as a problem of its own."""

    problem: Problem
    classes: Integers
    """By class of the part: place in the whole problem."""
    number: int
    """Classes of the whole problem."""

    def whole(self, machines: Machines) -> Machines:
        """The part's machines with the classes of the whole problem."""
        patterns = np.zeros((len(machines.types), self.number), dtype=np.int64)
        patterns[:, self.classes] = machines.patterns
        return Machines(machines.types, patterns, machines.numbers)


def part_of(problem: Problem, patterns: Integers) -> Part:
    """The problem of the replicas that these machines hold."""
    count = patterns.sum(axis=0)
    classes = np.nonzero(count)[0]
    part = Problem(
        room=problem.room,
        price=problem.price,
        usd_per_unit=problem.usd_per_unit,
        request=problem.request[classes],
        count=count[classes],
        most=np.minimum(problem.most[classes], count[classes]),
        fits=problem.fits[:, classes],
        conflicts=problem.conflicts[np.ix_(classes, classes)],
    )
    part.__dict__["scale"] = problem.scale
    part.__dict__["ceiling"] = np.minimum(problem.ceiling[:, classes], part.most)
    return Part(part, classes, len(count))


@dataclass
class Repairs:
    """Repairs of one packing; what was tried is not tried again."""

    problem: Problem
    backend: Backend
    pool: Generation
    """Whose columns may help."""
    worth: Floats
    """What a replica is worth by class: machines that hold less than they cost are taken apart first."""
    draw: np.random.Generator
    done: int = 0
    """Parts packed anew."""
    _tried: set[bytes] = field(default_factory=set[bytes])

    def run(self, machines: Machines, bound: int, *, gap: float, effort: float) -> Machines:
        """Machines that cost no more; it ends within `gap` of the bound, or when its work is done.

        Parts grow while they don't help. More are tried where the gap is large.
        """
        size = _LEAST
        for attempt in range(round(_MANY * effort)):
            price = machines.price(self.problem)
            enough = _FEW if price * (1 - _SMALL_GAP) <= bound else _SOME
            if price * (1 - gap) <= bound or (attempt >= enough * effort and price * (1 - _LARGE_GAP) <= bound):
                break
            chosen = self._choose(machines, round(size))
            types, patterns = machines.types[chosen], machines.patterns[chosen]
            key = np.sort(types).tobytes() + patterns.sum(axis=0).tobytes()
            better = None
            if key not in self._tried:
                self._tried.add(key)
                better = self._repack(types, patterns)
                self.done += 1
            if better is None:
                if len(chosen) == machines.numbers.sum():
                    break
                size = min(size * _GROWTH, _MOST)
                continue
            machines = machines.without(np.bincount(chosen, minlength=len(machines.numbers))).joined(better)
        return machines

    def _choose(self, machines: Machines, size: int) -> Integers:
        """Rows of machines that waste much, by chance, of about `size` replicas together and at least two machines.

        A row is there once for each of its machines that is wanted.
        """
        cost = self.problem.cost[machines.types]
        rows = np.repeat(np.arange(len(cost)), np.minimum(machines.numbers, _ALIKE))
        waste = np.maximum((cost - machines.patterns @ self.worth) / cost, 1e-4)[rows]
        order = np.argsort(-waste * np.exp(1.5 * self.draw.standard_normal(len(waste))), kind="stable")
        replicas = np.cumsum(machines.patterns.sum(axis=1)[rows[order]])
        return np.sort(rows[order[: max(2, int((replicas <= size).sum()))]])

    def _repack(self, old_types: Integers, old: Integers) -> Machines | None:
        """Cheaper machines for what these hold, or None."""
        price = int(self.problem.price[old_types].sum())
        part = part_of(self.problem, old)
        columns = Columns(part.problem)
        columns.add(old[:, part.classes], old_types)
        types, patterns = self.pool.columns.table()
        seen = patterns[:, part.classes]
        inside = (patterns.sum(axis=1) == seen.sum(axis=1)) & np.all(seen <= part.problem.count, axis=1)
        columns.add(seen[inside], types[inside])
        generation = Generation(part.problem, self.backend, columns, _PART)
        generation.values = self.worth[part.classes]
        point = generation.run(self.draw)
        if np.ceil(generation.bound - 1e-6 * price) >= price:
            return None
        reduced = columns.costs() - columns.table()[1] @ np.maximum(point.duals, 0.0)
        good = np.nonzero(reduced < price - point.objective)[0]
        good = good[np.argsort(reduced[good], kind="stable")][:_COLUMNS]
        places: list[int] = sorted(good.tolist())
        found, _ = choose(part.problem, columns, places, self.backend, below=price, node_limit=_NODES)
        if found is None:
            return None
        return part.whole(tidy(part.problem, found))
