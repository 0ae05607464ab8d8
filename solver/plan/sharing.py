"""Sharing: node groups whose services share their machines, and what is left of them for each service.

Replicas and machines are measured in units (`SharedSlots`). A service that is on several such groups fills them in one
order, the one with most units in the week first, and services do so one after the other, by name: a group takes a
replica as long as less is taken than is planned on its machines. Where there is room for it, they do so in rounds of a
replica in each zone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from solver.plan.compute import NodeGroup

Units = Mapping[str, int]
"""`workload.variant` → units of one replica."""


@dataclass(frozen=True)
class SharedMachines:
    """A group's machines in one hour, that services share."""

    key: str
    units: int
    """Of one machine."""
    filled: int
    """That are planned on each."""
    machines: int
    zones: int
    units_of_week: int
    """On all machines of all hours."""

    def units_in_a_zone(self, zones: int) -> int:
        """Units that are planned in each zone, where the groups have so many."""
        return self.filled * (self.machines // zones)


def shared_machines(group: NodeGroup, hour: int) -> SharedMachines:
    """A node group in an hour of the week."""
    shared = group.shared
    assert shared is not None, f"{group.key} is not shared"
    week = group.machines.hourly()
    zones = len(group.zones)
    return SharedMachines(group.key, shared.units, shared.filled, week[hour], zones, shared.filled * sum(week))


def have_room(groups: Iterable[SharedMachines], replicas: Iterable[tuple[int, int]]) -> bool:
    """Whether the groups hold replicas of services, given as units of one and their number."""
    return sum(units * count for units, count in replicas) <= sum(group.filled * group.machines for group in groups)


def have_even_room(groups: Sequence[SharedMachines], replicas: Iterable[tuple[int, int]]) -> bool:
    """Whether they hold them spread evenly over the zones, whichever zone has a replica of a service more."""
    zones = {group.zones for group in groups}
    if len(zones) != 1:
        return False
    (number,) = zones
    in_a_zone = sum(units * -(-count // number) for units, count in replicas)
    return in_a_zone <= sum(group.units_in_a_zone(number) for group in groups)


def filled(
    groups: Sequence[SharedMachines],
    replicas: Mapping[str, int],
    units: Units,
    allowed: Mapping[str, Collection[str]] | None = None,
) -> dict[str, dict[str, int]]:
    """Group → `workload.variant` → replicas there; `allowed` has the groups of each service, all by default."""
    ordered = sorted(groups, key=lambda group: (-group.units_of_week, group.key))
    even = have_even_room(ordered, [(units[name], count) for name, count in replicas.items()])
    round_of = ordered[0].zones if even and ordered else 1
    free = {group.key: group.units_in_a_zone(round_of) for group in ordered}
    found: dict[str, dict[str, int]] = {group.key: {} for group in ordered}
    for name, count in sorted(replicas.items()):
        left = count
        for group in ordered:
            if left and (allowed is None or group.key in allowed[name]):
                rounds = min(-(-left // round_of), max(0, -(-free[group.key] // units[name])))
                free[group.key] -= rounds * units[name]
                taken = min(left, rounds * round_of)
                left -= taken
                if taken:
                    found[group.key][name] = taken
    return found


@dataclass(frozen=True)
class Shared:
    """A group's machines in one hour, with what they hold."""

    machines: SharedMachines
    replicas: Mapping[str, int]
    """`workload.variant` → replicas, of all its services."""
    units: Units

    @property
    def is_even(self) -> bool:
        """Whether every service can be spread evenly over the zones; the last may take a part more than is planned."""
        zones = self.machines.zones
        taken = sum(self.units[name] * -(-count // zones) for name, count in self.replicas.items())
        return taken < self.machines.units_in_a_zone(zones) + self._most

    @property
    def _most(self) -> int:
        return max(self.units.values(), default=1)

    def places_for(self, name: str, machines: int | None = None) -> int:
        """Replicas of a service for which so many machines have room beside those of the others."""
        count = self.machines.machines if machines is None else machines
        others = sum(self.units[slot] * each for slot, each in self.replicas.items() if slot != name)
        room = max(0, (self.machines.filled * count - others) // self.units[name])
        return max(room, self.replicas.get(name, 0) if count >= self.machines.machines else 0)

    def part_of(self, name: str, machines: int) -> int:
        """Replicas that a service gets on so many machines where all ask for more: in proportion to what runs."""
        taken = sum(self.units[slot] * count for slot, count in self.replicas.items())
        return self.machines.filled * machines * self.replicas.get(name, 0) // max(1, taken)

    def left_for(self, name: str, lost_zones: int, machines: int) -> int:
        """Replicas of a service that run when so many zones are lost and so many machines are left.

        An even service keeps what it has in the other zones. What else is left of the machines goes to all alike.
        """
        count = self.replicas.get(name, 0)
        kept = max(0, count - lost_zones * -(-count // self.machines.zones)) if self.is_even else 0
        return min(count, max(kept, self.part_of(name, machines)))

    def left_at_most(self, name: str, machines: int | None = None) -> int:
        """Replicas of a service that so many machines have left without any one zone, if it fills what is free.

        Where not all are even, what is left of the machines is for all alike.
        """
        count = self.machines.machines if machines is None else machines
        zones = self.machines.zones
        if not self.is_even:
            return self.part_of(name, count - -(-count // zones))
        others = sum(self.units[slot] * -(-each // zones) for slot, each in self.replicas.items() if slot != name)
        return (zones - 1) * max(0, (self.machines.filled * (count // zones) - others) // self.units[name])
