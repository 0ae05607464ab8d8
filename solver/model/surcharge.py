"""Surcharge: what security measures and carbon cost for each machine and each start, so that compute counts it.

Only measures that the profile can't do without are counted: those that alone cover a control, and what these require.

What is billed by vCPUs costs less tier by tier. Of v vCPUs in the mean of a month it is the least of some lines,

    T(v)  =  min over tiers k:  usd(k) + usd_per_vcpu(k) · v

so the least of the bounds at each line is one of every plan. A plan is sought at the first tier's price.

Carbon has a price by machine type (`carbon`), of an hour in which the machine runs.

Tolls are no money: they are what a quota makes a vCPU of its family worth (`compute/tolls.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import fsum

from solver.catalog.catalog import Catalog
from solver.catalog.machines import MachineType
from solver.catalog.prices import Price
from solver.catalog.services import SecurityMeasure
from solver.demand.demand import Demand
from solver.model.carbon import carbon_usd_per_hour
from solver.model.security.drivers import (
    EVENTS_PER_MACHINE_START,
    EVENTS_PER_TASK_START,
    ITEMS_PER_MACHINE_START,
    ITEMS_PER_TASK_START,
)
from solver.plan.compute import ComputePlan
from solver.quantity import HOURS_PER_MONTH, WEEKS_PER_MONTH

_STARTS = {
    "configuration_items": ITEMS_PER_MACHINE_START,
    "management_events": EVENTS_PER_MACHINE_START,
}
"""Units of a driver for each start of a machine."""
_TASK_STARTS = {
    "configuration_items": ITEMS_PER_TASK_START,
    "management_events": EVENTS_PER_TASK_START,
}
"""For each start of a replica."""


_MANY = 1e8
"""Units a month that no stack's starts come to."""


@dataclass(frozen=True)
class VcpuLine:
    """One tier of what all vCPUs of a stack cost, as a line through it."""

    usd_per_hour: float = 0.0
    """However many there are."""
    usd_per_vcpu_hour: float = 0.0


@dataclass(frozen=True)
class Surcharge:
    """USD an hour of a machine besides its price."""

    usd_per_machine_hour: float = 0.0
    usd_per_machine_start: float = 0.0
    usd_per_task_start: float = 0.0
    vcpu_lines: tuple[VcpuLine, ...] = (VcpuLine(),)
    """By tier; the least of them counts."""
    carbon: Mapping[str, float] = field(default_factory=dict[str, float])
    """USD an hour of a machine, by machine type; empty where carbon weighs nothing."""
    tolls: tuple[tuple[str, float], ...] = ()
    """By quota family: USD an hour of a vCPU besides, while something is sought; none of it is ever paid."""

    def usd_per_hour(self, machine: MachineType) -> float:
        """Of a machine, in the first tier."""
        toll = fsum(usd for family, usd in self.tolls if machine.quota == family)
        own = self.usd_per_machine_hour + self.carbon.get(machine.name, 0.0)
        return own + machine.vcpus * (self.vcpu_lines[0].usd_per_vcpu_hour + toll)

    def usd_per_month(self, compute: ComputePlan) -> float:
        """Of all machines of a plan."""
        hosts = fsum(group.machines.mean for group in compute.node_groups)
        vcpus = fsum(group.machines.mean * group.vcpus for group in compute.node_groups)
        by_vcpus = min(line.usd_per_hour + line.usd_per_vcpu_hour * vcpus for line in self.vcpu_lines)
        carbon = fsum(
            group.machines.mean * self.carbon.get(group.machine_types[0], 0.0) for group in compute.node_groups
        )
        return (self.usd_per_machine_hour * hosts + by_vcpus + carbon) * HOURS_PER_MONTH

    def starts_usd_per_month(self, compute: ComputePlan) -> float:
        """Of all starts of a plan's schedules, and of its jobs."""
        machines = sum(group.machines.starts_per_week for group in compute.node_groups)
        tasks = sum(each.replicas.starts_per_week for entry in compute.services for each in entry.variants)
        tasks += sum(len(job.days) * job.workers for job in compute.jobs)
        return (self.usd_per_machine_start * machines + self.usd_per_task_start * tasks) * WEEKS_PER_MONTH

    def by_line(self) -> Iterator[tuple[Surcharge, float]]:
        """For each line: the surcharge with its price for every vCPU, and what the line costs besides, USD an hour."""
        for line in self.vcpu_lines:
            yield replace(self, vcpu_lines=(replace(line, usd_per_hour=0.0),)), line.usd_per_hour


def least_surcharge(each: Collection[Surcharge]) -> Surcharge:
    """One that none of them is below, whatever machines there are; also for what they cost together."""
    lines = {line for one in each for line in one.vcpu_lines}
    return Surcharge(
        usd_per_machine_hour=min(one.usd_per_machine_hour for one in each),
        usd_per_machine_start=min(one.usd_per_machine_start for one in each),
        usd_per_task_start=min(one.usd_per_task_start for one in each),
        vcpu_lines=tuple(sorted(lines, key=lambda line: (line.usd_per_hour, line.usd_per_vcpu_hour))),
        carbon={name: min(one.carbon.get(name, 0.0) for one in each) for one in each for name in one.carbon},
    )


def machine_surcharge(demand: Demand, site_key: str, catalog: Catalog) -> Surcharge:
    """For one site; measures that the account has already cost nothing."""
    region = demand.aws_sites[site_key].region
    waived = {waiver.control for waiver in demand.compliance.waivers}
    required = [each for each in catalog.profile(demand.compliance.profile).controls if each not in waived]
    measures = {each.name: each for each in catalog.measures(region)}
    hosts = start = task_start = 0.0
    by_vcpus: list[tuple[Price, float]] = []
    for name in sorted(_forced(measures, required) - set(demand.compliance.existing)):
        for term in measures[name].costs:
            price = catalog.price(region, term.service, term.item)
            if term.driver == "vcpus":
                by_vcpus.append((price, term.amount))
            elif term.driver == "hosts":
                hosts += price.usd_first * term.amount / HOURS_PER_MONTH
            start += _usd_of_one(price) * term.amount * _STARTS.get(term.driver, 0)
            task_start += _usd_of_one(price) * term.amount * _TASK_STARTS.get(term.driver, 0)
    return Surcharge(
        usd_per_machine_hour=hosts,
        usd_per_machine_start=start,
        usd_per_task_start=task_start,
        vcpu_lines=vcpu_lines(by_vcpus),
        carbon=carbon_usd_per_hour(demand, site_key, catalog),
    )


def vcpu_lines(prices: Collection[tuple[Price, float]]) -> tuple[VcpuLine, ...]:
    """Lines of prices, each with how many of its units a vCPU takes in a month.

    A price that rises from tier to tier has no such lines; it is left to the plan's own lines, and the bound is lower.
    """
    falling = [(price, amount) for price, amount in prices if amount > 0 and _falls(price)]
    ends = sorted({0.0, *(tier.from_amount / amount for price, amount in falling for tier in price.tiers)})
    found: list[VcpuLine] = []
    for vcpus in ends:
        slope = fsum(price.marginal(vcpus * amount) * amount for price, amount in falling)
        usd = fsum(price.cost(vcpus * amount) for price, amount in falling)
        found.append(VcpuLine((usd - slope * vcpus) / HOURS_PER_MONTH, slope / HOURS_PER_MONTH))
    return tuple(found)


def _usd_of_one(price: Price) -> float:
    """What one unit more costs at least, however many there are: bounds count it."""
    return price.usd_first if len(price.tiers) == 1 or price.tiers[1].from_amount >= _MANY else price.tiers[-1].usd


def _falls(price: Price) -> bool:
    return all(later.usd <= tier.usd for tier, later in pairwise(price.tiers))


def _forced(measures: dict[str, SecurityMeasure], required: Collection[str]) -> set[str]:
    forced: set[str] = set()
    for control in required:
        covering = [each.name for each in measures.values() if control in each.covers]
        if len(covering) == 1:
            forced |= {covering[0]}
    while True:
        more = {other for name in forced for other in measures[name].requires} - forced
        if not more:
            return forced
        forced |= more
