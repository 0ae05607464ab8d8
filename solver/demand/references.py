"""What one part of a demand says about another: names that must exist, ranges and paths that must not overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

from solver.demand.amount_rules import amount_contradictions
from solver.demand.backup_rules import backup_contradictions
from solver.demand.bucket_rules import bucket_contradictions, lustre_is_for_jobs
from solver.demand.contradiction import CONTRADICTIONS as CONTRADICTIONS
from solver.demand.contradiction import Contradiction, near, one_of
from solver.demand.deployment_rules import deployment_contradictions
from solver.demand.docker import DockerSite
from solver.demand.docker_rules import docker_contradictions
from solver.demand.existing_rules import existing_contradictions
from solver.demand.load_rules import load_contradictions
from solver.demand.machine_rules import machine_contradictions
from solver.demand.names import ALL
from solver.demand.routed_rules import routed_contradictions
from solver.demand.secrets import SecretWish, secret_contradictions
from solver.demand.site_rules import site_contradictions, site_name
from solver.demand.storage import FileSystem, Lustre, StorageClaim, Volume
from solver.demand.survival_rules import survival_contradictions
from solver.demand.workloads import Service, Workload

if TYPE_CHECKING:
    from solver.demand.backup import BackupWish
    from solver.demand.compliance import Waiver
    from solver.demand.demand import AwsSite, Location
    from solver.demand.purchase import Held


def find_contradictions(
    sites: Mapping[str, AwsSite | DockerSite | None],
    workloads: Mapping[str, Workload | None],
    storage: Mapping[str, StorageClaim | None],
    held: Sequence[Held] = (),
    locations: Mapping[str, Location | None] = MappingProxyType({}),
    waivers: Sequence[Waiver] = (),
    backup: BackupWish | None = None,
    secrets: Mapping[str, SecretWish] = MappingProxyType({}),
) -> Iterator[Contradiction]:
    """Every contradiction; an entry that is None has a name that others may use, and nothing else is known of it."""
    in_regions = {name: site for name, site in sites.items() if not isinstance(site, DockerSite)}
    yield from site_contradictions(sites, workloads, storage)
    for number, each in enumerate(held):
        yield from site_name(list(in_regions), ("purchase", "held", number, "site"), each.site)
    yield from _ranges(in_regions)
    for name, site in in_regions.items():
        if site is not None:
            yield from existing_contradictions(name, site)
            yield from routed_contradictions(name, site)
            yield from machine_contradictions(name, site)
    yield from survival_contradictions(sites, workloads, storage, locations)
    yield from docker_contradictions(sites, workloads, storage, backup.claims if backup is not None else ())
    regions = {name: site.region for name, site in in_regions.items() if site is not None}
    called = {callee for entry in workloads.values() if entry is not None for callee in entry.calls}
    for name, workload in workloads.items():
        if workload is not None:
            yield from _claims_used(name, workload, storage)
            yield from lustre_is_for_jobs(name, workload, storage)
            yield from _calls(name, workload, workloads)
            yield from _apart_from(name, workload, list(workloads))
        if isinstance(workload, Service):
            yield from deployment_contradictions(name, workload, called, regions)
            if name in workload.sidecars:
                yield Contradiction(
                    path=("workloads", name, "sidecars", name),
                    found=f'sidecar "{name}"',
                    allowed="a name that is not the workload's own is allowed",
                )
    yield from _volumes_shared(workloads, storage)
    yield from amount_contradictions(sites, workloads)
    yield from load_contradictions(sites, workloads, storage, locations)
    yield from _tickets(waivers)
    yield from bucket_contradictions(storage, tuple(in_regions))
    used = {name for workload in workloads.values() if workload is not None for name in workload.secrets.values()}
    yield from secret_contradictions(secrets, used, set(regions.values()))
    if backup is not None:
        yield from backup_contradictions(backup, storage, tuple(in_regions))


def _tickets(waivers: Sequence[Waiver]) -> Iterator[Contradiction]:
    first: dict[str, int] = {}
    for number, waiver in enumerate(waivers):
        if waiver.id is not None and first.setdefault(waiver.id, number) != number:
            yield Contradiction(
                path=("compliance", "waivers", number, "id"),
                allowed=f"an id that no other waiver has is allowed; waivers.{first[waiver.id]} has this one",
            )


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
            yield Contradiction(path=path, found=f'claim "{key}"', allowed=one_of(claims), hint=near(key, claims))
        claim = storage.get(key)
        if not isinstance(claim, Volume | FileSystem | Lustre):
            continue
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
                hint=near(callee, services),
            )


def _apart_from(name: str, workload: Workload, names: list[str]) -> Iterator[Contradiction]:
    others = [each for each in names if each != name]
    named = () if workload.apart_from == ALL else workload.apart_from
    for index, other in enumerate(named):
        path = ("workloads", name, "apart_from", index)
        if other == name:
            yield Contradiction(
                path=path,
                allowed=f"another workload is allowed: {', '.join(others)}" if others else "no name is allowed",
                hint="max_per_machine: 1 keeps replicas of one service apart",
            )
        elif other not in names:
            yield Contradiction(path=path, allowed=one_of(others), hint=near(other, others))
        elif other in named[:index]:
            yield Contradiction(path=path, allowed=f"each only once is allowed; {other} is there twice")


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
