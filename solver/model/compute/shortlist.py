"""Shortlist: the columns out of which node groups are chosen.

In each hour class, those of the lowest reduced cost at the relaxation's prices, and all that the relaxation uses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.hourly import Hourly

Integers = NDArray[np.int64]
_PER_HOUR = 30


def shortlist(hourly: Hourly) -> list[int]:
    """Column numbers, in order."""
    task = hourly.task
    found = {int(task.blocks.column[block]) for block, _ in hourly.relaxed.use}
    for hour in range(len(task.weight)):
        required = task.required[hour]
        worth = np.minimum(task.blocks.worth, required) / np.maximum(required, 1)
        cost = hourly.block_costs(task.blocks, hour)
        reduced = cost - worth @ hourly.relaxed.duals[hour]
        seen: set[int] = set()
        for block in np.argsort(reduced, kind="stable").tolist():
            seen.add(int(task.blocks.column[block]))
            if len(seen) >= _PER_HOUR:
                break
        found |= seen
    return sorted(found)
