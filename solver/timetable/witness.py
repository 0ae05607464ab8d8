"""The witness of a timetable: every hour is counted out again, in fractions, with nothing of the solver's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from solver.timetable.answer import RunningMachines, Timetable
from solver.timetable.instance import HourlyInstance, MachineOffer
from solver.vocabulary import PurchaseOption, Survive

_MONEY = Fraction(1, 1_000_000)
"""A cost is a sum of floats: USD by which it may differ from the exact sum, for each USD."""


@dataclass(frozen=True)
class Fault:
    """One rule that a timetable breaks."""

    rule: str
    """`hours`, `machine`, `zone`, `purchase`, `workload`, `capacity`, `count`, `survival`, `interruptible`, `pools`,
    `reserved`, `cost`, `bound`."""
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
        price = _reserved(offers[name]) if name in offers else None
        if price is None or count < 0:
            yield Fault("reserved", f"{count} machines of {name} are reserved, which are not sold so")
            continue
        cost += count * _exact(price) * instance.hours
    commitment = _exact(timetable.plan_usd_per_hour)
    if commitment < 0:
        yield Fault("purchase", f"{timetable.plan_usd_per_hour} USD an hour are committed to")
    cost += commitment * instance.hours
    for hour, running in enumerate(timetable.hours):
        placed: Counter[str] = Counter()
        by_zone: Counter[tuple[str, str]] = Counter()
        exposed: Counter[str] = Counter()
        by_pool: Counter[tuple[str, str, str]] = Counter()
        reserved: Counter[str] = Counter()
        covered: Counter[str] = Counter()
        for group in running:
            wrong = _unknown(group, offers, asked, instance.zones)
            if wrong is not None:
                yield Fault(wrong[0], f"hour {hour}: {wrong[1]}")
                continue
            yield from _overfull(hour, group, rooms[group.machine], asked)
            for name, number in group.contents.items():
                placed[name] += number * group.count
                by_zone[name, group.zone] += number * group.count
                if group.purchase is PurchaseOption.SPOT:
                    exposed[name] += number * group.count
                    by_pool[name, group.machine, group.zone] += number * group.count
            if group.purchase is PurchaseOption.RESERVED:
                reserved[group.machine] += group.count
            elif group.purchase is PurchaseOption.SAVINGS_PLAN:
                covered[group.machine] += group.count
            else:
                cost += group.count * _price(offers[group.machine], group)
        cost += _uncovered(covered, offers, commitment)
        for name, count in sorted(reserved.items()):
            if count > timetable.reserved.get(name, 0):
                had = timetable.reserved.get(name, 0)
                yield Fault("reserved", f"hour {hour}: {count} reserved machines of {name} run, {had} are bought")
        for workload in instance.workloads:
            wanted = workload.replicas[hour]
            if workload.survive is Survive.ZONE:
                for zone in instance.zones:
                    left = placed[workload.name] - by_zone[workload.name, zone]
                    if left < wanted:
                        text = f"hour {hour}: {workload.name}: {left} of {wanted} replicas are left without {zone}"
                        yield Fault("survival", text)
            elif placed[workload.name] != wanted:
                text = f"hour {hour}: {workload.name}: {placed[workload.name]} of {wanted} replicas are placed"
                yield Fault("count", text)
            most = floor(_exact(workload.interruptible_share) * wanted)
            if exposed[workload.name] > most:
                text = f"hour {hour}: {exposed[workload.name]} replicas of {workload.name} on spot, {most} are allowed"
                yield Fault("interruptible", text)
            share = ceil(Fraction(most, workload.spot_pools))
            for (name, machine, zone), number in sorted(by_pool.items()):
                if name == workload.name and number > share:
                    text = f"{number} replicas of {name} on spot {machine} {zone}, {share} are allowed in a pool"
                    yield Fault("pools", f"hour {hour}: {text}")
    yield from _wrong_money(timetable, cost)


def _unknown(
    group: RunningMachines, offers: Mapping[str, MachineOffer], asked: Mapping[str, object], zones: tuple[str, ...]
) -> tuple[str, str] | None:
    """A group that can't be judged further: rule and text."""
    if group.machine not in offers:
        return "machine", f"{group.machine} is not for sale"
    if group.count < 1:
        return "machine", f"{group.count} machines of {group.machine}"
    offer = offers[group.machine]
    homes = (zones or ("",)) if offer.zones is None else offer.zones
    if group.zone not in homes:
        return "zone", f"{group.machine} is not offered in {group.zone or 'a zone without a name'}"
    if group.purchase is PurchaseOption.SPOT and _spot(offer, group.zone) is None:
        return "purchase", f"{group.machine} is not sold as spot capacity"
    if group.purchase is PurchaseOption.SAVINGS_PLAN and offer.plan_usd_per_hour is None:
        return "purchase", f"{group.machine} is not covered by savings plans"
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


def _spot(offer: MachineOffer, zone: str) -> int | float | Decimal | None:
    price = offer.spot_usd_per_hour
    return price.get(zone) if isinstance(price, Mapping) else price


def _reserved(offer: MachineOffer) -> int | float | Decimal | None:
    price = offer.reserved_usd_per_hour
    return min(price.values(), default=None) if isinstance(price, Mapping) else price


def _price(offer: MachineOffer, group: RunningMachines) -> Fraction:
    price = _spot(offer, group.zone) if group.purchase is PurchaseOption.SPOT else offer.usd_per_hour
    return Fraction(0) if price is None else _exact(price)


def _uncovered(machines: Mapping[str, int], offers: Mapping[str, MachineOffer], commitment: Fraction) -> Fraction:
    """USD on demand for what an hour's commitment does not cover: the highest saving is covered first."""
    rates = [
        (_exact(offers[name].plan_usd_per_hour or 0), _exact(offers[name].usd_per_hour), count)
        for name, count in machines.items()
    ]
    usd = Fraction(0)
    for rate, price, count in sorted(rates, key=lambda each: each[0] / each[1]):
        covered = min(Fraction(count), commitment / rate)
        commitment -= covered * rate
        usd += (count - covered) * price
    return usd


def _wrong_money(timetable: Timetable, cost: Fraction) -> Iterator[Fault]:
    slack = _MONEY * max(cost, 1)
    if abs(_exact(timetable.usd) - cost) > slack:
        yield Fault("cost", f"it costs {float(cost):.6f} USD, {timetable.usd:.6f} are said")
    if timetable.bound_usd > float(cost + slack):
        yield Fault("bound", f"the bound {timetable.bound_usd:.6f} is above the cost {float(cost):.6f}")


def _exact(amount: int | float | Decimal) -> Fraction:
    """The number as it is written."""
    return Fraction(repr(float(amount))) if isinstance(amount, float) else Fraction(amount)
