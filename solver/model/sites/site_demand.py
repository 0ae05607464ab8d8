"""The demand of one site: what a choice puts there, in the form in which a site is planned by itself.

A workload of the site is pinned to it, with its part of the load and of what grows with the load; all others are pinned
to another one. What each site sends to others is apart, in `Crossing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import cast

from solver.demand.demand import Demand
from solver.demand.load import LoadProfile, rounded_up
from solver.demand.residency import claim_sites
from solver.demand.storage import StorageClaim, Volume
from solver.demand.workloads import Service, Workload
from solver.model.compute.hours import hour_classes
from solver.model.network.traffic import KIB_PER_GIB, Crossing, requests_per_month
from solver.model.sites.choice import Choice, Options, Serves, from_site
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import Exposure

ELSEWHERE = "another site"
"""Site of what is not on the site that is planned."""


def site_demand(options: Options, choice: Choice, serves: Serves, site: str) -> Demand:
    """The demand of one site."""
    demand = options.demand
    here = serves[site]
    on_site = {*here, *(job for job, place in choice.jobs.items() if place == site)}
    workloads: dict[str, Workload] = {}
    for key, entry in demand.workloads.items():
        if key not in on_site:
            workloads[key] = _elsewhere(entry)
        elif isinstance(entry, Service):
            workloads[key] = _served(options, serves, key, entry, site)
        else:
            workloads[key] = _pinned(options, serves, entry, site)
    used = {claim for key in on_site for claim in demand.workloads[key].uses}
    names = tuple(demand.aws_sites)
    storage: dict[str, StorageClaim] = {
        key: claim.model_copy(update={"site": site if _is_kept(key, claim, site, names, used) else ELSEWHERE})
        for key, claim in demand.storage.items()
    }
    return demand.model_copy(update={"workloads": workloads, "storage": storage})


def is_empty(demand: Demand, site: str) -> bool:
    """Whether nothing runs and nothing is kept there."""
    entries = (*demand.workloads.values(), *demand.storage.values())
    return not any(demand.site_of(entry) == site for entry in entries)


def _is_kept(key: str, claim: StorageClaim, site: str, names: tuple[str, ...], used: set[str]) -> bool:
    there = claim_sites(claim, names)
    return key in used if isinstance(claim, Volume) else site in there


def _elsewhere(entry: Workload) -> Workload:
    return entry.model_copy(update={"site": ELSEWHERE, "calls": ()})


def _pinned(options: Options, serves: Serves, entry: Workload, site: str) -> Workload:
    """On the site; what it calls on another one is reached by that one's public name."""
    near = tuple(callee for callee in entry.calls if callee in serves[site])
    environment = dict(entry.environment)
    for callee in entry.calls:
        if callee not in near:
            environment.setdefault(f"ADDRESS_{callee.upper().replace('-', '_')}", _address(options, serves, callee))
    return entry.model_copy(update={"site": site, "calls": near, "environment": environment})


def _address(options: Options, serves: Serves, callee: str) -> str:
    """Public name of the site that serves most of a service."""
    parts = {site: sum(services.get(callee, {}).values(), Fraction(0)) for site, services in serves.items()}
    site = max(parts, key=lambda each: (parts[each], each))
    dns = options.demand.aws_sites[site].network.dns
    return "" if dns is None else f"{dns.domain}:443"


def _served(options: Options, serves: Serves, key: str, service: Service, site: str) -> Workload:
    parts = serves[site][key]
    share = sum(parts.values(), Fraction(0))
    pinned = _pinned(options, serves, service, site)
    update: dict[str, object] = {}
    if service.load_from or service.exposure is Exposure.PUBLIC:
        known = {origin: float(part / share) for origin, part in parts.items() if origin != "anywhere"}
        update["load_from"] = known
    if share < 1:
        update["load"] = service.load.part(share)
        update["logs_gib_per_month"] = service.logs_gib_per_month * float(share)
    return pinned.model_copy(update=update)


def with_common_hours(demand: Demand) -> Demand:
    """The demand with each service's load as the hour classes of all of them have it, in as many digits.

    All sites then have the same hour classes, whichever services they run, so what a part of a load costs on one site
    and what the whole costs elsewhere are costs of the same hours.
    """
    services = {key: entry for key, entry in sorted(demand.workloads.items()) if isinstance(entry, Service)}
    limits = demand.limits
    classes = hour_classes(
        {key: service.load.week_per_second() for key, service in services.items()},
        fold=limits.fold,
        tolerance=limits.load_tolerance,
        changes_per_day=limits.changes_per_day,
    )
    workloads: dict[str, Workload] = dict(demand.workloads)
    for number, (key, service) in enumerate(services.items()):
        week = [0.0] * HOURS_PER_WEEK
        for each in classes:
            for hour in each.hours:
                week[hour] = rounded_up(each.load[number])
        load = LoadProfile(hourly_per_second=tuple(week))
        workloads[key] = service.model_copy(update={"load": load})
    as_they_are = limits.model_copy(update={"load_tolerance": 0.0, "changes_per_day": 24})
    return demand.model_copy(update={"workloads": workloads, "limits": as_they_are})


def crossing(options: Options, serves: Serves, site: str) -> Crossing:
    """What a site sends to others a month: requests of its callers, answers of its services."""
    requests = answers_in = answers_out = 0.0
    for place, services in serves.items():
        for key, parts in services.items():
            service = cast("Service", options.demand.workloads[key])
            for origin, part in parts.items():
                count = requests_per_month(service) * float(part) / KIB_PER_GIB
                if origin == from_site(site) and place != site:
                    requests += count * service.request_kib
                    answers_in += count * service.response_kib
                elif origin.startswith("site ") and origin != from_site(site) and place == site:
                    answers_out += count * service.response_kib
    return Crossing(requests_gib=requests, answers_in_gib=answers_in, answers_out_gib=answers_out)


def plan_parts(options: Options, serves: Mapping[str, Mapping[str, Fraction]]) -> dict[str, dict[str, float]]:
    """The parts of one site's services as a plan has them: of those that several sites may serve, or that say whence
    their load comes."""
    named = options.demand.sites_of()
    return {
        key: {origin: float(part) for origin, part in parts.items()}
        for key, parts in serves.items()
        if len(named[key]) > 1 or cast("Service", options.demand.workloads[key]).load_from
    }
