"""What the wish for backups says about claims and sites: what AWS Backup can copy, and where to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from solver.demand.backup import BackupWish
from solver.demand.contradiction import Contradiction, near, one_of
from solver.demand.residency import claim_sites
from solver.demand.storage import Bucket, Lustre, StorageClaim, Volume


def backup_contradictions(
    wish: BackupWish, storage: Mapping[str, StorageClaim | None], sites: tuple[str, ...]
) -> Iterator[Contradiction]:
    """Every contradiction between the wish for backups and the claims and sites of the demand."""
    for index, key in enumerate(wish.claims):
        path = ("backup", "claims", index)
        if key not in storage:
            claims = list(storage)
            yield Contradiction(path=path, allowed=one_of(claims), hint=near(key, claims))
        claim = storage.get(key)
        if isinstance(claim, Bucket) and not claim.versioned:
            yield Contradiction(
                path=path, allowed="a bucket with versioned: true is allowed; AWS Backup copies versions"
            )
        if isinstance(claim, Lustre):
            yield Contradiction(
                path=path,
                allowed=f"its bucket, {claim.bucket}, is allowed: what jobs write to {key} is copied there",
            )
        if isinstance(claim, Volume) and claim.attach == "machine":
            yield Contradiction(
                path=path,
                allowed="a volume with attach: replica is allowed; a machine's devices can't be told from its others",
                hint="What must be kept belongs into a bucket or a file system",
            )
    if wish.copy_to is not None and wish.copy_to.site is not None:
        yield from _other_site(wish.copy_to.site, storage, sites)


def _other_site(
    site: str, storage: Mapping[str, StorageClaim | None], sites: tuple[str, ...]
) -> Iterator[Contradiction]:
    path = ("backup", "copy_to", "site")
    if site not in sites:
        yield Contradiction(path=path, allowed=one_of(list(sites)), hint=near(site, list(sites)))
    elif len(sites) == 1:
        yield Contradiction(
            path=path,
            allowed="another site is allowed, and the stack has one",
            hint="copy_to.vault_arn names a vault that exists, in another region",
        )
    elif not any(
        site in claim_sites(claim, sites)
        for claim in storage.values()
        if claim is not None and not isinstance(claim, Volume)
    ):
        yield Contradiction(
            path=path, allowed=f"a site that keeps a bucket or a file system is allowed; {site} has none"
        )
