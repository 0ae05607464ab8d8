"""Diving: whole machines from the linear program, again and again on what is left.

What the program uses at least once is taken as often as it is whole; where nothing is, the column that is used most.
Then the program is asked for the rest, with a few rounds of new columns, so that the last machines are filled well too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.packing.columns import cheapest
from solver.model.packing.generation import Effort, Generation
from solver.model.packing.problem import Floats, Integers, Problem

_WHOLE = 1e-6


@dataclass(frozen=True)
class Machines:
    """Machines that hold something, one row for each."""

    types: Integers
    """n."""
    patterns: Integers
    """n × k."""

    def price(self, problem: Problem) -> int:
        """In the problem's units."""
        return int(problem.price[self.types].sum())

    def joined(self, other: Machines) -> Machines:
        """These and the other machines."""
        return Machines(np.concatenate([self.types, other.types]), np.concatenate([self.patterns, other.patterns]))


def tidy(problem: Problem, machines: Machines) -> Machines:
    """Without replicas above the counts, each machine on the cheapest type that holds it, empty ones gone."""
    patterns = machines.patterns.copy()
    over = patterns.sum(axis=0) - problem.count
    # From the machines that are worst filled: what comes off there may make a smaller machine do.
    whole = np.maximum(problem.space[machines.types].max(axis=1), 1e-12)
    filled = (patterns @ problem.share).max(axis=1, initial=0.0) / whole
    order = np.argsort(filled, kind="stable")
    for group in np.nonzero(over > 0)[0].tolist():
        for row in order.tolist():
            less = min(int(over[group]), int(patterns[row, group]))
            patterns[row, group] -= less
            over[group] -= less
            if over[group] == 0:
                break
    patterns = patterns[patterns.any(axis=1)]
    return Machines(cheapest(problem, patterns), patterns)


def dive(generation: Generation, draw: np.random.Generator, effort: Effort, *, shake: float = 0.0) -> Machines:
    """Machines that hold all replicas; `shake` is how much chance has a say in which column is taken next."""
    whole = generation.problem
    kept = generation.effort
    generation.effort = effort
    left = whole.count.copy()
    types: list[Integers] = []
    patterns: list[Integers] = []
    while left.any():
        generation.recount(left)
        values = generation.run(draw).values
        columns, numbers = _take(generation, values, left, draw, shake)
        table_types, table = generation.columns.table(columns)
        for kind, pattern, number in zip(table_types.tolist(), table, numbers, strict=True):
            part = np.minimum(pattern, left // max(number, 1)) if number > 1 else np.minimum(pattern, left)
            types.append(np.full(number, kind, dtype=np.int64))
            patterns.append(np.repeat(part[None], number, axis=0))
            left = left - part * number
    generation.recount(whole.count)
    generation.problem = whole
    generation.effort = kept
    if not types:
        return Machines(np.zeros(0, dtype=np.int64), np.zeros((0, len(left)), dtype=np.int64))
    return tidy(whole, Machines(np.concatenate(types), np.concatenate(patterns)))


def _take(
    generation: Generation, values: Floats, left: Integers, draw: np.random.Generator, shake: float
) -> tuple[list[int], list[int]]:
    """Columns to take now, and how many machines of each; at least one."""
    used = np.nonzero(values > _WHOLE)[0]
    used = used[np.argsort(-values[used], kind="stable")]
    columns: list[int] = []
    numbers: list[int] = []
    rest = left.copy()
    places: list[int] = used.tolist()
    for place in places:
        number = int(np.floor(values[place] + _WHOLE))
        if number == 0:
            break
        pattern = generation.columns.patterns[place]
        held = pattern > 0
        number = min(number, int((rest[held] // pattern[held]).min(initial=number)))
        if number > 0:
            columns.append(place)
            numbers.append(number)
            rest = rest - number * pattern
    if columns:
        return columns, numbers
    score = values[used]
    if shake:
        score = score * np.exp(shake * draw.standard_normal(len(score)))
    best = int(used[int(np.argmax(score))])
    return [best], [1]
