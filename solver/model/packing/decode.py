"""Decode: machines of a problem as a packing of the instance, with items by name."""

from __future__ import annotations

from collections import Counter, deque
from fractions import Fraction

import numpy as np

from solver.model.packing.problem import Reading
from solver.model.packing.search import Found
from solver.packing.amounts import exact
from solver.packing.answer import PackedMachines, Packing
from solver.packing.instance import Instance
from solver.vocabulary import OPTIMAL_GAP, Termination


def decode(instance: Instance, reading: Reading, found: Found, gap: float) -> Packing:
    """The packing; equal machines are one entry, in the order of the instance's machines, zones and items."""
    zoned = found.zoned
    left = {place: instance.items[place].count for group in reading.members for place in group}
    zone_names = instance.zones or ("",)
    groups: Counter[tuple[int, int, tuple[tuple[int, int], ...]]] = Counter()
    queues = [deque(group) for group in reading.members]
    rows = zip(found.machines.types.tolist(), found.machines.patterns, found.machines.numbers.tolist(), strict=True)
    for kind, pattern, machines_of_row in rows:
        machine, zone = reading.machines[int(zoned.machines[kind])], int(zoned.machine_zone[kind])
        wanted: Counter[int] = Counter()
        for place in np.nonzero(pattern)[0].tolist():
            wanted[int(zoned.classes[place])] += int(pattern[place])
        rest = machines_of_row
        while rest:
            # So many equal machines hold the same items that none of them runs out meanwhile.
            alike = rest
            for group, number in wanted.items():
                alike = min(alike, max(left[queues[group][0]] // number, 1))
            contents: Counter[int] = Counter()
            for group, number in wanted.items():
                need = number * alike
                while need:
                    member = queues[group][0]
                    part = min(need, left[member])
                    contents[member] += part // alike
                    left[member] -= part
                    need -= part
                    if not left[member]:
                        queues[group].popleft()
            groups[machine, zone, tuple(sorted(contents.items()))] += alike
            rest -= alike
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
