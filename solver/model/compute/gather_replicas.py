"""Gather replicas: how many run of a service that shares machines, on demand or a part of them on spot machines."""

from __future__ import annotations

from math import ceil

from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.rows import surviving

_SPOT_FOR_ON_DEMAND = 0.5
"""Of the price of a machine on demand, about, as the two parts of a service are reckoned with."""


def replicas_to_run(needs: Needs, service: ServiceNeed, variant: int, zones: int) -> tuple[int, ...]:
    """By hour class: replicas that meet the need, and spread over so many zones the load without any one of them."""
    each = needs.runnables[variant].capacity
    found: list[int] = []
    for load, needed in zip(service.load, service.needed, strict=True):
        replicas = max(service.service.replicas.min, -(-needed // each) if needed else 0)
        if service.survives_zone and zones > 1:
            for_load = -(-load // each) if load else 0
            replicas = max(replicas, for_load + -(-for_load // (zones - 1)))
            assert surviving(replicas, zones) >= for_load
        found.append(replicas)
    return tuple(found)


def parts_to_run(
    needs: Needs, service: ServiceNeed, variant: int, zones: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """By hour class: replicas on demand and on spot machines, each part spread evenly over so many zones.

    What may not rest on spot machines runs on demand, and more only where the two then round up to less together:

        capacity · r_d  ≥  (1 − interruptible share) · needed,      capacity · (r_d + r_s)  ≥  needed
        r_d − ⌈r_d / zones⌉ + r_s − ⌈r_s / zones⌉  ≥  replicas for the load, where it survives the loss of a zone
    """
    each = needs.runnables[variant].capacity
    steady: list[int] = []
    spot: list[int] = []
    for load, needed in zip(service.load, service.needed, strict=True):
        in_all = max(service.service.replicas.min, -(-needed // each) if needed else 0)
        for_load = -(-load // each) if load and service.survives_zone and zones > 1 else 0
        asked = ceil(needed * (1 - service.spot_share))
        least = -(-asked // each) if asked else 0
        pairs = [
            (on_demand, _on_spot(on_demand, in_all, for_load, zones)) for on_demand in range(least, least + zones + 1)
        ]
        best = min(pairs, key=lambda pair: (pair[0] + pair[1] * _SPOT_FOR_ON_DEMAND, pair[0]))
        steady.append(best[0])
        spot.append(best[1])
    return tuple(steady), tuple(spot)


def _on_spot(on_demand: int, in_all: int, for_load: int, zones: int) -> int:
    """Replicas on spot machines beside so many on demand."""
    found = max(0, in_all - on_demand)
    if for_load:
        left = max(0, for_load - surviving(on_demand, zones))
        # The fewest of which so many are left without a zone: all but one in `zones`, rounded up.
        found = max(found, left + -(-left // (zones - 1)))
    return found
