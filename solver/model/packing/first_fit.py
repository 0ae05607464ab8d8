"""First fit, decreasing: what people would do by hand, so that no packing costs more than that.

Classes go one after the other, the largest first, into the machines that are open, in the order in which they were
opened; what fits nowhere opens the machine type that is cheapest by replica. Equal machines are one row with a number,
so the work depends on the classes and not on the replicas.
"""

from __future__ import annotations

import numpy as np

from solver.model.packing.diving import Machines, tidy
from solver.model.packing.problem import Bools, Floats, Integers, Problem
from solver.model.packing.zones import Zoned

_ENOUGH = np.int64(2**62)


def no_dearer(zoned: Zoned, machines: Machines) -> Machines:
    """These machines, or those of first fit where they are cheaper: on all machine types, and on each one alone.

    A type alone is left out where its price for the room that all replicas need is already above the machines'.
    """
    problem = zoned.problem
    best, price = machines, machines.price(problem)
    candidates: list[Bools] = [np.ones(len(problem.price), dtype=np.bool_)]
    wanted = problem.count @ problem.share
    for kind in np.unique(zoned.machines).tolist():
        alone = zoned.machines == kind
        place = int(alone.argmax())
        space = problem.space[place]
        if ((wanted > 0) & (space <= 0)).any() or not problem.fits[alone].any(axis=0).all():
            continue
        whole = float((wanted / np.where(wanted > 0, space, 1.0)).max(initial=0.0))
        if np.ceil(whole * (1 - 1e-9)) * problem.cost[place] < price:
            candidates.append(alone)
    for allowed in candidates:
        for size in (problem.share.max(axis=1), problem.share.sum(axis=1)):
            found = first_fit(problem, np.argsort(-size, kind="stable"), allowed)
            if found is not None and found.price(problem) < price:
                best, price = found, found.price(problem)
    return best


def first_fit(problem: Problem, order: Integers, allowed: Bools) -> Machines | None:
    """Machines of the allowed types for classes in this order; None where a class fits none of them."""
    classes = len(problem.count)
    kinds: Integers = np.zeros(0, dtype=np.int64)
    numbers: Integers = np.zeros(0, dtype=np.int64)
    held: Integers = np.zeros((0, classes), dtype=np.int64)
    left: Integers = np.zeros((0, problem.room.shape[1]), dtype=np.int64)
    for group in order.tolist():
        request, wanted = problem.request[group], int(problem.count[group])
        per = np.where(request > 0, left // np.maximum(request, 1), _ENOUGH).min(axis=1, initial=_ENOUGH)
        per = np.minimum(per, problem.most[group]) * problem.fits[kinds, group]
        shut: Bools = np.asarray(held @ problem.conflicts[group].astype(np.int64) > 0, dtype=np.bool_)
        per = np.where(shut, 0, per)
        rows: list[tuple[int, int, int]] = []
        for row, (each, number) in enumerate(zip(per.tolist(), numbers.tolist(), strict=True)):
            rows += [(row, take, many) for take, many in _taken(each, number, wanted)]
            wanted -= min(each * number, wanted)
        table = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
        places, takes, many = table[:, 0], table[:, 1], table[:, 2]
        kinds, numbers = kinds[places], many
        after: Integers = held[places]
        after[:, group] += takes
        held = after
        left = left[places] - takes[:, None] * request
        if not wanted:
            continue
        ceiling = np.minimum(problem.ceiling[:, group], wanted) * allowed
        if not ceiling.any():
            return None
        with np.errstate(divide="ignore"):
            each_cost: Floats = np.where(ceiling > 0, problem.cost / np.maximum(ceiling, 1), np.inf)
        kind = int(each_cost.argmin())
        most = int(ceiling[kind])
        for take, many_new in _taken(most, -(-wanted // most), wanted):
            content = np.zeros((1, classes), dtype=np.int64)
            content[0, group] = take
            kinds, numbers = np.append(kinds, kind), np.append(numbers, many_new)
            held = np.concatenate([held, content])
            left = np.concatenate([left, (problem.room[kind] - take * request)[None]])
    patterns: Integers = np.repeat(held, numbers, axis=0)
    return tidy(problem, Machines(np.repeat(kinds, numbers), patterns))


def _taken(each: int, number: int, wanted: int) -> list[tuple[int, int]]:
    """What `number` equal machines take of what is wanted, `each` at most: (replicas, machines) in order."""
    if each <= 0 or wanted <= 0:
        return [(0, number)]
    full = min(wanted // each, number)
    part = wanted - full * each if full < number else 0
    parts = [(each, full), (part, 1 if part else 0), (0, number - full - (1 if part else 0))]
    return [(take, many) for take, many in parts if many]
