"""Units: how coarsely the requirements of some rows may be measured so that a table over them stays small."""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def choose_units(peak: Integers, worth: Integers, points: int) -> Integers:
    """A unit for each row, so that the box has at most `points` points and rounding to units changes little.

    A row's candidates divide one of its worths, or a difference of two, by a small number. For each number of points a
    row keeps the candidate that changes least; points are then given to the row where they help most.
    """
    options = [_options(int(peak[row]), np.unique(worth[:, row]), points) for row in range(len(peak))]
    chosen = [0] * len(peak)
    size = 1
    for row_options in options:
        size *= row_options[0][0]
    while True:
        best: tuple[float, int, int] | None = None
        for row, row_options in enumerate(options):
            here = row_options[chosen[row]]
            for place in range(chosen[row] + 1, len(row_options)):
                there = row_options[place]
                if size // here[0] * there[0] > points:
                    break
                gain = (here[2] - there[2]) / log(there[0] / here[0])
                if gain > 0 and (best is None or gain > best[0]):
                    best = (gain, row, place)
        if best is None:
            units = [row_options[place][1] for row_options, place in zip(options, chosen, strict=True)]
            return np.array(units, dtype=np.int64)
        _, row, place = best
        size = size // options[row][chosen[row]][0] * options[row][place][0]
        chosen[row] = place


def _options(peak: int, worths: Integers, points: int) -> list[tuple[int, int, float]]:
    """Points, unit, and mean change by rounding; more points only where they change less."""
    worths = np.minimum(worths[worths > 0], max(peak, 1))
    if peak <= 0 or len(worths) == 0:
        return [(1, max(peak, 1), 0.0)]
    steps = np.unique(np.concatenate([worths, np.diff(worths)]))
    units = {peak} | {int(step) // parts for step in steps.tolist() for parts in range(1, 13)}
    found: list[tuple[int, int, float]] = []
    for unit in sorted(unit for unit in units if 0 < unit <= peak and peak < unit * points):
        change = np.abs(np.round(worths / unit) * unit / worths - 1.0)
        found.append((-(-peak // unit) + 1, unit, float(change.mean())))
    found.sort(key=lambda option: (option[0], option[2]))
    kept: list[tuple[int, int, float]] = []
    for option in found:
        if not kept or option[2] < kept[-1][2] - 1e-9:
            if kept and kept[-1][0] == option[0]:
                kept.pop()
            kept.append(option)
    return kept
