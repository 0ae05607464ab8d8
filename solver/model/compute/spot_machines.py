"""Spot machines for sale to one site: a type with companions of its shape, so that a group has several pools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from solver.demand.workloads import Variant
from solver.model.compute.supply import Machine, capacities, preference
from solver.model.compute.type_patterns import matches
from solver.vocabulary import PurchaseOption

_MOST_SPOT_TYPES = 5


def spot_machines(machines: Sequence[Machine], variants: Sequence[Variant], *, pools: int) -> list[Machine]:
    """Spot machines of the same types, cheapest first; each with companions of its shape.

    The price is the mean over the zones that have one, since a group's machines are spread over its zones evenly. A
    companion has the same architecture and accelerators, is offered in the same zones, holds at least as much of
    everything and costs no more; dearer ones are added, and the group priced as they are, only as far as `pools`
    distinct pools (type × zone) ask for more types. A variant that names the types it runs on gets groups of these.
    """
    priced: list[Machine] = []
    for machine in machines:
        prices = machine.offering.spot_usd_per_hour
        zones = tuple(zone for zone in machine.zones if zone in prices)
        if zones and machine.machine.spot_supported:
            mean = sum(prices[zone] for zone in zones) / len(zones)
            priced.append(Machine(machine.offering, machine.types, PurchaseOption.SPOT, zones, mean, machine.holds))
    priced.sort(key=preference)
    found: dict[tuple[str, ...], Machine] = {}
    for patterns in sorted({tuple(variant.machines) for variant in variants}):
        allowed = [each for each in priced if not patterns or matches(each.machine.name, patterns)]
        for machine in _with_companions(allowed, pools):
            found.setdefault(machine.types, machine)
    return sorted(found.values(), key=lambda machine: (*preference(machine), machine.types))


def _with_companions(priced: Sequence[Machine], pools: int) -> Iterator[Machine]:
    shapes: dict[tuple[object, ...], list[Machine]] = {}
    for machine in priced:
        shapes.setdefault(_shape(machine), []).append(machine)
    for mine in shapes.values():
        room = np.array([capacities(machine.holds) for machine in mine], dtype=np.int64)
        for place, machine in enumerate(mine):
            larger = np.nonzero((room >= room[place]).all(axis=1))[0].tolist()
            alike = [mine[other] for other in larger if other != place]
            cheaper = [other for other in alike if other.usd_per_hour <= machine.usd_per_hour]
            dearer = [other for other in alike if other.usd_per_hour > machine.usd_per_hour]
            wanted = max(1, -(-pools // len(machine.zones)))
            named = [machine, *cheaper[-(_MOST_SPOT_TYPES - 1) :]]
            named += dearer[: max(0, wanted - len(named))]
            if len(named) >= wanted:
                yield Machine(
                    machine.offering,
                    tuple(other.machine.name for other in named),
                    PurchaseOption.SPOT,
                    machine.zones,
                    max(other.usd_per_hour for other in named),
                    machine.holds,
                )


def spot_machine(types: Sequence[Machine], zones: tuple[str, ...]) -> Machine | None:
    """A spot machine of these types, each on sale on demand, in these zones; None where they are no longer alike."""
    first = types[0]
    prices = [[each.offering.spot_usd_per_hour.get(zone) for zone in zones] for each in types]
    known = [[usd for usd in row if usd is not None] for row in prices]
    if not all(len(row) == len(zones) > 0 for row in known):
        return None
    alike = all(_shape(each)[:-1] == _shape(first)[:-1] and _holds_as_much(each, first) for each in types)
    if not alike or not all(each.machine.spot_supported for each in types):
        return None
    names = tuple(each.machine.name for each in types)
    usd = max(sum(row) / len(row) for row in known)
    return Machine(first.offering, names, PurchaseOption.SPOT, zones, usd, first.holds)


def _shape(machine: Machine) -> tuple[object, ...]:
    types = machine.machine
    accelerators = ("", 0) if types.accelerator is None else (types.accelerator.model, types.accelerator.count)
    return (types.architecture, types.image_flavour, accelerators, types.vcpus, machine.zones)


def _holds_as_much(other: Machine, machine: Machine) -> bool:
    return all(has >= asked for has, asked in zip(capacities(other.holds), capacities(machine.holds), strict=True))
