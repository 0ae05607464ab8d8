"""Search: bound, first packing, repairs; the order of work and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from solver.model.backend import Backend
from solver.model.packing.columns import singles
from solver.model.packing.diving import Machines, dive
from solver.model.packing.generation import Effort, Generation
from solver.model.packing.problem import Floats, Problem, Reading
from solver.model.packing.repair import repack
from solver.model.packing.zones import Zoned, in_zones
from solver.packing.answer import Work

_SEED = 7
OPTIMAL_GAP = 1e-4
"""Gap up to which a packing is called optimal."""
_ROOT = Effort(rounds=120, variants=2, balanced=3, machines=12, width=100)
_DIVE = Effort(rounds=3, variants=2, balanced=2, machines=12, width=24)
_PART = Effort(rounds=15, variants=2, balanced=2, machines=12, width=50)
_CARRIED = 400
"""Columns of the bound that the packing begins with."""


@dataclass(frozen=True)
class Found:
    """Machines of the problem with zones, a bound in price units, and the work done."""

    zoned: Zoned
    machines: Machines
    bound: int
    work: Work


def search(reading: Reading, backend: Backend, *, gap: float, effort: float) -> Found:
    """A packing within `gap` of its bound, or the best that the work allowed."""
    draw = np.random.default_rng(_SEED)
    root = Generation(reading.problem, backend, singles(reading.problem), _ROOT)
    point = root.run(draw)
    # Prices are whole numbers, so a bound is too; the hair is for sums of floating-point numbers.
    bound = ceil(root.bound * (1 - 1e-9) - 1e-6)
    values = np.maximum(point.duals, 0.0)
    zoned = in_zones(reading, values)
    generation = root if zoned.problem is reading.problem else _with_zones(zoned, root, values, backend)
    machines = dive(generation, draw, _DIVE)
    target = max(gap, OPTIMAL_GAP)
    repairs = round(40 * effort)
    done = 0
    worth = values[zoned.classes]
    while done < repairs and machines.price(zoned.problem) * (1 - target) > bound:
        machines = _repair(zoned.problem, machines, generation, worth, backend, draw)
        done += 1
    work = Work(
        columns=len(root.columns) + len(generation.columns), rounds=root.rounds + generation.rounds, repairs=done
    )
    return Found(zoned, machines, bound, work)


def _with_zones(zoned: Zoned, root: Generation, values: Floats, backend: Backend) -> Generation:
    types, patterns = root.columns.table()
    reduced = root.columns.costs() - patterns @ values
    good = np.argsort(reduced, kind="stable")[:_CARRIED]
    columns = singles(zoned.problem)
    carried, held = zoned.columns_of(types[good], patterns[good])
    columns.add(held, carried)
    generation = Generation(zoned.problem, backend, columns, _ROOT)
    generation.values = values[zoned.classes]
    return generation


def _repair(
    problem: Problem,
    machines: Machines,
    generation: Generation,
    worth: Floats,
    backend: Backend,
    draw: np.random.Generator,
) -> Machines:
    """The machines after one repair: some of those that waste most, and as many as make a part of a size that pays."""
    cost = problem.cost[machines.types]
    waste = np.maximum((cost - machines.patterns @ worth) / cost, 1e-4)
    order = np.argsort(-waste * np.exp(0.7 * draw.standard_normal(len(waste))), kind="stable")
    size = np.cumsum(machines.patterns.sum(axis=1)[order])
    chosen = np.zeros(len(waste), dtype=np.bool_)
    chosen[order[: max(2, int((size <= 80).sum()))]] = True
    better, _ = repack(
        problem, machines, chosen, generation.columns.table(), worth, backend, draw, _PART, node_limit=50
    )
    if better is None:
        return machines
    return Machines(
        np.concatenate([machines.types[~chosen], better.types]),
        np.concatenate([machines.patterns[~chosen], better.patterns]),
    )
