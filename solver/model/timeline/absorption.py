"""Absorption: what an hour's paid machines hold moves into reserved machines that have room for all of it.

Reserved machines are paid for in any case; what they hold beside their own costs nothing. Dearest machines go first,
each into the reserved machine on which it leaves least room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from solver.model.timeline.filling import Fill, merged
from solver.model.timeline.load import Load
from solver.vocabulary import PurchaseOption

Integers = NDArray[np.int64]


def absorbed(load: Load, fills: Sequence[Fill], reserved: Mapping[int, int]) -> list[Fill]:
    """The machines of an hour with as few as possible beside the reserved ones (by machine type: how many).

    A spot machine that takes a reserved place becomes one of the on-demand choice, which holds whatever fits.
    """
    homes = {
        load.machines[choice]: choice
        for choice in range(len(load.price))
        if load.purchases[choice] is PurchaseOption.ON_DEMAND and load.machines[choice] in reserved
    }
    free_places = {machine: reserved[machine] for machine in homes}
    contents: list[Integers] = []
    choices: list[int] = []
    paid: list[tuple[int, Integers]] = []
    on_demand_first = sorted(fills, key=lambda fill: load.purchases[fill.choice] is PurchaseOption.SPOT)
    for fill in on_demand_first:
        amounts = np.zeros(len(load.request), dtype=np.int64)
        amounts[fill.classes] = fill.amounts
        machine = load.machines[fill.choice]
        kept = min(fill.count, free_places.get(machine, 0))
        if kept:
            free_places[machine] -= kept
            contents += [amounts] * kept
            choices += [homes[machine]] * kept
        paid += [(fill.choice, amounts)] * (fill.count - kept)
    nothing = np.zeros(len(load.request), dtype=np.int64)
    for machine, count in free_places.items():
        contents += [nothing] * count
        choices += [homes[machine]] * count
    if not choices:
        return list(fills)
    room = load.room[choices]
    free = room - np.array(contents) @ load.request
    weight = 1.0 / np.maximum(load.room[:, : load.dimensions].max(axis=0), 1)
    paid.sort(key=lambda machine: -float(load.price[machine[0]]))
    outside: list[tuple[int, Integers]] = []
    for choice, amounts in paid:
        used = amounts @ load.request
        fits = np.flatnonzero((free >= used).all(axis=1))
        if not len(fits):
            outside.append((choice, amounts))
            continue
        place = int(fits[(free[fits, : load.dimensions] @ weight).argmin()])
        contents[place] = contents[place] + amounts
        free[place] -= used
    both = [*zip(choices, contents, strict=True), *outside]
    return merged([_fill(load, choice, amounts) for choice, amounts in both if amounts.any()])


def _fill(load: Load, choice: int, amounts: Integers) -> Fill:
    who = np.flatnonzero(amounts)
    return Fill(choice, who, amounts[who], 1, 0.0)
