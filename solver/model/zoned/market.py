"""Market: an hourly instance over zones as whole numbers in arrays; useless machine types are left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import floor

import numpy as np
from numpy.typing import NDArray

from solver.model.timeline.load import free_room, useful
from solver.model.timeline.parts import parts
from solver.packing.amounts import exact, scale_of, whole_request
from solver.timetable.instance import HourlyInstance
from solver.timetable.mistakes import offered_zones
from solver.vocabulary import Survive

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Market:
    """What must run, where it can, and what it costs; prices are infinite where something is not sold."""

    zones: tuple[str, ...]
    request: Integers
    """Workloads × dimensions."""
    need: Integers
    """Hours × workloads: replicas that must be there."""
    soft: Integers
    """Hours × workloads: how many of them may run on spot machines."""
    pool: Integers
    """Hours × workloads: how many of them one capacity pool may hold."""
    survive: Booleans
    """Workloads: as many must be left without any one zone."""
    room: Integers
    """Machine types × dimensions."""
    price: Floats
    """USD an hour on demand, by machine type."""
    reserved: Floats
    """USD an hour reserved, by machine type."""
    plan: Floats
    """USD an hour of a savings plan, by machine type."""
    spot: Floats
    """Zones × machine types: USD an hour as spot capacity."""
    offered: Booleans
    """Zones × machine types."""
    origin: tuple[int, ...]
    """Of each machine type: its place in the instance."""

    @property
    def hours(self) -> int:
        """Number of hours."""
        return len(self.need)

    @property
    def holds(self) -> Booleans:
        """Workloads × machine types: whether a replica fits."""
        return np.asarray((self.request[:, None] <= self.room[None]).all(axis=2), dtype=np.bool_)

    @cached_property
    def part(self) -> Floats:
        """Workloads × machine types × parts: what a replica takes of a machine, by dimension, then rounded."""
        whole = np.minimum(self.request[:, None] / np.maximum(self.room[None], 1), 1.0)
        rounded = parts(self.request, self.room)
        fresh = [
            plane
            for plane in np.moveaxis(rounded, 2, 0)
            if not any((plane <= known).all() for known in np.moveaxis(whole, 2, 0))
        ]
        return np.stack([*np.moveaxis(whole, 2, 0), *fresh], axis=2)

    @property
    def least(self) -> Integers:
        """Hours × workloads: the fewest replicas of which enough are left.

        With S replicas the fullest of Z zones has at least S / Z of them, and an even spread has no more than that
        rounded up: the least S with S - ceil(S / Z) ≥ n is ceil(n Z / (Z - 1)).
        """
        zones = len(self.zones)
        if zones < 2:
            return self.need
        return np.where(self.survive, -(-self.need * zones // (zones - 1)), self.need)


def market_of(instance: HourlyInstance) -> Market:
    """The arrays of an instance."""
    zones = instance.zones or ("",)
    names = sorted({name for workload in instance.workloads for name, amount in workload.request.items() if amount > 0})
    scales = [
        scale_of(
            [
                *(machine.capacity.get(name, 0) for machine in instance.machines),
                *(workload.request.get(name, 0) for workload in instance.workloads),
                instance.overhead.get(name, 0),
            ]
        )
        for name in names
    ]
    request = np.array(
        [
            [whole_request(workload.request.get(name, 0), scale) for name, scale in zip(names, scales, strict=True)]
            for workload in instance.workloads
        ],
        dtype=np.int64,
    )
    need = np.array([workload.replicas for workload in instance.workloads], dtype=np.int64).T
    soft, pool = np.zeros_like(need), np.zeros_like(need)
    for place, workload in enumerate(instance.workloads):
        share = exact(workload.interruptible_share)
        soft[:, place] = [floor(share * count) for count in workload.replicas]
        pool[:, place] = -(-soft[:, place] // workload.spot_pools)
    rows: list[list[int]] = []
    prices: list[list[float]] = []
    places: list[int] = []
    for place, machine in enumerate(instance.machines):
        free = free_room(machine, instance, names, scales)
        at = offered_zones(instance, machine)
        if free is None or not at:
            continue
        on_demand = float(machine.usd_per_hour)
        there = [zone in at for zone in zones]
        spot = [machine.spot_rate(zone) if is_there else None for zone, is_there in zip(zones, there, strict=True)]
        rows.append(free)
        places.append(place)
        prices.append(
            [
                *(on_demand if is_there else np.inf for is_there in there),
                *(np.inf if price is None else float(price) for price in spot),
                *(
                    np.inf if price is None else float(price)
                    for price in (machine.reserved_rate, machine.plan_usd_per_hour)
                ),
            ]
        )
    room, price = np.array(rows, dtype=np.int64).reshape(-1, len(names)), np.array(prices)
    kept = useful(room, price)
    kept = [number for number in kept if (request <= room[number]).all(axis=1).any()]
    room, price = room[kept], price[kept]
    count = len(zones)
    return Market(
        zones=zones,
        request=request,
        need=need,
        soft=soft,
        pool=pool,
        survive=np.array([workload.survive is Survive.ZONE for workload in instance.workloads]),
        room=room,
        price=price[:, :count].min(axis=1),
        reserved=price[:, -2],
        plan=price[:, -1],
        spot=np.ascontiguousarray(price[:, count : 2 * count].T),
        offered=np.ascontiguousarray(np.isfinite(price[:, :count]).T),
        origin=tuple(places[number] for number in kept),
    )
