"""Promises: whether machines hold every row, floor and quota of an hour class."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from solver.model.compute.hourly import Hourly
from solver.model.compute.rows import counted


def holds(hourly: Hourly, hour: int, machines: Mapping[int, int]) -> bool:
    """Whether these machines, by column, keep every promise in an hour class, in whole numbers."""
    services = range(len(hourly.needs.services))
    return serves(hourly, hour, machines, services) and is_within_quotas(hourly, hour, machines)


def serves(hourly: Hourly, hour: int, machines: Mapping[int, int], services: Collection[int]) -> bool:
    """Whether these machines keep the promises to these services, and are as many as their groups have at least."""
    columns = hourly.columns
    for number, row in enumerate(hourly.rows):
        if row.service not in services or row.required[hour] <= 0:
            continue
        have = 0
        for column, count in machines.items():
            # A worth has at most 16 digits, but many machines of it may have more than 64 bits hold.
            worth = int(hourly.worth[number, column])
            machine = columns.machines[int(columns.machine[column])]
            have += worth * counted(row.counted, count, len(machine.zones), on_demand=machine.on_demand)
        if have < row.required[hour]:
            return False
    return all(count >= int(hourly.least[column]) for column, count in machines.items())


def is_within_quotas(hourly: Hourly, hour: int, machines: Mapping[int, int]) -> bool:
    """Whether the quotas leave room for these machines in every hour of the class."""
    columns = hourly.columns
    for family, free in hourly.free.items():
        used = sum(
            count * machine.machine.vcpus
            for column, count in machines.items()
            if (machine := columns.machines[int(columns.machine[column])]).machine.quota == family
        )
        if used > int(free[list(hourly.needs.hours[hour].hours)].min()):
            return False
    return True
