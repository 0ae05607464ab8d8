"""First fit, decreasing: what people would do by hand, so that no packing costs more than that.

Classes go one after the other, the largest first, into the machines that are open, in the order in which they were
opened; what fits nowhere opens the machine type that is cheapest by replica. Equal machines are one row with a number,
so the work depends on the classes and not on the replicas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.packing.machines import Machines, taken, tidy
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
    opened = _Opened(
        kinds=np.zeros(0, dtype=np.int64),
        numbers=np.zeros(0, dtype=np.int64),
        held=np.zeros((0, len(problem.count)), dtype=np.int64),
        left=np.zeros((0, problem.room.shape[1]), dtype=np.int64),
    )
    for group in order.tolist():
        wanted = opened.take(problem, group, int(problem.count[group]))
        if not wanted:
            continue
        ceiling: Integers = np.minimum(problem.ceiling[:, group], wanted) * allowed
        if not ceiling.any():
            return None
        with np.errstate(divide="ignore"):
            each_cost: Floats = np.where(ceiling > 0, problem.cost / np.maximum(ceiling, 1), np.inf)
        kind = int(each_cost.argmin())
        most = int(ceiling[kind])
        for take, number in taken(most, -(-wanted // most), wanted):
            opened.add(problem, group, kind, take, number)
    return tidy(problem, Machines(opened.kinds, opened.held, opened.numbers))


@dataclass
class _Opened:
    """Machines that are open, in the order in which they were opened; equal neighbours are one row."""

    kinds: Integers
    """Machine type."""
    numbers: Integers
    held: Integers
    """Rows × classes."""
    left: Integers
    """Rows × dimensions: room."""

    def take(self, problem: Problem, group: int, wanted: int) -> int:
        """Put replicas of a class into the open machines; what is left of them."""
        request: Integers = problem.request[group]
        per: Integers = np.where(request > 0, self.left // np.maximum(request, 1), _ENOUGH).min(axis=1, initial=_ENOUGH)
        per = np.minimum(per, problem.most[group]) * problem.fits[self.kinds, group]
        shut: Bools = np.asarray(self.held @ problem.conflicts[group].astype(np.int64) > 0, dtype=np.bool_)
        rows: list[tuple[int, int, int]] = []
        for row, each in enumerate(np.where(shut, 0, per).tolist()):
            number = int(self.numbers[row])
            rows += [(row, take, many) for take, many in taken(each, number, wanted)]
            wanted -= min(each * number, wanted)
        table: Integers = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
        places, takes = table[:, 0], table[:, 1]
        self.kinds, self.numbers = self.kinds[places], table[:, 2]
        self.held = self.held[places]
        self.held[:, group] += takes
        self.left = self.left[places] - takes[:, np.newaxis] * request
        return wanted

    def add(self, problem: Problem, group: int, kind: int, take: int, number: int) -> None:
        """Open equal machines, each with so many replicas of a class."""
        content: Integers = np.zeros((1, self.held.shape[1]), dtype=np.int64)
        content[0, group] = take
        room: Integers = problem.room[kind] - take * problem.request[group]
        self.kinds, self.numbers = np.append(self.kinds, kind), np.append(self.numbers, number)
        self.held = np.concatenate([self.held, content])
        self.left = np.concatenate([self.left, room[np.newaxis]])
