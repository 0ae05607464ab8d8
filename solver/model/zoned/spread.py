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
        cost = part[place] * np.where(holds[place], market.spot, np.inf)
        at = [zone for zone in range(zones) if (holds[place] & market.offered[zone]).any()]
        need, survives = market.need[:, place], bool(market.survive[place])
        if not survives and need.max() < _FEW * len(at):
            at = at[:1]
        if survives:
            placed[:, at, place] = _evenly(-(-need * len(at) // (len(at) - 1)), len(at), place)
        cheapest = {zone: float(cost[zone].min()) for zone in at}
        order = [zone for zone in sorted(at, key=lambda zone: cheapest[zone]) if np.isfinite(cheapest[zone])]
        even = bool(order) and cheapest[order[-1]] <= cheapest[order[0]] * (1.0 + _SAME)
        left = market.soft[:, place].copy()
        for turn in (True, False) if even else (False,):
            for number, zone in enumerate(order):
                most = market.pool[:, place] - soft[:, zone, place]
                if survives:
                    most = np.minimum(most, placed[:, zone, place] - soft[:, zone, place])
                taken = np.minimum(most, -(-left // (len(order) - number)) if turn else left)
                soft[:, zone, place] += taken
                left -= taken
        if not survives:
            firm = _evenly(need - soft[:, :, place].sum(axis=1), len(at), place)
            placed[:, :, place] = soft[:, :, place]
            placed[:, at, place] += firm
    return placed, soft


def _evenly(counts: Integers, zones: int, turn: int) -> Integers:
    """Counts (by hour) in so many nearly equal parts: hours × zones."""
    number = (np.arange(zones) + turn) % zones
    return counts[:, None] // zones + (number < counts[:, None] % zones)
