"""What a demand says about sites: names that exist, a site for everything, and sites on which a workload can run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction, near, one_of
from solver.demand.residency import allowed_sites, claim_sites, named_sites
from solver.demand.storage import StorageClaim, Volume
from solver.demand.workloads import Service, Workload
from solver.vocabulary import SiteKind, Survive

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite
    from solver.demand.docker import DockerSite

Sites = Mapping[str, "AwsSite | DockerSite | None"]
Workloads = Mapping[str, Workload | None]
Storage = Mapping[str, StorageClaim | None]


def site_contradictions(sites: Sites, workloads: Workloads, storage: Storage) -> Iterator[Contradiction]:
    """Every contradiction between sites, workloads and claims."""
    named = True
    sections: tuple[tuple[str, Mapping[str, Workload | StorageClaim | None]], ...] = (
        ("workloads", workloads),
        ("storage", storage),
    )
    for section, entries in sections:
        for key, entry in entries.items():
            for contradiction in _names(section, key, entry, list(sites)):
                named = False
                yield contradiction
    yield from _latencies(sites)
    # Without known names nothing can be said about where a workload may run.
    if named and sites:
        for key, workload in workloads.items():
            if workload is not None:
                yield from _runs_somewhere(key, workload, storage, tuple(sites))
                if isinstance(workload, Service):
                    yield from _zones_enough(key, workload, storage, sites)
        yield from _paths_shared(sites, workloads, storage)


def _names(section: str, key: str, entry: Workload | StorageClaim | None, names: list[str]) -> Iterator[Contradiction]:
    if entry is None:
        return
    path = (section, key, "site")
    keeps = section == "storage" and not isinstance(entry, Volume)
    if entry.site is not None or (keeps and not entry.sites):
        yield from site_name(names, path, entry.site)
    if entry.site is not None and entry.sites:
        yield Contradiction(path=(section, key, "sites"), allowed="site or sites is allowed; both are given")
    for index, name in enumerate(entry.sites if names else ()):
        if name not in names:
            yield Contradiction(path=(section, key, "sites", index), allowed=one_of(names), hint=near(name, names))


def site_name(names: list[str], path: tuple[str | int, ...], site: str | None) -> Iterator[Contradiction]:
    """What is wrong with the name of a site, which only a stack with one may leave out."""
    if site is None and len(names) > 1:
        yield Contradiction(path=path, found="nothing", allowed=one_of(names))
    if names and site is not None and site not in names:
        yield Contradiction(path=path, allowed=one_of(names), hint=near(site, names))


def _latencies(sites: Sites) -> Iterator[Contradiction]:
    for name, site in sites.items():
        others = [other for other in sites if other != name]
        for other in site.latency_ms if site is not None else ():
            if other not in others:
                yield Contradiction(
                    path=("sites", name, "latency_ms", other),
                    found=f'site "{other}"',
                    allowed=one_of(others),
                    hint=near(other, others),
                )


def _runs_somewhere(key: str, workload: Workload, storage: Storage, names: tuple[str, ...]) -> Iterator[Contradiction]:
    """The first claim that leaves no site is the one that would be changed."""
    left = named_sites(workload, names)
    for claim_key in workload.uses:
        claim = storage.get(claim_key)
        if claim is None:
            continue
        there = claim_sites(claim, names)
        both = tuple(name for name in left if name in there)
        if not both:
            yield Contradiction(
                path=("workloads", key, "uses", claim_key),
                found=f'claim "{claim_key}"',
                allowed=f"a claim that is kept on {_either(left)} is allowed; {claim_key} is on {_either(there)}",
                hint="A workload runs where the claims that it uses are; with `sites` each of several sites has one",
            )
            return
        left = both


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)


def _zones_enough(key: str, service: Service, storage: Storage, sites: Sites) -> Iterator[Contradiction]:
    for name in allowed_sites(service, storage, tuple(sites)):
        site = sites[name]
        if site is None or site.zone_count >= 2:
            continue
        if service.exposure is not None and site.kind is SiteKind.AWS:
            yield Contradiction(
                path=("workloads", key, "exposure"),
                allowed=f"an exposure on a site of 2 zones or more is allowed; {name} has {site.zone_count}",
                hint="A load balancer needs subnets in two zones",
            )
        if service.survive is Survive.ZONE:
            yield Contradiction(
                path=("workloads", key, "survive"),
                allowed=f"zone on a site of 2 {_places(site)} or more is allowed; {name} has {site.zone_count}",
            )


def _places(site: AwsSite | DockerSite) -> str:
    return "zones" if site.kind is SiteKind.AWS else "hosts"


def _paths_shared(sites: Sites, workloads: Workloads, storage: Storage) -> Iterator[Contradiction]:
    taken: dict[tuple[str, str, str], str] = {}
    for key, entry in workloads.items():
        if not isinstance(entry, Service) or entry.exposure is None:
            continue
        path = entry.path.rstrip("/")
        places = [(name, entry.exposure.value, path) for name in allowed_sites(entry, storage, tuple(sites))]
        others = [taken[place] for place in places if place in taken]
        for place in places:
            taken.setdefault(place, key)
        if others:
            yield Contradiction(
                path=("workloads", key, "path"),
                allowed=f"a path of its own is allowed; {others[0]} has it on the same load balancer",
            )
