"""Decode: machines of a problem as a packing of the instance, with items by name."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np

from solver.model.packing.problem import Reading
from solver.model.packing.search import OPTIMAL_GAP, Found
from solver.packing.amounts import exact
from solver.packing.answer import PackedMachines, Packing
from solver.packing.instance import Instance
from solver.vocabulary import Termination


def decode(instance: Instance, reading: Reading, found: Found, gap: float) -> Packing:
    """The packing; equal machines are one entry, in the order of the instance's machines, zones and items."""
    zoned = found.zoned
    left = {place: instance.items[place].count for group in reading.members for place in group}
    zone_names = instance.zones or ("",)
    groups: Counter[tuple[int, int, tuple[tuple[int, int], ...]]] = Counter()
    for kind, pattern in zip(found.machines.types.tolist(), found.machines.patterns, strict=True):
        contents: Counter[int] = Counter()
        for place in np.nonzero(pattern)[0].tolist():
            number = int(pattern[place])
            for member in reading.members[int(zoned.classes[place])]:
                part = min(number, left[member])
                if part:
                    contents[member] += part
                    left[member] -= part
                    number -= part
        machine = reading.machines[int(zoned.machines[kind])]
        groups[machine, int(zoned.machine_zone[kind]), tuple(sorted(contents.items()))] += 1
    machines = tuple(
        PackedMachines(
            machine=instance.machines[machine].name,
            zone=zone_names[zone],
            contents={instance.items[member].name: number for member, number in contents},
            count=count,
        )
        for (machine, zone, contents), count in sorted(groups.items())
    )
    total = sum(
        (exact(instance.machines[machine].usd_per_hour) * count for (machine, _, _), count in groups.items()),
        Fraction(0),
    )
    usd = float(total)
    bound = min(found.bound * reading.problem.usd_per_unit, usd)
    distance = (usd - bound) / usd if usd else 0.0
    termination = Termination.LIMIT
    if distance <= OPTIMAL_GAP:
        termination = Termination.OPTIMAL
    elif distance <= gap:
        termination = Termination.WITHIN_GAP
    return Packing(
        machines=machines, usd_per_hour=usd, bound_usd_per_hour=bound, termination=termination, work=found.work
    )
