"""A whole site lost: what the others serve of what it ran, hour by hour.

The whole load of a service is then asked of the sites on which it runs beside the lost one. Each origin of it goes to
those of them that may serve it, as the demand says: what they serve together is the largest flow from origins to sites,
by what each site holds in the hour. A service that is called on its callers' site is taken to be called wherever it has
room. Each service is counted by itself, as in the other losses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.plan import Plan
from solver.proofs.beside import Beside
from solver.proofs.flow import carried
from solver.proofs.growth import Lost, growth_of
from solver.proofs.host_weeks import held_by_host
from solver.proofs.served import Served, served_week
from solver.proofs.service_weeks import ServiceWeek
from solver.proofs.view import HOURS

_NOTHING = Lost()


@dataclass(frozen=True)
class _Week:
    """What a site holds of a service, units a second by hour."""

    planned: Sequence[float]
    grown: Sequence[float]


class SiteLosses:
    """The sites of one plan, each of which may be lost."""

    def __init__(self, plan: Plan, demand: Demand, catalog: Catalog) -> None:
        self.plan = plan
        self.demand = demand
        self.catalog = catalog
        self.beside = Beside(demand, plan.docker_sites)

    def running(self, site: str) -> list[str]:
        """Services that run on a site."""
        return sorted(name for name, held in self._held.items() if site in held)

    def served(self, service: str, lost: str, factor: float, *, grown: bool) -> Served:
        """What the other sites serve of a multiple of a service's load."""
        weeks = {site: held for site, held in self._held[service].items() if site != lost}
        left = {site: held.grown if grown else held.planned for site, held in weeks.items()}
        parts = [
            (float(part), [site for site in left if site in allowed])
            for part, allowed in self.beside.origins(service).values()
        ]
        entry = self.demand.workloads[service]
        assert isinstance(entry, Service)
        load = [each * factor for each in entry.load.week_per_second()]
        known: dict[tuple[float, ...], float] = {}
        held: list[float] = []
        for hour, asked in enumerate(load):
            rooms = {site: week[hour] for site, week in left.items()}
            marks = (asked, *rooms.values())
            if marks not in known:
                known[marks] = carried([(asked * part, sites) for part, sites in parts], rooms)
            held.append(known[marks])
        return served_week(load, held, lambda _hour, _missing: None)

    @cached_property
    def _held(self) -> Mapping[str, Mapping[str, _Week]]:
        """Service → site → what it holds."""
        found: dict[str, dict[str, _Week]] = {}
        for site, plan in self.plan.aws_sites.items():
            growth = growth_of(plan.compute, site, self.demand, self.catalog)
            for service in plan.compute.services:
                entry = self.demand.workloads.get(service.key)
                if isinstance(entry, Service):
                    week = ServiceWeek(growth, service, entry, [_NOTHING])
                    hours = [week.in_hour(hour)[_NOTHING] for hour in range(HOURS)]
                    here = _Week([planned for planned, _ in hours], [grown for _, grown in hours])
                    found.setdefault(service.key, {})[site] = here
        for site, plan in self.plan.docker_sites.items():
            for service in plan.services:
                if isinstance(self.demand.workloads.get(service.key), Service):
                    held = [float(sum(held_by_host(plan, service).values()))] * HOURS
                    found.setdefault(service.key, {})[site] = _Week(held, held)
        return found
