"""Carbon: what the placed machines emit, from the tables, hour by hour, and what the plan's line says of it."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from solver.plan.cost import CostLine
from solver.proofs.view import HOURS, SiteView

_MONTH_HOURS = 730
_MEMORY_WATTS_PER_MIB = 0.392 / 1024
_ROUNDING_KG = 0.06
_CENT = 0.01


def carbon_faults(view: SiteView, lines: tuple[CostLine, ...]) -> Iterator[str]:
    """A difference between what a site says of carbon and the tables, beyond rounding."""
    mine = [line for line in lines if line.site == view.key and line.item == "carbon"]
    stated, wish = view.plan.carbon, view.demand.carbon
    if wish is None:
        if stated is not None or mine:
            yield "carbon is counted, and nobody asks for it"
        return
    if stated is None:
        yield "carbon is asked for, and not counted"
        return
    found = kg_per_month(view)
    if abs(stated.kg_per_month - found) > _ROUNDING_KG:
        yield f"the plan says {stated.kg_per_month:.1f} kg of carbon a month, the tables {found:.1f}"
    usd = fsum(line.usd_per_month for line in mine)
    priced = stated.kg_per_month / 1000 * wish.usd_per_tonne
    if abs(usd - priced) > _CENT:
        yield f"the lines say {usd:.2f} USD a month for carbon, its price makes {priced:.2f}"


def kg_per_month(view: SiteView) -> float:
    """Of all machines of all hours: half-way between idle and busy, and 0.392 W for each GiB."""
    tables = view.catalog.carbon
    watts: dict[str, float] = {}
    for group in view.groups.values():
        machine = view.catalog.machine(group.machine_types[0])
        processor = tables.processors[tables.families.get(machine.family, "average")]
        power = (processor.idle_watts + processor.full_watts) / 2 * group.vcpus
        device = tables.accelerators.get(group.accelerator_model or "")
        if machine.accelerator is not None and device is not None:
            devices = machine.accelerator.count if machine.accelerator.count else machine.accelerator.share
            power += devices * (device.idle_watts + device.full_watts) / 2
        watts[group.key] = power + machine.memory_mib * _MEMORY_WATTS_PER_MIB
    hourly = fsum(placed.machines * watts[placed.node_group] for hour in range(HOURS) for placed in view.placed[hour])
    grid = tables.grids[view.plan.region]
    return hourly / HOURS * _MONTH_HOURS * grid.pue * grid.grams_per_kwh / 1e6
