"""Zones: items that must be spread become one class for each zone, machine types one for each zone where they are sold.

Of an item with n replicas in Z zones each zone gets ⌊n / Z⌋, and n mod Z zones one more. Which zones those are is
decided here, so that all zones carry about the same; what is left is a problem without zones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.model.packing.machines import Machines
from solver.model.packing.problem import Floats, Integers, Problem, Reading


@dataclass(frozen=True)
class Zoned:
    """A problem with zones told apart."""

    problem: Problem
    machines: Integers
    """By machine type: place in the problem without zones."""
    machine_zone: Integers
    """By machine type: its zone."""
    classes: Integers
    """By class: place in the problem without zones."""
    class_zone: Integers
    """By class: its zone, −1 for any."""

    def columns_of(self, types: Integers, patterns: Integers) -> tuple[Integers, Integers]:
        """Columns of the problem without zones as columns in each zone where their machine is sold."""
        found_types: list[Integers] = []
        found: list[Integers] = []
        for zone in range(int(self.machine_zone.max(initial=0)) + 1):
            place = np.full(int(self.machines.max(initial=0)) + 1, -1, dtype=np.int64)
            here = self.machine_zone == zone
            place[self.machines[here]] = np.nonzero(here)[0]
            sold = place[types] >= 0
            visible = (self.class_zone == zone) | (self.class_zone == -1)
            part = np.where(visible, patterns[sold][:, self.classes], 0)
            found_types.append(place[types[sold]])
            found.append(np.minimum(part, self.problem.count))
        return np.concatenate(found_types), np.concatenate(found)

    def machines_of(self, types: Integers, zones: Integers, patterns: Integers, numbers: Integers) -> Machines:
        """Machines of the problem without zones, each in its zone, as machines of this one."""
        if self.problem.fits.shape[0] == len(np.unique(self.machines)) and not (self.class_zone >= 0).any():
            return Machines(types, patterns, numbers)
        place = np.full((int(self.machines.max()) + 1, int(self.machine_zone.max()) + 1), -1, dtype=np.int64)
        place[self.machines, self.machine_zone] = np.arange(len(self.machines))
        visible = (self.class_zone[None] == -1) | (self.class_zone[None] == zones[:, None])
        return Machines(place[types, zones], np.where(visible, patterns[:, self.classes], 0), numbers)


def in_zones(reading: Reading, share: Integers) -> Zoned:
    """The problem with zones; `share` has the replicas of the classes that are spread, by class and zone."""
    problem = reading.problem
    zones = reading.zones.shape[1]
    if not reading.spread.any():
        first = reading.zones.argmax(axis=1).astype(np.int64)
        every: Integers = np.arange(len(problem.count), dtype=np.int64)
        types: Integers = np.arange(len(problem.price), dtype=np.int64)
        return Zoned(problem, types, first, every, np.full(len(every), -1, dtype=np.int64))
    machines, machine_zone = np.nonzero(reading.zones)
    classes: list[int] = []
    class_zone: list[int] = []
    count: list[int] = []
    for place, spread in enumerate(reading.spread.tolist()):
        for zone in range(zones) if spread else (-1,):
            number = int(share[place, zone]) if spread else int(problem.count[place])
            if number:
                classes.append(place)
                class_zone.append(zone)
                count.append(number)
    chosen, of_zone, counts = np.array(classes), np.array(class_zone), np.array(count, dtype=np.int64)
    near = (of_zone[None] == -1) | (of_zone[None] == machine_zone[:, None])
    apart = (of_zone[:, None] != -1) & (of_zone[None] != -1) & (of_zone[:, None] != of_zone[None])
    zoned = Problem(
        room=problem.room[machines],
        price=problem.price[machines],
        usd_per_unit=problem.usd_per_unit,
        request=problem.request[chosen],
        count=counts,
        most=np.minimum(problem.most[chosen], counts),
        fits=problem.fits[machines][:, chosen] & near,
        conflicts=problem.conflicts[chosen][:, chosen] & ~apart,
    )
    return Zoned(zoned, machines.astype(np.int64), machine_zone.astype(np.int64), chosen, of_zone)


def balanced(reading: Reading, worth: Floats) -> Integers:
    """Replicas by class and zone of the classes that are spread; zones carry about the same `worth`."""
    problem = reading.problem
    zones = reading.zones.shape[1]
    share = np.repeat((problem.count // zones)[:, None], zones, axis=1)
    load = np.zeros(zones)
    rest = problem.count % zones
    order = np.argsort(-worth, kind="stable")
    for place in order[reading.spread[order]].tolist():
        held = (problem.fits[:, place][:, None] & reading.zones).sum(axis=0) > 0
        free = [zone for zone in np.argsort(load, kind="stable").tolist() if held[zone]]
        for zone in free[: int(rest[place])]:
            share[place, zone] += 1
            load[zone] += worth[place]
    return share
