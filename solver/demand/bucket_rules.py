"""What is said about buckets elsewhere: who copies to whom, where lists of objects go, whose objects Lustre has."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping

from solver.demand.bucket_copies import Inventory, Replication
from solver.demand.contradiction import Contradiction, near, one_of
from solver.demand.residency import claim_sites
from solver.demand.storage import Bucket, Lustre, StorageClaim
from solver.demand.workloads import Service, Workload

_Path = tuple[str | int, ...]


def bucket_contradictions(
    storage: Mapping[str, StorageClaim | None], sites: tuple[str, ...]
) -> Iterator[Contradiction]:
    """Every contradiction between a bucket's copies or lists and the bucket that takes them."""
    for key, claim in storage.items():
        if isinstance(claim, Lustre):
            yield from _lustre(key, claim, storage, sites)
        if not isinstance(claim, Bucket):
            continue
        if claim.replication is not None:
            yield from _replication(key, claim, claim.replication, storage, sites)
        if claim.inventory is not None:
            yield from _inventory(key, claim, claim.inventory, storage, sites)


def _replication(
    key: str, claim: Bucket, wish: Replication, storage: Mapping[str, StorageClaim | None], sites: tuple[str, ...]
) -> Iterator[Contradiction]:
    path: _Path = ("storage", key, "replication")
    if not claim.versioned:
        yield Contradiction(path=path, allowed="a replication is allowed where versioned is true: S3 copies versions")
    if len(claim_sites(claim, sites)) > 1:
        yield Contradiction(path=path, allowed="a replication of a claim on one site is allowed; this one has several")
    if wish.claim is None:
        return
    if wish.site is not None and wish.site not in sites:
        yield Contradiction(path=(*path, "site"), allowed=one_of(list(sites)), hint=near(wish.site, list(sites)))
        return
    if wish.site is None and len(sites) > 1:
        yield Contradiction(path=(*path, "site"), found="nothing", allowed=one_of(list(sites)))
        return
    target = yield from _other(key, (*path, "claim"), wish.claim, storage)
    if target is None:
        return
    site = wish.site or next(iter(sites), "")
    places = claim_sites(target, sites)
    if places != (site,):
        allowed = f"a bucket that is kept on {site} alone is allowed; {wish.claim} is on {', '.join(places)}"
        yield Contradiction(path=(*path, "claim"), allowed=allowed)
    if not target.versioned:
        yield Contradiction(
            path=(*path, "claim"), allowed="a bucket with versioned: true is allowed: S3 copies versions"
        )
    if target.replication is not None:
        yield Contradiction(path=(*path, "claim"), allowed="a bucket that has no replication itself is allowed")
    if target.written_gib_per_month < claim.written_gib_per_month:
        yield Contradiction(
            path=(*path, "claim"),
            allowed=f"a bucket with written_gib_per_month of at least {claim.written_gib_per_month:g} is allowed; "
            f"{wish.claim} has {target.written_gib_per_month:g}, which would be its price",
        )


def _inventory(
    key: str, claim: Bucket, wish: Inventory, storage: Mapping[str, StorageClaim | None], sites: tuple[str, ...]
) -> Iterator[Contradiction]:
    if wish.claim is None:
        return
    path: _Path = ("storage", key, "inventory", "claim")
    target = yield from _other(key, path, wish.claim, storage)
    if target is None:
        return
    here, there = claim_sites(claim, sites), claim_sites(target, sites)
    if here != there:
        allowed = f"a bucket on {', '.join(here)} is allowed; {wish.claim} is on {', '.join(there)}"
        yield Contradiction(path=path, allowed=allowed, hint="S3 delivers lists within a region")


def _lustre(
    key: str, claim: Lustre, storage: Mapping[str, StorageClaim | None], sites: tuple[str, ...]
) -> Iterator[Contradiction]:
    path: _Path = ("storage", key, "bucket")
    target = yield from _other(key, path, claim.bucket, storage)
    if target is None:
        return
    here, there = claim_sites(claim, sites), claim_sites(target, sites)
    # Of a site that does not exist something else is said.
    if {*here, *there} <= set(sites) and not set(here) <= set(there):
        allowed = f"a bucket on {', '.join(here)} is allowed; {claim.bucket} is on {', '.join(there)}"
        yield Contradiction(path=path, allowed=allowed)


def lustre_is_for_jobs(
    name: str, workload: Workload, storage: Mapping[str, StorageClaim | None]
) -> Iterator[Contradiction]:
    """Services share machines whose kernels would mount it for all of them, and zones that it is not in."""
    for key in workload.uses if isinstance(workload, Service) else ():
        if isinstance(storage.get(key), Lustre):
            yield Contradiction(
                path=("workloads", name, "uses", key),
                found=f'claim "{key}"',
                allowed="a bucket, a volume or a file system is allowed for a service; lustre is for jobs",
            )


def _other(
    key: str, path: _Path, name: str, storage: Mapping[str, StorageClaim | None]
) -> Generator[Contradiction, None, Bucket | None]:
    """The bucket that is named; None when it is none, or is not known well enough."""
    buckets = [each for each, claim in storage.items() if each != key and (claim is None or isinstance(claim, Bucket))]
    if name not in buckets:
        yield Contradiction(path=path, allowed=one_of(buckets), hint=near(name, buckets))
    found = storage.get(name)
    return found if isinstance(found, Bucket) and name in buckets else None
