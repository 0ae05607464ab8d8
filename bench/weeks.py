"""Weeks of many workloads, from seeds: real machine types of us-east-1, requests of usual sizes, daily curves.

Machines are those types that are sold on demand, as spot and reserved for a year, with what is left for containers; the
four dimensions are vCPU thousandths, MiB, GPUs and task slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from solver.catalog.digest import default_catalog_path
from solver.catalog.loader import load_catalog
from solver.catalog.machines import MachineType, Reserved, allocatable
from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer
from solver.vocabulary import AcceleratorKind

CPU_MILLIS = (250, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000, 16000, 24000, 32000)
CPU_WEIGHTS = (10, 14, 6, 16, 8, 14, 6, 10, 4, 6, 2, 2, 1, 1)
GIB_PER_CPU = (0.5, 1, 2, 3, 4, 6, 8, 12, 16)
RATIO_WEIGHTS = (2, 5, 10, 6, 12, 5, 8, 2, 1)
GPU_PART = 0.03


@cache
def offers(types: int, purchases: bool) -> tuple[MachineOffer, ...]:
    """The first machine types by name, evenly chosen; with spot and reserved prices where `purchases` is set."""
    region = "us-east-1"
    found: list[MachineOffer] = []
    for offering in load_catalog(default_catalog_path(), (region,)).purchasable(region):
        machine, price = offering.machine, offering.on_demand_usd_per_hour
        reserved = offering.best_commitment.get(1)
        unusual = machine.bare_metal or machine.burstable or not machine.spot_supported
        if unusual or price is None or not offering.spot_usd_per_hour or reserved is None:
            continue
        found.append(
            MachineOffer(
                name=machine.name,
                capacity=capacity(machine),
                usd_per_hour=price,
                spot_usd_per_hour=min(offering.spot_usd_per_hour.values()) if purchases else None,
                reserved_usd_per_hour=reserved if purchases else None,
            )
        )
    return evenly(found, types)


def capacity(machine: MachineType) -> dict[str, int]:
    """What is left for containers on a machine, in the four dimensions."""
    room = allocatable(machine, eni_trunking=True, reserved=Reserved())
    is_gpu = machine.accelerator is not None and machine.accelerator.kind is AcceleratorKind.GPU
    return {
        "cpu_millis": room.cpu_millis,
        "memory_mib": room.memory_mib,
        "gpu": room.accelerators if is_gpu else 0,
        "slots": room.task_slots,
    }


def evenly(offers: Sequence[MachineOffer], most: int) -> tuple[MachineOffer, ...]:
    """At most so many, as far from each other as can be."""
    places = np.unique(np.linspace(0, len(offers) - 1, min(most, len(offers))).astype(np.int64))
    return tuple(offers[int(place)] for place in places.tolist())


@dataclass(frozen=True)
class Drawn:
    """Workloads from a seed."""

    requests: tuple[dict[str, int], ...]
    replicas: NDArray[np.int64]
    """Hours × workloads."""
    interruptible: NDArray[np.float64]
    """By workload: share that may run on spot machines."""


def drawn(workloads: int, hours: int, peaks: tuple[float, float], *, seed: int, measured: bool = False) -> Drawn:
    """Peaks lie between e^peaks[0] and e^peaks[1]; requests on a grid, or `measured`, so that hardly two are equal."""
    rng = np.random.default_rng(seed)
    cpu = rng.choice(CPU_MILLIS, workloads, p=np.array(CPU_WEIGHTS) / sum(CPU_WEIGHTS)).astype(np.float64)
    ratio = rng.choice(GIB_PER_CPU, workloads, p=np.array(RATIO_WEIGHTS) / sum(RATIO_WEIGHTS))
    gib = np.clip(cpu / 1000 * ratio, 0.5, 256)
    mib = np.where(gib < 4, np.ceil(gib * 4) / 4, np.ceil(gib)) * 1024
    if measured:
        cpu = np.clip(cpu * rng.uniform(0.6, 1.15, workloads) // 10 * 10, 50, 32_000)
        mib = np.clip(mib * rng.uniform(0.6, 1.15, workloads) // 16 * 16, 128, 256 * 1024)
    gpus = np.where(rng.random(workloads) < GPU_PART, rng.choice([1, 1, 1, 2, 4], workloads), 0)
    peak = np.maximum(1, np.round(np.exp(rng.uniform(*peaks, workloads))))
    phase, depth = rng.normal(14, 4, workloads), rng.uniform(0.1, 0.8, workloads)
    weekend = rng.uniform(0.3, 1.0, workloads)
    hour = np.arange(hours)[:, None]
    level = 1 - depth + depth * (0.5 + 0.5 * np.cos((hour % 24 - phase) * np.pi / 12))
    level = np.where(hour // 24 % 7 >= 5, level * weekend, level)
    replicas = np.rint(peak * level * rng.normal(1, 0.04, (hours, workloads))).astype(np.int64).clip(0)
    requests = tuple(
        {"cpu_millis": int(cpu[place]), "memory_mib": int(mib[place]), "gpu": int(gpus[place]), "slots": 1}
        for place in range(workloads)
    )
    return Drawn(requests, replicas, rng.choice([0.0, 0.0, 0.5, 1.0], workloads))


def week(
    workloads: int,
    hours: int,
    most: int,
    *,
    types: int = 600,
    seed: int = 1,
    purchases: bool = False,
    measured: bool = False,
) -> HourlyInstance:
    """Workloads with up to `most` replicas; requests on a grid, or `measured`, so that hardly two are equal."""
    found = drawn(workloads, hours, (0.0, float(np.log(most + 1))), seed=seed, measured=measured)
    return HourlyInstance(
        machines=offers(types, purchases),
        workloads=tuple(
            HourlyWorkload(
                name=f"w{place:05d}",
                request=request,
                replicas=tuple(int(count) for count in found.replicas[:, place]),
                interruptible_share=float(found.interruptible[place]) if purchases else 0,
            )
            for place, request in enumerate(found.requests)
        ),
    )


def one_type(hours: int) -> tuple[HourlyInstance, float]:
    """A workload on one machine type, and what it costs with the best number of reserved machines, in closed form."""
    rng = np.random.default_rng(hours)
    hour = np.arange(hours)
    curve = 400 + 300 * np.cos((hour % 24 - 14) * np.pi / 12) + 100 * np.cos(hour * 2 * np.pi / 8760)
    replicas = np.rint(curve + rng.normal(0, 30, hours)).astype(np.int64).clip(0)
    instance = HourlyInstance(
        machines=(MachineOffer(name="m", capacity={"cpu": 8}, usd_per_hour=0.34, reserved_usd_per_hour=0.21),),
        workloads=(HourlyWorkload(name="w", request={"cpu": 1.5}, replicas=tuple(int(count) for count in replicas)),),
    )
    machines = np.sort(-(-replicas // 5))
    bought = machines[int(hours * (1 - 0.21 / 0.34))]
    return instance, float(hours * 0.21 * bought + 0.34 * np.maximum(machines - bought, 0).sum())
