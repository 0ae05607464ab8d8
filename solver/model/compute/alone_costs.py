"""What a service would cost alone, on machines of one type: the figures by which a plan's machine types compare.

Each hour has as many whole machines as keep every promise of the service, filled with one of its variants, at their
list price and with their volumes. Machines that services share, and commitments, are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solver.catalog.catalog import Catalog
from solver.model.compute.columns import Fixed, fixed_usd_per_hour
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.replicas import usable_variants
from solver.model.compute.rows import Counted, Row
from solver.model.compute.spot_machines import spot_machines
from solver.model.compute.supply import Machine, Market, capacity, fits, offered, request, undivided
from solver.quantity import WEEKS_PER_MONTH

Way = tuple[str, str]
"""Machine type and purchase option."""


@dataclass(frozen=True)
class OnSale:
    """What one may be alone on."""

    catalog: Catalog
    market: Market
    fixed: Fixed
    spot: bool
    """Spot machines may be bought."""

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """On demand, all that the rules of the site allow."""
        return offered(self.catalog, self.market)

    def usd_per_hour(self, machine: Machine) -> float:
        """List price of a machine without volumes of replicas, with its root volume and what measures cost for it."""
        return machine.usd_per_hour + self.fixed.root_volume + self.market.surcharge.usd_per_hour(machine.machine)


def alone_usd_per_month(needs: Needs, need: ServiceNeed, rows: Sequence[Row], sale: OnSale) -> list[tuple[Way, float]]:
    """USD a month on machines of one type, bought in one way, the cheapest first."""
    usable = usable_variants(needs, need)
    variants = [needs.runnables[number].variant for number in usable]
    machines = list(sale.machines)
    if sale.spot and need.spot_share > 0:
        machines += spot_machines(machines, variants, pools=need.service.spot_pools)
    mine = [row for row in rows if row.service == need.number]
    hours: dict[tuple[int, int, int, bool], float] = {}
    found: dict[Way, float] = {}
    volumes: dict[tuple[int, bool], float] = {}
    for machine in machines:
        for number, variant in zip(usable, variants, strict=True):
            if not fits(variant, machine, sale.market):
                continue
            asked = request(variant, undivided=undivided(variant, machine))
            slots = int((capacity(machine, sale.market)[asked > 0] // asked[asked > 0]).min())
            slots = min(slots, need.service.max_per_machine or slots)
            kind = (number, slots, len(machine.zones), machine.on_demand)
            if kind not in hours:
                hours[kind] = _machine_hours(needs, need, mine, machine, number, slots)
            if (number, slots > 0) not in volumes:
                pattern = tuple(slots if each == number else 0 for each in range(len(needs.runnables)))
                volumes[number, slots > 0] = fixed_usd_per_hour(needs, sale.fixed, pattern)
            usd = machine.usd_per_hour + volumes[number, slots > 0]
            usd = (usd + sale.market.surcharge.usd_per_hour(machine.machine)) * hours[kind] * WEEKS_PER_MONTH
            way = (machine.machine.name, str(machine.purchase))
            found[way] = min(found.get(way, usd), usd)
    return sorted(((way, usd) for way, usd in found.items() if np.isfinite(usd)), key=lambda each: each[::-1])


def _machine_hours(
    needs: Needs, need: ServiceNeed, rows: Sequence[Row], machine: Machine, number: int, slots: int
) -> float:
    """Of a week, with so many replicas of a variant on each machine; infinite where that can't be."""
    # A spot group has its pools, or no machine.
    least = 1 if machine.on_demand else need.service.spot_pools
    total = 0.0
    for hour, each in enumerate(needs.hours):
        many = max((_machines(row, row.required[hour], slots * row.worth[number], machine) for row in rows), default=0)
        total += each.weight * (max(many, least) if many else 0)
    return total


def _machines(row: Row, required: int, worth: int, machine: Machine) -> float:
    """The fewest machines that keep a promise; what must be on demand is no promise to a spot group."""
    if required <= 0 or (row.counted is Counted.ON_DEMAND and not machine.on_demand):
        return 0
    if worth <= 0:
        return np.inf
    left = -(-required // worth)
    if row.counted is not Counted.SURVIVING:
        return left
    zones = len(machine.zones)
    # Of n machines ⌈n / zones⌉ may be lost.
    return left + -(-left // (zones - 1)) if zones > 1 else np.inf
