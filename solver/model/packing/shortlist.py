"""Shortlist: where machine types are very many, packings are made of few of them; the bound still holds for all.

Values at which no filling of a type on the list is worth more than its price are tried on all other types (Farley, as
in generation): types that give more for their price come onto the list, until there are none; what is given by those
that are left off is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solver.model.backend import Backend
from solver.model.column_program import Point
from solver.model.packing import multipliers
from solver.model.packing.columns import singles
from solver.model.packing.first_fit import no_dearer
from solver.model.packing.generation import Effort, Generation
from solver.model.packing.machines import Machines, tidy
from solver.model.packing.problem import Floats, Integers, Problem, Reading
from solver.model.packing.zones import Zoned, in_zones

MOST = 200
"""Machine types up to which there is no need for a list."""
_FIRST, _MORE = 120, 40
"""Types of the first list, apart from what each class is cheapest on, and how many may come onto it at once."""
_LISTS = 3
_ROUNDS, _LATER_ROUNDS = 60, 15
"""Of the first list's program, and of the others."""
_NEAR = 1e-4
"""Relative: what a type off the list may give more than those on it, and how near the program is to its bound."""
_AT_ONCE = 2_000_000
"""Pairs of a machine type and a class that are looked at together."""


@dataclass(frozen=True)
class Root:
    """The linear program over the types of a list, and what holds for all types."""

    kept: Integers
    """Places in the whole problem."""
    reading: Reading
    generation: Generation
    point: Point
    bound: float
    """For all machine types."""


def listed(reading: Reading, kept: Integers) -> Reading:
    """The same with these machine types only."""
    whole = reading.problem
    problem = Problem(
        room=whole.room[kept],
        price=whole.price[kept],
        usd_per_unit=whole.usd_per_unit,
        request=whole.request,
        count=whole.count,
        most=whole.most,
        fits=whole.fits[kept],
        conflicts=whole.conflicts,
    )
    problem.__dict__["scale"] = whole.scale
    places: list[int] = kept.tolist()
    machines = tuple(reading.machines[place] for place in places)
    return Reading(problem, machines, reading.members, reading.zones[kept], reading.spread)


def first_list(reading: Reading, prices: Floats) -> Integers:
    """Types that give most room for their price, at these prices of room, and in each zone each class's cheapest."""
    problem = reading.problem
    order = np.argsort(-(problem.space @ prices) / problem.cost, kind="stable")
    number = np.minimum(problem.ceiling, problem.count)
    each = np.where(number > 0, problem.cost[:, None] / np.maximum(number, 1), np.inf)
    kept = [order[:_FIRST]]
    for zone in range(reading.zones.shape[1]):
        sold = np.nonzero(reading.zones[:, zone])[0]
        if len(sold):
            kept += [order[reading.zones[order, zone]][:_FIRST], sold[each[sold].argmin(axis=0)]]
    return np.unique(np.concatenate(kept))


def root(
    reading: Reading, kept: Integers, known: float, backend: Backend, effort: Effort, draw: np.random.Generator
) -> Root:
    """The program over a list that grows until its bound holds for all types; `known` is a bound that is there."""
    whole = reading.problem
    best = known
    before: Root | None = None
    for number in range(_LISTS):
        part = listed(reading, kept)
        columns = singles(part.problem)
        rounds = min(effort.rounds, _LATER_ROUNDS if number else _ROUNDS)
        generation = Generation(part.problem, backend, columns, replace(effort, rounds=rounds, gap=_NEAR), known=known)
        if before is not None:
            types, patterns = before.generation.columns.table()
            columns.add(patterns, np.searchsorted(kept, before.kept[types]))
            generation.values = before.generation.values
        point = generation.run(draw)
        values = generation.values
        assert values is not None
        total = float(values @ whole.count)
        inside = max(total / generation.bound, 1.0) if generation.bound > 0 else np.inf
        ratio = _worth(whole, values) / whole.cost
        ratio[kept] = 0.0
        best = max(best, total / max(inside, float(ratio.max(initial=0.0))))
        before = Root(kept, part, generation, point, best)
        better = np.argsort(-ratio, kind="stable")[:_MORE]
        better = better[ratio[better] > inside * (1 + _NEAR)]
        if not len(better) or best >= point.objective * (1 - _NEAR):
            break
        kept = np.union1d(kept, better)
    assert before is not None
    return before


def _worth(problem: Problem, values: Floats) -> Floats:
    """By machine type: no filling is worth more."""
    limit = np.minimum(problem.count, problem.most)
    start = problem.cost[:, None] / np.maximum(problem.space, 1e-9) / problem.space.shape[1] * (problem.space > 0)
    worth = np.zeros(len(problem.price))
    step = max(_AT_ONCE // len(values), 1)
    for begin in range(0, len(worth), step):
        part = slice(begin, begin + step)
        ceiling = np.minimum(problem.ceiling[part], limit).astype(np.float64)
        steps = 10 + 15 * problem.space.shape[1]
        worth[part] = multipliers.improve(values, problem.space[part], problem.share, ceiling, start[part], steps)[1]
    return worth


def on_all_types(
    reading: Reading, kept: Integers, zoned: Zoned, machines: Machines, share: Integers
) -> tuple[Zoned, Machines]:
    """Machines of a list's problem with zones as machines of the whole one, each on the cheapest type that holds it."""
    whole = in_zones(reading, share)
    place = np.full(reading.zones.shape, -1, dtype=np.int64)
    place[whole.machines, whole.machine_zone] = np.arange(len(whole.machines))
    types = place[kept[zoned.machines[machines.types]], zoned.machine_zone[machines.types]]
    moved = tidy(whole.problem, Machines(types, machines.patterns, machines.numbers))
    return whole, no_dearer(whole, moved)
