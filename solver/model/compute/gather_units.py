"""Gather units: how replicas and machines of a gather are measured, and the cheapest machines for so many units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MANY = 1 << 40
_LONGEST = 1_000
"""Units up to which the cheapest machines for them are listed."""


def units_of(requests: Integers, room: Integers, parts: int) -> tuple[Integers, Integers]:
    """Units of a replica of each shape (shapes × types), and of a machine of each type, where replicas share it.

    `requests` are shapes × types × resources, `room` types × resources. So many `parts` of the smallest request for a
    resource are a unit of it, in fractions of whole numbers.
    """
    unit = np.where(requests > 0, requests, _MANY).min(axis=0)
    units: Integers = (-(-parts * requests // unit)).max(axis=2)
    of_machine: Integers = np.where(unit < _MANY, parts * room // unit, _MANY).min(axis=1)
    return units, of_machine


def least_to_hold(needed: Integers, filled: Integers, usd: Floats) -> Floats:
    """USD of the cheapest machines that hold so many units each time, by units and USD of a machine of each type.

    What is needed beyond a table's length is held by machines of the type that is cheapest for its units.
    """
    dense = int(np.argmin(usd / filled))
    length = min(int(needed.max(initial=0)), _LONGEST + int(filled[dense]))
    table = np.zeros(length + 1)
    for number in range(1, length + 1):
        table[number] = (usd + table[np.maximum(number - filled, 0)]).min()
    times = -(-np.maximum(needed - length, 0) // filled[dense])
    found: Floats = times * usd[dense] + table[np.maximum(needed - times * filled[dense], 0)]
    return found
