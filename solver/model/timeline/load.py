"""Load: an hourly instance as whole numbers in arrays; equal requests are one class, useless machines are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf

import numpy as np
from numpy.typing import NDArray

from solver.packing.amounts import exact, scale_of, whole_request
from solver.timetable.instance import HourlyInstance, MachineOffer
from solver.vocabulary import PurchaseOption

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_PLENTY = 1 << 40
"""Room for firm replicas on a machine that may hold them."""


@dataclass(frozen=True)
class Load:
    """What must run and where it can.

    The last dimension marks firm replicas: each asks for 1 of it, of which spot machines have none.
    """

    dimensions: int
    """Without the mark."""
    request: Integers
    """Classes × (dimensions + 1)."""
    replicas: Integers
    """Hours × classes."""
    members: tuple[tuple[tuple[int, bool], ...], ...]
    """Of each class: workloads by their place in the instance, and whether it is their interruptible part."""
    amounts: Integers
    """Hours × workloads: firm replicas."""
    soft_amounts: Integers
    """Hours × workloads: interruptible replicas."""
    room: Integers
    """Machine choices × (dimensions + 1)."""
    price: Floats
    """USD an hour of each choice."""
    on_demand: Floats
    """USD an hour of each choice's machine type on demand."""
    reserved: Floats
    """USD an hour of each choice's machine type when it is reserved; infinite where it is not sold so."""
    machines: tuple[int, ...]
    """Of each choice: the machine's place in the instance."""
    purchases: tuple[PurchaseOption, ...]
    """Of each choice: on demand or spot."""

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Classes × choices: whether a replica fits."""
        fits = np.ones((len(self.request), len(self.room)), dtype=np.bool_)
        for dimension in range(self.request.shape[1]):
            fits &= self.request[:, dimension][:, None] <= self.room[:, dimension][None]
        return fits


def load_of(instance: HourlyInstance) -> Load:
    """The arrays of an instance."""
    names = sorted({name for workload in instance.workloads for name, amount in workload.request.items() if amount > 0})
    scales = [
        scale_of(
            [
                *(machine.capacity.get(name, 0) for machine in instance.machines),
                *(workload.request.get(name, 0) for workload in instance.workloads),
                instance.overhead.get(name, 0),
            ]
        )
        for name in names
    ]
    replicas = np.array([workload.replicas for workload in instance.workloads], dtype=np.int64).T
    soft = np.zeros_like(replicas)
    for place, workload in enumerate(instance.workloads):
        share = exact(workload.interruptible_share)
        if share > 0:
            soft[:, place] = [floor(share * count) for count in workload.replicas]
    requests = [
        tuple(whole_request(workload.request.get(name, 0), scale) for name, scale in zip(names, scales, strict=True))
        for workload in instance.workloads
    ]
    spot = any(machine.spot_usd_per_hour is not None for machine in instance.machines)
    if not spot:
        soft[:] = 0
    firm = replicas - soft
    members: dict[tuple[tuple[int, ...], bool], list[tuple[int, bool]]] = {}
    for place, request in enumerate(requests):
        for is_soft, part in ((False, firm), (True, soft)):
            if part[:, place].any():
                members.setdefault((request, is_soft), []).append((place, is_soft))
    keys = sorted(members)
    counts = np.zeros((len(replicas), len(keys)), dtype=np.int64)
    for number, key in enumerate(keys):
        places = [place for place, _ in members[key]]
        counts[:, number] = (soft if key[1] else firm)[:, places].sum(axis=1)
    rows = [[*request, 0 if is_soft else 1] for request, is_soft in keys]
    room, prices, machines, purchases = _choices(instance, names, scales, spot)
    return Load(
        dimensions=len(names),
        request=np.array(rows, dtype=np.int64).reshape(len(keys), len(names) + 1),
        replicas=counts,
        members=tuple(tuple(members[key]) for key in keys),
        amounts=firm,
        soft_amounts=soft,
        room=room,
        price=prices[:, 0],
        on_demand=prices[:, 1],
        reserved=prices[:, 2],
        machines=machines,
        purchases=purchases,
    )


def _choices(
    instance: HourlyInstance, names: Sequence[str], scales: Sequence[int], spot: bool
) -> tuple[Integers, Floats, tuple[int, ...], tuple[PurchaseOption, ...]]:
    """Machine types on demand and as spot, without those that another one replaces in room and price."""
    rows: list[list[int]] = []
    prices: list[tuple[float, float, float]] = []
    """By choice: of an hour of it, and of its type on demand and reserved."""
    origins: list[tuple[int, PurchaseOption]] = []
    for place, machine in enumerate(instance.machines):
        free = free_room(machine, instance, names, scales)
        if free is None:
            continue
        on_demand = float(machine.usd_per_hour)
        reserved = inf if machine.reserved_rate is None else float(machine.reserved_rate)
        rows.append([*free, _PLENTY])
        prices.append((on_demand, on_demand, reserved))
        origins.append((place, PurchaseOption.ON_DEMAND))
        spot_price = machine.spot_rate("")
        if spot and spot_price is not None:
            rows.append([*free, 0])
            prices.append((float(spot_price), on_demand, reserved))
            origins.append((place, PurchaseOption.SPOT))
    room, price = np.array(rows, dtype=np.int64), np.array(prices)
    kept = useful(room, np.stack([price[:, 0], price[:, [0, 2]].min(axis=1)], axis=1))
    return (
        room[kept],
        price[kept],
        tuple(origins[number][0] for number in kept),
        tuple(origins[number][1] for number in kept),
    )


def free_room(
    machine: MachineOffer, instance: HourlyInstance, names: Sequence[str], scales: Sequence[int]
) -> list[int] | None:
    """Room by dimension, rounded down; None where overhead alone is more than the machine has of anything."""
    if any(exact(instance.overhead.get(name, 0)) > exact(amount) for name, amount in machine.capacity.items()):
        return None
    return [
        floor((exact(machine.capacity[name]) - exact(instance.overhead.get(name, 0))) * scale)
        if name in machine.capacity
        else 0
        for name, scale in zip(names, scales, strict=True)
    ]


def useful(room: Integers, prices: Floats) -> list[int]:
    """Choices that no other one replaces with as much room and no higher price; the first of equal ones stays.

    `prices` has a column for each way to pay.
    """
    kept: list[int] = []
    place = np.arange(len(prices))
    for number in range(len(prices)):
        as_good = (room >= room[number]).all(axis=1) & (prices <= prices[number]).all(axis=1)
        better = (room > room[number]).any(axis=1) | (prices < prices[number]).any(axis=1) | (place < number)
        if not (as_good & better).any():
            kept.append(number)
    return kept
