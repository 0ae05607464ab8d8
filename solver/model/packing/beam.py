"""Beam: the most valuable fillings of several machine types at once, with an upper bound that holds.

A class of which c fit is cut into pieces of 1, 2, 4, … replicas, and each piece is taken or not, the largest first.
What a partial filling can still be worth is bounded by multipliers: leaving a piece of reduced value ρ > 0 loses ρ,
taking one of ρ < 0 loses −ρ, room left at the end loses its price. Of each machine type the best `width` partial
fillings are kept; the best bound among those dropped, and the best filling found, bound what any filling is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.packing.problem import Bools, Floats, Integers, Problem

_NONE = -np.inf
_NOTHING = 1e-9
"""Of what all dimensions are worth together: what can't be scaled up."""


@dataclass(frozen=True)
class Fillings:
    """What a beam found."""

    patterns: Integers
    """n × k."""
    machines: Integers
    """n: machine type of each pattern."""
    upper: Floats
    """By machine type asked for: no filling is worth more, or none is worth more than the floor."""
    complete: bool
    """Nothing was dropped: with enough answers these are all fillings worth more than the floor."""


@dataclass(frozen=True)
class _Pieces:
    """By machine type asked for, the pieces in the order in which they are decided."""

    classes: Integers
    number: Integers
    """Replicas; 0 is no piece."""


def search(
    problem: Problem,
    values: Floats,
    price: Floats,
    machines: Integers,
    limit: Integers,
    floor: Floats,
    width: int,
    answers: int = 3,
) -> Fillings:
    """Fillings worth more than `floor` (by machine asked for), each with at most `limit` replicas of each class.

    `values` is what a replica is worth by class, `price` the multipliers, machines asked for × d. `answers` is how many
    fillings a machine type gives at most.
    """
    prices = _tilted(price, problem.space[machines])
    reduced = values - prices @ problem.share.T
    ceiling = np.minimum(problem.ceiling[machines], limit)
    room_worth = (problem.space[machines][:, None] * prices).sum(axis=2)
    best_case = room_worth + (np.maximum(reduced, 0.0) * ceiling[:, None]).sum(axis=2)
    pieces = _pieces(problem, machines, ceiling, reduced[:, 0], best_case[:, 0] - floor)
    asked, steps = pieces.classes.shape
    each: Integers = np.arange(asked, dtype=np.int64)
    left = problem.room[machines][:, None, :].copy()
    bounds: Floats = best_case[:, None].copy()
    alive = np.ones((asked, 1), dtype=np.bool_)
    shut: Bools | None = np.zeros((asked, 1, len(values)), dtype=np.bool_) if problem.has_conflicts else None
    lost = np.full(asked, _NONE)
    parents: list[Integers] = []
    taken: list[Bools] = []
    for step in range(steps):
        classes, number = pieces.classes[:, step], pieces.number[:, step]
        request = problem.request[classes] * number[:, None]
        gain = np.asarray(reduced[each, :, classes] * number[:, None], dtype=np.float64)[:, None]
        free = alive & (number > 0)[:, None]
        for dimension in range(request.shape[1]):
            free &= left[:, :, dimension] >= request[:, None, dimension]
        if shut is not None:
            free &= ~shut[each[:, None], np.arange(left.shape[1]), classes[:, None]]
        without = bounds - np.maximum(gain, 0.0)
        if not free.any():
            bounds = without
            alive &= _least(bounds) > floor[:, None]
            continue
        both = np.concatenate([bounds + np.minimum(gain, 0.0), without], axis=1)
        rank = _least(both)
        rank[:, : left.shape[1]][~free] = _NONE
        rank[:, left.shape[1] :][~alive] = _NONE
        rank[rank <= floor[:, None]] = _NONE
        order = np.argsort(-rank, axis=1, kind="stable")
        if order.shape[1] > width:
            lost = np.maximum(lost, rank[each, order[:, width]])
        most = int((rank > _NONE).sum(axis=1).max())
        order = order[:, : max(min(width, most), 1)]
        present = left.shape[1]
        parent = order % present
        takes = order < present
        bounds = np.take_along_axis(both, order[:, :, None], axis=1)
        alive = np.take_along_axis(rank, order, axis=1) > _NONE
        left = np.take_along_axis(left, parent[:, :, None], axis=1)
        left = left - np.where((takes & alive)[:, :, None], request[:, None, :], 0)
        if shut is not None:
            shut = np.take_along_axis(shut, parent[:, :, None], axis=1)
            shut = shut | (takes[:, :, None] & problem.conflicts[classes][:, None, :])
        # Pieces that nothing could take leave no step behind.
        pieces.classes[:, len(parents)], pieces.number[:, len(parents)] = classes, number
        parents.append(parent)
        taken.append(takes)
        if most == 0:
            break
    final = bounds[:, :, 0] - ((left / problem.scale) * price[:, None, :]).sum(axis=2)
    final[(final <= floor[:, None]) | ~alive] = _NONE
    upper = np.maximum(np.maximum(lost, final.max(axis=1)), floor)
    patterns, owners = _read_back(final, parents, taken, pieces, len(values), answers)
    return Fillings(patterns, machines[owners], upper, bool((lost == _NONE).all()))


def _least(bounds: Floats) -> Floats:
    """The least of the last axis, which is short."""
    least = bounds[:, :, 0].copy()
    for number in range(1, bounds.shape[2]):
        np.minimum(least, bounds[:, :, number], out=least)
    return least


def _tilted(price: Floats, space: Floats) -> Floats:
    """Machine types × sets × d multipliers: as they are, and with more or less of their sum on one dimension.

    A partial filling that leaves one dimension without room is bounded better by multipliers that lean to the other.
    """
    worth = price * space
    total = worth.sum(axis=1, keepdims=True)
    sets = [worth]
    for dimension in range(price.shape[1]) if price.shape[1] > 1 else ():
        for factor in (0.6, 1.5):
            part = worth.copy()
            part[:, dimension] = np.minimum(
                factor * worth[:, dimension] + (factor > 1) * 0.1 * total[:, 0], total[:, 0]
            )
            rest = [other for other in range(price.shape[1]) if other != dimension]
            before = worth[:, rest].sum(axis=1)
            after = np.maximum(total[:, 0] - part[:, dimension], 0.0)
            scale = np.divide(after, before, out=np.zeros_like(after), where=before > _NOTHING * total[:, 0])
            part[:, rest] *= scale[:, None]
            sets.append(part)
    return np.stack(sets, axis=1) / np.where(space > 0, space, 1.0)[:, None]


def _pieces(problem: Problem, machines: Integers, ceiling: Integers, reduced: Floats, budget: Floats) -> _Pieces:
    """Pieces by machine type, largest first, without those whose loss alone exceeds the budget."""
    bits = max(int(ceiling.max(initial=0)).bit_length(), 1)
    power = 2 ** np.arange(bits, dtype=np.int64)
    number = np.clip(ceiling[:, :, None] - (power - 1), 0, power)
    number = np.where(-reduced[:, :, None] * number > budget[:, None, None], 0, number)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(
            problem.request[None] > 0, problem.request[None] / np.maximum(problem.room[machines][:, None], 1), 0.0
        ).max(axis=2)
    size = (part[:, :, None] * number).reshape(len(machines), -1)
    flat = number.reshape(len(machines), -1)
    place: Integers = np.arange(ceiling.shape[1], dtype=np.int64)
    classes = np.broadcast_to(place[None, :, None], number.shape).reshape(len(machines), -1)
    order = np.argsort(np.where(flat > 0, -size, np.inf), axis=1, kind="stable")
    steps = int((flat > 0).sum(axis=1).max(initial=0))
    rows = np.arange(len(machines))[:, None]
    order = order[:, :steps]
    return _Pieces(classes[rows, order].copy(), flat[rows, order].copy())


def _read_back(
    final: Floats, parents: list[Integers], taken: list[Bools], pieces: _Pieces, classes: int, answers: int
) -> tuple[Integers, Integers]:
    order = np.argsort(-final, axis=1, kind="stable")[:, :answers]
    owners, places = np.nonzero(np.take_along_axis(final, order, axis=1) > _NONE)
    states = order[owners, places]
    patterns = np.zeros((len(owners), classes), dtype=np.int64)
    rows = np.arange(len(owners))
    for step in range(len(parents) - 1, -1, -1):
        takes = taken[step][owners, states]
        np.add.at(patterns, (rows, pieces.classes[owners, step]), np.where(takes, pieces.number[owners, step], 0))
        states = parents[step][owners, states]
    return patterns, owners
