"""Diving: whole machines from the linear program, again and again on what is left.

What the program uses at least once is taken as often as it is whole; where nothing is, the column that is used most.
Then the program is asked for the rest, with a few rounds of new columns, so that the last machines are filled well too.
"""

from __future__ import annotations

import numpy as np

from solver.model.packing.generation import Effort, Generation
from solver.model.packing.machines import Machines, tidy
from solver.model.packing.problem import Floats, Integers

_WHOLE = 1e-6


def dive(generation: Generation, draw: np.random.Generator, effort: Effort, *, shake: float = 0.0) -> Machines:
    """Machines that hold all replicas; `shake` is how much chance has a say in which column is taken next."""
    whole = generation.problem
    kept = generation.effort
    generation.effort = effort
    left = whole.count.copy()
    types: list[int] = []
    patterns: list[Integers] = []
    numbers: list[int] = []
    while left.any():
        generation.recount(left)
        values = generation.run(draw).values
        columns, times = _take(generation, values, left, draw, shake)
        table_types, table = generation.columns.table(columns)
        for kind, pattern, number in zip(table_types.tolist(), table, times, strict=True):
            part = np.minimum(pattern, left // max(number, 1)) if number > 1 else np.minimum(pattern, left)
            types.append(kind)
            patterns.append(part)
            numbers.append(number)
            left = left - part * number
    generation.recount(whole.count)
    generation.problem = whole
    generation.effort = kept
    table = np.array(patterns, dtype=np.int64).reshape(len(patterns), len(left))
    return tidy(whole, Machines(np.array(types, dtype=np.int64), table, np.array(numbers, dtype=np.int64)))


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
