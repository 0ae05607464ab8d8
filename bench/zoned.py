"""Weeks over three zones, from seeds: real machine types of us-east-1, offered where they are, bought in four ways.

Every workload survives the loss of a zone; the interruptible ones spread their spot replicas over two capacity pools.
Peaks are drawn evenly in logarithm between two numbers: some workloads have tens of replicas, some hundreds.
"""

from __future__ import annotations

import numpy as np

from bench.weeks import CPU_MILLIS, CPU_WEIGHTS, GIB_PER_CPU, GPU_PART, RATIO_WEIGHTS
from solver.catalog.loader import default_catalog_path, load_catalog
from solver.catalog.machines import Reserved, allocatable
from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer
from solver.vocabulary import AcceleratorKind, CommitmentKind, Survive

REGION = "us-east-1"
ZONES = ("use1-az2", "use1-az4", "use1-az6")


def offers(types: int, years: int) -> tuple[MachineOffer, ...]:
    """Machine types by name, evenly chosen, with reservations and a compute savings plan of so many years."""
    found: list[MachineOffer] = []
    for offering in load_catalog(default_catalog_path(), (REGION,)).purchasable(REGION):
        machine, price = offering.machine, offering.on_demand_usd_per_hour
        zones = tuple(zone for zone in ZONES if zone in offering.zones)
        if machine.bare_metal or machine.burstable or not machine.spot_supported or price is None or not zones:
            continue
        room = allocatable(machine, eni_trunking=True, reserved=Reserved())
        is_gpu = machine.accelerator is not None and machine.accelerator.kind is AcceleratorKind.GPU
        rates = {
            kind: min(
                (rate for term, rate in offering.commitments.items() if (term.kind, term.years) == (kind, years)),
                default=None,
            )
            for kind in (CommitmentKind.STANDARD_RESERVED, CommitmentKind.COMPUTE_SAVINGS_PLAN)
        }
        spot = {zone: usd for zone, usd in offering.spot_usd_per_hour.items() if zone in zones}
        found.append(
            MachineOffer(
                name=machine.name,
                capacity={
                    "cpu_millis": room.cpu_millis,
                    "memory_mib": room.memory_mib,
                    "gpu": room.accelerators if is_gpu else 0,
                    "slots": room.task_slots,
                },
                usd_per_hour=price,
                spot_usd_per_hour=spot if spot and machine.spot_supported else None,
                reserved_usd_per_hour=rates[CommitmentKind.STANDARD_RESERVED],
                plan_usd_per_hour=rates[CommitmentKind.COMPUTE_SAVINGS_PLAN],
                zones=zones,
            )
        )
    places = np.unique(np.linspace(0, len(found) - 1, min(types, len(found))).astype(np.int64))
    return tuple(found[int(place)] for place in places.tolist())


def zoned_week(
    workloads: int = 20,
    hours: int = 168,
    *,
    types: int = 800,
    least: int = 40,
    most: int = 800,
    seed: int = 1,
    years: int = 1,
) -> HourlyInstance:
    """Workloads with peaks from `least` to `most` replicas, before those that survival adds."""
    rng = np.random.default_rng(seed)
    cpu = rng.choice(CPU_MILLIS, workloads, p=np.array(CPU_WEIGHTS) / sum(CPU_WEIGHTS)).astype(np.float64)
    ratio = rng.choice(GIB_PER_CPU, workloads, p=np.array(RATIO_WEIGHTS) / sum(RATIO_WEIGHTS))
    gib = np.clip(cpu / 1000 * ratio, 0.5, 256)
    mib = np.where(gib < 4, np.ceil(gib * 4) / 4, np.ceil(gib)) * 1024
    gpus = np.where(rng.random(workloads) < GPU_PART, rng.choice([1, 1, 1, 2, 4], workloads), 0)
    peak = np.round(np.exp(rng.uniform(np.log(least), np.log(most), workloads)))
    phase, depth = rng.normal(14, 4, workloads), rng.uniform(0.1, 0.8, workloads)
    weekend = rng.uniform(0.3, 1.0, workloads)
    hour = np.arange(hours)[:, None]
    level = 1 - depth + depth * (0.5 + 0.5 * np.cos((hour % 24 - phase) * np.pi / 12))
    level = np.where(hour // 24 % 7 >= 5, level * weekend, level)
    replicas = np.rint(peak * level * rng.normal(1, 0.04, (hours, workloads))).astype(np.int64).clip(0)
    interruptible = rng.choice([0.0, 0.0, 0.5, 1.0], workloads)
    return HourlyInstance(
        machines=offers(types, years),
        workloads=tuple(
            HourlyWorkload(
                name=f"w{place:02d}",
                request={
                    "cpu_millis": int(cpu[place]),
                    "memory_mib": int(mib[place]),
                    "gpu": int(gpus[place]),
                    "slots": 1,
                },
                replicas=tuple(int(count) for count in replicas[:, place]),
                interruptible_share=float(interruptible[place]),
                survive=Survive.ZONE,
                spot_pools=2,
            )
            for place in range(workloads)
        ),
        zones=ZONES,
    )
