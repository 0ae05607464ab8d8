"""Thrift: packings that waste next to nothing, where many machine types sell room at one price.

Where more machine types than there are dimensions cost just what their room costs at the prices of the resource bound,
that bound is met by full machines. They are looked for directly, and replicas for which there are none go where they
fit first; then a few machines at a time are regrouped, the most wasteful rather than others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.packing.brimful import brimful
from solver.model.packing.columns import cheapest
from solver.model.packing.filling import fill_balanced
from solver.model.packing.machines import Machines
from solver.model.packing.problem import Bools, Floats, Integers, Problem
from solver.model.packing.regroup import regroup
from solver.model.packing.repair import part_of

_DEARER = 1e-3
"""How much more than its room a machine type may cost."""
_MOST_REPLICAS = 3000
_ALIKE = 2
"""Replicas of a class on average: where they are many, a linear program knows how many machines of a kind it wants."""
_ATTEMPTS, _FOR_EACH, _IN_VAIN = 8, 0.5, 8
"""Attempts to regroup: at most, more for each machine, and in a row without an effect (more of them where machines are
many)."""
_LEAST, _MOST = 2.4, 4.2
"""What regrouped machines hold, in average machines' prices."""
_REPLICAS = 58
"""Of what is regrouped."""
_VARIANTS = 8
"""Balanced fillings of each machine type."""


@dataclass(frozen=True)
class Thrift:
    """A packing, and how many attempts to regroup it took."""

    machines: Machines
    regrouped: int


def thrifty(problem: Problem, prices: Floats) -> Integers:
    """Machine types that cost what their room costs, where full machines are worth looking for; else none."""
    found = np.nonzero(problem.cost <= problem.space @ prices * (1 + _DEARER))[0]
    replicas = int(problem.count.sum())
    plain = replicas <= min(_MOST_REPLICAS, _ALIKE * len(problem.count)) and not problem.has_conflicts
    return found if plain and len(found) > problem.room.shape[1] else found[:0]


def pack_full(
    problem: Problem, prices: Floats, bound: int, draw: np.random.Generator, *, gap: float, effort: float
) -> Thrift | None:
    """A packing of full machines as far as there are any; None where it makes no sense to look for them."""
    kinds = thrifty(problem, prices)
    if not len(kinds):
        return None
    full = brimful(problem, prices, kinds, draw)
    machines = full.machines
    if full.left.any():
        part = part_of(problem, full.left[None])
        machines = machines.joined(part.whole(_balanced(part.problem, prices, draw)))
    attempts = round(effort * (_ATTEMPTS + _FOR_EACH * len(machines.types)))
    done = in_vain = 0
    while (
        done < attempts
        and in_vain < _IN_VAIN + len(machines.types) // 4
        and machines.price(problem) * (1 - gap) > bound
    ):
        done += 1
        chosen = _choose(problem, prices, kinds, machines, draw)
        if chosen.sum() < 2:
            in_vain += 1
            continue
        below = int(problem.price[machines.types[chosen]].sum())
        better = regroup(problem, prices, kinds, machines.patterns[chosen], below, draw)
        in_vain = in_vain + 1 if better is None else 0
        if better is not None:
            machines = machines.without(chosen.astype(np.int64)).joined(better)
    return Thrift(machines, done)


def _balanced(problem: Problem, prices: Floats, draw: np.random.Generator) -> Machines:
    """Always the balanced filling that wastes the least; one machine for all that is left ends it."""
    size = problem.share @ prices
    types: list[int] = []
    patterns: list[Integers] = []
    left = problem.count
    kinds = np.repeat(np.arange(len(problem.price)), _VARIANTS)
    while left.any():
        last = int(cheapest(problem, left[None])[0])
        if last >= 0:
            types.append(last)
            patterns.append(left)
            break
        values = size * np.exp(0.2 * draw.standard_normal((len(kinds), len(size))))
        held = fill_balanced(problem, kinds, values, np.repeat(prices[None], len(kinds), axis=0), left)
        best = int((held @ size / problem.cost[kinds]).argmax())
        types.append(int(kinds[best]))
        patterns.append(held[best])
        left = left - held[best]
    return Machines.single(np.array(types, dtype=np.int64), np.array(patterns, dtype=np.int64))


def _choose(problem: Problem, prices: Floats, kinds: Integers, machines: Machines, draw: np.random.Generator) -> Bools:
    """Machines that waste much, by chance, and hold what a few average machines cost."""
    cost = problem.cost[machines.types]
    worth = machines.patterns @ problem.share @ prices
    waste = np.maximum(cost - worth, 1e-3 * cost)
    order = np.argsort(-waste * np.exp(draw.standard_normal(len(waste))), kind="stable")
    room = draw.uniform(_LEAST, _MOST) * float(problem.cost[kinds].mean())
    replicas = machines.patterns.sum(axis=1)
    left = _REPLICAS
    chosen = np.zeros(len(order), dtype=np.bool_)
    for place in order.tolist():
        if worth[place] <= room and replicas[place] <= left:
            chosen[place] = True
            room -= worth[place]
            left -= int(replicas[place])
    return chosen
