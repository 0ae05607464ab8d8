"""Machines: what a packing consists of; equal neighbours are one row with a number.

So the work grows with the different machines there are and not with how many are needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.packing.columns import cheapest
from solver.model.packing.problem import Integers, Problem


@dataclass(frozen=True)
class Machines:
    """Machines that hold something; rows."""

    types: Integers
    """n."""
    patterns: Integers
    """n × k."""
    numbers: Integers
    """n: how many there are of each, at least 1."""

    @staticmethod
    def single(types: Integers, patterns: Integers) -> Machines:
        """One machine of each row."""
        return Machines(types, patterns, np.ones(len(types), dtype=np.int64))

    def price(self, problem: Problem) -> int:
        """In the problem's units."""
        return int(problem.price[self.types] @ self.numbers)

    def joined(self, other: Machines) -> Machines:
        """These and the other machines."""
        return Machines(
            np.concatenate([self.types, other.types]),
            np.concatenate([self.patterns, other.patterns]),
            np.concatenate([self.numbers, other.numbers]),
        )

    def without(self, taken: Integers) -> Machines:
        """Less so many of each row."""
        left = self.numbers - taken
        return Machines(self.types[left > 0], self.patterns[left > 0], left[left > 0])


def tidy(problem: Problem, machines: Machines) -> Machines:
    """Without replicas above the counts, each machine on the cheapest type that holds it, empty ones gone."""
    patterns: Integers = machines.patterns.copy()
    numbers: Integers = machines.numbers
    over = numbers @ patterns - problem.count
    # From the machines that are worst filled: what comes off there may make a smaller machine do.
    whole = np.maximum(problem.space[machines.types].max(axis=1), 1e-12)
    filled = (patterns @ problem.share).max(axis=1, initial=0.0) / whole
    order = np.argsort(filled, kind="stable")
    for group in np.nonzero(over > 0)[0].tolist():
        left = int(over[group])
        for place, row in enumerate(order.tolist()):
            parts = taken(int(patterns[row, group]), int(numbers[row]), left)
            if len(parts) > 1:
                more = len(parts) - 1
                copies = np.ones(len(numbers), dtype=np.int64)
                copies[row] += more
                rows: Integers = np.repeat(np.arange(len(numbers), dtype=np.int64), copies)
                patterns, numbers = patterns[rows], numbers[rows]
                numbers[row : row + more + 1] = [number for _, number in parts]
                order = np.insert(np.where(order > row, order + more, order), place + 1, row + 1 + np.arange(more))
            patterns[row : row + len(parts), group] -= [take for take, _ in parts]
            left -= sum(take * number for take, number in parts)
            if left == 0:
                break
    something = patterns.any(axis=1)
    held: Integers = patterns[something]
    return Machines(cheapest(problem, held), held, numbers[something])


def taken(each: int, number: int, wanted: int) -> list[tuple[int, int]]:
    """What is taken where `number` equal machines give or hold `each` at most: (replicas, machines) in order."""
    if each <= 0 or wanted <= 0:
        return [(0, number)]
    full = min(wanted // each, number)
    part = wanted - full * each if full < number else 0
    parts = [(each, full), (part, 1 if part else 0), (0, number - full - (1 if part else 0))]
    return [(take, many) for take, many in parts if many]
