"""Services that outlive a site: whichever is lost, the others meet the load in every hour with what is up on them.

For each hour the whole load, origin by origin, is sent to the sites that are left and may serve it. What goes along
with its callers is on their sites: on each host its replicas can do all that its callers' replicas there can ask for,
and on sites of AWS it holds its part of what hosts leave over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.plan import Plan
from solver.proofs.beside import Beside
from solver.proofs.flow import carried
from solver.proofs.view import HOURS, exactly

_TOLERANCE = 1e-6
"""Part of a load by which a rate may be short: solvers count in floating point."""


def losses_of(beside: Beside) -> Iterator[tuple[str, str]]:
    """Services that outlive sites, each with every site that it may run on."""
    for key in sorted(beside.demand.workloads):
        if beside.outlives_sites(key):
            for site in sorted(beside.allowed[key]):
                yield key, site


def survival_faults(plan: Plan, demand: Demand) -> Iterator[str]:
    """What is wrong with a plan's losses of sites, in words."""
    beside = Beside(demand, {key: site for key, site in plan.docker_sites.items() if key in demand.docker_sites})
    losses = list(losses_of(beside))
    if not losses:
        return
    bought = _Bought(plan, demand)
    for key, lost in losses:
        yield from (f"{key}: {fault}" for fault in _lost(beside, bought, key, lost))
    reached = _reached(beside, {key for key, _ in losses})
    for key in sorted(reached):
        callers = reached & set(beside.callers(key))
        if callers:
            yield from (f"{key}: {fault}" for fault in _with_callers(beside, bought, key, callers))


@dataclass(frozen=True)
class _Bought:
    """What is up on the sites of AWS."""

    plan: Plan
    demand: Demand

    def rooms(self, key: str, hour: int, lost: str) -> dict[str, float]:
        """By site other than one, units a second that a service's replicas are asked for at most."""
        service = self.demand.workloads[key]
        assert isinstance(service, Service)
        rates = {
            f"{key}.{name}": exactly(variant.throughput_per_second) * exactly(service.utilisation(name))
            for name, variant in service.variants.items()
        }
        return {
            site: float(sum((count * rates[slot] for slot, count in weeks[hour].items() if slot in rates), Fraction(0)))
            for site, weeks in self._replicas.items()
            if site != lost
        }

    @cached_property
    def _replicas(self) -> dict[str, list[dict[str, int]]]:
        """Site → by hour, variant → replicas."""
        found: dict[str, list[dict[str, int]]] = {}
        for site, plan in self.plan.aws_sites.items():
            week: list[dict[str, int]] = [{} for _ in range(HOURS)]
            for hours in plan.compute.hour_classes:
                counts: dict[str, int] = {}
                for placed in hours.placement:
                    for slot, count in placed.replicas.items():
                        counts[slot] = counts.get(slot, 0) + count * placed.machines
                for hour in hours.hours:
                    week[hour] = counts
            found[site] = week
        return found


def _lost(beside: Beside, bought: _Bought, key: str, lost: str) -> Iterator[str]:
    """The first hour in which the others hold less than the load."""
    owned = beside.rooms(key, lost)
    origins = [(float(part), sites) for part, sites in beside.origins(key).values()]
    for hour, load in enumerate(beside.week(key)):
        rooms = {**owned, **bought.rooms(key, hour, lost)}
        asked = [(float(load) * part, [site for site in rooms if site in sites]) for part, sites in origins]
        held = carried(asked, rooms)
        if held < float(load) * (1 - _TOLERANCE):
            yield f"hour {hour}, {held:.6g}/s after the loss of {lost}, the load is {float(load):.6g}/s"
            return


def _reached(beside: Beside, survivors: set[str]) -> set[str]:
    """These services, those that go along with them, and with those in turn."""
    reached = set(survivors)
    while True:
        more = {key for key in beside.demand.workloads if reached & set(beside.callers(key))} - reached
        if not more:
            return reached
        reached |= more


def _with_callers(beside: Beside, bought: _Bought, key: str, callers: set[str]) -> Iterator[str]:
    """On each host as much as these callers there can ask for, and on AWS its part of what is left for them there."""
    for site, plan in beside.sites.items():
        for host in plan.hosts:
            asking = sum(
                (beside.rate(caller, site, host.key) * beside.ratio(caller, key) for caller in sorted(callers)),
                Fraction(0),
            )
            have = beside.rate(key, site, host.key)
            if have < asking * (1 - Fraction(_TOLERANCE)):
                yield f"has {float(have):.6g}/s on {site} {host.key}, callers there can ask for {float(asking):.6g}/s"
    standby = beside.standby(key) or []
    for hour, needed in enumerate(standby):
        held = sum(bought.rooms(key, hour, "").values())
        if held < float(needed) * (1 - _TOLERANCE):
            yield f"hour {hour}, {held:.6g}/s at AWS, {float(needed):.6g}/s are needed there after the loss of a site"
            return
