"""What simple ways and CP-SAT make of a plain instance: costs to compare a packing with."""

from __future__ import annotations

import importlib
import importlib.util
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.packing.instance import Amount, Instance, Item, Machine

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_HAIR = 1e-9
_CP_SAT_REPLICAS = 120
"""With more its model has too many variables to get anywhere in the time that a bench can give it."""


def one_type(instance: Instance) -> float:
    """First-fit decreasing on one machine type for all, the best such type; infinite where none holds every item."""
    return min((_first_fit(instance, (machine,)) for machine in instance.machines), default=inf)


def all_types(instance: Instance) -> float:
    """First-fit decreasing; what fits nowhere opens the machine type that is cheapest by replica."""
    return _first_fit(instance, instance.machines)


def own_machines(instance: Instance) -> float:
    """Every replica on a machine of its own, the cheapest that holds it."""
    total = 0.0
    for item in instance.items:
        prices = [float(m.usd_per_hour) for m in instance.machines if most_of(instance, m, item) > 0]
        total += item.count * min(prices, default=inf)
    return total


def _first_fit(instance: Instance, machines: tuple[Machine, ...]) -> float:
    """Zone by zone: of items that are spread each zone has its part, the others are all in the first zone."""
    zones = instance.zones or ("",)
    items = [item for item in instance.items if item.count]
    if not items:
        return 0.0
    dimensions = sorted({name for item in items for name in item.request})
    scale = np.array([max(float(m.capacity.get(d, 0)) for m in instance.machines) or 1.0 for d in dimensions])
    request = np.array([[float(i.request.get(d, 0)) for d in dimensions] for i in items]) / scale
    order: list[int] = np.argsort(-request.max(axis=1), kind="stable").tolist()
    total = 0.0
    for zone_number, zone in enumerate(zones):
        sold = [machine for machine in machines if not machine.zones or zone in machine.zones]
        room = (
            np.array([[room_of(instance, m, d) for d in dimensions] for m in sold]).reshape(len(sold), len(dimensions))
            / scale
        )
        left = np.zeros((0, len(dimensions)))
        held = np.zeros((0, len(items)), dtype=np.int64)
        for place in order:
            item = items[place]
            number = in_zone(item, zone_number, len(zones))
            per = _fitting(left, request[place]) if len(left) else np.zeros(0, dtype=np.int64)
            per = np.minimum(per, allowed(instance, items, place, held))
            taken = np.minimum(per, np.maximum(number - (np.cumsum(per) - per), 0))
            left = left - taken[:, None] * request[place]
            held[:, place] += taken
            number -= int(taken.sum())
            if not number:
                continue
            most = [most_of(instance, machine, item) for machine in sold]
            each = [float(m.usd_per_hour) / min(n, number) if n else inf for m, n in zip(sold, most, strict=True)]
            best = int(np.argmin(each)) if each else 0
            if not each or each[best] == inf:
                return inf
            opened = -(-number // most[best])
            total += opened * float(sold[best].usd_per_hour)
            share = np.full(opened, most[best], dtype=np.int64)
            share[-1] = number - most[best] * (opened - 1)
            left = np.concatenate([left, room[best] - share[:, None] * request[place]])
            held = np.concatenate([held, np.zeros((opened, len(items)), dtype=np.int64)])
            held[-opened:, place] = share
    return total


def in_zone(item: Item, zone: int, zones: int) -> int:
    """Replicas in one of the zones."""
    if not item.zone_spread:
        return item.count if zone == 0 else 0
    return item.count // zones + (1 if zone < item.count % zones else 0)


def _fitting(left: Floats, request: Floats) -> Integers:
    with np.errstate(divide="ignore", invalid="ignore"):
        per = np.where(request > 0, (left + _HAIR) / request, inf).min(axis=1)
    return np.minimum(per, 1e9).astype(np.int64)


def allowed(instance: Instance, items: list[Item], place: int, held: Integers) -> Integers:
    """By machine, with what is held there, how many more replicas of an item the rules allow."""
    item = items[place]
    most = np.full(len(held), item.max_per_machine or 10**9, dtype=np.int64) - held[:, place]
    if instance.max_items_per_machine is not None:
        most = np.minimum(most, instance.max_items_per_machine - held.sum(axis=1))
    for other, candidate in enumerate(items):
        if candidate.name in item.excludes or item.name in candidate.excludes:
            most = np.where(held[:, other] > 0, 0, most)
    return most


def room_of(instance: Instance, machine: Machine, dimension: str) -> float:
    """What a machine has for items."""
    if dimension not in machine.capacity:
        return 0.0
    return float(_exact(machine.capacity[dimension]) - _exact(instance.overhead.get(dimension, 0)))


def most_of(instance: Instance, machine: Machine, item: Item) -> int:
    """Replicas of one item on an empty machine."""
    most = item.count
    if item.max_per_machine is not None:
        most = min(most, item.max_per_machine)
    if instance.max_items_per_machine is not None:
        most = min(most, instance.max_items_per_machine)
    for name, amount in item.request.items():
        if amount:
            has = _exact(machine.capacity.get(name, 0)) - _exact(instance.overhead.get(name, 0))
            most = min(most, max(int(has / _exact(amount)), 0))
    return most


def _exact(amount: Amount) -> Fraction:
    return Fraction(repr(amount)) if isinstance(amount, float) else Fraction(amount)


def has_cp_sat() -> bool:
    """Whether OR-Tools is installed."""
    return importlib.util.find_spec("ortools") is not None


def cp_sat(instance: Instance, most_usd: float, seconds: float, most_replicas: int = _CP_SAT_REPLICAS) -> str:
    """OR-Tools CP-SAT on slots that are a machine type each, one thread; its cost, or why there is none."""
    if sum(item.count for item in instance.items) > most_replicas or any(i.zone_spread for i in instance.items):
        return "–"
    try:
        model_module: Any = importlib.import_module("ortools.sat.python.cp_model")
    except ImportError:
        return "not installed"
    items = [item for item in instance.items if item.count]
    machines = [m for m in instance.machines if any(most_of(instance, m, item) for item in items)]
    slots = max(int(most_usd / min(float(m.usd_per_hour) for m in machines)), 1)
    slots = min(slots, sum(item.count for item in items), 40)
    model: Any = model_module.CpModel()
    kind = [[model.new_bool_var("") for _ in machines] for _ in range(slots)]
    number = [[model.new_int_var(0, item.max_per_machine or item.count, "") for item in items] for _ in range(slots)]
    for place, item in enumerate(items):
        model.add(sum(slot[place] for slot in number) == item.count)
    names = {item.name: place for place, item in enumerate(items)}
    for slot in range(slots):
        model.add(sum(kind[slot]) <= 1)
        for dimension in sorted({name for item in items for name in item.request}):
            used = sum(_micro(item.request.get(dimension, 0)) * n for item, n in zip(items, number[slot], strict=True))
            room = sum(
                max(round(room_of(instance, m, dimension) * 10**6), 0) * k
                for m, k in zip(machines, kind[slot], strict=True)
            )
            model.add(used <= room)
        if instance.max_items_per_machine is not None:
            model.add(sum(number[slot]) <= instance.max_items_per_machine)
        for item in items:
            for other in item.excludes:
                if other in names:
                    has = model.new_bool_var("")
                    model.add(number[slot][names[item.name]] == 0).only_enforce_if(has)
                    model.add(number[slot][names[other]] == 0).only_enforce_if(~has)
    price = [_micro(machine.usd_per_hour) for machine in machines]
    model.minimize(sum(p * k for slot in kind for p, k in zip(price, slot, strict=True)))
    solver: Any = model_module.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status not in (model_module.OPTIMAL, model_module.FEASIBLE):
        return f"none in {seconds:g} s"
    return f"{solver.objective_value / 10**6:.3f}"


def _micro(amount: Amount) -> int:
    return round(_exact(amount) * 10**6)
