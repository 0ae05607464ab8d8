"""What can be wrong with an hourly instance: all mistakes in one InputError, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, TypeGuard

from solver.errors import InputError, Problem
from solver.packing.amounts import DECIMALS, GREATEST, exact

if TYPE_CHECKING:
    from solver.timetable.instance import HourlyInstance, HourlyWorkload, MachineOffer

MOST_REPLICAS = 10_000_000
"""Of one workload in one hour."""
MOST_USD_PER_HOUR = 100_000
MOST_HOURS = 8_784
"""A leap year."""
MOST_PROBLEMS = 50
"""More are counted, not listed."""


def refuse_mistakes(instance: HourlyInstance) -> None:
    """InputError with every mistake; contradictions are looked for when each value is right by itself."""
    problems = list(_written_wrong(instance)) or list(_homeless(instance))
    if len(problems) > MOST_PROBLEMS:
        rest = f"{len(problems) - MOST_PROBLEMS} more mistakes are not listed"
        problems = [*problems[:MOST_PROBLEMS], Problem(file="", path="~", allowed=rest)]
    if problems:
        raise InputError(problems)


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
    for field, price in (
        ("usd_per_hour", machine.usd_per_hour),
        ("spot_usd_per_hour", machine.spot_usd_per_hour),
        ("reserved_usd_per_hour", machine.reserved_usd_per_hour),
    ):
        if price is None and field != "usd_per_hour":
            continue
        if not _is_number(price) or not 10.0**-DECIMALS <= price <= MOST_USD_PER_HOUR:
            allowed = f"a price above 0 and at most {MOST_USD_PER_HOUR} USD an hour is allowed"
            yield _problem(f"{path}.{field}", repr(price), allowed)


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


def _wrong_amount(path: str, amount: object) -> Iterator[Problem]:
    if not _is_number(amount) or not 0 <= amount <= GREATEST:
        yield _problem(path, repr(amount), f"a number from 0 to {GREATEST:.0e} is allowed")


def _homeless(instance: HourlyInstance) -> Iterator[Problem]:
    """Workloads that no machine holds."""
    overhead = {name: exact(amount) for name, amount in instance.overhead.items()}
    rooms = [
        {name: exact(amount) - overhead.get(name, 0) for name, amount in machine.capacity.items()}
        for machine in instance.machines
    ]
    rooms = [room for room in rooms if all(amount >= 0 for amount in room.values())]
    known: set[tuple[tuple[str, Fraction], ...]] = set()
    for workload in instance.workloads:
        request = tuple((name, exact(amount)) for name, amount in sorted(workload.request.items()) if amount > 0)
        if request in known:
            continue
        if any(all(room.get(name, 0) >= amount for name, amount in request) for room in rooms):
            known.add(request)
            continue
        shown = ", ".join(f"{float(amount):g} {name}" for name, amount in request)
        allowed = "a request that at least one machine holds, less overhead, is allowed"
        yield _problem(f"workloads.{workload.name}.request", shown, allowed)


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return value.is_finite() if isinstance(value, Decimal) else isfinite(value)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _problem(path: str, found: str, allowed: str) -> Problem:
    return Problem(file="", path=path, found=found, allowed=allowed)
