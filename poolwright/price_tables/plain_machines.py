"""Machines as plain numbers: what a replica can have of one, and what its hour costs, whatever the cloud."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from solver.catalog.machines import Reserved, allocatable, memory_overhead_mib
from solver.catalog.prices import Offering
from solver.demand.demand import Demand
from solver.demand.workloads import Variant
from solver.vocabulary import Architecture


@dataclass(frozen=True, kw_only=True)
class PlainMachine:
    """One machine type in one place."""

    name: str
    architecture: Architecture
    vcpus: float
    """What they deliver without end."""
    memory_mib: int
    """As sold."""
    accelerator_model: str | None
    """As the catalog names it."""
    accelerators: int
    usd_per_hour: float = 0.0
    """On demand."""
    spot_usd_per_hour: float | None = None
    """The mean of the zones; None where nobody has a price."""

    def priced(self, on_demand: float, spot: float | None) -> PlainMachine:
        """The type at these prices."""
        return replace(self, usd_per_hour=on_demand, spot_usd_per_hour=spot)

    @property
    def memory_for_replicas_mib(self) -> int:
        """Less what firmware, kernel and an agent keep, by the rule that holds for AWS's machines."""
        kept = memory_overhead_mib(self.memory_mib) + Reserved().agent_memory_mib
        return max(0, self.memory_mib - kept)

    def fits(self, variant: Variant) -> bool:
        """Whether one replica has room on an empty machine, by architecture, vCPUs, memory and accelerators."""
        wanted = variant.accelerator
        return (
            self.architecture is variant.architecture
            and variant.cpu <= self.vcpus * 1000
            and variant.memory <= self.memory_for_replicas_mib
            and (wanted is None or (self.accelerator_model == wanted.model and self.accelerators >= wanted.count))
        )


def of_aws(offerings: Iterable[Offering], demand: Demand) -> tuple[PlainMachine, ...]:
    """What AWS sells in a region, as far as the demand's limits allow."""
    limits = demand.limits
    found: list[PlainMachine] = []
    for offering in offerings:
        machine, price = offering.machine, offering.on_demand_usd_per_hour
        if price is None or machine.bare_metal or (machine.burstable and not limits.burstable):
            continue
        if limits.machines and not any(fnmatchcase(machine.name, pattern) for pattern in limits.machines):
            continue
        if any(fnmatchcase(machine.name, pattern) for pattern in limits.exclude_machines):
            continue
        spot = list(offering.spot_usd_per_hour.values())
        holds = allocatable(machine, eni_trunking=True, reserved=Reserved())
        found.append(
            PlainMachine(
                name=machine.name,
                architecture=machine.architecture,
                vcpus=holds.cpu_millis / 1000,
                memory_mib=machine.memory_mib,
                accelerator_model=machine.accelerator.model if machine.accelerator and holds.accelerators else None,
                accelerators=holds.accelerators,
                usd_per_hour=price,
                spot_usd_per_hour=sum(spot) / len(spot) if spot else None,
            )
        )
    return tuple(found)
