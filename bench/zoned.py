"""Weeks over three zones, from seeds: real machine types of us-east-1, offered where they are, bought in four ways.

Every workload survives the loss of a zone; the interruptible ones spread their spot replicas over two capacity pools.
Peaks are drawn evenly in logarithm between two numbers: some workloads have tens of replicas, some hundreds.
"""

from __future__ import annotations

import numpy as np

from bench.weeks import capacity, drawn, evenly
from solver.catalog.digest import default_catalog_path
from solver.catalog.loader import load_catalog
from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer
from solver.vocabulary import CommitmentKind, Survive

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
                capacity=capacity(machine),
                usd_per_hour=price,
                spot_usd_per_hour=spot if spot and machine.spot_supported else None,
                reserved_usd_per_hour=rates[CommitmentKind.STANDARD_RESERVED],
                plan_usd_per_hour=rates[CommitmentKind.COMPUTE_SAVINGS_PLAN],
                zones=zones,
            )
        )
    return evenly(found, types)


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
    found = drawn(workloads, hours, (float(np.log(least)), float(np.log(most))), seed=seed)
    return HourlyInstance(
        machines=offers(types, years),
        workloads=tuple(
            HourlyWorkload(
                name=f"w{place:02d}",
                request=request,
                replicas=tuple(int(count) for count in found.replicas[:, place]),
                interruptible_share=float(found.interruptible[place]),
                survive=Survive.ZONE,
                spot_pools=2,
            )
            for place, request in enumerate(found.requests)
        ),
        zones=ZONES,
    )
