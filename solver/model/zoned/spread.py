"""Spread: how many replicas of each workload each zone holds, and how many of them may be on spot machines there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.model.zoned.market import Market

Integers = NDArray[np.int64]
_FEW = 8
"""Replicas a zone; fewer of a workload that need not survive a zone's loss stay in one."""
_SAME = 1e-3


def spread(market: Market) -> tuple[Integers, Integers]:
    """Replicas and those of them that may be on spot machines: hours × zones × workloads.

    Workloads are spread evenly over the zones that can hold them; the zones that get one replica less take turns. No
    zone gets more interruptible replicas than one capacity pool may hold, so that each zone may use a single one. They
    go where spot machines are cheapest, or evenly.
    """
    hours, workloads = market.need.shape
    zones = len(market.zones)
    placed = np.zeros((hours, zones, workloads), dtype=np.int64)
    soft = np.zeros_like(placed)
    holds = market.holds
    part = market.part.max(axis=2)
    for place in range(workloads):
        at = [zone for zone in range(zones) if (holds[place] & market.offered[zone]).any()]
        need = market.need[:, place]
        if market.survive[place]:
            need = -(-need * len(at) // (len(at) - 1))
        elif need.max() < _FEW * len(at):
            at = at[:1]
        for number, zone in enumerate(at):
            turn = (number + place) % len(at)
            placed[:, zone, place] = need // len(at) + (turn < need % len(at))
        cheapest = [float((part[place] * np.where(holds[place], market.spot[zone], np.inf)).min()) for zone in at]
        left = market.soft[:, place].copy()
        order = sorted(range(len(at)), key=lambda number: cheapest[number])
        even = max(cheapest) <= min(cheapest) * (1.0 + _SAME)
        for rank, number in enumerate(order):
            if not np.isfinite(cheapest[number]):
                continue
            zone = at[number]
            most = np.minimum(placed[:, zone, place], market.pool[:, place])
            wanted = -(-left // (len(at) - rank)) if even else left
            soft[:, zone, place] = np.minimum(most, wanted)
            left -= soft[:, zone, place]
        for zone in at if even else ():
            more = np.minimum(left, np.minimum(placed[:, zone, place], market.pool[:, place]) - soft[:, zone, place])
            soft[:, zone, place] += more
            left -= more
    return placed, soft
