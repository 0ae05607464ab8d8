"""Parts: how much of a machine a replica takes, dimension by dimension, and rounded so that sums of parts stay valid.

A replica that takes 0.7 of a machine's memory leaves no room for a second one, which 0.7 of the price does not say.
A dual feasible function f on [0, 1] rounds parts so that Σ xᵢ ≤ 1 still implies Σ f(xᵢ) ≤ 1. Each one applied to each
dimension of each machine type is one more dimension of which the machine has 1. Used here, from Fekete and Schepers,
"New classes of fast lower bounds for bin packing problems", Mathematical Programming 91 (2001):

    u_m(x)  =  x  if (m + 1) x is whole, else floor((m + 1) x) / m
    U_e(x)  =  1  if x > 1 - e,  x  if e ≤ x ≤ 1 - e,  0  if x < e          with 0 < e ≤ 1/2
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_STEPS = (1, 2, 3)
_CUTS = 4
_FEW = 16
"""With so few classes, m is also how many replicas of one class a machine holds: exact where there is one class."""
_MORE_STEPS = 8
_MOST_STEP = 1 << 20


def parts(request: Integers, room: Integers) -> Floats:
    """Classes × machine types × parts, each machine having 1 of each; `room` is above 0 wherever a class fits.

    `request` is classes × dimensions, `room` machine types × dimensions, both whole. Parts above 1 mean that the type
    does not hold the class; they are set to 1.
    """
    classes, dimensions = request.shape
    planes: list[Floats] = []
    for dimension in range(dimensions):
        asked, has = request[:, dimension][:, None], np.maximum(room[:, dimension], 1)[None]
        part = np.minimum(asked / has, 1.0)
        planes.append(part)
        often = np.unique(has // np.maximum(asked, 1)) if classes <= _FEW else np.zeros(0, dtype=np.int64)
        often = often[(often > _STEPS[-1]) & (often < _MOST_STEP)]
        for step in (*_STEPS, *often[:_MORE_STEPS].tolist()):
            product = asked * (step + 1)
            rounded = np.where(product % has == 0, part, np.minimum(product // has, step) / step)
            if (rounded > part).any():
                planes.append(rounded)
        large = np.unique(np.round(part[(part > 0.5) & (part < 1.0)], 6))
        if len(large):
            some = large[np.linspace(0, len(large) - 1, min(_CUTS, len(large))).astype(np.int64)]
            planes += [_cut(part, 1.0 - float(cut) + 2e-6) for cut in some]
    return np.ascontiguousarray(np.stack(planes, axis=2)) if classes else np.zeros((0, len(room), len(planes)))


def _cut(part: Floats, e: float) -> Floats:
    e = min(e, 0.5)
    return np.where(part > 1.0 - e, 1.0, np.where(part < e, 0.0, part))
