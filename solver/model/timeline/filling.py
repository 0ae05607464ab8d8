"""Filling: replicas of many classes onto machines of one type, so that little of what is paid for stays free.

A machine first gets what an average machine of its type holds, dearest replicas first, less a part of its room; then
the pairs of replicas that are worth most of what still fits. Several such fillings are tried, each with another way to
round the average, and the best is used as often as the replicas allow. What replicas are worth comes from the bound, so
that a machine's worth over its price says how far it is from the best that any machine could do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_GOLDEN = 0.6180339887498949
_ENOUGH = 0.998
_CUTS = (0.95, 1.0, 0.8, 0.9, 0.9, 0.8, 1.0, 0.95)
"""Part of a machine that the average replicas may take, by turn."""


@dataclass(frozen=True)
class Fill:
    """Machines with equal contents."""

    choice: int
    """The machine choice's place."""
    classes: Integers
    """Rising."""
    amounts: Integers
    """Of each class, on each machine."""
    count: int
    """How many such machines."""
    worth: float
    """Of the contents of one machine, at the bound's prices."""


def merged(fills: Sequence[Fill]) -> list[Fill]:
    """Equal machines as one entry, where the first of them stood."""
    found: dict[tuple[int, bytes, bytes], Fill] = {}
    for fill in fills:
        key = (fill.choice, fill.classes.tobytes(), fill.amounts.tobytes())
        before = found.get(key)
        count = fill.count if before is None else before.count + fill.count
        found[key] = Fill(fill.choice, fill.classes, fill.amounts, count, fill.worth)
    return list(found.values())


@dataclass
class Filler:
    """Fills machines of one hour."""

    request: Integers
    """Classes × dimensions."""
    worth: Floats
    """By class, USD an hour."""
    rank: Integers
    """By class: its place when those that fit on few machine choices come first."""
    left: Integers
    """Replicas of each class that are on no machine yet; lowered by what is filled."""
    pairs: int
    """Classes among which pairs are looked for."""
    trials: int
    """Fillings that are compared for each machine."""
    tried: int = 0
    """Fillings so far."""

    def fill(
        self, choice: int, room: Integers, holds: Integers, price: float, mine: Integers, machines: float, least: float
    ) -> list[Fill]:
        """Up to `machines` machines of one choice, until none reaches the part `least` of its price in worth.

        `holds` are the classes that fit, dearest first; `mine` the replicas meant for this choice, of which an average
        machine is made. What completes a machine may be meant for another one.
        """
        fills: list[Fill] = []
        remaining = machines
        while remaining > 1e-6:
            mine = np.minimum(mine, self.left)
            own = holds[mine[holds] > 0]
            if not len(own):
                break
            best = self._best(room, holds[self.left[holds] > 0], own, mine[own] / max(1.0, remaining), price)
            value = float(best @ self.worth)
            if value < least * price:
                break
            who = np.flatnonzero(best)
            often = int((self.left[who] // best[who]).min())
            count = min(often, max(1, int(np.ceil(remaining - 1e-6)))) if remaining > 1.0 else 1
            fills.append(Fill(choice, who, best[who], count, value))
            self.left[who] -= best[who] * count
            mine = np.maximum(mine - best * count, 0)
            remaining -= count
        return fills

    def _best(self, room: Integers, pool: Integers, own: Integers, mean: Floats, price: float) -> Integers:
        """Amounts by class of the best of several fillings."""
        best, most = np.zeros(len(self.left), dtype=np.int64), -1.0
        asked_pool, worth_pool = self.request[pool], self.worth[pool]
        rare = np.argsort(self.rank[own], kind="stable")
        orders = [(own, mean), (own[rare], mean[rare])]
        for trial in range(self.trials):
            self.tried += 1
            offset = (self.tried * _GOLDEN) % 1.0
            amounts = np.zeros(len(self.left), dtype=np.int64)
            who, average = orders[trial % 2]
            asked = self.request[who]
            first = _average(room, asked, self.left[who], average * _CUTS[trial % len(_CUTS)], offset)
            amounts[who] = first
            spare = self.left[pool] - amounts[pool]
            for place in self._completion(room - first @ asked, asked_pool, worth_pool, spare):
                amounts[pool[place]] += 1
            value = float(amounts @ self.worth)
            if value > most:
                best, most = amounts, value
            if value >= _ENOUGH * price or (amounts[pool] == self.left[pool]).all():
                break
        return best

    def _completion(self, free: Integers, asked: Integers, worth: Floats, spare: Integers) -> list[int]:
        """What is worth most of what still fits, two replicas at a time, until nothing fits; `spare` is lowered."""
        chosen: list[int] = []
        fits = np.arange(len(asked))
        while True:
            fits = fits[(spare[fits] > 0) & (asked[fits] <= free).all(axis=1)]
            if not len(fits):
                return chosen
            some = fits
            if len(some) > self.pairs:
                some = some[np.linspace(0, len(some) - 1, self.pairs).astype(np.int64)]
            part, value = asked[some], worth[some]
            both = part[:, None, 0] + part[None, :, 0] <= free[0]
            for dimension in range(1, part.shape[1]):
                both &= part[:, None, dimension] + part[None, :, dimension] <= free[dimension]
            alone = np.flatnonzero(spare[some] < 2)
            both[alone, alone] = False
            total = np.where(both, value[:, None] + value[None], value[:, None])
            first, second = divmod(int(total.argmax()), len(some))
            for place in (first, second) if both[first, second] else (first,):
                chosen.append(int(some[place]))
                spare[some[place]] -= 1
                free = free - part[place]


def _average(room: Integers, asked: Integers, left: Integers, mean: Floats, offset: float) -> Integers:
    """Mean amounts rounded so that their running sum stays true, as far as they fit, dearest first."""
    steps = np.floor(np.cumsum(mean) + offset).astype(np.int64)
    amounts = np.minimum(np.diff(steps, prepend=np.int64(0)), left)
    chosen = np.flatnonzero(amounts)
    items = np.repeat(chosen, amounts[chosen])
    inside = (np.cumsum(asked[items], axis=0) <= room).all(axis=1)
    fits = len(items) if inside.all() else int(inside.argmin())
    return np.bincount(items[:fits], minlength=len(left)).astype(np.int64)
