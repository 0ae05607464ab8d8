"""Slack: machines that aren't needed, since what they hold fits into the free room of others.

Contents are made for one machine at a time. What a hundred of them leave free is often half a machine, which replicas
of the dearest-to-keep machines can use: those that are paid by the hour are emptied one after the other, the cheapest
first, as far as the others have room, and what stays moves to the cheapest machine type that holds it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.zoned.market import Market
from solver.model.zoned.rounding import Lane, fitted

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
_EPSILON = 1e-9


@dataclass
class _Running:
    """A lane's machines, one a row."""

    types: Integers
    is_spot: Booleans
    contents: Integers
    """Machines × workloads."""
    free: Integers
    """Machines × dimensions."""
    open: Booleans
    """Whether it may get more."""

    def emptied(self, market: Market, number: int, order: list[int]) -> Integers:
        """Move what fits elsewhere, the largest replicas first; what stays on the machine, by workload.

        Replicas of spot machines may run anywhere, others not on spot machines.
        """
        stays = self.contents[number].copy()
        may = self.open if self.is_spot[number] else self.open & ~self.is_spot
        for who in order:
            if not stays[who]:
                continue
            asked = market.request[who]
            some = asked > 0
            fit = np.where(may, (self.free[:, some] // asked[some]).min(axis=1), 0)
            taken = np.diff(np.minimum(np.cumsum(fit), stays[who]), prepend=0)
            self.free -= taken[:, None] * asked
            self.contents[:, who] += taken
            stays[who] -= taken.sum()
        return stays


def dissolved(
    market: Market, lane: Lane, reserved: Integers, fits: dict[tuple[int, bool, tuple[int, ...]], int]
) -> None:
    """The lane with fewer and smaller machines, where there is room; `reserved` by machine type, in its zone."""
    rows = [(place, is_spot, contents) for place, is_spot, contents, count in lane.machines for _ in range(count)]
    if not rows:
        return
    types = np.array([row[0] for row in rows], dtype=np.int64)
    is_spot = np.array([row[1] for row in rows], dtype=np.bool_)
    contents = np.array([row[2] for row in rows], dtype=np.int64)
    free = market.room[types] - contents @ market.request
    running = _Running(types, is_spot, contents, free, np.ones(len(rows), dtype=np.bool_))
    price = np.where(is_spot, market.spot[lane.zone, types], market.price[types])
    for place in np.flatnonzero(reserved).tolist():
        price[np.flatnonzero((types == place) & ~is_spot)[: int(reserved[place])]] = 0.0
    order = np.argsort(-(market.request / np.maximum(market.room.max(axis=0), 1)).max(axis=1), kind="stable").tolist()
    for number in np.argsort(price, kind="stable").tolist():
        if price[number] <= 0.0:
            continue
        before = running.free.copy(), running.contents.copy()
        running.open[number] = False
        stays = running.emptied(market, number, order)
        if not stays.any():
            running.contents[number] = 0
            continue
        running.open[number] = True
        own = bool(is_spot[number])
        smaller = fitted(market, lane.zone, (0, own, tuple(stays.tolist()), 1), fits)
        cost = float(market.spot[lane.zone, smaller] if own else market.price[smaller])
        if cost < price[number] - _EPSILON:
            types[number], running.contents[number] = smaller, stays
            running.free[number] = market.room[smaller] - stays @ market.request
        else:
            running.free, running.contents = before
    lane.machines = [
        (int(types[number]), bool(is_spot[number]), tuple(running.contents[number].tolist()), 1)
        for number in np.flatnonzero(running.open)
    ]
