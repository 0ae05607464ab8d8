"""Purchase: how many machines of each type are reserved for all hours, given which machines run in each hour.

With x(h) machines on demand and y(h) spot machines of a type, r reserved ones cost

    hours · reserved price · r  +  Σ_h  on-demand price · max(0, x(h) - r)
                                +  Σ_h  spot price · max(0, y(h) - max(0, r - x(h)))

Every r at which that bends is tried, so the answer is exact for these machines. Without spot it is the newsvendor's:
the least r that is exceeded in no more than the part reserved price / on-demand price of the hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from solver.model.timeline.contents import Group
from solver.vocabulary import PurchaseOption

Integers = NDArray[np.int64]
Bought = list[tuple[int, PurchaseOption, tuple[tuple[int, int], ...], int]]
"""Machines of an hour: type, purchase, contents, number."""


def reserved_count(on_demand: Integers, spot: Integers, price: float, spot_price: float, reserved_price: float) -> int:
    """The cheapest number of reserved machines of one type; the least of equally cheap ones.

    `on_demand` and `spot` are machines by hour.
    """
    best, least = 0, float("inf")
    # Between these numbers the cost is a straight line.
    for count in np.unique(np.concatenate([[0], on_demand, on_demand + spot])).tolist():
        rest = np.maximum(on_demand - count, 0)
        idle = np.maximum(count - on_demand, 0)
        usd = len(on_demand) * reserved_price * count
        usd += price * float(rest.sum()) + spot_price * float(np.maximum(spot - idle, 0).sum())
        if usd < least - 1e-9 * max(1.0, usd):
            best, least = count, usd
    return best


def bought(
    groups: Sequence[Group], machines: Sequence[int], purchases: Sequence[PurchaseOption], reserved: Mapping[int, int]
) -> Bought:
    """The hour's machines with reserved ones in place of on-demand ones first, then of spot ones."""
    left = dict(reserved)
    found: Bought = []
    order = sorted(range(len(groups)), key=lambda place: purchases[groups[place][0]] is PurchaseOption.SPOT)
    for place in order:
        choice, contents, count = groups[place]
        machine = machines[choice]
        free = min(count, left.get(machine, 0))
        if free:
            left[machine] -= free
            found.append((machine, PurchaseOption.RESERVED, contents, free))
        if count > free:
            found.append((machine, purchases[choice], contents, count - free))
    return found
