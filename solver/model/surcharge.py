"""Surcharge: what security measures cost for each machine and each start, so that compute counts it.

Only measures that the profile can't do without are counted: those that alone cover a control, and what these require.
The price is that of the first tier, which a stack of up to some hundred vCPUs stays in; the lines of the plan have the
tiers as they are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from solver.catalog.catalog import Catalog
from solver.catalog.services import SecurityMeasure
from solver.demand.demand import Demand
from solver.model.security.drivers import (
    EVENTS_PER_MACHINE_START,
    ITEMS_PER_MACHINE_START,
)
from solver.plan.compute import ComputePlan
from solver.quantity import HOURS_PER_MONTH, HOURS_PER_WEEK

_STARTS = {
    "configuration_items": ITEMS_PER_MACHINE_START,
    "management_events": EVENTS_PER_MACHINE_START,
}
"""Units of a driver for each start of a machine."""


@dataclass(frozen=True)
class Surcharge:
    """USD an hour of a machine besides its price."""

    usd_per_machine_hour: float = 0.0
    usd_per_vcpu_hour: float = 0.0
    usd_per_machine_start: float = 0.0

    def usd_per_hour(self, vcpus: int) -> float:
        """Of a machine with so many vCPUs."""
        return self.usd_per_machine_hour + vcpus * self.usd_per_vcpu_hour

    def usd_per_month(self, compute: ComputePlan) -> float:
        """Of all machines of a plan."""
        return sum(
            self.usd_per_hour(group.vcpus) * sum(group.machines.hourly()) * HOURS_PER_MONTH / HOURS_PER_WEEK
            for group in compute.node_groups
        )


def machine_surcharge(demand: Demand, site_key: str, catalog: Catalog) -> Surcharge:
    """For one site; measures that the account has already cost nothing."""
    region = demand.sites[site_key].region
    waived = {waiver.control for waiver in demand.compliance.waivers}
    required = [each for each in catalog.profile(demand.compliance.profile).controls if each not in waived]
    measures = {each.name: each for each in catalog.measures(region)}
    usd = {"hosts": 0.0, "vcpus": 0.0}
    start = 0.0
    for name in sorted(_forced(measures, required) - set(demand.compliance.existing)):
        for term in measures[name].costs:
            price = catalog.price(region, term.service, term.item).usd_first * term.amount
            if term.driver in usd:
                usd[term.driver] += price / HOURS_PER_MONTH
            start += price * _STARTS.get(term.driver, 0)
    return Surcharge(usd["hosts"], usd["vcpus"], start)


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
