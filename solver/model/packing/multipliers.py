"""Multipliers: what room on each machine type is worth, for an upper bound on what any filling is worth.

For any prices u ≥ 0 of room, a filling a of machine m that holds at most c(k) replicas of class k, worth v(k) each, has

    Σ v(k) a(k)  ≤  Σ_d u(d) room(m, d)  +  Σ_k c(k) · max(0, v(k) − Σ_d u(d) request(k, d))

since a stays in the room. The right side is convex in u, and its least value is the linear relaxation of the knapsack.
It is found by the ellipsoid method with deep cuts (Bland, Goldfarb, Todd 1981, The ellipsoid method: a survey,
Operations Research 29, section 4), for all machine types at once: few dimensions, and no trouble with corners.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def improve(
    values: Floats, space: Floats, share: Floats, ceiling: Floats, start: Floats, steps: int
) -> tuple[Floats, Floats]:
    """Better prices of room than `start`, machine types × d, and the right side at them.

    `values` by class, `space` machine types × d, `share` (requests in the same units) classes × d, `ceiling` machine
    types × classes. Any number of steps gives a right side that holds.
    """
    count, dimensions = space.shape
    # Prices are counted for all of a machine's room: then none is above the bound itself.
    whole = np.where(space > 0, space, 1.0)
    relevant = (space > 0) & (((ceiling * (values > 0)) @ share) > 0)
    point = np.where(relevant, start * whole, 0.0)
    best_point, best = point, np.full(count, np.inf)
    size = np.maximum(relevant.sum(axis=1), 2).astype(np.float64)
    shape = np.zeros((count, dimensions, dimensions))
    diagonal = list(range(dimensions))
    for step in range(steps):
        inside = np.maximum(point, 0.0)
        price = inside / whole
        over = values - price @ share.T
        taken = ceiling * (over > 0)
        value = inside.sum(axis=1) + np.multiply(over, taken, out=over).sum(axis=1)
        better = value < best
        best_point = np.where(better[:, None], inside, best_point)
        best = np.where(better, value, best)
        if step == 0:
            shape[:, diagonal, diagonal] = relevant * (best**2)[:, None]
        outside = point < 0
        leaves = outside.sum(axis=1) > 0
        slope = np.where(relevant, 1.0 - (taken @ share) / whole, 0.0)
        slope = np.where(leaves[:, None], np.where(outside, -1.0, 0.0), slope)
        along = (shape * slope[:, None, :]).sum(axis=2)
        length = np.sqrt(np.maximum((along * slope).sum(axis=1), 0.0))
        moves = length > 1e-12 * np.maximum(best, 1e-300)
        along = np.where(moves[:, None], along / np.where(moves, length, 1.0)[:, None], 0.0)
        deep = np.where(leaves | ~moves, 0.0, np.clip((value - best) / np.where(moves, length, 1.0), 0.0, 0.9))
        point = point - ((1 + size * deep) / (size + 1))[:, None] * along
        factor = size * size / (size * size - 1) * (1 - deep * deep)
        part = 2 * (1 + size * deep) / ((size + 1) * (1 + deep))
        shrunk = factor[:, None, None] * (shape - part[:, None, None] * along[:, :, None] * along[:, None, :])
        shape = np.where(moves[:, None, None], shrunk, shape)
    return best_point / whole, best
