"""What can be wrong with an hourly instance: all mistakes in one InputError, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, TypeGuard

from solver.errors import InputError, Problem, first_of
from solver.packing.amounts import DECIMALS, GREATEST, exact
from solver.vocabulary import Survive

if TYPE_CHECKING:
    from solver.timetable.instance import HourlyInstance, HourlyWorkload, MachineOffer

MOST_REPLICAS = 10_000_000
"""Of one workload in one hour."""
MOST_USD_PER_HOUR = 100_000
MOST_POOLS = 100
MOST_HOURS = 8_784
"""A leap year."""
MOST_PROBLEMS = 50
"""More are counted, not listed."""


def refuse_mistakes(instance: HourlyInstance) -> None:
    """InputError with every mistake; contradictions are looked for when each value is right by itself."""
    problems = list(_written_wrong(instance)) or list(_homeless(instance))
    if problems:
        raise InputError(first_of(problems, MOST_PROBLEMS))


def _written_wrong(instance: HourlyInstance) -> Iterator[Problem]:
    if not instance.machines:
        yield _problem("machines", "none", "at least one machine is needed")
    if not instance.workloads:
        yield _problem("workloads", "none", "at least one workload is needed")
    for path, names in (
        ("machines", [machine.name for machine in instance.machines]),
        ("workloads", [workload.name for workload in instance.workloads]),
    ):
        for name, number in Counter(names).items():
            if number > 1:
                yield _problem(path, f"{name} {number} times", "each name once is allowed")
    for dimension, amount in instance.overhead.items():
        yield from _wrong_amount(f"overhead.{dimension}", amount)
    yield from wrong_zones(instance)
    for machine in instance.machines:
        yield from _wrong_machine(machine)
    hours = len(instance.workloads[0].replicas) if instance.workloads else 0
    if instance.workloads and not 1 <= hours <= MOST_HOURS:
        yield _problem(f"workloads.{instance.workloads[0].name}.replicas", f"{hours} hours", f"1 to {MOST_HOURS}")
    for workload in instance.workloads:
        yield from _wrong_workload(workload, hours)


def _wrong_machine(machine: MachineOffer) -> Iterator[Problem]:
    path = f"machines.{machine.name}"
    for dimension, amount in machine.capacity.items():
        yield from _wrong_amount(f"{path}.capacity.{dimension}", amount)
    for field, price in _prices(machine):
        if not _is_number(price) or not 10.0**-DECIMALS <= price <= MOST_USD_PER_HOUR:
            allowed = f"a price above 0 and at most {MOST_USD_PER_HOUR} USD an hour is allowed"
            yield _problem(f"{path}.{field}", repr(price), allowed)
        elif field == "plan_usd_per_hour" and _is_number(machine.usd_per_hour) and price > machine.usd_per_hour:
            yield _problem(f"{path}.{field}", repr(price), "a price of at most that on demand is allowed")


def _prices(machine: MachineOffer) -> Iterator[tuple[str, object]]:
    """Every price of a machine with its place."""
    yield "usd_per_hour", machine.usd_per_hour
    for field, price in (
        ("spot_usd_per_hour", machine.spot_usd_per_hour),
        ("reserved_usd_per_hour", machine.reserved_usd_per_hour),
        ("plan_usd_per_hour", machine.plan_usd_per_hour),
    ):
        if isinstance(price, Mapping):
            yield from ((f"{field}.{key}", each) for key, each in price.items())
        elif price is not None:
            yield field, price


def _wrong_workload(workload: HourlyWorkload, hours: int) -> Iterator[Problem]:
    path = f"workloads.{workload.name}"
    for dimension, amount in workload.request.items():
        yield from _wrong_amount(f"{path}.request.{dimension}", amount)
    if not any(amount != 0 for amount in workload.request.values()):
        yield _problem(f"{path}.request", "nothing", "a request above 0 in at least one dimension is needed")
    if len(workload.replicas) != hours:
        yield _problem(f"{path}.replicas", f"{len(workload.replicas)} hours", f"{hours}, as the first workload has")
    replicas: tuple[object, ...] = workload.replicas
    for hour, count in enumerate(replicas):
        if not _is_whole(count) or not 0 <= count <= MOST_REPLICAS:
            allowed = f"a whole number from 0 to {MOST_REPLICAS} is allowed"
            yield _problem(f"{path}.replicas[{hour}]", repr(count), allowed)
    share = workload.interruptible_share
    if not _is_number(share) or not 0 <= share <= 1:
        yield _problem(f"{path}.interruptible_share", repr(share), "a number from 0 to 1 is allowed")
    if not any(workload.survive is known for known in (Survive.NONE, Survive.ZONE)):
        yield _problem(f"{path}.survive", repr(workload.survive), "Survive.NONE and Survive.ZONE are allowed")
    if not _is_whole(workload.spot_pools) or not 1 <= workload.spot_pools <= MOST_POOLS:
        yield _problem(f"{path}.spot_pools", repr(workload.spot_pools), f"a whole number from 1 to {MOST_POOLS}")


def _wrong_amount(path: str, amount: object) -> Iterator[Problem]:
    if not _is_number(amount) or not 0 <= amount <= GREATEST:
        yield _problem(path, repr(amount), f"a number from 0 to {GREATEST:.0e} is allowed")


def _homeless(instance: HourlyInstance) -> Iterator[Problem]:
    """Workloads that no machine holds."""
    overhead = {name: exact(amount) for name, amount in instance.overhead.items()}
    rooms = [
        ({name: exact(amount) - overhead.get(name, 0) for name, amount in machine.capacity.items()}, zones)
        for machine in instance.machines
        if (zones := offered_zones(instance, machine))
    ]
    rooms = [(room, zones) for room, zones in rooms if all(amount >= 0 for amount in room.values())]
    known: dict[tuple[tuple[str, Fraction], ...], int] = {}
    """By request: the number of zones in which some machine holds it."""
    for workload in instance.workloads:
        request = tuple((name, exact(amount)) for name, amount in sorted(workload.request.items()) if amount > 0)
        if request not in known:
            homes = [zones for room, zones in rooms if all(room.get(name, 0) >= amount for name, amount in request)]
            known[request] = len({zone for zones in homes for zone in zones})
        if known[request] == 1 and workload.survive is Survive.ZONE:
            allowed = "machines that hold the request in at least two zones are needed to survive the loss of one"
            yield _problem(f"workloads.{workload.name}.survive", "machines in one zone", allowed)
        if known[request]:
            continue
        shown = ", ".join(f"{float(amount):g} {name}" for name, amount in request)
        allowed = "a request that at least one machine holds, less overhead, is allowed"
        yield _problem(f"workloads.{workload.name}.request", shown, allowed)


def offered_zones(instance: HourlyInstance, machine: MachineOffer) -> tuple[str, ...]:
    """The zones of a machine; an instance without zones has one without a name."""
    if not instance.zones:
        return ("",)
    return instance.zones if machine.zones is None else machine.zones


def wrong_zones(instance: HourlyInstance) -> Iterator[Problem]:
    """Zones that are named twice or nowhere, and survival without a second one."""
    for name, number in Counter(instance.zones).items():
        if number > 1 or not name:
            yield _problem("zones", f"{name!r} {number} times", "each zone once, by a name, is allowed")
    shown = ", ".join(instance.zones) or "no zones, since the instance names none"
    for machine in instance.machines:
        spot = machine.spot_usd_per_hour
        named = {"zones": machine.zones or (), "spot_usd_per_hour": tuple(spot) if isinstance(spot, Mapping) else ()}
        for field, zones in named.items():
            for zone in zones:
                if zone not in instance.zones:
                    yield _problem(f"machines.{machine.name}.{field}", zone, f"allowed are {shown}")
        if machine.zones is not None and (not machine.zones or len(set(machine.zones)) < len(machine.zones)):
            yield _problem(f"machines.{machine.name}.zones", repr(machine.zones), "each zone once, at least one")
    if len(instance.zones) < 2:
        for workload in instance.workloads:
            if workload.survive is Survive.ZONE:
                allowed = "at least two zones in the instance are needed to survive the loss of one"
                yield _problem(f"workloads.{workload.name}.survive", f"{len(instance.zones)} zones", allowed)


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return value.is_finite() if isinstance(value, Decimal) else isfinite(value)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _problem(path: str, found: str, allowed: str) -> Problem:
    return Problem(file="", path=path, found=found, allowed=allowed)
