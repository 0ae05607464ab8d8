"""The witness of a timetable: every hour is counted out again, in fractions, with nothing of the solver's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from solver.timetable.answer import RunningMachines, Timetable
from solver.timetable.instance import HourlyInstance, MachineOffer
from solver.vocabulary import PurchaseOption

_MONEY = Fraction(1, 1_000_000)
"""A cost is a sum of floats: USD by which it may differ from the exact sum, for each USD."""


@dataclass(frozen=True)
class Fault:
    """One rule that a timetable breaks."""

    rule: str
    """`hours`, `machine`, `purchase`, `workload`, `capacity`, `count`, `interruptible`, `reserved`, `cost`, `bound`."""
    text: str
    """What is wrong, with names and numbers."""

    def __str__(self) -> str:
        return self.text


def faults(timetable: Timetable, instance: HourlyInstance) -> tuple[Fault, ...]:
    """Everything that is wrong with a timetable; empty when it answers the instance."""
    return tuple(_faults(timetable, instance))


def _faults(timetable: Timetable, instance: HourlyInstance) -> Iterator[Fault]:
    if len(timetable.hours) != instance.hours:
        yield Fault("hours", f"{len(timetable.hours)} hours are planned, {instance.hours} are asked for")
        return
    offers = {machine.name: machine for machine in instance.machines}
    rooms = {
        machine.name: {
            name: _exact(amount) - _exact(instance.overhead.get(name, 0)) for name, amount in machine.capacity.items()
        }
        for machine in instance.machines
    }
    asked = {
        workload.name: {name: _exact(amount) for name, amount in workload.request.items()}
        for workload in instance.workloads
    }
    cost = Fraction(0)
    for name, count in timetable.reserved.items():
        price = offers[name].reserved_usd_per_hour if name in offers else None
        if price is None or count < 0:
            yield Fault("reserved", f"{count} machines of {name} are reserved, which are not sold so")
            continue
        cost += count * _exact(price) * instance.hours
    for hour, running in enumerate(timetable.hours):
        placed: Counter[str] = Counter()
        exposed: Counter[str] = Counter()
        reserved: Counter[str] = Counter()
        for group in running:
            wrong = _unknown(group, offers, asked)
            if wrong is not None:
                yield Fault(wrong[0], f"hour {hour}: {wrong[1]}")
                continue
            yield from _overfull(hour, group, rooms[group.machine], asked)
            for name, number in group.contents.items():
                placed[name] += number * group.count
                if group.purchase is PurchaseOption.SPOT:
                    exposed[name] += number * group.count
            if group.purchase is PurchaseOption.RESERVED:
                reserved[group.machine] += group.count
            else:
                cost += group.count * _price(offers[group.machine], group.purchase)
        for name, count in sorted(reserved.items()):
            if count > timetable.reserved.get(name, 0):
                had = timetable.reserved.get(name, 0)
                yield Fault("reserved", f"hour {hour}: {count} reserved machines of {name} run, {had} are bought")
        for workload in instance.workloads:
            wanted = workload.replicas[hour]
            if placed[workload.name] != wanted:
                text = f"hour {hour}: {workload.name}: {placed[workload.name]} of {wanted} replicas are placed"
                yield Fault("count", text)
            most = floor(_exact(workload.interruptible_share) * wanted)
            if exposed[workload.name] > most:
                text = f"hour {hour}: {exposed[workload.name]} replicas of {workload.name} on spot, {most} are allowed"
                yield Fault("interruptible", text)
    yield from _wrong_money(timetable, cost)


def _unknown(
    group: RunningMachines, offers: Mapping[str, MachineOffer], asked: Mapping[str, object]
) -> tuple[str, str] | None:
    """A group that can't be judged further: rule and text."""
    if group.machine not in offers:
        return "machine", f"{group.machine} is not for sale"
    if group.count < 1:
        return "machine", f"{group.count} machines of {group.machine}"
    if group.purchase is PurchaseOption.SPOT and offers[group.machine].spot_usd_per_hour is None:
        return "purchase", f"{group.machine} is not sold as spot capacity"
    if group.purchase is PurchaseOption.SAVINGS_PLAN:
        return "purchase", f"{group.machine} is bought by a savings plan, which no timetable has"
    for name, number in group.contents.items():
        if name not in asked or number < 1:
            return "workload", f"{group.machine} holds {number} replicas of {name}"
    return None


def _overfull(
    hour: int, group: RunningMachines, room: Mapping[str, Fraction], asked: Mapping[str, Mapping[str, Fraction]]
) -> Iterator[Fault]:
    used: dict[str, Fraction] = {}
    for name, number in group.contents.items():
        for dimension, amount in asked[name].items():
            used[dimension] = used.get(dimension, Fraction(0)) + amount * number
    for dimension, amount in used.items():
        free = room.get(dimension, Fraction(0))
        if amount > free:
            text = f"{group.machine} has {float(free):g} of {dimension}, {float(amount):g} are on it"
            yield Fault("capacity", f"hour {hour}: {text}")


def _price(offer: MachineOffer, purchase: PurchaseOption) -> Fraction:
    price = offer.spot_usd_per_hour if purchase is PurchaseOption.SPOT else offer.usd_per_hour
    return Fraction(0) if price is None else _exact(price)


def _wrong_money(timetable: Timetable, cost: Fraction) -> Iterator[Fault]:
    slack = _MONEY * max(cost, 1)
    if abs(_exact(timetable.usd) - cost) > slack:
        yield Fault("cost", f"it costs {float(cost):.6f} USD, {timetable.usd:.6f} are said")
    if timetable.bound_usd > float(cost + slack):
        yield Fault("bound", f"the bound {timetable.bound_usd:.6f} is above the cost {float(cost):.6f}")


def _exact(amount: int | float | Decimal) -> Fraction:
    """The number as it is written."""
    return Fraction(repr(float(amount))) if isinstance(amount, float) else Fraction(amount)
