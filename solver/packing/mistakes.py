"""What can be wrong with an instance: all mistakes in one InputError, each with its place and what is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, TypeGuard

from solver.errors import InputError, Problem, first_of
from solver.packing.amounts import DECIMALS, GREATEST, room, scale_of, whole_request

if TYPE_CHECKING:
    from solver.packing.instance import Instance, Item, Machine

MOST_REPLICAS = 10_000_000
"""Of all items together."""
MOST_USD_PER_HOUR = 100_000
"""No machine for rent costs nearly as much; a price above it is in another unit."""
MOST_PROBLEMS = 50
"""More are counted, not listed."""


def refuse_mistakes(instance: Instance) -> None:
    """InputError with every mistake; mistakes that follow from another one are left out."""
    problems = list(_written_wrong(instance))
    if not problems:
        problems = list(_contradictions(instance))
    if problems:
        raise InputError(first_of(problems, MOST_PROBLEMS))


def _written_wrong(instance: Instance) -> Iterator[Problem]:
    """Mistakes that each value has by itself."""
    if not instance.machines:
        yield _problem("machines", "none", "at least one machine is needed")
    yield from _doubled("machines", [machine.name for machine in instance.machines])
    yield from _doubled("items", [item.name for item in instance.items])
    yield from _doubled("zones", list(instance.zones))
    for machine in instance.machines:
        yield from _wrong_machine(machine, instance.zones)
    for dimension, amount in instance.overhead.items():
        yield from _wrong_amount(f"overhead.{dimension}", amount)
    for item in instance.items:
        yield from _wrong_item(item)
    if instance.max_items_per_machine is not None:
        yield from _wrong_whole("max_items_per_machine", instance.max_items_per_machine, 1)
    counts = [item.count for item in instance.items if _is_whole(item.count)]
    if sum(counts) > MOST_REPLICAS and max(counts) <= MOST_REPLICAS:
        yield _problem("items", f"{sum(counts)} replicas", f"at most {MOST_REPLICAS} in all are allowed")


def _wrong_machine(machine: Machine, zones: Sequence[str]) -> Iterator[Problem]:
    path = f"machines.{machine.name}"
    for dimension, amount in machine.capacity.items():
        yield from _wrong_amount(f"{path}.capacity.{dimension}", amount)
    price = machine.usd_per_hour
    if not _is_number(price) or not 0 < price <= MOST_USD_PER_HOUR or price < 10.0**-DECIMALS:
        allowed = f"a price above 0 and at most {MOST_USD_PER_HOUR} USD an hour is allowed"
        yield _problem(f"{path}.usd_per_hour", repr(price), allowed)
    for zone in machine.zones:
        if zone not in zones:
            yield _problem(f"{path}.zones", zone, "a zone of the instance is allowed", _near(zone, zones))


def _wrong_item(item: Item) -> Iterator[Problem]:
    path = f"items.{item.name}"
    for dimension, amount in item.request.items():
        yield from _wrong_amount(f"{path}.request.{dimension}", amount)
    yield from _wrong_whole(f"{path}.count", item.count, 0)
    if item.max_per_machine is not None:
        yield from _wrong_whole(f"{path}.max_per_machine", item.max_per_machine, 1)


def _wrong_amount(path: str, amount: object) -> Iterator[Problem]:
    if not _is_number(amount) or not 0 <= amount <= GREATEST:
        yield _problem(path, repr(amount), f"a number from 0 to {GREATEST:.0e} is allowed")


def _wrong_whole(path: str, value: object, least: int) -> Iterator[Problem]:
    if not _is_whole(value) or not least <= value <= MOST_REPLICAS:
        yield _problem(path, repr(value), f"a whole number from {least} to {MOST_REPLICAS} is allowed")


def _contradictions(instance: Instance) -> Iterator[Problem]:
    """What values say about each other, when each is right."""
    known = sorted({dimension for machine in instance.machines for dimension in machine.capacity})
    names = {item.name for item in instance.items}
    unknown = [(f"overhead.{name}", name) for name in instance.overhead if name not in known]
    unknown += [
        (f"items.{i.name}.request.{name}", name) for i in instance.items for name in i.request if name not in known
    ]
    for path, dimension in unknown:
        yield _problem(path, dimension, "a dimension of at least one machine is allowed", _near(dimension, known))
    for item in instance.items:
        for other in item.excludes:
            if other == item.name:
                hint = "max_per_machine=1 keeps replicas of one item apart"
                yield _problem(f"items.{item.name}.excludes", other, "names of other items are allowed", hint)
            elif other not in names:
                near = _near(other, sorted(names))
                yield _problem(f"items.{item.name}.excludes", other, "names of other items are allowed", near)
    if unknown:
        return
    scales = {dimension: _scale(instance, dimension) for dimension in known}
    for dimension, scale in scales.items():
        greatest = max(Fraction(room(machine, instance, dimension, scale) or 0) for machine in instance.machines)
        if greatest > GREATEST:
            allowed = "capacities and requests with at most 15 digits from the greatest to the finest are allowed"
            yield _problem(f"machines.capacity.{dimension}", f"{float(greatest / scale):g}", allowed)
            return
    yield from _homeless(instance, scales)


def _scale(instance: Instance, dimension: str) -> int:
    amounts = [machine.capacity.get(dimension, 0) for machine in instance.machines]
    amounts += [item.request.get(dimension, 0) for item in instance.items]
    return scale_of([*amounts, instance.overhead.get(dimension, 0)])


def _homeless(instance: Instance, scales: Mapping[str, int]) -> Iterator[Problem]:
    """Items that no machine holds, or that the zones with such machines can't hold as evenly as asked for."""
    zones = instance.zones or ("",)
    rooms = [
        {dimension: room(machine, instance, dimension, scale) for dimension, scale in scales.items()}
        for machine in instance.machines
    ]
    for item in instance.items:
        if item.count == 0:
            continue
        request = {name: whole_request(amount, scales[name]) for name, amount in item.request.items()}
        homes = [
            machine
            for machine, free in zip(instance.machines, rooms, strict=True)
            if None not in free.values() and all(amount <= (free[name] or 0) for name, amount in request.items())
        ]
        if not homes:
            shown = ", ".join(f"{amount} {name}" for name, amount in item.request.items())
            allowed = "a request that at least one machine holds, less overhead, is allowed"
            yield _problem(f"items.{item.name}.request", shown, allowed)
            continue
        reached = {zone for machine in homes for zone in (machine.zones or zones)}
        if item.zone_spread and len(reached) < min(len(zones), item.count):
            missing = next(zone for zone in zones if zone not in reached)
            allowed = "a machine that holds the item in every zone over which it is spread is needed"
            yield _problem(f"items.{item.name}.zone_spread", f"no such machine in {missing}", allowed)


def _doubled(path: str, names: Sequence[str]) -> Iterator[Problem]:
    for name, number in Counter(names).items():
        if number > 1:
            yield _problem(path, f"{name} {number} times", "each name once is allowed")


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return value.is_finite() if isinstance(value, Decimal) else isfinite(value)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _near(name: str, names: Sequence[str]) -> str | None:
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}?" if close else None


def _problem(path: str, found: str, allowed: str, hint: str | None = None) -> Problem:
    return Problem(file="", path=path, found=found, allowed=allowed, hint=hint)
