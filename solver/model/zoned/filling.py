"""Filling: many machines at once, each with whole replicas that are worth much of what they take.

Each machine gets replicas of the workload that is worth most for the part it takes of what is still free, a quarter of
those that fit at a time, until nothing fits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_STEP = 4


def filled(request: Integers, room: Integers, worth: Floats, left: Integers) -> Integers:
    """Machines × workloads: the contents of machines of `room` (machines × dimensions).

    `worth` and `left` are machines × workloads: USD of a replica, and how many there are.
    """
    amounts = np.zeros(left.shape, dtype=np.int64)
    free = room.astype(np.float64)
    asked = request.astype(np.float64)
    needs = asked > 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.where(needs, 1.0 / np.where(needs, asked, 1.0), np.inf)
    rest = np.where(worth > 0.0, left, 0)
    alive = np.flatnonzero(rest.any(axis=1))
    while len(alive):
        space, some = free[alive], rest[alive]
        # whole replicas of each workload that fit: the least over the dimensions it needs
        fit = np.full(some.shape, np.inf)
        taken = np.zeros(some.shape)
        for dimension in range(asked.shape[1]):
            has = space[:, dimension][:, None]
            users = needs[:, dimension]
            fit[:, users] = np.minimum(fit[:, users], np.floor(has * inverse[users, dimension][None] + 1e-9))
            taken += asked[:, dimension][None] / np.maximum(has, 1e-9)
        fit = np.minimum(fit, some)
        score = np.where(fit > 0.0, worth[alive] / taken, -1.0)
        best = score.argmax(axis=1)
        row = np.arange(len(alive))
        number = fit[row, best]
        go = number > 0.0
        alive, best, number = alive[go], best[go], number[go]
        count = np.maximum(1, number // _STEP).astype(np.int64)
        amounts[alive, best] += count
        rest[alive, best] -= count
        free[alive] -= count[:, None] * asked[best]
    return amounts
