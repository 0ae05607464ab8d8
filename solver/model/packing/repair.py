"""Repair: a part of the machines is taken apart and packed anew, by columns made for just that part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.backend import Backend
from solver.model.packing.columns import Columns
from solver.model.packing.diving import Machines, tidy
from solver.model.packing.generation import Effort, Generation
from solver.model.packing.integer import choose
from solver.model.packing.problem import Bools, Floats, Integers, Problem


@dataclass(frozen=True)
class Part:
    """The replicas of some machines as a problem of its own."""

    problem: Problem
    classes: Integers
    """By class of the part: place in the whole problem."""


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
    return Part(part, classes)


def repack(
    problem: Problem,
    machines: Machines,
    chosen: Bools,
    pool: tuple[Integers, Integers],
    values: Floats,
    backend: Backend,
    draw: np.random.Generator,
    effort: Effort,
    *,
    node_limit: int,
) -> tuple[Machines | None, Generation]:
    """Cheaper machines for what the chosen ones hold, or None; `pool` has columns of the whole problem."""
    old = machines.patterns[chosen]
    price = int(problem.price[machines.types[chosen]].sum())
    part = part_of(problem, old)
    columns = Columns(part.problem)
    columns.add(old[:, part.classes], machines.types[chosen])
    seen = pool[1][:, part.classes]
    inside = (pool[1].sum(axis=1) == seen.sum(axis=1)) & np.all(seen <= part.problem.count, axis=1)
    columns.add(seen[inside], pool[0][inside])
    generation = Generation(part.problem, backend, columns, effort)
    generation.values = values[part.classes]
    point = generation.run(draw)
    if np.ceil(generation.bound - 1e-6 * price) >= price:
        return None, generation
    reduced = columns.costs() - columns.table()[1] @ np.maximum(point.duals, 0.0)
    spare = price - point.objective
    good = np.nonzero(reduced < spare)[0]
    good = good[np.argsort(reduced[good], kind="stable")][:400]
    found, _ = choose(part.problem, columns, sorted(good.tolist()), backend, below=price, node_limit=node_limit)
    if found is None:
        return None, generation
    found = tidy(part.problem, found)
    patterns = np.zeros((len(found.types), len(problem.count)), dtype=np.int64)
    patterns[:, part.classes] = found.patterns
    return Machines(found.types, patterns), generation
