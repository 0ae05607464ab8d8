"""AWS Backup: what a vault's lock may say, and what outlasts it."""

from __future__ import annotations

import json

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

LOCK = "backup.VaultLockConfiguration"
BAD = "InvalidParameterValueException"


@cases(
    a_final_lock_can_be_taken_back_for_three_days=Case(
        LOCK, {"backupVaultName": "v", "changeableForDays": 3}, {"changeableForDays": 2}, BAD, "changeableForDays"
    ),
    a_lock_holds_for_a_day=Case(
        LOCK, {"backupVaultName": "v", "minRetentionDays": 1}, {"minRetentionDays": 0}, BAD, "minRetentionDays"
    ),
    a_lock_lets_go_in_a_hundred_years=Case(
        LOCK, {"backupVaultName": "v", "maxRetentionDays": 36500}, {"maxRetentionDays": 36501}, BAD, "maxRetentionDays"
    ),
    the_least_is_not_above_the_most=Case(
        LOCK,
        {"backupVaultName": "v", "minRetentionDays": 7, "maxRetentionDays": 7},
        {"minRetentionDays": 8},
        BAD,
        "minRetentionDays",
    ),
    backups_are_kept_a_day=Case(
        "backup.Plan",
        {"rules": [{"ruleName": "a", "targetVaultName": "v", "lifecycle": {"deleteAfter": 1}}]},
        {"rules": [{"ruleName": "a", "targetVaultName": "v", "lifecycle": {"deleteAfter": 0}}]},
        BAD,
        "rules[0].lifecycle.deleteAfter",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_lock_that_is_final_can_neither_go_nor_change(sandbox: Sandbox) -> None:
    vault = sandbox.create("backup.Vault", name="audit")["name"]
    lock = sandbox.create(LOCK, backupVaultName=vault, minRetentionDays=7, changeableForDays=3)
    (path,) = (sandbox.root / "123456789012" / "resources" / LOCK).glob("*.json")
    stored = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**stored, "facts": {"final": True}}), "utf-8")
    assert "InvalidRequestException" in sandbox.refused_deletion(lock)
    assert "InvalidRequestException" in sandbox.refusal(LOCK, "again", backupVaultName=vault, minRetentionDays=1)


def test_a_selections_role_lets_backup_take_it(sandbox: Sandbox) -> None:
    vault = sandbox.create("backup.Vault")["name"]
    plan = sandbox.create("backup.Plan", rules=[{"ruleName": "a", "targetVaultName": vault}])

    def role(service: str) -> object:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return sandbox.create("iam.Role", service.partition(".")[0], assumeRolePolicy=document)["arn"]

    other = role("ecs-tasks.amazonaws.com")
    words = sandbox.refusal("backup.Selection", "no", planId=plan.id, iamRoleArn=other, resources=["*"])
    assert "cannot be assumed by AWS Backup" in words
    sandbox.create("backup.Selection", "yes", planId=plan.id, iamRoleArn=role("backup.amazonaws.com"), resources=["*"])
