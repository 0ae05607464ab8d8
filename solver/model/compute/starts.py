"""Starts: of machines for each hour class that cost about the same, those with the fewest starts in the week.

A start of a machine is billed (what changes is recorded and logged) and is a move for what runs. One class after the
other takes the machines with which the week costs least, its own ways and those of the other classes, until
nothing helps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_SWEEPS = 5
_NO_BETTER = 1e-9


@dataclass(frozen=True)
class ClassWays:
    """Ways of one hour class."""

    machines: Integers
    """Ways × columns."""
    usd: Callable[[Integers], Floats]
    """USD an hour of ways."""
    holds: Callable[[Integers], bool]
    """Whether machines by column keep every promise."""


def calmest(
    ways: Sequence[ClassWays], first: Sequence[int], hour_of_week: Sequence[int], usd_per_start: Floats
) -> list[Integers]:
    """Machines by column for each class; `first` are the ways to begin with, `usd_per_start` is by column."""
    chosen = [each.machines[number] for each, number in zip(ways, first, strict=True)]
    order = np.array(hour_of_week, dtype=np.int64)
    weight = np.bincount(order, minlength=len(ways))

    def starts(machines: Sequence[Integers]) -> float:
        week = np.array(machines)[order]
        rises = np.maximum(week - np.roll(week, 1, axis=0), 0)
        return float(rises.sum(axis=0) @ usd_per_start)

    known: dict[tuple[int, bytes], bool] = {}

    def fits(number: int, machines: Integers) -> bool:
        key = (number, machines.tobytes())
        if key not in known:
            known[key] = ways[number].holds(machines)
        return known[key]

    for _ in range(_SWEEPS):
        moved = False
        for number, each in enumerate(ways):
            beside = [*chosen, *(np.maximum(chosen[number], other) for other in chosen)]
            borrowed = [other for other in beside if not (other == chosen[number]).all() and fits(number, other)]
            options = np.vstack([chosen[number][np.newaxis], each.machines, *(other[np.newaxis] for other in borrowed)])
            usd = each.usd(options) * float(weight[number])
            now = usd[0] + starts(chosen)
            best = (now, 0)
            for place in np.argsort(usd, kind="stable").tolist():
                if usd[place] >= best[0] - _NO_BETTER:
                    break
                total = usd[place] + starts([*chosen[:number], options[place], *chosen[number + 1 :]])
                if total < best[0] - _NO_BETTER:
                    best = (total, place)
            if best[1]:
                chosen[number] = options[best[1]]
                moved = True
        if not moved:
            break
    return chosen
