"""S3 copies versions between buckets that have some, and delivers lists where it may write."""

from __future__ import annotations

from typing import Any

from tests.poolwright.engine.sandbox.estate import TRUST, bucket_policy
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

REPLICATION = "s3.BucketReplicationConfig"
INVENTORY = "s3.Inventory"
ROLE = "arn:aws:iam::123456789012:role/copies"
RULE: dict[str, Any] = {
    "status": "Enabled",
    "priority": 1,
    "filter": {"prefix": ""},
    "deleteMarkerReplication": {"status": "Disabled"},
    "destination": {"bucket": "arn:aws:s3:::far", "encryptionConfiguration": {"replicaKmsKeyId": "arn:k"}},
    "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
}
WHOLE = {"bucket": "b", "role": ROLE, "rules": [RULE]}


def rule(**change: Any) -> dict[str, Any]:
    return {"rules": [{name: value for name, value in {**RULE, **change}.items() if value is not None}]}


def lists(to: str, **more: Any) -> dict[str, Any]:
    place = {"bucketArn": f"arn:aws:s3:::{to}", "format": "CSV", **more}
    return {
        "includedObjectVersions": "All",
        "schedule": {"frequency": "Daily"},
        "destination": {"bucket": place},
    }


@cases(
    a_rule_is_on_or_off=Case(REPLICATION, WHOLE, rule(status="enabled"), "MalformedXML", "rules[0].status"),
    a_rule_with_a_filter_has_a_priority=Case(
        REPLICATION, WHOLE, rule(priority=None), "InvalidRequest", "rules[0].priority"
    ),
    a_rule_with_a_filter_says_what_becomes_of_deletions=Case(
        REPLICATION, WHOLE, rule(deleteMarkerReplication=None), "InvalidRequest", "rules[0].deleteMarkerReplication"
    ),
    a_priority_is_used_once=Case(REPLICATION, WHOLE, {"rules": [RULE, RULE]}, "InvalidRequest", "rules[1].priority"),
    encrypted_objects_need_a_key_for_the_copies=Case(
        REPLICATION,
        WHOLE,
        rule(destination={"bucket": "arn:aws:s3:::far"}),
        "InvalidRequest",
        "rules[0].destination.encryptionConfiguration",
    ),
    a_key_for_the_copies_is_for_encrypted_objects=Case(
        REPLICATION,
        WHOLE,
        rule(sourceSelectionCriteria=None),
        "InvalidRequest",
        "rules[0].sourceSelectionCriteria",
    ),
    a_list_is_daily_or_weekly=Case(
        INVENTORY,
        {"bucket": "b", "name": "all", **lists("far")},
        {"schedule": {"frequency": "daily"}},
        "MalformedXML",
        "schedule.frequency",
    ),
    a_list_has_a_plain_name=Case(
        INVENTORY,
        {"bucket": "b", "name": "all", **lists("far")},
        {"name": "all objects"},
        "InvalidConfigurationId",
        "name",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def versioned(sandbox: Sandbox, name: str, **where: Any) -> Made:
    bucket = sandbox.create("s3.Bucket", name, bucket=name, **where)
    on = {"status": "Enabled"}
    return sandbox.create("s3.BucketVersioning", name, bucket=bucket.id, versioningConfiguration=on, **where)


def test_both_buckets_exist_and_have_versions_also_in_another_region(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", name="copies", assumeRolePolicy=TRUST)["arn"]
    sandbox.create("s3.Bucket", "data", bucket="data")
    wanted = {
        "bucket": "data",
        "role": role,
        "rules": [{"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::far"}}],
    }
    assert "Versioning must be 'Enabled' on the bucket" in sandbox.refusal(REPLICATION, **wanted)

    sandbox.create("s3.BucketVersioning", bucket="data", versioningConfiguration={"status": "Enabled"})
    assert "Destination bucket must exist" in sandbox.refusal(REPLICATION, **wanted)
    sandbox.create("s3.Bucket", "far", bucket="far", region="us-east-1")
    assert "Destination bucket must have versioning enabled" in sandbox.refusal(REPLICATION, **wanted)

    on = {"status": "Enabled"}
    sandbox.create("s3.BucketVersioning", "far", bucket="far", versioningConfiguration=on, region="us-east-1")
    sandbox.create(REPLICATION, **wanted)


def test_versions_of_a_bucket_that_is_copied_go_on(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", name="copies", assumeRolePolicy=TRUST)["arn"]
    versions, far = versioned(sandbox, "data"), versioned(sandbox, "far").id
    place = {"bucket": f"arn:aws:s3:::{far}"}
    sandbox.create(REPLICATION, bucket="data", role=role, rules=[{"status": "Enabled", "destination": place}])
    words = sandbox.refused_update(versions, bucket="data", versioningConfiguration={"status": "Suspended"})
    assert "InvalidBucketState" in words and "replication" in words


def test_lists_go_to_a_bucket_of_the_region_that_lets_s3_write(sandbox: Sandbox) -> None:
    sandbox.create("s3.Bucket", "data", bucket="data")
    near = sandbox.create("s3.Bucket", "near", bucket="near")
    sandbox.create("s3.Bucket", "far", bucket="far", region="us-east-1")
    missing = sandbox.refusal(INVENTORY, bucket="data", name="all", **lists("none"))
    assert "InvalidS3DestinationBucket: The destination bucket none does not exist" in missing
    assert "is in us-east-1" in sandbox.refusal(INVENTORY, bucket="data", name="all", **lists("far"))
    assert "Insufficient permissions" in sandbox.refusal(INVENTORY, bucket="data", name="all", **lists("near"))
    sandbox.create("s3.BucketPolicy", bucket="near", policy=bucket_policy(near, "s3.amazonaws.com"))
    sandbox.create(INVENTORY, bucket="data", name="all", **lists("near"))
