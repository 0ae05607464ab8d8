"""Choice: on which site each job runs, and in which parts the load of each origin goes to the sites.

The load of a service comes from origins: user locations, the sites on which its callers run, or `anywhere` where the
demand does not say. A choice routes each origin's load in hundredths; with the parts of the callers known, it says
which part of a service's whole load each site serves, the same in every hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil

from solver.demand.demand import Demand
from solver.demand.residency import origins
from solver.demand.workloads import Service
from solver.vocabulary import Exposure

ANYWHERE = "anywhere"
"""Origin of a load of which the demand does not say where it comes from."""
WHOLE = 100
"""Hundredths of an origin's load."""
_DIGITS = 10**6

Route = Mapping[str, int]
"""Site → hundredths of an origin's load."""
Serves = Mapping[str, Mapping[str, Mapping[str, Fraction]]]
"""Site → service → origin → part of the service's whole load."""


def from_site(site: str) -> str:
    """Origin of calls from a site; no key has a space."""
    return f"site {site}"


@dataclass(frozen=True)
class Choice:
    """One way to place all workloads."""

    jobs: Mapping[str, str]
    """Job → site."""
    routes: Mapping[tuple[str, str], Route]
    """Service and origin → hundredths by site."""


@dataclass(frozen=True)
class Options:
    """What may be chosen."""

    demand: Demand
    barred: frozenset[tuple[str, str]] = frozenset()
    """Workloads and sites where no machine holds them."""

    @cached_property
    def sites(self) -> Mapping[str, tuple[str, ...]]:
        """Sites that each workload may run on; where machines leave none, those of the demand: its plan says why."""
        found = self.demand.sites_of(self.barred)
        return found if all(found.values()) else self.demand.sites_of()

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Keys of the services, callers before those that have their load from them."""
        found: list[str] = []
        waiting = {key: set(self.callers(key)) for key in sorted(self._services)}
        while waiting:
            ready = [key for key, callers in waiting.items() if callers.issubset(found)]
            found += ready
            waiting = {key: callers for key, callers in waiting.items() if key not in ready}
        return tuple(found)

    @cached_property
    def jobs(self) -> tuple[str, ...]:
        """Keys of the jobs."""
        return tuple(sorted(key for key in self.demand.workloads if key not in self._services))

    @cached_property
    def _services(self) -> Mapping[str, Service]:
        return {key: entry for key, entry in self.demand.workloads.items() if isinstance(entry, Service)}

    def parts(self, service: str) -> Mapping[str, Fraction]:
        """Part of a service's load by location or calling workload; `anywhere` where the demand does not say."""
        found = origins(service, self._services[service], self.demand.workloads)
        return {ANYWHERE: Fraction(1)} if found is None else {key: exact(part) for key, part in found.items() if part}

    def callers(self, service: str) -> tuple[str, ...]:
        """Services that a service has load from."""
        return tuple(key for key in self.parts(service) if key in self._services)

    def origins(self, service: str) -> tuple[str, ...]:
        """Origins that a service may have load from, whatever is chosen."""
        found: list[str] = []
        for key in self.parts(service):
            if key in self.demand.workloads:
                found += [from_site(site) for site in self.sites[key]]
            else:
                found.append(key)
        return tuple(dict.fromkeys(found))

    def serving(self, service: str, origin: str) -> tuple[str, ...]:
        """Sites that may serve a service's load from an origin."""
        wish = self._services[service]
        allowed = self.sites[service]
        if not origin.startswith("site "):
            limit = wish.max_latency_ms
            location = self.demand.locations.get(origin)
            if limit is None or location is None:
                return allowed
            return tuple(site for site in allowed if location.latency_ms.get(site, limit + 1) <= limit)
        home = origin.removeprefix("site ")
        if wish.exposure is not Exposure.PUBLIC:
            return (home,) if home in allowed else ()
        return tuple(site for site in allowed if site == home or self._near(wish, home, site))

    def sites_of(self, workload: str, origin: str | None) -> tuple[str, ...]:
        """Sites that may run a job, or serve a service's load from an origin."""
        return self.sites[workload] if origin is None else self.serving(workload, origin)

    def _near(self, service: Service, home: str, site: str) -> bool:
        limit = service.max_latency_ms
        if limit is None:
            return True
        between = self.latency_ms(home, site)
        return between is not None and between <= limit

    def latency_ms(self, home: str, site: str) -> float | None:
        """Between two sites, as one of them has it."""
        sites = self.demand.sites
        return sites[home].latency_ms.get(site, sites[site].latency_ms.get(home))

    def free(self) -> Iterator[tuple[str, str | None]]:
        """Services with an origin, and jobs without one, for which there is more than one site."""
        for service in self.services:
            for origin in self.origins(service):
                if len(self.serving(service, origin)) > 1:
                    yield service, origin
        for job in self.jobs:
            if len(self.sites[job]) > 1:
                yield job, None

    @cached_property
    def settled(self) -> Mapping[str, Mapping[str, Mapping[str, Fraction]]]:
        """Service → site → origin → part, of the services of which no choice changes the parts."""
        free = {workload for workload, _ in self.free()}
        fixed: set[str] = {job for job in self.jobs if job not in free}
        for key in self.services:
            if key not in free and all(name in fixed for name in self.parts(key) if name in self.demand.workloads):
                fixed.add(key)
        serves = self.serves(Choice({job: self.sites[job][0] for job in self.jobs}, {}))
        if serves is None:
            return {}
        return {
            key: {site: services[key] for site, services in serves.items() if key in services}
            for key in self.services
            if key in fixed
        }

    def serves(self, choice: Choice) -> Serves | None:
        """Which part of each service every site serves; None where a caller's service is not on its site, or nobody
        may serve an origin."""
        found: dict[str, dict[str, dict[str, Fraction]]] = {site: {} for site in self.demand.aws_sites}
        for service in self.services:
            for origin, amount in self._amounts(service, choice, found).items():
                route = choice.routes.get((service, origin))
                if route is None:
                    allowed = self.serving(service, origin)
                    if not allowed:
                        return None
                    home = origin.removeprefix("site ")
                    route = {home if home in allowed else allowed[0]: WHOLE}
                for site, hundredths in route.items():
                    if hundredths:
                        part = Fraction(ceil(amount * hundredths / WHOLE * _DIGITS), _DIGITS)
                        found[site].setdefault(service, {})[origin] = part
        ordered = {
            site: {service: dict(sorted(parts.items())) for service, parts in sorted(services.items())}
            for site, services in found.items()
        }
        return ordered if self._all_present(choice, ordered) else None

    def _amounts(
        self, service: str, choice: Choice, found: Mapping[str, Mapping[str, Mapping[str, Fraction]]]
    ) -> dict[str, Fraction]:
        amounts: dict[str, Fraction] = {}
        for key, part in self.parts(service).items():
            if key in self._services:
                for site, services in found.items():
                    here = sum(services.get(key, {}).values(), Fraction(0))
                    if here:
                        origin = from_site(site)
                        amounts[origin] = amounts.get(origin, Fraction(0)) + part * here
            elif key in self.demand.workloads:
                origin = from_site(choice.jobs[key])
                amounts[origin] = amounts.get(origin, Fraction(0)) + part
            else:
                amounts[key] = part
        return amounts

    def _all_present(self, choice: Choice, serves: Serves) -> bool:
        """Whether each service that is not public runs wherever a workload runs that calls it."""
        places = [(key, site) for site, services in serves.items() for key in services]
        places += list(choice.jobs.items())
        for key, site in places:
            for callee in self.demand.workloads[key].calls:
                hidden = self._services[callee].exposure is not Exposure.PUBLIC
                if hidden and callee not in serves[site]:
                    return False
        return True


def exact(number: float) -> Fraction:
    """The decimal number that stands in the file."""
    return Fraction(repr(number))
