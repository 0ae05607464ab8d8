"""Scenarios: what a fleet costs and serves when loads are other ones than planned for, and when something is lost.

A scenario is a week of its own. Each workload's load in each hour is its planned one times

    exp(fleet + workload + hour − variance / 2)

of three normal draws: one for all stacks, one for each workload, one for each of its hours. A stack may also lose its
largest spot pools, a zone, or both, for the whole week. Every draw comes from the seed, the scenario and the stack's
name alone, so it is the same in whatever order and wherever stacks are worked out.

Two things are asked of it. What is served: by the machines of the plan, and when autoscaling has grown
(`solver/proofs/growth.py`). And what it costs when the machines follow the load, as they do after the next plan, while
the commitments stay, which were bought for years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil

import numpy as np
from numpy.typing import NDArray

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.model.fleet.usage import place
from solver.plan.compute import NodeGroup
from solver.plan.plan import Plan, SitePlan
from solver.proofs.growth import Lost, growth_of
from solver.proofs.served import HAIR
from solver.proofs.service_weeks import ServiceWeek
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import PurchaseOption

Floats = NDArray[np.float64]
FLEET, WORKLOAD, HOUR = 0.10, 0.20, 0.10
"""Standard deviations of the three draws."""
SPOT_LOST, ZONE_LOST = 0.10, 0.02
"""How often a stack is without its largest spot pools for a week, and without a zone."""


@dataclass(frozen=True)
class Draws:
    """Which scenarios."""

    scenarios: int
    seed: int

    def fleet(self, scenario: int) -> float:
        """The draw for all stacks."""
        return float(np.random.default_rng([self.seed, scenario]).normal(0.0, FLEET))

    def of_stack(self, scenario: int, name: str) -> np.random.Generator:
        """Where a stack's own draws come from."""
        number = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
        return np.random.default_rng([self.seed, scenario, number])


@dataclass(frozen=True)
class StackRun:
    """One stack in one scenario."""

    usage: tuple[Mapping[str, int], ...]
    """On-demand machines by region and type, in each hour."""
    more_usd_per_week: float
    """Of spot machines, beside what was planned."""
    unserved: float
    """Part of the services' hours in which the planned machines don't serve all."""
    unserved_grown: float
    """The same when autoscaling has grown."""


def runs_of(plan: Plan, demand: Demand, catalog: Catalog, draws: Draws, name: str) -> tuple[StackRun, ...]:
    """A stack in each scenario."""
    sites = sorted(plan.aws_sites.items())
    spot = {
        (line.site, line.item.removeprefix("node-group ")): line.usd_per_unit
        for line in plan.cost_lines
        if line.detail == "machine hours on spot"
    }
    weeks = [each for key, site in sites for each in _weeks(key, site, demand, catalog)]
    found: list[StackRun] = []
    for scenario in range(draws.scenarios):
        random = draws.of_stack(scenario, name)
        factors = _factors(sorted(demand.workloads), draws.fleet(scenario), random)
        lost_spot, lost_zone = random.random() < SPOT_LOST, random.random() < ZONE_LOST
        zone = int(random.integers(0, 6))
        usage: list[dict[str, int]] = [{} for _ in range(HOURS_PER_WEEK)]
        more = 0.0
        for key, site in sites:
            for group in site.compute.node_groups:
                running = _running(group, factors)
                if group.purchase is PurchaseOption.ON_DEMAND:
                    machine = place(site.region, group.machine_types[0])
                    for hour, count in enumerate(running):
                        if count:
                            usage[hour][machine] = usage[hour].get(machine, 0) + count
                else:
                    more += (sum(running) - sum(group.machines.hourly())) * spot.get((key, group.key), 0.0)
        short = [_short(week, factors, zone if lost_zone else None, spot_lost=lost_spot) for week in weeks]
        asked = len(short) * HOURS_PER_WEEK
        found.append(
            StackRun(
                tuple(usage),
                more,
                sum(planned for planned, _ in short) / asked if asked else 0.0,
                sum(grown for _, grown in short) / asked if asked else 0.0,
            )
        )
    return tuple(found)


def _factors(workloads: Sequence[str], fleet: float, random: np.random.Generator) -> dict[str, Floats]:
    """By workload: its load in each hour, in parts of what was planned for."""
    variance = FLEET**2 + WORKLOAD**2 + HOUR**2
    found: dict[str, Floats] = {}
    for name in workloads:
        own = random.normal(0.0, WORKLOAD)
        hours = random.normal(0.0, HOUR, HOURS_PER_WEEK)
        found[name] = np.exp(fleet + own + hours - variance / 2)
    return found


def _running(group: NodeGroup, factors: Mapping[str, Floats]) -> list[int]:
    """Machines in each hour: of the workloads on them the one that grows most decides."""
    names = {name.partition(".")[0] for name, count in group.slots.items() if count} & set(factors)
    hourly = group.machines.hourly()
    if not names:
        return list(hourly)
    most = np.max([factors[name] for name in sorted(names)], axis=0)
    return [ceil(count * float(part) - HAIR) for count, part in zip(hourly, most, strict=True)]


def _weeks(key: str, site: SitePlan, demand: Demand, catalog: Catalog) -> list[tuple[str, ServiceWeek, int]]:
    growth = growth_of(site.compute, key, demand, catalog)
    planned = {service.key: service for service in site.compute.services}
    found: list[tuple[str, ServiceWeek, int]] = []
    for name, entry in sorted(demand.workloads.items()):
        # A service on several sites has a part of its load on each, which the plan says; it is left out here.
        if isinstance(entry, Service) and name in planned and name not in site.serves:
            zones = site.network.zones
            tries = [Lost(zone, pools) for zone in (None, *zones) for pools in (0, entry.spot_pools)]
            found.append((name, ServiceWeek(growth, planned[name], entry, tries), len(zones)))
    return found


def _short(
    each: tuple[str, ServiceWeek, int], factors: Mapping[str, Floats], zone: int | None, *, spot_lost: bool
) -> tuple[int, int]:
    """Hours in which a service is not served whole: as planned, and grown."""
    name, week, zones = each
    pools = week.service.spot_pools if spot_lost else 0
    gone = [lost for lost in week.tries if lost.zone is not None and lost.pools == pools]
    lost = Lost(pools=pools) if zone is None else gone[zone % zones]
    load = np.array(week.service.load.week_per_second()) * factors[name]
    held = np.array([week.in_hour(hour)[lost] for hour in range(HOURS_PER_WEEK)])
    planned, grown = (int((load > held[:, column] * (1 + HAIR)).sum()) for column in (0, 1))
    return planned, grown
