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
_CHUNK = 1024
"""Machines that are filled together: what is worked on then stays in the processor's cache."""
_DENSE = 0.7


def filled(request: Integers, room: Integers, worth: Floats, left: Integers) -> Integers:
    """Machines × workloads: the contents of machines of `room` (machines × dimensions).

    `worth` and `left` are machines × workloads: USD of a replica, and how many there are.
    """
    amounts = np.zeros(left.shape, dtype=np.int64)
    for begin in range(0, len(room), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        _fill(request, room[part], worth[part], left[part], amounts[part])
    return amounts


def _fill(request: Integers, room: Integers, worth: Floats, left: Integers, amounts: Integers) -> None:
    """Add to the machines' amounts."""
    asked = request.T.astype(np.float64)
    needs = asked > 0.0
    inverse = np.where(needs, 1.0 / np.where(needs, asked, 1.0), 0.0)
    # What asks for nothing of a dimension fits without end.
    endless = np.where(needs, 1e-9, np.inf)
    free = room.astype(np.float64)
    rest = np.where(worth > 0.0, left, 0).astype(np.float64)
    alive = np.flatnonzero(rest.any(axis=1))
    free, rest, value = free[alive], rest[alive], worth[alive]
    while len(alive):
        fit = rest.copy()
        for has, each, more in zip(free.T, inverse, endless, strict=True):
            part = has[:, None] * each
            part += more
            np.floor(part, out=part)
            np.minimum(fit, part, out=fit)
        score = value / ((1.0 / np.maximum(free, 1e-9)) @ asked)
        score[fit <= 0.0] = -1.0
        best = score.argmax(axis=1)
        row = np.arange(len(alive))
        number = fit[row, best]
        go = number > 0.0
        count = np.where(go, np.maximum(1.0, number // _STEP), 0.0)
        amounts[alive, best] += count.astype(np.int64)
        rest[row, best] -= count
        free -= count[:, None] * asked.T[best]
        if go.mean() < _DENSE or len(alive) < 64:
            alive, free, rest, value = alive[go], free[go], rest[go], value[go]
        elif not go.any():
            break
