"""Buckets and what guards them."""

from __future__ import annotations

from typing import Any

import pulumi

from components.aws.storage.bucket import bucket_policy
from components.aws.storage.pool import StoragePool
from solver.plan.plan import SitePlan
from solver.plan.storage import ObjectLockPlan
from solver.vocabulary import LockMode
from tests.components import plans
from tests.components.aws import upstream
from tests.recorder import Recording, record

GUARDS = (
    "BucketVersioning",
    "BucketServerSideEncryptionConfiguration",
    "BucketOwnershipControls",
    "BucketPublicAccessBlock",
    "BucketPolicy",
    "BucketLifecycleConfiguration",
)


def statements(policy: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def unprotected() -> SitePlan:
    site = plans.full_site()
    return site.model_copy(update={"storage": site.storage.model_copy(update={"protect": False})})


def test_the_name_is_known_before_the_bucket_and_names_account_and_region(full_storage: Recording[StoragePool]) -> None:
    assert full_storage.one(":Bucket", "storage-bucket-documents").inputs["bucket"] == plans.names().bucket("documents")


def test_every_bucket_has_every_guard(full_storage: Recording[StoragePool]) -> None:
    buckets = {record.inputs["bucket"] for record in full_storage.of_type(":Bucket")}
    for guard in GUARDS:
        assert {record.inputs["bucket"] for record in full_storage.of_type(f":{guard}")} == buckets, guard


def test_nothing_of_a_bucket_can_become_public(full_storage: Recording[StoragePool]) -> None:
    for block in full_storage.of_type(":BucketPublicAccessBlock"):
        flags = {key: value for key, value in block.inputs.items() if key != "bucket"}
        assert len(flags) == 4
        assert all(flags.values())
    for controls in full_storage.of_type(":BucketOwnershipControls"):
        assert controls.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_objects_are_encrypted_with_the_data_key_and_a_bucket_key(full_storage: Recording[StoragePool]) -> None:
    rule = full_storage.one(":BucketServerSideEncryptionConfiguration", "storage-bucket-models-encryption")
    (default,) = rule.inputs["rules"]
    assert default["bucketKeyEnabled"] is True
    assert default["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"].endswith(":key/data")


def test_the_policy_denies_plain_http_old_tls_other_accounts_and_other_keys(
    full_storage: Recording[StoragePool],
) -> None:
    policy = full_storage.one(":BucketPolicy", "storage-bucket-documents-policy").document("policy")
    found = statements(policy)
    assert {statement["Effect"] for statement in found.values()} == {"Deny"}
    assert set(found) == {
        "DenyPlainHttp",
        "DenyOldTls",
        "DenyOtherAccounts",
        "DenyOtherEncryption",
        "DenyOtherKeys",
    }
    accounts = found["DenyOtherAccounts"]["Condition"]
    assert accounts["StringNotEquals"] == {"aws:PrincipalAccount": plans.ACCOUNT_ID}
    assert accounts["BoolIfExists"] == {"aws:PrincipalIsAWSService": "false"}
    arn = plans.names().bucket_arn("documents")
    assert found["DenyPlainHttp"]["Resource"] == [arn, f"{arn}/*"]


def test_without_a_key_of_its_own_s3_encrypts_and_the_policy_is_plain_text() -> None:
    policy = bucket_policy("arn:aws:s3:::b", account_id=plans.ACCOUNT_ID, key_arn=None)
    assert isinstance(policy, str)
    assert "DenyOtherKeys" not in policy

    def build() -> StoragePool:
        site = plans.full_site()
        security = site.security.model_copy(update={"keys": ()})
        return upstream.storage_pool(site.model_copy(update={"security": security}))

    for rule in record(build).of_type(":BucketServerSideEncryptionConfiguration"):
        assert rule.inputs["rules"] == [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]


def test_protected_data_and_its_guards_outlive_the_stack(full_storage: Recording[StoragePool]) -> None:
    for bucket in full_storage.of_type(":Bucket"):
        assert bucket.protect
        assert bucket.retain_on_delete
        assert bucket.inputs["forceDestroy"] is False
    for guard in GUARDS:
        assert all(record.retain_on_delete for record in full_storage.of_type(f":{guard}"))


def test_unprotected_data_goes_with_the_stack() -> None:
    made = record(lambda: upstream.storage_pool(unprotected()))
    assert all(bucket.inputs["forceDestroy"] for bucket in made.of_type(":Bucket"))
    assert not any(found.protect or found.retain_on_delete for found in made.custom())


def test_the_policy_waits_for_the_public_access_block_and_rules_for_versioning(
    full_storage: Recording[StoragePool],
) -> None:
    policy = full_storage.one(":BucketPolicy", "storage-bucket-documents-policy")
    assert any("BucketPublicAccessBlock" in urn for urn in policy.depends_on)
    lifecycle = full_storage.one(":BucketLifecycleConfiguration", "storage-bucket-documents-lifecycle")
    assert any("BucketVersioning" in urn for urn in lifecycle.depends_on)


def test_a_bucket_without_versions_has_versioning_suspended() -> None:
    site = plans.full_site()
    buckets = tuple(bucket.model_copy(update={"versioned": False}) for bucket in site.storage.buckets)
    storage = site.storage.model_copy(update={"buckets": buckets})
    made = record(lambda: upstream.storage_pool(site.model_copy(update={"storage": storage})))
    for versioning in made.of_type(":BucketVersioning"):
        assert versioning.inputs["versioningConfiguration"] == {"status": "Suspended"}


def test_requests_are_logged_where_the_plan_has_a_bucket_for_it() -> None:
    measures = frozenset({"s3-access-logs"})
    made = record(
        lambda: upstream.storage_pool(
            plans.full_site(), measures=measures, access_log_bucket=pulumi.Output.from_input("logs")
        )
    )
    logging = made.one(":BucketLogging", "storage-bucket-models-logging")
    assert logging.inputs["targetBucket"] == "logs"
    assert logging.inputs["targetPrefix"] == "buckets/models/"


def test_objects_are_locked_where_the_plan_says_so_and_the_bucket_is_protected(
    full_storage: Recording[StoragePool],
) -> None:
    assert not full_storage.of_type(":BucketObjectLockConfiguration")

    site = unprotected()
    documents, *others = site.storage.buckets
    lock = ObjectLockPlan(mode=LockMode.COMPLIANCE, days=90)
    buckets = (documents.model_copy(update={"object_lock": lock}), *others)
    site = site.model_copy(update={"storage": site.storage.model_copy(update={"buckets": buckets})})
    storage = record(lambda: upstream.storage_pool(site))

    made = storage.one(":BucketObjectLockConfiguration", f"storage-bucket-{documents.key}-object-lock")
    assert made.inputs["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "days": 90}}
    by_name = {each.name: each for each in storage.of_type(":Bucket")}
    assert by_name[f"storage-bucket-{documents.key}"].inputs["forceDestroy"] is False
    assert by_name[f"storage-bucket-{others[0].key}"].inputs["forceDestroy"] is True
