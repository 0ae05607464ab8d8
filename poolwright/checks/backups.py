"""Backups: where they are, what goes there, how long they stay, who may end that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from poolwright.checks.check import Fault, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, part
from poolwright.checks.shapes import under_awss_key
from solver.plan.security import KeyPurpose

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"

_HERE = "components/aws/storage/vault.py"


@on_stack(
    VAULT,
    id="Backup.1",
    title="Backups are encrypted with a customer key of their own where the plan has one",
    controls=("Backup.1",),
    remedy=f"Pass the key for backups in {_HERE}",
)
def vaults_have_the_customer_key(evidence: Evidence) -> Iterator[Fault]:
    yield from under_awss_key(evidence, VAULT, KeyPurpose.BACKUPS, named_by="kmsKeyArn")


@on_stack(
    VAULT,
    LOCK,
    id="backup.lock",
    title="Vaults are locked as the plan says, and never for good without it",
    remedy=f"Wish for backup.lock in stacks/ and plan again; {_HERE} builds it",
)
def vaults_are_locked_as_planned(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        planned = None if site.storage.backup is None else site.storage.backup.lock
        locks = evidence.at_site(key, LOCK)
        if planned is not None and not locks:
            yield Fault(text="has no lock", subject=f"{key}-storage-vault", at=("backup", "lock"))
        for lock in locks:
            days = None if planned is None else planned.changeable_for_days
            if _days(lock, "changeableForDays") != days:
                yield Fault(text=f"is final after {_days(lock, 'changeableForDays')} days, not {days}", resource=lock)
            for name, wanted in (
                ("minRetentionDays", planned and planned.min_days),
                ("maxRetentionDays", planned and planned.max_days),
            ):
                if _days(lock, name) != wanted:
                    yield Fault(text=f"has {name} {_days(lock, name)}, not {wanted}", resource=lock)


@on_stack(
    PLAN,
    SELECTION,
    id="backup.claims",
    title="What the plan says is backed up is selected",
    controls=("EFS.2",),
    remedy=f"Build a selection of each claim in {_HERE}",
)
def claims_are_selected(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        backup = site.storage.backup
        selections = [each.name for each in evidence.at_site(key, SELECTION)]
        for claim in () if backup is None else backup.claims:
            name = f"{key}-storage-backup-{claim}"
            if not any(each == name or each.startswith(f"{name}-") for each in selections):
                yield Fault(text="is not backed up", subject=claim, at=("storage", claim))


@on_each(
    PLAN,
    id="backup.ends",
    title="Backups and their copies end",
    remedy=f"Set delete_after of the rule and of its copies in {_HERE}",
)
def backups_end(plan: Resource) -> Iterator[str]:
    for number, rule in enumerate(plan.mappings("rules")):
        places: list[tuple[str, Any]] = [(f"rule {number}", rule)]
        places += [(f"a copy of rule {number}", copy) for copy in rule.get("copyActions") or ()]
        for what, place in places:
            if not part(place, "lifecycle").get("deleteAfter"):
                yield f"{what} keeps backups, and pays for them, for ever"


def _days(lock: Resource, name: str) -> int | None:
    value = lock.get(name)
    return None if value is None else int(value)
