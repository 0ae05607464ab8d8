"""Backups of file systems."""

from __future__ import annotations

import pytest

from components.aws.compute.pool import ComputePool
from components.aws.storage.pool import StoragePool
from solver.plan.backup import BackupCopyPlan, VaultLockPlan
from solver.vocabulary import LockMode
from tests.components import plans
from tests.components.aws import upstream
from tests.recorder import Recording, record


@pytest.mark.parametrize(("wanted", "status"), [(True, "ENABLED"), (False, "DISABLED")])
def test_backups_are_as_planned_and_never_left_to_the_default(wanted: bool, status: str) -> None:
    site = plans.full_site()
    (shared,) = site.storage.file_systems
    storage = site.storage.model_copy(update={"file_systems": (shared.model_copy(update={"backup": wanted}),)})
    made = record(lambda: upstream.storage_pool(site.model_copy(update={"storage": storage})))
    assert made.one(":BackupPolicy").inputs["backupPolicy"] == {"status": status}


def test_claims_go_into_a_locked_vault_with_its_own_key_and_end_there(full_storage: Recording[StoragePool]) -> None:
    vault = full_storage.one(":Vault")
    assert vault.inputs["kmsKeyArn"].endswith("/backups")
    assert vault.protect and vault.inputs["forceDestroy"] is False
    lock = full_storage.one(":VaultLockConfiguration")
    assert lock.inputs["minRetentionDays"] == 7 and "changeableForDays" not in lock.inputs
    (rule,) = full_storage.one("backup/plan:Plan").inputs["rules"]
    assert rule["schedule"] == "cron(0 3 ? * * *)" and rule["scheduleExpressionTimezone"] == "Europe/Dublin"
    assert rule["lifecycle"] == {"deleteAfter": 35}
    (copy,) = rule["copyActions"]
    assert copy["destinationVaultArn"].endswith(":backup-vault:far") and copy["lifecycle"] == {"deleteAfter": 90}


def test_buckets_are_selected_by_name_and_volumes_of_replicas_by_their_tags(
    full_storage: Recording[StoragePool], full_compute: Recording[ComputePool]
) -> None:
    bucket = full_storage.one(":Selection", "storage-backup-documents")
    assert bucket.inputs["resources"] == [full_storage.one("s3/bucket:Bucket", "storage-bucket-documents").arn]
    volumes = full_storage.one(":Selection", "storage-backup-scratch-fraud")
    (condition,) = volumes.inputs["conditions"]
    wanted = {each["key"].removeprefix("aws:ResourceTag/"): each["value"] for each in condition["stringEquals"]}
    service = next(each for each in full_compute.of_type("ecs/service:Service") if "fraud" in each.name)
    (given,) = service.inputs["volumeConfiguration"]["managedEbsVolume"]["tagSpecifications"]
    assert wanted.items() <= given["tags"].items()


def test_the_role_for_backups_reads_what_is_backed_up_and_can_not_write_it(
    full_storage: Recording[StoragePool],
) -> None:
    document = full_storage.one(":RolePolicy", "storage-backup").document("policy")
    statements = {each["Sid"]: each for each in document["Statement"]}
    actions = {action for each in statements.values() for action in each["Action"]}
    assert not {"s3:PutObject", "s3:DeleteObject", "backup:DeleteRecoveryPoint"} & actions
    own = plans.names().bucket_arn("documents")
    assert statements["Objects"]["Resource"] == [f"{own}/*"] and statements["Buckets"]["Resource"] == [own]
    assert statements["OtherVault"]["Resource"][0].endswith(":backup-vault:far")
    stars = {sid for sid, each in statements.items() if "*" in each["Resource"]}
    assert stars == {"FindTagged", "LookAtVolumes", "Measure"}, "actions without a resource of their own"


def test_the_role_for_restores_writes_to_the_claims_alone_and_deletes_nothing(
    full_storage: Recording[StoragePool],
) -> None:
    document = full_storage.one(":RolePolicy", "storage-restore").document("policy")
    statements = {each["Sid"]: each for each in document["Statement"]}
    assert statements["Objects"]["Resource"] == [f"{plans.names().bucket_arn('documents')}/*"]
    actions = {action for each in statements.values() for action in each["Action"]}
    assert [action for action in actions if "Delete" in action] == []
    assert {sid for sid, each in statements.items() if "*" in each["Resource"]} == {"LookAtVolumes"}


def test_a_lock_for_good_keeps_the_vault_whatever_the_stack_says_of_its_data() -> None:
    site = plans.full_site(protect=False)
    assert site.storage.backup is not None
    lock = VaultLockPlan(mode=LockMode.COMPLIANCE, changeable_for_days=3, max_days=100)
    final = site.storage.backup.model_copy(update={"lock": lock})
    site = site.model_copy(update={"storage": site.storage.model_copy(update={"backup": final})})
    made = record(lambda: upstream.storage_pool(site))
    assert made.one(":VaultLockConfiguration").inputs["changeableForDays"] == 3
    assert made.one(":Vault").protect and made.one(":Vault").inputs["forceDestroy"] is False


def test_copies_to_another_site_go_to_the_vault_and_the_key_that_it_makes() -> None:
    site = plans.full_site()
    assert site.storage.backup is not None
    copy = BackupCopyPlan(site="far", region="eu-central-1", keep_days=90)
    backup = site.storage.backup.model_copy(update={"copy_to": copy})
    site = site.model_copy(update={"storage": site.storage.model_copy(update={"backup": backup})})
    made = record(lambda: upstream.storage_pool(site))
    far = f"arn:aws:backup:eu-central-1:{plans.ACCOUNT_ID}:backup-vault:{plans.names('prod', 'far').backup_vault}"
    (rule,) = made.one("backup/plan:Plan").inputs["rules"]
    assert rule["copyActions"][0]["destinationVaultArn"] == far
    statements = made.one(":RolePolicy", "storage-backup").document("policy")["Statement"]
    (key,) = [each for each in statements if each["Sid"] == "OtherKey"]
    assert key["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/prod-far-backups"}}
