"""Ways of other tools on a plain instance, rebuilt from their documentation: costs to compare a packing with.

like Karpenter   pods by size, each on the first new node of which some machine type still holds all; a node becomes the
                 cheapest type that holds it; five settings: all types, and types up to 16, 32, 64, 96 vCPUs. Without
                 consolidation, which comes later and would repack some nodes (karpenter.sh, concepts: scheduling).
SkyPilot's way   one machine type for all, and machines of its own for each workload, as a cluster for each task: the
                 type that holds the work at least cost (docs.skypilot.co, one resource choice for each task).
"""

from __future__ import annotations

from math import inf

import numpy as np

from bench.baselines import Floats, Integers, allowed, in_zone, most_of, room_of
from solver.packing.instance import Instance, Item, Machine

_HAIR = 1e-9
CAPS = (inf, 16.0, 32.0, 64.0, 96.0)
"""Most vCPUs of a machine type, by setting."""


def like_karpenter(instance: Instance) -> float:
    """The best of the five settings; infinite where none holds every item."""
    return min(_scheduled(instance, most) for most in CAPS)


def skypilot(instance: Instance) -> float:
    """The least cost of one type for all; infinite where no type holds every item in each of its zones."""
    zones = instance.zones or ("",)
    best = inf
    for machine in instance.machines:
        machines = 0.0
        for item in instance.items:
            most = most_of(instance, machine, item)
            for place, zone in enumerate(zones if item.zone_spread else zones[:1]):
                number = in_zone(item, place, len(zones))
                sold = not machine.zones or zone in machine.zones or not item.zone_spread
                machines += inf if number and (not most or not sold) else -(-number // max(most, 1))
        best = min(best, machines * float(machine.usd_per_hour))
    return best


def _scheduled(instance: Instance, most_vcpus: float) -> float:
    zones = instance.zones or ("",)
    total = 0.0
    for place, zone in enumerate(zones):
        sold = [m for m in instance.machines if not m.zones or zone in m.zones]
        sold = [m for m in sold if float(m.capacity.get("cpu", 0)) <= most_vcpus]
        items = [(item, in_zone(item, place, len(zones))) for item in instance.items]
        total += _in_one_zone(instance, sold, [(item, number) for item, number in items if number])
    return total


def _in_one_zone(instance: Instance, sold: list[Machine], wanted: list[tuple[Item, int]]) -> float:
    if not wanted or not sold:
        return inf if wanted else 0.0
    items = [item for item, _ in wanted]
    dimensions = sorted({name for item in items for name in item.request})
    room = np.array([[room_of(instance, m, name) for name in dimensions] for m in sold])
    scale: Floats = np.maximum(room.max(axis=0), _HAIR)
    room = room / scale
    price = np.array([float(m.usd_per_hour) for m in sold])
    kept = _undominated(room, price)
    room, price = room[kept], price[kept]
    request = np.array([[float(item.request.get(name, 0)) for name in dimensions] for item in items]) / scale
    used = np.zeros((0, len(dimensions)))
    held = np.zeros((0, len(items)), dtype=np.int64)
    nothing = np.zeros((1, len(items)), dtype=np.int64)
    order: list[int] = np.argsort(-request.max(axis=1), kind="stable").tolist()
    for place in order:
        number = wanted[place][1]
        per = np.minimum(_more(room, used, request[place]), allowed(instance, items, place, held))
        taken = np.minimum(per, np.maximum(number - (np.cumsum(per) - per), 0))
        used = used + taken[:, None] * request[place]
        held[:, place] += taken
        number -= int(taken.sum())
        if not number:
            continue
        alone = _more(room, np.zeros((1, len(dimensions))), request[place])
        most = int(np.minimum(alone, allowed(instance, items, place, nothing))[0])
        if not most:
            return inf
        opened = -(-number // most)
        share = np.full(opened, most, dtype=np.int64)
        share[-1] = number - most * (opened - 1)
        used = np.concatenate([used, share[:, None] * request[place]])
        held = np.concatenate([held, np.zeros((opened, len(items)), dtype=np.int64)])
        held[-opened:, place] = share
    holds = (room[None] + _HAIR >= used[:, None]).all(axis=2)
    return float(np.where(holds, price, inf).min(axis=1).sum())


def _more(room: Floats, used: Floats, request: Floats) -> Integers:
    """By node: how many more replicas fit, on whatever machine type holds most of them."""
    most = np.full((len(used), len(room)), 1e9)
    for name, asked in enumerate(request.tolist()):
        left = room[None, :, name] - used[:, None, name]
        most = np.minimum(most, np.floor((left + _HAIR) / asked) if asked > 0 else np.where(left < -_HAIR, 0.0, 1e9))
    return np.maximum(most.max(axis=1, initial=0.0), 0.0).astype(np.int64)


def _undominated(room: Floats, price: Floats) -> list[int]:
    """Machine types that no cheaper one holds as much as; the others are never a node's cheapest."""
    kept: list[int] = []
    order: list[int] = np.lexsort((-room.sum(axis=1), price)).tolist()
    for place in order:
        if not kept or not (room[kept] >= room[place]).all(axis=1).any():
            kept.append(place)
    return kept
