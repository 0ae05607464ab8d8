"""The witness of a packing: every rule is counted out again, in fractions, with nothing of the solver's.

Numbers are taken as they are, so a packing that holds with rounded amounts holds with the exact ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from solver.packing.answer import PackedMachines, Packing
from solver.packing.instance import Instance, Item, Machine

_MONEY = Fraction(1, 1_000_000)
"""A cost is a sum of floats: USD by which it may differ from the exact sum, for each USD."""


@dataclass(frozen=True)
class Fault:
    """One rule that a packing breaks."""

    rule: str
    """machine, zone, capacity, item, count, spread, per-machine, exclusion, slots, cost or bound."""
    text: str
    """What is wrong, with names and numbers."""

    def __str__(self) -> str:
        return self.text


def faults(packing: Packing, instance: Instance) -> tuple[Fault, ...]:
    """Everything that is wrong with a packing; empty when it answers the instance."""
    return tuple(_faults(packing, instance))


def _faults(packing: Packing, instance: Instance) -> Iterator[Fault]:
    machines = {machine.name: machine for machine in instance.machines}
    items = {item.name: item for item in instance.items}
    zones = instance.zones or ("",)
    placed: Counter[tuple[str, str]] = Counter()
    cost = Fraction(0)
    for group in packing.machines:
        machine = machines.get(group.machine)
        if machine is None:
            yield Fault("machine", f"{group.machine} is not for sale")
            continue
        if group.count < 1:
            yield Fault("machine", f"{group.count} machines of {group.machine}")
        if group.zone not in zones or (machine.zones and group.zone not in machine.zones):
            yield Fault("zone", f"{group.machine} is not sold in zone {group.zone!r}")
        unknown = sorted(set(group.contents) - set(items))
        if unknown:
            yield Fault("item", f"{group.machine} holds {unknown[0]}, which the instance does not have")
            continue
        yield from _overfull(group, machine, instance, items)
        cost += group.count * _exact(machine.usd_per_hour)
        for name, number in group.contents.items():
            placed[name, group.zone] += number * group.count
    for item in instance.items:
        by_zone = [placed[item.name, zone] for zone in zones]
        if sum(by_zone) != item.count:
            yield Fault("count", f"{item.name}: {sum(by_zone)} of {item.count} replicas are placed")
        if item.zone_spread and max(by_zone) - min(by_zone) > 1:
            yield Fault("spread", f"{item.name} has from {min(by_zone)} to {max(by_zone)} replicas in a zone")
    yield from _wrong_money(packing, cost)


def _overfull(
    group: PackedMachines, machine: Machine, instance: Instance, items: Mapping[str, Item]
) -> Iterator[Fault]:
    held = {name: number for name, number in group.contents.items() if number != 0}
    if any(number < 0 for number in held.values()):
        yield Fault("item", f"{machine.name} holds a negative number of replicas")
    dimensions = {dimension for name in held for dimension in items[name].request}
    for dimension in sorted(dimensions | set(machine.capacity)):
        used = sum(
            (_exact(items[name].request.get(dimension, 0)) * number for name, number in held.items()), Fraction()
        )
        room = Fraction(0)
        if dimension in machine.capacity:
            room = _exact(machine.capacity[dimension]) - _exact(instance.overhead.get(dimension, 0))
        if used > room:
            yield Fault("capacity", f"{machine.name} has {float(room):g} of {dimension}, {float(used):g} are on it")
    for name in sorted(held):
        most = items[name].max_per_machine
        if most is not None and held[name] > most:
            yield Fault("per-machine", f"{held[name]} replicas of {name} on one {machine.name}, {most} are allowed")
        for other in sorted(set(items[name].excludes) & set(held)):
            yield Fault("exclusion", f"{name} and {other} share a {machine.name}")
    if instance.max_items_per_machine is not None and sum(held.values()) > instance.max_items_per_machine:
        yield Fault("slots", f"{sum(held.values())} replicas on one {machine.name}")


def _wrong_money(packing: Packing, cost: Fraction) -> Iterator[Fault]:
    if abs(_exact(packing.usd_per_hour) - cost) > _MONEY * max(cost, 1):
        yield Fault("cost", f"it costs {float(cost):.6f} USD an hour, {packing.usd_per_hour:.6f} are said")
    if packing.bound_usd_per_hour > float(cost) + float(_MONEY * max(cost, 1)):
        yield Fault("bound", f"the bound {packing.bound_usd_per_hour:.6f} is above the cost {float(cost):.6f}")


def _exact(amount: int | float | Decimal) -> Fraction:
    """The number as it is written."""
    return Fraction(repr(amount)) if isinstance(amount, float) else Fraction(amount)
