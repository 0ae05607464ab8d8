"""Where load comes from: locations and callers that exist, parts that add up, sites near enough, calls that arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction, near, one_of
from solver.demand.residency import allowed_sites, origins, settled_sites
from solver.demand.storage import StorageClaim
from solver.demand.workloads import Service, Workload
from solver.vocabulary import Exposure

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite, Location
    from solver.demand.docker import DockerSite

Sites = Mapping[str, "AwsSite | DockerSite | None"]
Workloads = Mapping[str, Workload | None]
Storage = Mapping[str, StorageClaim | None]
Locations = Mapping[str, "Location | None"]


def load_contradictions(
    sites: Sites, workloads: Workloads, storage: Storage, locations: Locations
) -> Iterator[Contradiction]:
    """Every contradiction between where load comes from and where it can be served."""
    for name, location in locations.items():
        for site in location.latency_ms if location is not None else ():
            if site not in sites:
                yield Contradiction(
                    path=("locations", name, "latency_ms", site),
                    found=f'site "{site}"',
                    allowed=one_of(list(sites)),
                    hint=near(site, list(sites)),
                )
        if name in workloads:
            yield Contradiction(
                path=("locations", name),
                found=f'location "{name}"',
                allowed="a name that no workload has is allowed, since load_from names both",
            )
    for key, entry in workloads.items():
        if not isinstance(entry, Service):
            continue
        wrong = list(_parts(key, entry, workloads, locations))
        yield from wrong
        if not wrong:
            yield from _near_enough(key, entry, sites, workloads, storage, locations)
    if len(sites) > 1:
        yield from _calls_arrive(sites, workloads, storage)
        yield from _no_circle(workloads)


def _parts(key: str, service: Service, workloads: Workloads, locations: Locations) -> Iterator[Contradiction]:
    if not service.load_from:
        return
    callers = [name for name, entry in workloads.items() if entry is None or key in entry.calls]
    names = [*locations, *callers]
    for name in service.load_from:
        path = ("workloads", key, "load_from", name)
        if name not in names:
            yield Contradiction(
                path=path,
                found=f'the origin "{name}"',
                allowed=f"a location, or a workload that calls {key}, is allowed: {', '.join(names)}"
                if names
                else f"a location, or a workload that calls {key}, is allowed; there is none",
                hint=near(name, names),
            )
        elif name in locations and service.exposure is not Exposure.PUBLIC:
            yield Contradiction(
                path=path,
                found=f'the origin "{name}"',
                allowed="load from users is allowed where exposure is public",
            )
    # The decimal numbers of the file: 0.1 + 0.2 + 0.7 is 1 there.
    total = sum(Fraction(repr(share)) for share in service.load_from.values())
    if total != 1:
        yield Contradiction(
            path=("workloads", key, "load_from"),
            found=f"{float(total):.6g} in all",
            allowed="parts that add up to 1 are allowed",
        )


def _near_enough(
    key: str, service: Service, sites: Sites, workloads: Workloads, storage: Storage, locations: Locations
) -> Iterator[Contradiction]:
    limit = service.max_latency_ms
    if limit is None:
        return
    path = ("workloads", key, "max_latency_ms")
    places = [name for name in service.load_from if name in locations]
    if not places and not any(entry is not None and key in entry.calls for entry in workloads.values()):
        yield Contradiction(
            path=path,
            allowed="a limit of a service that has its load from locations or calls is allowed",
            hint="load_from says from where, locations how far that is",
        )
    allowed = [name for name in allowed_sites(service, storage, tuple(sites)) if name in sites]
    for name in places:
        location = locations[name]
        if location is None or not allowed:
            continue
        unknown = [site for site in allowed if site not in location.latency_ms]
        if unknown:
            yield Contradiction(
                path=("locations", name, "latency_ms"),
                found="nothing" if not location.latency_ms else f"no {unknown[0]}",
                allowed=f"milliseconds to {', '.join(allowed)} are allowed, the sites of {key}",
            )
            continue
        least, nearest = min((location.latency_ms[site], site) for site in allowed)
        if least > limit:
            yield Contradiction(
                path=path,
                allowed=f"at least {least:g} is allowed: {nearest}, the nearest site of {key}, is {least:g} ms "
                f"from {name}",
            )


def _calls_arrive(sites: Sites, workloads: Workloads, storage: Storage) -> Iterator[Contradiction]:
    """A service that is not public is called from its own site only: there is no other way between sites."""
    names = tuple(sites)
    settled = settled_sites(workloads, storage, names)
    for key, entry in workloads.items():
        for index, callee in enumerate(entry.calls if entry is not None else ()):
            service = workloads.get(callee)
            if entry is None or not isinstance(service, Service) or service.exposure is Exposure.PUBLIC:
                continue
            here, there = allowed_sites(entry, storage, names), settled[callee]
            if here and there and not settled[key]:
                yield Contradiction(
                    path=("workloads", key, "calls", index),
                    allowed=f"services that may all run on {' or '.join(here)}, or public ones, are allowed; "
                    f"{callee} is on {' or '.join(there)} and not public",
                    hint="Another site reaches a service by its public name only",
                )
                break


def _no_circle(workloads: Workloads) -> Iterator[Contradiction]:
    """Load that comes from calls is that of the caller, so the callers are settled first."""
    callers: dict[str, list[str]] = {}
    for key, entry in workloads.items():
        found = origins(key, entry, workloads) if isinstance(entry, Service) else None
        callers[key] = [name for name in (found or {}) if isinstance(workloads.get(name), Service)]
    settled: set[str] = set()
    while True:
        more = [key for key, names in callers.items() if key not in settled and settled.issuperset(names)]
        if not more:
            break
        settled.update(more)
    for key in callers:
        if key not in settled:
            yield Contradiction(
                path=("workloads", key, "load_from"),
                found="load from a circle of calls",
                allowed="load from users, or from callers whose load does not come from this service, is allowed",
            )
