"""Seeded instances of the node-selection problem: the same on every machine and in every run.

cloud          machine types and prices of the catalog, workloads of five kinds, spread, limits, GPUs
designed       classes of items, machines as large as sums of their requests: filled without waste at the optimum
cut            machines cut into items that are all different, in 3 to 5 dimensions: again without waste
vector         two-dimensional vector bin packing, the ten random classes of Caprara and Toth (2001), Lower bounds
               and algorithms for the 2-dimensional vector packing problem, Discrete Applied Mathematics 111, 231-262
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.catalog.loader import load_catalog
from solver.packing.instance import Amount, Instance, Item, Machine
from solver.vocabulary import Architecture

DATA = Path(__file__).parent / "data"
ZONES = ("use1-az6", "use1-az2", "use1-az4")
OVERHEAD = {"cpu": 0.25, "memory_gib": 0.75}
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Case:
    """An instance by name, with its optimum where the way it was made tells it."""

    name: str
    instance: Instance
    optimum_usd_per_hour: float | None = None


def recorded(name: str) -> Instance:
    """An instance that is kept as a file in bench/data, since other tools' answers to it are known."""
    with gzip.open(DATA / f"{name}.json.gz", "rt", encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    machines = tuple(
        Machine(
            kind["name"],
            {"cpu": kind["vcpus"], "memory_gib": kind["memory_gib"]},
            kind["price_per_hour"],
            tuple(kind["zones"]),
        )
        for kind in content["instance_types"]
    )
    items = tuple(
        Item(
            load["name"],
            {"cpu": load["cpu"], "memory_gib": load["memory_gib"]},
            load["replicas"],
            load["zone_spread"],
            load["max_per_node"],
        )
        for load in content["workloads"]
    )
    return Instance(machines, items, tuple(content["zones"]), content["overhead"], content["max_pods_per_node"])


@cache
def catalog_machines() -> tuple[Machine, ...]:
    """x86-64 machine types that us-east-1 sells on demand in three zones, accelerators as dimensions by model."""
    catalog = load_catalog(None, ["us-east-1"])
    found: list[Machine] = []
    for offering in catalog.purchasable("us-east-1"):
        machine, price = offering.machine, offering.on_demand_usd_per_hour
        if price is None or machine.architecture is not Architecture.X86_64 or machine.burstable or machine.bare_metal:
            continue
        capacity: dict[str, Amount] = {"cpu": machine.vcpus, "memory_gib": machine.memory_mib / 1024}
        if machine.accelerator is not None and machine.accelerator.count:
            capacity[machine.accelerator.model] = machine.accelerator.count
        zones = tuple(zone for zone in ZONES if zone in offering.zones)
        if zones:
            found.append(Machine(machine.name, capacity, price, zones))
    return tuple(found)


@dataclass(frozen=True)
class _Kind:
    """How a kind of workload asks for resources."""

    cpu: tuple[float, ...]
    gib_per_cpu: tuple[float, float]
    most_replicas: int


_KINDS = {
    "web": _Kind((0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1.0), (1.0, 4.0), 40),
    "balanced": _Kind((0.5, 1, 1.3, 1.8, 2, 2.6, 3.5, 4, 5.2), (2.5, 5.0), 60),
    "compute": _Kind((1, 1.5, 2, 2.8, 3.7, 4, 6, 7.5, 15), (0.8, 2.2), 15),
    "memory": _Kind((0.3, 0.5, 1, 1.4, 2.7, 4, 6.5), (6.5, 14.0), 30),
}
_GPU_MODELS = ("t4", "a10g", "l4", "l40s")


def cloud(
    name: str,
    seed: int,
    *,
    replicas: int,
    types: int,
    spread: float = 0.0,
    limited: float = 0.1,
    gpus: int = 0,
    excluded: int = 0,
    slots: int | None = None,
    anywhere: bool = True,
) -> Case:
    """Workloads over the catalog. `spread` and `limited` are parts of the workloads that are spread over zones or
    limited per machine, `gpus` and `excluded` numbers of workloads with GPUs and of pairs that may not share a machine;
    `anywhere` takes only machine types that all zones have.
    """
    draw = np.random.default_rng(seed)
    sold = [kind for kind in catalog_machines() if not anywhere or len(kind.zones) == len(ZONES)]
    plain = [kind for kind in sold if set(kind.capacity) == {"cpu", "memory_gib"}]
    special = [kind for kind in sold if any(model in kind.capacity for model in _GPU_MODELS)] if gpus else []
    count = min(types, len(plain) + len(special)) - len(special)
    chosen: list[int] = sorted(draw.choice(len(plain), min(count, len(plain)), replace=False).tolist())
    machines = [*(plain[place] for place in chosen), *special]
    items: list[Item] = []
    left = replicas
    while left > 0:
        kind = list(_KINDS)[int(draw.choice(4, p=(0.45, 0.3, 0.1, 0.15)))]
        shape = _KINDS[kind]
        size = max(replicas // 1000, 1)
        number = min(left, int(draw.integers(2, shape.most_replicas + 1)) * size)
        cpu = float(draw.choice(shape.cpu))
        gib = max(round(cpu * float(draw.uniform(*shape.gib_per_cpu)) * 8) / 8, 0.25)
        request: dict[str, Amount] = {"cpu": cpu, "memory_gib": gib}
        if len(items) < gpus:
            request[_GPU_MODELS[len(items) % len(_GPU_MODELS)]] = int(draw.integers(1, 3))
            number = min(number, 20 * size)
        most = int(draw.integers(1, 5)) if draw.random() < limited else None
        items.append(Item(f"w{len(items):04d}-{kind}", request, number, bool(draw.random() < spread), most))
        left -= number
    for _ in range(excluded):
        pair: list[int] = draw.choice(len(items), 2, replace=False).tolist()
        first, second = pair
        items[first] = replace(items[first], excludes=(*items[first].excludes, items[second].name))
    items = _held(items, machines)
    return Case(name, Instance(tuple(machines), tuple(items), ZONES, OVERHEAD, slots))


def _held(items: list[Item], machines: list[Machine]) -> list[Item]:
    """Items that a machine holds in every zone; others would be an error."""
    kept = [
        item
        for item in items
        if {
            zone
            for machine in machines
            if all(
                float(amount) <= float(machine.capacity.get(name, 0)) - OVERHEAD.get(name, 0.0)
                for name, amount in item.request.items()
            )
            for zone in machine.zones
        }
        == set(ZONES)
    ]
    names = {item.name for item in kept}
    return [replace(item, excludes=tuple(name for name in item.excludes if name in names)) for item in kept]


def wide(seed: int = 1) -> Case:
    """100,000 replicas of 100 classes on 600 machine types of two dimensions."""
    draw = np.random.default_rng(seed)
    case = cloud("wide-100000", seed, replicas=100, types=600)
    items: list[Item] = []
    for number in range(100):
        kind = list(_KINDS)[number % 4]
        cpu = float(draw.choice(_KINDS[kind].cpu)) * float(draw.choice((0.5, 1, 1.5)))
        gib = max(round(cpu * float(draw.uniform(*_KINDS[kind].gib_per_cpu)) * 8) / 8, 0.125)
        items.append(Item(f"w{number:04d}-{kind}", {"cpu": round(cpu, 3), "memory_gib": gib}, 1000))
    machines = list(case.instance.machines)
    while len(machines) < 600:
        like = machines[int(draw.integers(len(machines)))]
        dearer = Decimal(str(like.usd_per_hour)) * Decimal(str(round(float(draw.uniform(0.97, 1.1)), 3)))
        machines.append(replace(like, name=f"{like.name}-{len(machines)}", usd_per_hour=dearer))
    return Case("wide-100000", Instance(tuple(machines[:600]), tuple(items), ZONES, OVERHEAD))


def designed(seed: int = 1, *, replicas: int = 2000, classes: int = 200, types: int = 100) -> Case:
    """Machines as large as the sum of some classes' requests, priced by resource: no packing costs less than that."""
    draw = np.random.default_rng(seed)
    requests = draw.integers((1, 1), (65, 129), size=(classes, 2))
    prices = np.array((40, 5))
    count = np.zeros(classes, dtype=np.int64)
    machines: list[Machine] = []
    micros = 0
    for number in range(types):
        pattern = np.zeros(classes, dtype=np.int64)
        for place in draw.integers(classes, size=int(draw.integers(4, 14))):
            pattern[place] += 1
        room = pattern @ requests
        used = number < types * 0.6 and int(count.sum()) < replicas
        dearer = 0 if used else int(draw.integers(1, 100)) * 10
        usd = Decimal(int(room @ prices) * (1000 + dearer) // 1000) / 10_000
        machines.append(Machine(f"m{number:03d}", {"cpu": int(room[0]), "memory": int(room[1])}, usd))
        if used:
            times = int(draw.integers(1, 8))
            count += times * pattern
            micros += times * int(room @ prices)
    items = [
        Item(f"c{number:03d}", {"cpu": int(cpu), "memory": int(memory)}, int(count[number]))
        for number, (cpu, memory) in enumerate(requests.tolist())
    ]
    return Case(f"designed-{replicas}", Instance(tuple(machines), tuple(items)), micros / 10_000)


def cut(seed: int = 1, *, items: int = 100, types: int = 30, dimensions: int = 3) -> Case:
    """Machines cut into 4 to 12 different items each; priced by resource, so the machines cut are the optimum."""
    draw = np.random.default_rng(seed)
    prices = draw.integers(20, 60, size=dimensions)
    rooms = draw.integers(200, 2000, size=(types, dimensions))
    machines: list[Machine] = []
    for number, room in enumerate(rooms):
        usd = Decimal(int(room @ prices)) / 100_000
        machines.append(Machine(f"m{number:02d}", _named(room), usd if number % 3 else usd * Decimal("1.05")))
    pieces: list[Integers] = []
    total = 0
    while len(pieces) < items:
        number = int(draw.integers(types))
        if number % 3 == 0:
            continue
        parts = min(int(draw.integers(4, 13)), items - len(pieces))
        if 0 < items - len(pieces) - parts < 4:
            parts = items - len(pieces)
        weights = draw.dirichlet(np.full(parts, 2.0))
        share = [_cut(room, weights * draw.uniform(0.5, 1.5, parts)) for room in rooms[number].tolist()]
        pieces += list(np.array(share).T)
        total += int(rooms[number] @ prices)
    listed = tuple(Item(f"i{number:03d}", _named(piece), 1) for number, piece in enumerate(pieces))
    return Case(f"cut-{items}-{dimensions}d", Instance(tuple(machines), listed), total / 100_000)


def _named(amounts: Integers) -> dict[str, Amount]:
    return {f"d{place}": int(amount) for place, amount in enumerate(amounts)}


def _cut(whole: int, weights: NDArray[np.float64]) -> list[int]:
    """A whole number in whole parts that are near the weights and add up to it."""
    ends = [0, *(round(float(end) * whole) for end in np.cumsum(weights / weights.sum()))]
    return [after - before for before, after in pairwise(ends)]


def vector(kind: int, items: int, seed: int) -> Case:
    """Random class 1 to 10 of two-dimensional vector bin packing; every bin costs 1."""
    draw = np.random.default_rng([kind, items, seed])
    room = (150, 150) if kind in (6, 7, 8) else (1000, 1000)
    if kind in _UNIFORM:
        low, high = _UNIFORM[kind]
        sizes = draw.integers(low, high + 1, size=(items, 2))
    elif kind in (7, 8):
        first = draw.integers(20, 101, size=items)
        low, high = (first - 10, first + 10) if kind == 7 else (110 - first, 130 - first)
        sizes = np.column_stack([first, draw.integers(low, high + 1)])
    elif kind == 9:
        # Each bin is filled wholly in one dimension after the other, items of 100 to 400.
        sizes = np.column_stack([draw.integers(100, 401, size=items), draw.integers(100, 401, size=items)])
    else:
        # Triples that fill a bin wholly in both dimensions.
        first = draw.integers(250, 501, size=(items // 3, 2))
        second = draw.integers(250, 501, size=(items // 3, 2))
        sizes = np.concatenate([first, second, 1000 - first - second])
    listed = [Item(f"i{number:03d}", {"x": int(x), "y": int(y)}, 1) for number, (x, y) in enumerate(sizes.tolist())]
    bins = Machine("bin", {"x": room[0], "y": room[1]}, 1)
    optimum = items / 3 if kind == 10 else None
    return Case(f"vector-{kind}-{items}-{seed}", Instance((bins,), tuple(listed)), optimum)


_UNIFORM = {1: (100, 400), 2: (1, 1000), 3: (200, 800), 4: (50, 200), 5: (25, 100), 6: (20, 100)}
