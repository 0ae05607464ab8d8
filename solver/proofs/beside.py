"""What sites of AWS must serve beside owned hosts: read from the plan and the demand, apart from the models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from solver.demand.demand import Demand
from solver.demand.load import LoadProfile, rounded_up
from solver.demand.workloads import Service, Workload
from solver.plan.docker import DockerSitePlan, HostedService
from solver.proofs.flow import carried
from solver.proofs.residency import is_hidden, may_run
from solver.proofs.view import exactly
from solver.vocabulary import Survive

_TRACE = Fraction(1, 10**9)
"""Part of a load that is nothing: what two ways of rounding differ by."""
_STANDBY = Fraction(1, 10**6)
"""Part of a standby that is asked of a site of AWS which serves nothing else of a service."""


@dataclass(frozen=True)
class Beside:
    """A plan's Docker sites against the whole demand."""

    demand: Demand
    sites: Mapping[str, DockerSitePlan]

    @cached_property
    def here(self) -> dict[str, dict[str, HostedService]]:
        """Service → Docker site → how it runs there."""
        found: dict[str, dict[str, HostedService]] = {}
        for site, plan in self.sites.items():
            for service in plan.services:
                found.setdefault(service.key, {})[site] = service
        return found

    @cached_property
    def allowed(self) -> dict[str, set[str]]:
        """Sites on which each workload may run."""
        return may_run(self.demand)

    def callers(self, key: str) -> dict[str, Fraction]:
        """Services that ask for a hidden service's load, each with its part; none for one that is reached otherwise."""
        service = self.demand.workloads[key]
        if not isinstance(service, Service) or not is_hidden(service):
            return {}
        if service.load_from:
            named = {each: exactly(part) for each, part in service.load_from.items()}
            return {each: part for each, part in named.items() if each in self.demand.workloads}
        asking = [
            name
            for name, entry in sorted(self.demand.workloads.items())
            if isinstance(entry, Service) and key in entry.calls
        ]
        if service.exposure is not None:
            return {}
        return {name: Fraction(1, len(asking)) for name in asking}

    def origins(self, key: str) -> dict[str, tuple[Fraction, set[str]]]:
        """Part of a service's load by origin, and the sites that may serve it."""
        service = self.demand.workloads[key]
        assert isinstance(service, Service)
        parts: dict[str, Fraction] = {}
        for origin, part in service.load_from.items():
            place = "anywhere" if origin in self.demand.workloads else origin
            parts[place] = parts.get(place, Fraction(0)) + exactly(part)
        limit = service.max_latency_ms
        return {
            origin: (
                part,
                {
                    site
                    for site in self.allowed[key]
                    if limit is None
                    or origin not in self.demand.locations
                    or self.demand.locations[origin].latency_ms.get(site, limit + 1) <= limit
                },
            )
            for origin, part in (parts or {"anywhere": Fraction(1)}).items()
        }

    def week(self, key: str) -> list[Fraction]:
        """A service's whole load by hour."""
        service = self.demand.workloads[key]
        assert isinstance(service, Service)
        return [exactly(load) for load in service.load.week_per_second()]

    def left(self, key: str) -> list[Fraction]:
        """What is left of a service's load for sites of AWS, by hour."""
        week = self.week(key)
        callers = self.callers(key)
        if callers:
            shares = {caller: self._part_left(caller) for caller in callers}
            return [
                load * sum((part * shares[caller][hour] for caller, part in callers.items()), Fraction(0))
                for hour, load in enumerate(week)
            ]
        if key not in self.here:
            return week
        peak = max(week)
        return [max(Fraction(0), load - self._served(key, load / peak, peak)) for load in week]

    def outlives_sites(self, key: str) -> bool:
        """Whether a service's load is taken over when a site is lost; not asked of those that go along with callers."""
        service = self.demand.workloads[key]
        return isinstance(service, Service) and service.survive is Survive.SITE and not self.callers(key)

    def rate(self, key: str, site: str, host: str) -> Fraction:
        """Units a second that a service's replicas on a host are asked for at most."""
        service = self.demand.workloads[key]
        assert isinstance(service, Service)
        replicas = self.sites[site].host(host).replicas
        return sum(
            (
                replicas[slot] * exactly(variant.throughput_per_second) * exactly(service.utilisation(name))
                for name, variant in service.variants.items()
                if (slot := f"{key}.{name}") in replicas
            ),
            Fraction(0),
        )

    def rooms(self, key: str, lost: str) -> dict[str, float]:
        """By Docker site other than one, what a service's replicas are asked for at most."""
        return {
            site: float(sum((self.rate(key, site, host.key) for host in plan.hosts), Fraction(0)))
            for site, plan in self.sites.items()
            if site != lost
        }

    def ratio(self, caller: str, key: str) -> Fraction:
        """Units of a service's load for each unit of its caller's, in the hour in which that is most."""
        part = self.callers(key)[caller]
        pairs = zip(self.week(key), self.week(caller), strict=True)
        return max((part * mine / theirs for mine, theirs in pairs if theirs), default=Fraction(0))

    def left_after(self, key: str, lost: str) -> list[Fraction]:
        """What the other Docker sites leave of a service's load in each hour when a site is lost."""
        callers = self.callers(key)
        week = self.week(key)
        if callers:
            parts = {caller: _parts(self.left_after(caller, lost), self.week(caller)) for caller in callers}
            return [
                load * sum((part * parts[caller][hour] for caller, part in callers.items()), Fraction(0))
                for hour, load in enumerate(week)
            ]
        if not self.outlives_sites(key) or lost not in self.allowed[key]:
            return self.left(key)
        rooms = self.rooms(key, lost)
        asked = [(float(part), sites & set(rooms)) for part, sites in self.origins(key).values()]
        known: dict[Fraction, Fraction] = {}
        for load in week:
            if load not in known:
                served = carried([(float(load) * part, sorted(sites)) for part, sites in asked], rooms)
                rest = load - Fraction(served)
                known[load] = rest if rest > load * _TRACE else Fraction(0)
        return [known[load] for load in week]

    def standby(self, key: str) -> list[Fraction] | None:
        """What sites of AWS must hold of a service in each hour after the worst loss of a Docker site; None: none."""
        lost = [site for site in self.demand.docker_sites if self._goes_with(key, site)]
        if not lost or not self.allowed[key] & set(self.demand.aws_sites):
            return None
        weeks = [self.left_after(key, site) for site in lost]
        most = [max(hour) for hour in zip(*weeks, strict=True)]
        return most if max(most) > _TRACE * max(self.week(key)) else None

    def _goes_with(self, key: str, site: str) -> bool:
        """Whether the loss of a site moves some of a service's load."""
        callers = self.callers(key)
        if callers:
            return any(self._goes_with(caller, site) for caller in callers)
        return self.outlives_sites(key) and site in self.allowed[key]

    def _part_left(self, caller: str) -> list[Fraction]:
        return _parts(self.left(caller), self.week(caller))

    def _served(self, key: str, height: Fraction, peak: Fraction) -> Fraction:
        """Units a second that Docker sites serve of a load that is such a part of its peak.

        What only they may serve is theirs in every hour; with the rest of its rate a site serves what others may too.
        """
        origins = self.origins(key)
        only = {origin for origin, (_, sites) in origins.items() if not sites & set(self.demand.aws_sites)}
        served = sum((origins[origin][0] for origin in only), Fraction(0)) * height * peak
        rates = {
            site: exactly(each.most_per_second)
            - sum((exactly(part) for origin, part in each.serves.items() if origin in only), Fraction(0))
            * height
            * peak
            for site, each in self.here[key].items()
        }
        for origin, (part, sites) in origins.items():
            asked = Fraction(0) if origin in only else part * height * peak
            for site in self.demand.sites:
                if site in sites and site in rates:
                    taken = max(Fraction(0), min(asked, rates[site]))
                    served, asked, rates[site] = served + taken, asked - taken, rates[site] - taken
        return served

    def demand_left(self, *, standbys: bool = True) -> Demand:
        """The demand of the sites of AWS; with services of which these only stand by for the loss of a site."""
        if not self.demand.docker_sites:
            return self.demand
        regions = set(self.demand.aws_sites)
        workloads: dict[str, Workload] = {}
        for key, entry in self.demand.workloads.items():
            if not isinstance(entry, Service):
                workloads[key] = entry
                continue
            left = self.left(key)
            if max(left) > _TRACE * max(self.week(key)):
                load = LoadProfile(hourly_per_second=tuple(rounded_up(each) for each in left))
                away = self.left(key) != self.week(key)
                workloads[key] = entry.model_copy(update={"load": load} if away else {})
            elif standbys and (standby := self.standby(key)) is not None:
                load = LoadProfile(hourly_per_second=tuple(rounded_up(each * _STANDBY) for each in standby))
                workloads[key] = entry.model_copy(update={"load": load})
        workloads = {key: self._in_regions(key, entry, workloads, regions) for key, entry in workloads.items()}
        used = {claim for entry in workloads.values() for claim in entry.uses}
        asked = {claim for entry in self.demand.workloads.values() for claim in entry.uses}
        storage = {
            key: claim.model_copy(update={"sites": tuple(site for site in claim.sites if site in regions)})
            for key, claim in self.demand.storage.items()
            if (key in used or key not in asked)
            and (
                claim.site in regions
                if claim.site is not None
                else not claim.sites or regions.intersection(claim.sites)
            )
        }
        return self.demand.model_copy(
            update={"sites": self.demand.aws_sites, "workloads": workloads, "storage": storage}
        )

    def _in_regions(self, key: str, entry: Workload, there: Mapping[str, Workload], regions: set[str]) -> Workload:
        update: dict[str, object] = {
            "calls": tuple(callee for callee in entry.calls if callee in there),
            "sites": tuple(site for site in entry.sites if site in regions),
        }
        if isinstance(entry, Service) and entry.load_from and key in self.here:
            parts = {
                origin: part
                for origin, (part, sites) in self.origins(key).items()
                if sites & regions and origin != "anywhere"
            }
            whole = sum(parts.values(), Fraction(0))
            update["load_from"] = {origin: float(part / whole) for origin, part in parts.items()}
        return entry.model_copy(update=update)


def _parts(left: list[Fraction], week: list[Fraction]) -> list[Fraction]:
    return [rest / load if load else Fraction(0) for rest, load in zip(left, week, strict=True)]
