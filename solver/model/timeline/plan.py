"""Plan: all hours of an instance, bought on demand, as spot or reserved, with a bound on what any plan costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from solver.model.timeline.absorption import absorbed
from solver.model.timeline.bound import Bounds
from solver.model.timeline.contents import groups_of
from solver.model.timeline.filling import Fill
from solver.model.timeline.hour import Planner
from solver.model.timeline.load import Load, load_of
from solver.model.timeline.parts import parts
from solver.model.timeline.purchase import bought, reserved_count
from solver.model.timeline.reservations import hour_prices
from solver.model.timeline.shapes import shapes_of
from solver.model.zoned.plan import plan_zones
from solver.timetable.answer import HourlyWork, RunningMachines, Timetable
from solver.timetable.instance import HourlyInstance
from solver.vocabulary import PurchaseOption, Termination

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_MOST_SHAPES = 400
_OPTIMAL = 1e-4


def plan_hours(instance: HourlyInstance, *, trials: int = 12, pairs: int = 140, attempts: int = 2) -> Timetable:
    """Machines for every hour, how they are bought, and a bound.

    `attempts` plans are made of each hour; `trials` fillings are compared for each machine, and pairs are looked for
    among `pairs` classes. All three change time and cost, never what holds.
    """
    if needs_zones(instance):
        return plan_zones(instance)
    load = load_of(instance)
    if not load.replicas.any():
        return _empty(instance)
    levels, of_hour = np.unique(load.replicas, axis=0, return_inverse=True)
    of_hour = of_hour.reshape(-1)
    holds = load.holds
    shapes = shapes_of(load.request, holds, _MOST_SHAPES)
    part = parts(load.request[:, : load.dimensions], load.room[:, : load.dimensions])
    bounds = Bounds(load, shapes, part, shapes.means(part, load.replicas.sum(axis=0).astype(np.float64)), holds)
    program = bounds.program(load.price)
    worths = bounds.worths(program, levels)
    by_level = bounds.of_hours(worths, levels, load.price)
    planner = Planner(load, shapes, program, worths[0], holds, pairs, trials, attempts)
    planned = _in_turn(planner, levels)
    reserved = _reserved(instance, load, of_hour, planned)
    if reserved:
        planned = [absorbed(load, fills, reserved) for fills in planned]
        reserved = _reserved(instance, load, of_hour, planned)
    hours, usd = _timetable(instance, load, of_hour, planned, reserved)
    bound = float(by_level[of_hour].sum())
    if np.isfinite(load.reserved).any():
        bound = _reserved_bound(load, bounds, _running(load, planned)[of_hour], by_level[of_hour])
    return Timetable(
        hours=hours,
        reserved={instance.machines[place].name: count for place, count in reserved.items()},
        usd=usd,
        bound_usd=bound,
        termination=Termination.OPTIMAL if usd - bound <= _OPTIMAL * usd else Termination.LIMIT,
        work=HourlyWork(hours=len(levels), programs=bounds.programs + planner.programs, fillings=planner.tried),
    )


def needs_zones(instance: HourlyInstance) -> bool:
    """Whether anything is asked for or sold that is planned by zones: zones, survival, spot pools, savings plans."""
    return (
        bool(instance.zones)
        or any(machine.plan_usd_per_hour is not None for machine in instance.machines)
        or any(isinstance(machine.spot_usd_per_hour, Mapping) for machine in instance.machines)
        or any(workload.spot_pools > 1 for workload in instance.workloads)
    )


def _reserved_bound(load: Load, bounds: Bounds, running: Integers, by_hour: Floats) -> float:
    """The best bound of several ways to spread what reservations cost over the hours."""
    of_type = np.zeros(running.shape)
    machines = np.array(load.machines)
    for machine in sorted(set(load.machines)):
        same = machines == machine
        of_type[:, same] = running[:, same].sum(axis=1)[:, None]
    spread = hour_prices(load.price, load.on_demand, load.reserved, of_type, by_hour)
    return max(bounds.at_prices(prices, load.replicas) for prices in spread)


def _running(load: Load, planned: Sequence[list[Fill]]) -> Integers:
    """Machines of each choice by level."""
    running = np.zeros((len(planned), len(load.price)), dtype=np.int64)
    for level, fills in enumerate(planned):
        for fill in fills:
            running[level, fill.choice] += fill.count
    return running


def _in_turn(planner: Planner, levels: Integers) -> list[list[Fill]]:
    """Each level begins with the good machines of the level before it."""
    planned: list[list[Fill]] = []
    before: list[Fill] = []
    for replicas in levels:
        before = planner.plan(replicas, before)
        planned.append(before)
    return planned


def _timetable(
    instance: HourlyInstance,
    load: Load,
    of_hour: Integers,
    planned: Sequence[list[Fill]],
    reserved: Mapping[int, int],
) -> tuple[tuple[tuple[RunningMachines, ...], ...], float]:
    """The hours' machines by name, and what they cost together with all that is reserved."""
    names = [workload.name for workload in instance.workloads]
    hours: list[tuple[RunningMachines, ...]] = []
    usd = 0.0
    for machine, count in reserved.items():
        usd += instance.hours * count * _price(instance, machine, PurchaseOption.RESERVED)
    for hour in range(instance.hours):
        level = int(of_hour[hour])
        running: list[RunningMachines] = []
        groups = groups_of(load, hour, planned[level])
        for machine, purchase, contents, count in bought(groups, load.machines, load.purchases, reserved):
            held = {names[place]: number for place, number in contents}
            running.append(RunningMachines(instance.machines[machine].name, purchase, held, count))
            if purchase is not PurchaseOption.RESERVED:
                usd += count * _price(instance, machine, purchase)
        hours.append(tuple(running))
    return tuple(hours), usd


def _reserved(instance: HourlyInstance, load: Load, of_hour: Integers, planned: Sequence[list[Fill]]) -> dict[int, int]:
    """Reserved machines by type (its place), where some pay."""
    by_hour = _running(load, planned)[of_hour]
    counts: dict[int, int] = {}
    for machine in sorted(set(load.machines)):
        offer = instance.machines[machine]
        if offer.reserved_rate is None:
            continue
        machines = {PurchaseOption.ON_DEMAND: np.zeros(len(of_hour), dtype=np.int64)}
        machines[PurchaseOption.SPOT] = machines[PurchaseOption.ON_DEMAND]
        for choice in np.flatnonzero(np.array(load.machines) == machine).tolist():
            machines[load.purchases[choice]] = by_hour[:, choice]
        count = reserved_count(
            machines[PurchaseOption.ON_DEMAND],
            machines[PurchaseOption.SPOT],
            float(offer.usd_per_hour),
            float(offer.spot_rate("") or 0),
            float(offer.reserved_rate),
        )
        if count:
            counts[machine] = count
    return counts


def _price(instance: HourlyInstance, machine: int, purchase: PurchaseOption) -> float:
    offer = instance.machines[machine]
    price = offer.usd_per_hour
    if purchase is PurchaseOption.SPOT:
        price = offer.spot_rate("")
    elif purchase is PurchaseOption.RESERVED:
        price = offer.reserved_rate
    return float(price or 0)


def _empty(instance: HourlyInstance) -> Timetable:
    return Timetable(hours=((),) * instance.hours, reserved={}, usd=0.0, bound_usd=0.0, termination=Termination.OPTIMAL)
