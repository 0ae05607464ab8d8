"""Fillings: the replicas that one machine holds together and that are worth most, each variant at a price of its own.

    max   Σ_v value(v, slots(v))   s.t.  Σ_v request(v, r) · slots(v)  ≤  room(r)  for each resource r,  slots whole

The value of a variant's replicas is concave: beyond what the hour asks for, more are worth nothing. `greedy` fills all
machines at once, quickly; `Search` has an upper bound for each machine, and a search depth first that bounds cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import gcd

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.patterns import Pattern

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_MIXES = (0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0)
"""Weights of the first resource (cpu) against the second (memory) when all resources are made one."""
_REST = 0.02
"""Weight of the resource that a replica takes most of."""
_NONE = 1e-12
_SAME = 1e-9
"""Of what the dearest replica of a shape is worth: gains that differ by less are counted as the greatest of them."""
_MOST_UNITS = 2_000
_PRICES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.85, 1.0)
"""Of memory, as parts of what a machine costs for all of its memory."""


def sizes(room: Integers, request: Integers) -> Floats:
    """Mixes × machines × variants: parts of the machine that a replica takes, with resources weighed in each way.

    Weights add up to 1 and no resource has more than its room, so that the parts of any filling add up to at most 1.
    """
    part = request / np.maximum(room[:, np.newaxis, :], 1)
    asked: Flags = (request.max(axis=1, initial=0) > 0)[:, np.newaxis, :]
    found: list[Floats] = []
    for mix in _MIXES:
        weight = np.zeros(part.shape[2])
        weight[0], weight[1] = mix, 1 - mix
        if part.shape[2] > 2:
            weight = weight * (1 - _REST)
            weight[2:] = _REST / (part.shape[2] - 2)
        found.append((np.where(asked, part, 0.0) * weight).sum(axis=2))
    return np.array(found)


def greedy(room: Integers, request: Integers, size: Floats, price: Floats, most: Integers) -> Integers:
    """Slots, machines × variants, filled up variant by variant in the order of price for the size.

    `size` is of one mix; `price` and `most` are machines × variants, a price of 0 stands for what is of no use.
    """
    machines, variants = price.shape
    value = np.where(price > _NONE, price / np.maximum(size, _NONE), -1.0)
    order = np.argsort(-value, axis=1, kind="stable")
    left = room.copy()
    slots = np.zeros((machines, variants), dtype=np.int64)
    every: Integers = np.arange(machines, dtype=np.int64)
    for place in range(variants):
        variant = order[:, place]
        useful = value[every, variant] > 0
        if not useful.any():
            break
        asked = request[every, variant]
        fit = np.where(asked > 0, left // np.maximum(asked, 1), np.iinfo(np.int64).max).min(axis=1)
        count = np.where(useful, np.minimum(fit, most[every, variant]), 0)
        slots[every, variant] = count
        left -= count[:, np.newaxis] * asked
    return slots


@dataclass(frozen=True)
class Search:
    """The search for the best filling among machines that run the same variants at the same values.

    The first resource (cpu) is counted exactly, in whole units, and the second (memory) at one of a few prices: a table
    by price, shapes still to come and units left has at most what these shapes add, less what their memory costs.
    With the memory left at that price this bounds every filling.
    """

    request: Integers
    """Shapes × resources. Variants that ask for the same are one shape: of its replicas the dearest come first."""
    value: tuple[tuple[float, ...], ...]
    """By shape, what 0, 1, 2 … replicas are worth; concave, so that the last number is the most of use."""
    replicas: tuple[tuple[int, ...], ...]
    """By shape, the variants that its first, second, third … replica is of."""
    variants: int
    order: tuple[int, ...]
    """Shapes that are worth something, the dearest for their units first."""
    unit: int
    prices: Floats
    """USD of a MiB, or of whatever the second resource is counted in."""
    table: Floats
    """Prices × shapes to come × units left."""
    steps: int
    """Of one search."""
    _lists: dict[int, list[list[float]]] = field(default_factory=dict[int, list[list[float]]])

    @classmethod
    def of(cls, request: Integers, value: Sequence[Sequence[float]], usd: Floats, room: Integers, steps: int) -> Search:
        """For machines with this room (machines × resources) that cost `usd` each."""
        shapes, replicas, worth = _merged(request, value)
        request = request[[variants[0] for variants in shapes]]
        used = [place for place, mine in enumerate(worth) if len(mine) > 1 and mine[1] > _NONE]
        useful = int(sum((len(worth[place]) - 1) * int(request[place, 0]) for place in used))
        most = max(min(int(room[:, 0].max(initial=0)), useful), 1)
        unit = gcd(*(int(request[place, 0]) for place in used)) or 1
        unit = max(unit, -(-most // _MOST_UNITS))
        prices = np.median(usd / np.maximum(room[:, 1], 1)) * np.array(_PRICES)
        order = tuple(sorted(used, key=lambda place: (-worth[place][1] / max(int(request[place, 0]), 1), place)))
        table = np.zeros((len(prices), len(order) + 1, most // unit + 1))
        for place in range(len(order) - 1, -1, -1):
            shape = order[place]
            after, found = table[:, place + 1], table[:, place]
            found[:] = after
            step = int(request[shape, 0]) // unit
            memory = float(request[shape, 1]) * prices
            for number, gain in _lots(worth[shape]):
                moved = step * number
                if moved < found.shape[1]:
                    more = number * (gain - memory)
                    np.maximum(
                        found[:, moved:], found[:, : found.shape[1] - moved] + more[:, np.newaxis], out=found[:, moved:]
                    )
        return cls(request, tuple(worth), tuple(replicas), len(value), order, unit, prices, table, steps)

    def at_most(self, room: Integers) -> Floats:
        """Prices × machines: no filling is worth more."""
        units = np.minimum(room[:, 0] // self.unit, self.table.shape[2] - 1)
        most: Floats = self.table[:, 0, units] + self.prices[:, np.newaxis] * room[:, 1]
        return most

    def best(self, room: Sequence[int], price: int, above: float) -> tuple[float, Pattern | None]:
        """The most that a filling is worth, or `above` where none is worth more, and that filling.

        `price` is the number of the one to bound with. The most is infinite where the steps did not do.
        """
        if price not in self._lists:
            self._lists[price] = self.table[price].tolist()
        rest, usd_of = self._lists[price], float(self.prices[price])
        order, worth, count = self.order, self.value, len(self.order)
        asked = [[(r, need) for r, need in enumerate(self.request[shape].tolist()) if need] for shape in order]
        step = [int(self.request[shape, 0]) // self.unit for shape in order]
        memory = [float(self.request[shape, 1]) * usd_of for shape in order]
        chosen = [0] * count
        left = list(room)
        best_usd, taken = above, 0
        best: Pattern | None = None

        def search(place: int, usd: float, units: int, spare: float) -> bool:
            nonlocal best_usd, best, taken
            taken += 1
            if taken > self.steps:
                return False
            if usd > best_usd:
                best_usd, best = usd, tuple(chosen)
            if place == count:
                return True
            mine, after = worth[order[place]], rest[place + 1]
            fit = len(mine) - 1
            for resource, need in asked[place]:
                fit = min(fit, left[resource] // need)
            # What can be worth most comes first, so that good fillings are found early.
            most = [
                (usd + mine[number] + after[units - number * step[place]] + spare - number * memory[place], number)
                for number in range(fit + 1)
            ]
            for bound, number in sorted(most, reverse=True):
                if bound <= best_usd:
                    break
                for resource, need in asked[place]:
                    left[resource] -= number * need
                chosen[place] = number
                whole = search(
                    place + 1, usd + mine[number], units - number * step[place], spare - number * memory[place]
                )
                chosen[place] = 0
                for resource, need in asked[place]:
                    left[resource] += number * need
                if not whole:
                    return False
            return True

        units = min(int(room[0]) // self.unit, self.table.shape[2] - 1)
        whole = search(0, 0.0, units, usd_of * room[1])
        if best is None:
            return (above if whole else np.inf), None
        slots = [0] * self.variants
        for shape, number in zip(order, best, strict=True):
            for variant in self.replicas[shape][:number]:
                slots[variant] += 1
        return (best_usd if whole else np.inf), tuple(slots)


def _lots(worth: Sequence[float]) -> Iterator[tuple[int, float]]:
    """Replicas that are worth the same, and what each is: in lots of 1, 2, 4 … of which any number can be made.

    Values are concave, so that no choice of lots is worth more than as many replicas, and one is worth as much.
    """
    gains = [after - before for before, after in pairwise(worth)]
    begun = 0
    for end in range(1, len(gains) + 1):
        if end < len(gains) and gains[end] >= gains[begun] - _SAME * gains[0]:
            continue
        left, size = end - begun, 1
        while left:
            lot = min(size, left)
            yield lot, gains[begun]
            left, size = left - lot, 2 * size
        begun = end


def _merged(
    request: Integers, value: Sequence[Sequence[float]]
) -> tuple[list[list[int]], list[tuple[int, ...]], list[tuple[float, ...]]]:
    """Variants by shape; for each shape the variants of its replicas, the dearest first, and what so many are worth."""
    by_request: dict[tuple[int, ...], list[int]] = {}
    for variant, asked in enumerate(request.tolist()):
        by_request.setdefault(tuple(asked), []).append(variant)
    shapes = list(by_request.values())
    replicas: list[tuple[int, ...]] = []
    worth: list[tuple[float, ...]] = []
    for variants in shapes:
        gains = [(after - before, variant) for variant in variants for before, after in pairwise(value[variant])]
        # Stable: of one variant, whose gains never rise, no later replica comes before an earlier one.
        gains.sort(key=lambda gain: -gain[0])
        replicas.append(tuple(variant for _, variant in gains))
        worth.append((value[variants[0]][0], *accumulate(gain for gain, _ in gains)))
    return shapes, replicas, worth
