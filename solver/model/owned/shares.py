"""Shares: where the load of each service comes from, and which sites may serve it, where some sites have owned hosts.

A Docker site serves loads up to a rate that is the same in all hours, since its containers are; what is above it goes
to sites of AWS, hour by hour. A service that is not public is called on the host of its callers only, so it goes along
with them: its load there is to its whole load as its callers' is to theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.model.sites.choice import ANYWHERE, Options
from solver.vocabulary import Exposure, Survive


@dataclass(frozen=True)
class Origin:
    """A part of a service's load that comes from one place."""

    part: float
    """Of the service's whole load."""
    owned: tuple[str, ...]
    """Docker sites that may serve it."""
    bought: bool
    """Whether a site of AWS may."""


@dataclass(frozen=True)
class Shares:
    """What a demand with Docker sites says about loads."""

    options: Options
    """Of the whole demand."""

    @property
    def demand(self) -> Demand:
        """The whole demand."""
        return self.options.demand

    @cached_property
    def services(self) -> Mapping[str, Service]:
        """Services that some Docker site may run, callers before those that go along with them."""
        return {
            key: entry
            for key in self.options.services
            if isinstance(entry := self.demand.workloads[key], Service) and self.owned_sites(key)
        }

    def owned_sites(self, service: str) -> tuple[str, ...]:
        """Docker sites that may run a service; none where a job calls it on its own site."""
        entry = self.demand.workloads[service]
        hidden = isinstance(entry, Service) and entry.exposure is not Exposure.PUBLIC
        if hidden and any(service in self.demand.workloads[job].calls for job in self.options.jobs):
            return ()
        return tuple(site for site in self.options.sites[service] if site in self.demand.docker_sites)

    def bought_sites(self, workload: str) -> tuple[str, ...]:
        """Sites of AWS that may run a workload."""
        return tuple(site for site in self.options.sites[workload] if site in self.demand.aws_sites)

    def callers(self, service: str) -> Mapping[str, float]:
        """Services that a service goes along with, each with the part of the service's load that it asks for."""
        entry = self.demand.workloads[service]
        if not isinstance(entry, Service) or entry.exposure is Exposure.PUBLIC:
            return {}
        asking = self.options.callers(service)
        parts = self.options.parts(service)
        return {caller: float(parts[caller]) for caller in asking}

    def origins(self, service: str) -> Mapping[str, Origin]:
        """Where a service's load comes from that goes along with no caller."""
        if self.callers(service):
            return {}
        parts = self.options.parts(service)
        found: dict[str, Origin] = {}
        for key, part in parts.items():
            # The callers of a public service may be on any site, so its load from them may be asked for anywhere.
            place = ANYWHERE if key in self.demand.workloads else key
            serving = self.options.serving(service, place)
            owned = tuple(site for site in serving if site in self.demand.docker_sites)
            bought = any(site in self.demand.aws_sites for site in serving)
            before = found.get(place)
            found[place] = Origin(float(part) + (before.part if before is not None else 0.0), owned, bought)
        return found

    @cached_property
    def survivors(self) -> tuple[str, ...]:
        """Services whose load the rest takes over when a site is lost, without those that go along with callers."""
        return tuple(
            key for key, entry in self.services.items() if entry.survive is Survive.SITE and not self.callers(key)
        )

    @cached_property
    def taken_along(self) -> frozenset[str]:
        """The survivors, and services that go along with them."""
        found = set(self.survivors)
        for key in self.services:
            if found.intersection(self.callers(key)):
                found.add(key)
        return frozenset(found)

    @cached_property
    def peaks(self) -> Mapping[str, float]:
        """Highest load of each service, units a second."""
        return {key: max(entry.load.week_per_second()) for key, entry in self.services.items()}

    def follows(self, caller: str, service: str) -> float:
        """Units of a service's load for each unit of its caller's, in the hour in which that is most."""
        part = self.callers(service)[caller]
        asked = self.services[service].load.week_per_second()
        asking = self.demand.workloads[caller]
        assert isinstance(asking, Service)
        ratios = [
            part * mine / theirs
            for mine, theirs in zip(asked, asking.load.week_per_second(), strict=True)
            if theirs > 0
        ]
        return max(ratios, default=0.0)
