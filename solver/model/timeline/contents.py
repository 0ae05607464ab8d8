"""Contents: machines filled with classes become machines that hold replicas of workloads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from solver.model.timeline.filling import Fill
from solver.model.timeline.load import Load

Integers = NDArray[np.int64]
Group = tuple[int, tuple[tuple[int, int], ...], int]
"""Machine choice, amounts by workload (its place in the instance), number of machines."""


def groups_of(load: Load, hour: int, fills: Sequence[Fill]) -> list[Group]:
    """The hour's machines by what they hold of each workload.

    The replicas of a class stand in a row, workload after workload, and the machines take them in turn, so machines
    with equal classes hold different workloads only where a row passes from one workload to the next.
    """
    amounts: list[Integers] = [
        np.array([(load.soft_amounts if soft else load.amounts)[hour, place] for place, soft in members])
        for members in load.members
    ]
    ends: list[Integers] = [np.cumsum(row, dtype=np.int64) for row in amounts]
    places: list[Integers] = [np.array([place for place, _ in members]) for members in load.members]
    taken = [0] * len(ends)
    found: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
    for fill in fills:
        cuts = {0, fill.count}
        spans: list[tuple[int, int]] = list(zip(fill.classes.tolist(), fill.amounts.tolist(), strict=True))
        for number, amount in spans:
            first, last = np.searchsorted(ends[number], [taken[number] + 1, taken[number] + amount * fill.count])
            for end in ends[number][first:last].tolist():
                passed = end - taken[number]
                cuts |= {passed // amount, -(-passed // amount)}
        marks = sorted(cuts)
        for begin, end in pairwise(marks):
            contents: dict[int, int] = {}
            for number, amount in spans:
                _take(contents, places[number], ends[number], taken[number] + begin * amount, amount)
            key = (fill.choice, tuple(sorted(contents.items())))
            found[key] = found.get(key, 0) + end - begin
        for number, amount in spans:
            taken[number] += amount * fill.count
    return [(choice, contents, count) for (choice, contents), count in sorted(found.items())]


def _take(contents: dict[int, int], places: Integers, ends: Integers, start: int, amount: int) -> None:
    """Count the replicas [start, start + amount) of a row by workload."""
    at = int(np.searchsorted(ends, start, side="right"))
    while amount > 0:
        number = min(amount, int(ends[at]) - start)
        place = int(places[at])
        if number > 0:
            contents[place] = contents.get(place, 0) + number
        start += number
        amount -= number
        at += 1
