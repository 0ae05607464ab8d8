"""Search: bound, first packing, repairs; the order of work and its limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from solver.model.backend import Backend
from solver.model.packing import shortlist
from solver.model.packing.columns import singles
from solver.model.packing.diving import dive
from solver.model.packing.exact import Dual, choose_exactly, every_filling
from solver.model.packing.first_fit import no_dearer
from solver.model.packing.generation import Effort, Generation
from solver.model.packing.integer import choose
from solver.model.packing.machines import Machines, tidy
from solver.model.packing.problem import Floats, Integers, Problem, Reading
from solver.model.packing.repair import Repairs
from solver.model.packing.resources import Resources, resource_bound
from solver.model.packing.thrift import pack_full
from solver.model.packing.zones import Zoned, balanced, in_zones
from solver.packing.answer import Work
from solver.vocabulary import OPTIMAL_GAP

_SEED = 7
_ROOT = Effort(rounds=150, variants=2, balanced=3, machines=12, width=150, alone=6)
_DIVE = Effort(rounds=2, variants=2, balanced=2, machines=0)
_DEEP_DIVE = Effort(rounds=4, variants=2, balanced=2, machines=6, width=50)
_KNAPSACKS = 40
"""Integer programs that the bound may ask for fillings."""
_FEW_TYPES = 2
"""Machine types up to which a round makes more fillings of each."""
_TOGETHER = 24
"""Greedy fillings in a round: of few machine types each has more."""
_ROUNDS_OF_FEW = 600
"""Rounds where machine types are few, so that each round finds little."""
_FEW = 12_000
"""Pairs of a machine type and a class with which the bound can be worked out fully."""
_SMALL = 300
"""Replicas up to which more dives are tried, each with more care than one of a large problem can have."""
_DIVES = 6
_NODES = 1000
"""Of the exact choice."""
_FEW_REPLICAS, _CHOICE_NODES = 100, 100
"""Replicas up to which an integer program chooses among all columns, and its nodes."""
_NEAR = 0.05
"""Gap up to which a packing of full machines is not searched for in another way."""
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
    resources = resource_bound(reading.problem, backend)
    target = max(gap, OPTIMAL_GAP)
    first = None
    if len(reading.problem.price) > shortlist.MOST:
        first = shortlist.first_list(reading, resources.prices)
    part = reading if first is None else shortlist.listed(reading, first)
    full = _filled_up(part, resources, draw, target, effort)
    if full is not None:
        return full if first is None else _on_all_types(reading, first, full, _none_spread(reading))
    listed = None
    if first is not None:
        listed = shortlist.root(reading, first, resources.bound, backend, _root(part.problem), draw)
    return _search(reading, listed, resources, backend, draw, target, effort)


def _search(
    whole: Reading,
    listed: shortlist.Root | None,
    resources: Resources,
    backend: Backend,
    draw: np.random.Generator,
    target: float,
    effort: float,
) -> Found:
    if listed is None:
        reading = whole
        root = Generation(reading.problem, backend, singles(reading.problem), _root(reading.problem))
        point = root.run(draw)
        bound = _whole(max(root.bound, resources.bound))
    else:
        reading, root, point = listed.reading, listed.generation, listed.point
        bound = _whole(max(listed.bound, resources.bound))
    values = np.maximum(point.duals, 0.0)
    assert root.values is not None and root.price is not None
    dual = Dual(root.values, root.bound, root.price)
    share = balanced(reading, values)
    zoned = in_zones(reading, share)
    generation = root if zoned.problem is reading.problem else _with_zones(zoned, root, values, backend)
    machines = dive(generation, draw, _DIVE)
    for attempt in range(round(_DIVES * effort) if zoned.problem.count.sum() <= _SMALL else 0):
        if machines.price(zoned.problem) * (1 - target) <= bound:
            break
        other = dive(generation, draw, _DEEP_DIVE, shake=0.1 * attempt)
        if other.price(zoned.problem) < machines.price(zoned.problem):
            machines = other
    machines = no_dearer(zoned, machines)
    repairs = Repairs(zoned.problem, backend, generation, values[zoned.classes], draw)
    machines = repairs.run(machines, bound, gap=target, effort=effort)
    if zoned.problem.count.sum() <= _FEW_REPLICAS and machines.price(zoned.problem) * (1 - target) > bound:
        machines = _chosen(zoned.problem, generation, machines, backend, effort)
    work = Work(
        columns=len(root.columns) + len(generation.columns),
        rounds=root.rounds + generation.rounds,
        repairs=repairs.done,
    )
    found = Found(zoned, machines, bound, work)
    if listed is not None:
        return _on_all_types(whole, listed.kept, found, share)
    if machines.price(zoned.problem) * (1 - OPTIMAL_GAP) > bound:
        exact = _exactly(reading, dual, machines.price(zoned.problem), backend, effort)
        if exact is not None:
            found = replace(found, bound=max(bound, min(exact.bound, machines.price(zoned.problem))))
            if exact.machines is not None and exact.zoned is not None:
                found = replace(found, zoned=exact.zoned, machines=exact.machines)
    return found


def _chosen(problem: Problem, made: Generation, machines: Machines, backend: Backend, effort: float) -> Machines:
    """These machines, or a cheaper choice among all columns that were made and theirs."""
    made.columns.add(machines.patterns, machines.types)
    places = list(range(len(made.columns)))
    price = machines.price(problem)
    found, _ = choose(problem, made.columns, places, backend, below=price, node_limit=round(_CHOICE_NODES * effort))
    return machines if found is None else tidy(problem, found)


def _whole(bound: float) -> int:
    """Prices are whole numbers, so a bound is too; the hair is for sums of floating-point numbers."""
    return ceil(bound * (1 - 1e-9) - 1e-6)


def _filled_up(
    reading: Reading, resources: Resources, draw: np.random.Generator, gap: float, effort: float
) -> Found | None:
    """A packing of full machines that is near the bound of the resources, if there is one."""
    problem, bound = reading.problem, _whole(resources.bound)
    if reading.spread.any():
        return None
    found = pack_full(problem, resources.prices, bound, draw, gap=gap, effort=effort)
    if found is None or found.machines.price(problem) * (1 - _NEAR) > bound:
        return None
    zoned = in_zones(reading, _none_spread(reading))
    return Found(zoned, found.machines, bound, Work(repairs=found.regrouped))


def _none_spread(reading: Reading) -> Integers:
    return np.zeros((len(reading.problem.count), reading.zones.shape[1]), dtype=np.int64)


def _on_all_types(reading: Reading, kept: Integers, found: Found, share: Integers) -> Found:
    zoned, machines = shortlist.on_all_types(reading, kept, found.zoned, found.machines, share)
    return replace(found, zoned=zoned, machines=machines)


def _with_zones(zoned: Zoned, root: Generation, values: Floats, backend: Backend) -> Generation:
    types, patterns = root.columns.table()
    reduced = root.columns.costs() - patterns @ values
    good = np.argsort(reduced, kind="stable")[:_CARRIED]
    columns = singles(zoned.problem)
    carried, held = zoned.columns_of(types[good], patterns[good])
    columns.add(held, carried)
    generation = Generation(zoned.problem, backend, columns, root.effort)
    generation.values = values[zoned.classes]
    return generation


def _root(problem: Problem) -> Effort:
    """Less of a beam where there are many classes: it decides on each of them, one after the other."""
    if problem.fits.size > _FEW:
        return replace(_ROOT, rounds=60, width=15, alone=0)
    types = len(problem.price)
    # Where replicas are many, what fills a machine best is told well enough by the beam.
    root = replace(_ROOT, knapsacks=_KNAPSACKS if problem.count.sum() <= _SMALL else 0)
    if types > _FEW_TYPES:
        return root
    many = _TOGETHER // types
    return replace(root, rounds=_ROUNDS_OF_FEW, variants=many, balanced=many)


@dataclass(frozen=True)
class _Exact:
    """What an exact choice proved, and its machines where it found cheaper ones."""

    bound: int
    zoned: Zoned | None
    machines: Machines | None


def _exactly(reading: Reading, dual: Dual, price: int, backend: Backend, effort: float) -> _Exact | None:
    """An exact choice among all fillings of a cheaper packing; None where they are too many."""
    fillings = every_filling(reading.problem, dual, price)
    if fillings is None:
        return None
    choice = choose_exactly(reading, fillings, backend, below=price, node_limit=round(_NODES * effort))
    if choice is None:
        return None
    # What costs less than the packing uses these fillings only: no packing is below both.
    bound = min(ceil(choice.bound * (1 - 1e-9) - 1e-6), price)
    if not len(choice.types):
        return _Exact(bound, None, None)
    zoned = in_zones(reading, choice.shares)
    machines = tidy(zoned.problem, zoned.machines_of(choice.types, choice.zones, choice.patterns, choice.numbers))
    return _Exact(bound, zoned, machines)
