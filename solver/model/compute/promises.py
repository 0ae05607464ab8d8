"""Promises: whether machines hold every row, floor and quota of an hour class."""

from __future__ import annotations

from collections.abc import Mapping

from solver.model.compute.hourly import Hourly
from solver.model.compute.rows import counted


def holds(hourly: Hourly, hour: int, machines: Mapping[int, int]) -> bool:
    """Whether these machines, by column, keep every promise in an hour class, in whole numbers."""
    columns = hourly.columns
    for row in hourly.rows:
        have = 0
        for column, count in machines.items():
            worth = sum(each * slots for each, slots in zip(row.worth, columns.slots[column].tolist(), strict=True))
            machine = columns.machines[int(columns.machine[column])]
            have += worth * counted(row.counted, count, len(machine.zones), on_demand=machine.on_demand)
        if have < row.required[hour]:
            return False
    if any(count < int(hourly.least[column]) for column, count in machines.items()):
        return False
    for family, free in hourly.free.items():
        used = sum(
            count * machine.machine.vcpus
            for column, count in machines.items()
            if (machine := columns.machines[int(columns.machine[column])]).machine.quota == family
        )
        if used > int(free[list(hourly.needs.hours[hour].hours)].min()):
            return False
    return True
