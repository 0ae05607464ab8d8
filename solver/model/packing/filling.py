"""Filling: many machines at once, each by taking classes greedily in an order of its own."""

from __future__ import annotations

import numpy as np

from solver.model.packing.problem import Floats, Integers, Problem

_ENOUGH = np.int64(2**62)
_COMPRESS = 0.8
"""Part of the machines that still take something, below which the others are left out."""


def fill(problem: Problem, machines: Integers, order: Integers, limit: Integers) -> Integers:
    """Replicas by class of r machines, of each class in turn as many as fit.

    `order` has r × steps classes, `limit` the most of each class, for all machines or r × k.
    """
    rows = np.arange(len(machines))
    left = problem.room[machines].copy()
    held = np.zeros((len(machines), len(problem.count)), dtype=np.int64)
    ceiling = np.minimum(problem.ceiling[machines], limit)
    shut = np.zeros(held.shape, dtype=np.bool_) if problem.has_conflicts else None
    for step in range(order.shape[1]):
        classes = order[:, step]
        request = problem.request[classes]
        per = np.where(request > 0, left // np.maximum(request, 1), _ENOUGH).min(axis=1)
        number = np.minimum(per, ceiling[rows, classes])
        if shut is not None:
            number = np.where(shut[rows, classes], 0, number)
            shut |= problem.conflicts[classes] & (number > 0)[:, None]
        if not number.any():
            continue
        left -= request * number[:, None]
        held[rows, classes] = number
    return held


def fill_balanced(
    problem: Problem, machines: Integers, values: Floats, price: Floats, limit: Integers, pace: int = 3
) -> Integers:
    """Replicas by class of r machines; the next class is always the one worth most for what it takes of what is scarce.

    `values` is r × k, `price` r × d multipliers. A dimension counts at its price, the more the less is left of it. Of
    the class that is next, 1 / `pace` of what fits is taken at once, so that no dimension runs out before the others.
    """
    result = np.zeros((len(machines), len(problem.count)), dtype=np.int64)
    left: Floats = problem.room[machines].astype(np.float64)
    room_worth: Floats = price * problem.space[machines]
    room_worth = room_worth + 0.02 * room_worth.sum(axis=1, keepdims=True) + 1e-12
    open_: Integers = np.minimum(problem.ceiling[machines], limit)
    open_ = np.where(values > 0, open_, 0)
    wanted = [(d, problem.request[:, d].astype(np.float64)) for d in range(problem.request.shape[1])]
    asking = [(request > 0, np.where(request > 0, request, 1.0)) for _, request in wanted]
    rows: Integers = np.arange(len(machines), dtype=np.int64)
    while True:
        # Amounts are whole and below 2⁵³, so these quotients are exact where it matters: at least 1 or not.
        most = open_.astype(np.float64)
        scarce = np.zeros(most.shape)
        for (dimension, request), (asks, divisor) in zip(wanted, asking, strict=True):
            np.minimum(most, left[:, dimension, None] / divisor, out=most, where=asks)
            dear = room_worth[:, dimension] / np.maximum(left[:, dimension], 1e-9)
            scarce += request * dear[:, None]
        score = np.where(most >= 1, values / np.maximum(scarce, 1e-12), -1.0)
        chosen = score.argmax(axis=1)
        here = np.arange(len(rows))
        number = np.floor(most[here, chosen]).astype(np.int64)
        number = np.where(score[here, chosen] >= 0, np.maximum(number // pace, np.minimum(number, 1)), 0)
        going = number > 0
        if not going.any():
            return result
        left -= (problem.request[chosen] * number[:, None]).astype(np.float64)
        result[rows, chosen] += number
        open_[here, chosen] -= number
        if problem.has_conflicts:
            open_[problem.conflicts[chosen] & going[:, None]] = 0
        if going.sum() < _COMPRESS * len(rows):
            # A machine that took nothing never does again.
            rows, left, open_ = rows[going], left[going], open_[going]
            values, room_worth = values[going], room_worth[going]


def orders(density: Floats, variants: int, spread: float, draw: np.random.Generator) -> Integers:
    """(m · variants) × k classes, densest first; but for the first variant densities are shaken by about `spread`."""
    count, classes = density.shape
    shaken = np.repeat(density, variants, axis=0).reshape(count, variants, classes)
    noise = np.exp(spread * draw.standard_normal((variants, classes)))
    noise[0] = 1.0
    return np.argsort(-(shaken * noise), axis=2, kind="stable").reshape(count * variants, classes)
