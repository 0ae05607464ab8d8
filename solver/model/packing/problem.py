"""Problem: an instance in whole numbers and arrays; equal items are one class, dominated machine types are out.

Units: each dimension in its own finest unit, prices in units of their greatest common divisor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, gcd

import numpy as np
from numpy.typing import NDArray

from solver.packing.amounts import DECIMALS, exact, room, scale_of, whole_request
from solver.packing.instance import Instance

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """Machine types m, classes of equal replicas k, dimensions d."""

    room: Integers
    """m × d: what a machine has for replicas."""
    price: Integers
    """m: in units of `usd_per_unit`."""
    usd_per_unit: float
    """USD an hour."""
    request: Integers
    """k × d."""
    count: Integers
    """k: replicas that must run."""
    most: Integers
    """k: most on one machine, by rule."""
    fits: Bools
    """m × k: whether a machine may hold a replica at all."""
    conflicts: Bools
    """k × k: classes that may not share a machine."""

    @cached_property
    def cost(self) -> Floats:
        """m: price, as floats."""
        return self.price.astype(np.float64)

    @cached_property
    def scale(self) -> Floats:
        """d: the largest room; what is divided by it is near 1."""
        return np.maximum(self.room.max(axis=0, initial=1), 1).astype(np.float64)

    @cached_property
    def share(self) -> Floats:
        """k × d: requests as parts of the largest room."""
        return self.request / self.scale

    @cached_property
    def space(self) -> Floats:
        """m × d: rooms as parts of the largest room."""
        return self.room / self.scale

    @cached_property
    def ceiling(self) -> Integers:
        """m × k: most replicas of one class that one machine holds."""
        with np.errstate(divide="ignore"):
            per = np.where(
                self.request[None] > 0,
                self.room[:, None] // np.maximum(self.request[None], 1),
                self.most[None, :, None],
            ).min(axis=2)
        return np.where(self.fits, np.minimum(per, self.most), 0)

    @cached_property
    def has_conflicts(self) -> bool:
        """Whether any two classes may not share a machine."""
        return bool(self.conflicts.any())

    def with_count(self, count: Integers) -> Problem:
        """The same with other counts; what does not depend on counts is kept."""
        other = Problem(
            self.room, self.price, self.usd_per_unit, self.request, count, self.most, self.fits, self.conflicts
        )
        for name in ("cost", "scale", "share", "space", "ceiling", "has_conflicts"):
            other.__dict__[name] = getattr(self, name)
        return other


@dataclass(frozen=True)
class Reading:
    """A problem, and what its machine types and classes stand for."""

    problem: Problem
    machines: tuple[int, ...]
    """By machine type of the problem: place in the instance."""
    members: tuple[tuple[int, ...], ...]
    """By class: places of the items in the instance."""
    zones: Bools
    """m × zones: where a machine type of the problem is sold."""
    spread: Bools
    """k: whether a class (of one item) is spread over the zones."""


def read(instance: Instance) -> Reading:
    """The problem without zones: a relaxation where items are spread, else the problem itself."""
    # Sorted, so that the order in which things are listed decides nothing.
    wanted = sorted(
        (place for place, item in enumerate(instance.items) if item.count > 0),
        key=lambda place: instance.items[place].name,
    )
    dimensions = sorted({name for place in wanted for name, amount in instance.items[place].request.items() if amount})
    scales = {
        name: scale_of(
            [
                *(machine.capacity.get(name, 0) for machine in instance.machines),
                *(instance.items[place].request.get(name, 0) for place in wanted),
                instance.overhead.get(name, 0),
            ]
        )
        for name in dimensions
    }
    request = np.array(
        [
            [whole_request(instance.items[place].request.get(name, 0), scales[name]) for name in dimensions]
            for place in wanted
        ],
        dtype=np.int64,
    ).reshape(len(wanted), len(dimensions))
    members, conflicts = _classes(instance, wanted, request)
    first = [wanted.index(group[0]) for group in members]
    request = request[first]
    count = np.array([sum(instance.items[place].count for place in group) for group in members], dtype=np.int64)
    most = count.copy()
    for number, group in enumerate(members):
        limit = instance.items[group[0]].max_per_machine
        # A limit that an item never reaches says nothing about the equal items in its class.
        if limit is not None and limit < instance.items[group[0]].count:
            most[number] = min(most[number], limit)
        if instance.items[group[0]].zone_spread:
            # No zone has more, so no machine has.
            most[number] = min(most[number], -(-count[number] // max(len(instance.zones), 1)))
    names = [*dimensions]
    usable, rooms = _rooms(instance, names, scales)
    if instance.max_items_per_machine is not None:
        request = np.column_stack([request, np.ones(len(members), dtype=np.int64)])
        slots = np.full((len(usable), 1), instance.max_items_per_machine, dtype=np.int64)
        rooms = np.column_stack([rooms, slots])
    if request.shape[1] == 0:
        request, rooms = np.zeros((len(members), 1), dtype=np.int64), np.zeros((len(usable), 1), dtype=np.int64)
    zones = instance.zones or ("",)
    sold = np.array(
        [
            [not instance.machines[place].zones or zone in instance.machines[place].zones for zone in zones]
            for place in usable
        ],
        dtype=np.bool_,
    ).reshape(len(usable), len(zones))
    nanos = [floor(exact(instance.machines[place].usd_per_hour) * 10**DECIMALS) for place in usable]
    kept = undominated(np.minimum(rooms, _useful(request, count, most)), nanos, sold)
    step = gcd(*(nanos[place] for place in kept)) if kept else 1
    room_kept = rooms[kept]
    problem = Problem(
        room=room_kept,
        price=np.array([nanos[place] // step for place in kept], dtype=np.int64),
        usd_per_unit=step / 10**DECIMALS,
        request=request,
        count=count,
        most=most,
        fits=np.all(room_kept[:, None] >= request[None], axis=2),
        conflicts=conflicts,
    )
    return Reading(
        problem=problem,
        machines=tuple(usable[place] for place in kept),
        members=tuple(tuple(group) for group in members),
        zones=sold[kept],
        spread=np.array([instance.items[group[0]].zone_spread and len(zones) > 1 for group in members], dtype=np.bool_),
    )


def _classes(instance: Instance, wanted: Sequence[int], request: Integers) -> tuple[list[list[int]], Bools]:
    """Places of items by class: items that ask for the same and have no rule of their own are one."""
    excluding = {name: set(item.excludes) for item in instance.items if item.excludes for name in [item.name]}
    involved = set(excluding) | {name for names in excluding.values() for name in names}
    groups: dict[tuple[object, ...], list[int]] = {}
    for row, place in enumerate(wanted):
        item = instance.items[place]
        limited = item.max_per_machine is not None and item.max_per_machine < item.count
        alone = item.zone_spread or limited or item.name in involved
        groups.setdefault((tuple(request[row].tolist()), place if alone else -1), []).append(place)
    members = list(groups.values())
    number = {instance.items[group[0]].name: place for place, group in enumerate(members)}
    conflicts = np.zeros((len(members), len(members)), dtype=np.bool_)
    for name, others in excluding.items():
        for other in others:
            if name in number and other in number:
                conflicts[number[name], number[other]] = conflicts[number[other], number[name]] = True
    return members, conflicts


def _rooms(instance: Instance, names: Sequence[str], scales: dict[str, int]) -> tuple[list[int], Integers]:
    usable: list[int] = []
    rooms: list[list[int]] = []
    for place, machine in sorted(enumerate(instance.machines), key=lambda each: each[1].name):
        if any(room(machine, instance, name, 10**DECIMALS) is None for name in machine.capacity):
            continue
        usable.append(place)
        rooms.append([room(machine, instance, name, scales[name]) or 0 for name in names])
    return usable, np.array(rooms, dtype=np.int64).reshape(len(usable), len(names))


def _useful(request: Integers, count: Integers, most: Integers) -> Integers:
    """By dimension: what all replicas together ask for, on one machine."""
    together = request.astype(np.float64) * np.minimum(count, most)[:, None]
    return np.minimum(together.sum(axis=0), float(2**62)).astype(np.int64)


def undominated(rooms: Integers, price: Sequence[int], sold: Bools) -> list[int]:
    """Places of the machine types for which no other one is as large, sold in as many zones, and costs no more."""
    order = sorted(range(len(price)), key=lambda place: (price[place], *(-rooms[place]).tolist(), place))
    kept: list[int] = []
    for place in order:
        if kept:
            larger = (rooms[kept] >= rooms[place]).all(axis=1) & (sold[kept] >= sold[place]).all(axis=1)
            if larger.any():
                continue
        kept.append(place)
    return kept
