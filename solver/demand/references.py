"""What one part of a demand says about another: names that must exist, ranges and paths that must not overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING

from solver.demand.storage import FileSystem, StorageClaim, Volume
from solver.demand.workloads import Service, Workload
from solver.vocabulary import Survive

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite
    from solver.demand.purchase import Held

CONTRADICTIONS = "contradictions"
"""Type of the pydantic error that carries them."""


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two parts of a demand that don't agree, at the part that would be changed."""

    path: tuple[str | int, ...]
    """Keys and positions from the root of the demand."""
    allowed: str
    """What would be accepted."""
    found: str | None = None
    """The value, where it is not the one at `path`."""
    hint: str | None = None
    """The likely remedy."""

    def __str__(self) -> str:
        text = f"{'.'.join(str(part) for part in self.path)}: {self.allowed}"
        return text if self.hint is None else f"{text}. {self.hint}"


def find_contradictions(
    sites: Mapping[str, AwsSite | None],
    workloads: Mapping[str, Workload | None],
    storage: Mapping[str, StorageClaim | None],
    held: Sequence[Held] = (),
) -> Iterator[Contradiction]:
    """Every contradiction; an entry that is None has a name that others may use, and nothing else is known of it."""
    yield from _site_names(sites, workloads, storage)
    for number, each in enumerate(held):
        yield from _site_name(list(sites), ("purchase", "held", number, "site"), each.site)
    yield from _ranges(sites)
    for name, workload in workloads.items():
        if workload is not None:
            yield from _claims_used(name, workload, storage)
            yield from _calls(name, workload, workloads)
            if isinstance(workload, Service):
                yield from _service_on_site(name, workload, sites)
    yield from _volumes_shared(workloads, storage)
    yield from _paths_shared(sites, workloads)


def _one_of(names: list[str]) -> str:
    if not names:
        return "none is allowed, since there is none"
    return f"{names[0]} is allowed" if len(names) == 1 else f"one of {', '.join(names)} is allowed"


def _near(name: str, names: list[str]) -> str | None:
    near = get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else None


def _site_names(
    sites: Mapping[str, AwsSite | None],
    workloads: Mapping[str, Workload | None],
    storage: Mapping[str, StorageClaim | None],
) -> Iterator[Contradiction]:
    names = list(sites)
    sections: tuple[tuple[str, Mapping[str, Workload | StorageClaim | None]], ...] = (
        ("workloads", workloads),
        ("storage", storage),
    )
    for section, entries in sections:
        for key, entry in entries.items():
            if entry is not None:
                yield from _site_name(names, (section, key, "site"), entry.site)


def _site_name(names: list[str], path: tuple[str | int, ...], site: str | None) -> Iterator[Contradiction]:
    if site is None and len(names) > 1:
        yield Contradiction(path=path, found="nothing", allowed=_one_of(names))
    if names and site is not None and site not in names:
        yield Contradiction(path=path, allowed=_one_of(names), hint=_near(site, names))


def _ranges(sites: Mapping[str, AwsSite | None]) -> Iterator[Contradiction]:
    for name, site in sites.items():
        for index, reserved in enumerate(site.network.reserved if site is not None else ()):
            if site is not None and site.network.cidr.overlaps(reserved):
                yield Contradiction(
                    path=("sites", name, "network", "cidr"),
                    allowed=f"a range that does not overlap {reserved} (network.reserved.{index}) is allowed",
                )
    for (first_name, first), (name, site) in combinations(sites.items(), 2):
        if first is not None and site is not None and first.network.cidr.overlaps(site.network.cidr):
            yield Contradiction(
                path=("sites", name, "network", "cidr"),
                allowed=f"a range that does not overlap {first.network.cidr} of site {first_name} is allowed",
            )


def _claims_used(name: str, workload: Workload, storage: Mapping[str, StorageClaim | None]) -> Iterator[Contradiction]:
    mounts: dict[str, str] = {}
    for key in workload.uses:
        path = ("workloads", name, "uses", key)
        if key not in storage:
            claims = list(storage)
            yield Contradiction(path=path, found=f'claim "{key}"', allowed=_one_of(claims), hint=_near(key, claims))
        claim = storage.get(key)
        if not isinstance(claim, Volume | FileSystem):
            continue
        if claim.site != workload.site:
            yield Contradiction(
                path=path,
                found=f'claim "{key}"',
                allowed="a volume or file system of the workload's own site is allowed",
            )
        other = mounts.setdefault(claim.mount, key)
        if other != key:
            yield Contradiction(
                path=("storage", key, "mount"),
                allowed=f"a path of its own is allowed; workload {name} mounts {other} there too",
            )


def _calls(name: str, workload: Workload, workloads: Mapping[str, Workload | None]) -> Iterator[Contradiction]:
    services = [
        key for key, entry in workloads.items() if key != name and (entry is None or isinstance(entry, Service))
    ]
    for index, callee in enumerate(workload.calls):
        if callee not in services:
            yield Contradiction(
                path=("workloads", name, "calls", index),
                allowed=f"another service is allowed: {', '.join(services)}" if services else "no call is allowed",
                hint=_near(callee, services),
            )


def _service_on_site(name: str, service: Service, sites: Mapping[str, AwsSite | None]) -> Iterator[Contradiction]:
    site = sites.get(service.site) if service.site is not None else next(iter(sites.values()), None)
    if site is None:
        return
    site_name = service.site or next(iter(sites))
    if service.exposure is not None and site.zone_count < 2:
        yield Contradiction(
            path=("workloads", name, "exposure"),
            allowed=f"an exposure on a site of 2 zones or more is allowed; {site_name} has {site.zone_count}",
            hint="A load balancer needs subnets in two zones",
        )
    if service.survive is Survive.ZONE and site.zone_count < 2:
        yield Contradiction(
            path=("workloads", name, "survive"),
            allowed=f"zone on a site of 2 zones or more is allowed; {site_name} has {site.zone_count}",
        )


def _volumes_shared(
    workloads: Mapping[str, Workload | None], storage: Mapping[str, StorageClaim | None]
) -> Iterator[Contradiction]:
    for key, claim in storage.items():
        if not isinstance(claim, Volume):
            continue
        users = [name for name, entry in workloads.items() if entry is not None and key in entry.uses]
        for user in users[1:]:
            yield Contradiction(
                path=("workloads", user, "uses", key),
                found=f'claim "{key}"',
                allowed=f"a volume of this workload alone is allowed; {users[0]} uses {key} too",
                hint="A file system can be shared",
            )


def _paths_shared(
    sites: Mapping[str, AwsSite | None], workloads: Mapping[str, Workload | None]
) -> Iterator[Contradiction]:
    only = next(iter(sites), "")
    taken: dict[tuple[str, str, str], str] = {}
    for name, entry in workloads.items():
        if not isinstance(entry, Service) or entry.exposure is None:
            continue
        other = taken.setdefault((entry.site or only, entry.exposure.value, entry.path.rstrip("/")), name)
        if other != name:
            yield Contradiction(
                path=("workloads", name, "path"),
                allowed=f"a path of its own is allowed; {other} has it on the same load balancer",
            )
