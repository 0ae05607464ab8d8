"""What the wish for backups must agree with, and what it must say of itself."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from solver.demand.backup import BackupWish
from tests.solver.demand.test_references import another_site, contradictions, on_a_site, whole

VAULT = "arn:aws:backup:eu-central-1:123456789012:backup-vault:far"


def test_claims_exist_have_versions_and_are_no_devices_of_machines() -> None:
    document = whole()
    document["storage"]["documents"] |= {"versioned": False, "object_lock": None, "replication": None}
    document["backup"]["claims"] = ["documents", "scratch", "file", "corpus"]
    first, second, third, fourth = contradictions(document)
    assert first.startswith("backup.claims.0: a bucket with versioned: true is allowed")
    assert second.startswith("backup.claims.1: a volume with attach: replica is allowed")
    assert third == "backup.claims.2: one of documents, scratch, files, corpus is allowed. Did you mean files?"
    assert fourth.startswith("backup.claims.3: its bucket, documents, is allowed")


def test_another_site_takes_copies_where_it_keeps_something_itself() -> None:
    document = whole()
    document["backup"]["copy_to"] = {"site": "main", "keep_days": 30}
    assert contradictions(document)[0].startswith("backup.copy_to.site: another site is allowed, and the stack has one")

    another_site(document, "10.2.0.0/16")
    on_a_site(document, "main")
    document["backup"]["copy_to"]["site"] = "other"
    (found,) = contradictions(document)
    assert found == "backup.copy_to.site: a site that keeps a bucket or a file system is allowed; other has none"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"lock": {"mode": "compliance", "min_days": 7}}, "changeable_for_days, 3 or more, is needed with compliance"),
        ({"lock": {"mode": "governance", "min_days": 7, "changeable_for_days": 3}}, "a governance lock can always"),
        ({"lock": {"mode": "governance"}}, "min_days, max_days or both are needed"),
        ({"lock": {"mode": "governance", "min_days": 9, "max_days": 7}}, "min_days of at most max_days, 7"),
        ({"lock": {"mode": "governance", "min_days": 31}}, "keep_days from lock.min_days to lock.max_days, 31 to"),
        (
            {"lock": {"mode": "governance", "max_days": 40}, "copy_to": {"site": "far", "keep_days": 41}},
            "copy_to.keep_days from lock.min_days",
        ),
        ({"copy_to": {"keep_days": 7}}, "either site or vault_arn is allowed"),
        ({"copy_to": {"site": "far", "vault_arn": VAULT, "keep_days": 7}}, "either site or vault_arn is allowed"),
        (
            {
                "copy_to": {
                    "site": "far",
                    "key_arn": f"arn:aws:kms:us-east-1:123456789012:key/{'a' * 36}",
                    "keep_days": 7,
                }
            },
            "key_arn is allowed with vault_arn",
        ),
        ({"at": "24:00"}, "an hour from 00:00 to 23:00"),
    ],
)
def test_what_the_vault_would_refuse_is_refused_here(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        BackupWish.model_validate({"claims": ["documents"], "keep_days": 30, **more})
    assert words in str(refused.value)


def test_no_vault_is_locked_unless_it_is_wished_for() -> None:
    assert BackupWish(claims=("documents",), keep_days=30).lock is None
