"""What a service that shall outlive the loss of a site needs: other sites that may serve each part of its load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction
from solver.demand.residency import named_sites, origins, settled_sites
from solver.demand.storage import StorageClaim
from solver.demand.workloads import Service, Workload
from solver.vocabulary import Exposure, SiteKind, Survive

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite, Location
    from solver.demand.docker import DockerSite

_FEWEST = 2
_MOST = 10
"""Sites of one service: what each set of them can do is counted."""
Sites = Mapping[str, "AwsSite | DockerSite | None"]
Workloads = Mapping[str, Workload | None]


def survival_contradictions(
    sites: Sites,
    workloads: Workloads,
    storage: Mapping[str, StorageClaim | None],
    locations: Mapping[str, Location | None],
) -> Iterator[Contradiction]:
    """Every contradiction between `survive: site` and the sites that are left then."""
    survivors = {
        key: entry for key, entry in workloads.items() if isinstance(entry, Service) and entry.survive is Survive.SITE
    }
    if not survivors or None in sites.values():
        return
    regions = [name for name, site in sites.items() if site is not None and site.kind is SiteKind.AWS]
    allowed = settled_sites(workloads, storage, tuple(sites))
    for key, service in survivors.items():
        path = ("workloads", key, "survive")
        callers = _callers(key, service, workloads)
        rests = [name for name, entry in callers.items() if not _survives(entry)]
        if len(regions) > 1:
            yield Contradiction(
                path=path,
                allowed=f"none or zone is allowed with several sites of the kind aws; there are {_all(regions)}",
                hint="site is for Docker sites, alone or beside one site of the kind aws",
            )
        elif len(allowed[key]) < _FEWEST:
            yield Contradiction(
                path=path,
                allowed=f"none or zone is allowed: it may run on {_all(allowed[key]) or 'no site'} alone"
                f"{_why(service, workloads, tuple(sites), allowed[key])}",
                hint="site needs a second site that may run it",
            )
        elif len(allowed[key]) > _MOST:
            yield Contradiction(
                path=path,
                allowed=f"none or zone is allowed with more than {_MOST} sites; it may run on {len(allowed[key])}",
            )
        elif rests:
            yield Contradiction(
                path=path,
                allowed=f"none or zone is allowed: {rests[0]}, on whose site it is called, does not outlive a site",
                hint=f"workloads.{rests[0]}.survive: site takes {key} along",
            )
        else:
            yield from _served(key, service, workloads, locations, allowed[key])
            yield from _called_by_jobs(key, workloads)


def _survives(entry: Workload | None) -> bool:
    return isinstance(entry, Service) and entry.survive is Survive.SITE


def _callers(key: str, service: Service, workloads: Workloads) -> dict[str, Workload | None]:
    """Workloads on whose site a service is called that has its load from them."""
    if service.exposure is Exposure.PUBLIC:
        return {}
    asking = origins(key, service, workloads) or {}
    return {name: workloads[name] for name in asking if name in workloads}


def _served(
    key: str,
    service: Service,
    workloads: Workloads,
    locations: Mapping[str, Location | None],
    allowed: tuple[str, ...],
) -> Iterator[Contradiction]:
    """Each location has a second site that is near enough."""
    limit = service.max_latency_ms
    for origin in origins(key, service, workloads) or {}:
        location = locations.get(origin)
        if limit is None or location is None:
            continue
        near = [site for site in allowed if location.latency_ms.get(site, limit + 1) <= limit]
        if len(near) == 1:
            yield Contradiction(
                path=("workloads", key, "survive"),
                allowed=f"none or zone is allowed: within workloads.{key}.max_latency_ms {limit:g} of "
                f"workloads.{key}.load_from.{origin} is {near[0]} alone",
                hint="site needs a second site that may serve each location",
            )


def _called_by_jobs(key: str, workloads: Workloads) -> Iterator[Contradiction]:
    """What it calls on its own site runs on all of its sites, so not for jobs, which run on sites of AWS."""
    reached, waiting = {key}, [key]
    while waiting:
        entry = workloads.get(waiting.pop())
        for callee in entry.calls if entry is not None else ():
            service = workloads.get(callee)
            if callee not in reached and isinstance(service, Service) and service.exposure is not Exposure.PUBLIC:
                reached.add(callee)
                waiting.append(callee)
    for name, entry in workloads.items():
        if entry is None or isinstance(entry, Service):
            continue
        for callee in entry.calls:
            if callee in reached:
                yield Contradiction(
                    path=("workloads", key, "survive"),
                    allowed=f"none or zone is allowed: job {name} calls {callee} on its own site",
                    hint=f"{callee} runs on every site of {key}; jobs, on sites of the kind aws alone",
                )
                return


def _why(service: Service, workloads: Workloads, names: tuple[str, ...], left: tuple[str, ...]) -> str:
    if set(named_sites(service, names)) == set(left):
        return ""
    kept = [f"uses {claim}" for claim in service.uses]
    hidden = [
        f"calls {callee}"
        for callee in service.calls
        if isinstance(entry := workloads.get(callee), Service) and entry.exposure is not Exposure.PUBLIC
    ]
    return f", since it {' and '.join([*kept, *hidden])}" if kept or hidden else ""


def _all(names: list[str] | tuple[str, ...]) -> str:
    return " and ".join(names)
