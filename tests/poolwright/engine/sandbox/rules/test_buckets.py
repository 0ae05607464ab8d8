from __future__ import annotations

import json
from typing import Any

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

LIFECYCLE = "s3.BucketLifecycleConfiguration"
LOCK = "s3.BucketObjectLockConfiguration"


def lifecycle(*steps: tuple[int, str], **more: Any) -> dict[str, Any]:
    rule = {"id": "r", "status": "Enabled", "filter": {"prefix": ""}, **more}
    if steps:
        rule["transitions"] = [{"days": days, "storageClass": name} for days, name in steps]
    return {"bucket": "b", "rules": [rule]}


COOLING = lifecycle((30, "STANDARD_IA"), (60, "GLACIER"), (150, "DEEP_ARCHIVE"))


def policy(**change: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
        **change,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@cases(
    a_name_has_three_characters=Case("s3.Bucket", {"bucket": "abc"}, {"bucket": "ab"}, "InvalidBucketName", "bucket"),
    a_name_has_63=Case("s3.Bucket", {"bucket": "a" * 63}, {"bucket": "a" * 64}, "InvalidBucketName", "bucket"),
    a_name_is_in_lower_case=Case("s3.Bucket", {"bucket": "data"}, {"bucket": "Data"}, "InvalidBucketName", "bucket"),
    a_name_is_no_address=Case("s3.Bucket", {"bucket": "a.b"}, {"bucket": "192.0.2.1"}, "InvalidBucketName", "bucket"),
    a_name_has_no_two_dots=Case("s3.Bucket", {"bucket": "a.b"}, {"bucket": "a..b"}, "InvalidBucketName", "bucket"),
    a_name_is_not_of_aws=Case("s3.Bucket", {"bucket": "data"}, {"bucket": "xn--data"}, "InvalidBucketName", "bucket"),
    objects_are_warm_for_30_days=Case(
        LIFECYCLE, COOLING, lifecycle((29, "STANDARD_IA")), "InvalidArgument", "rules[0].transitions[0]"
    ),
    objects_stay_cool_for_30_days=Case(
        LIFECYCLE,
        COOLING,
        lifecycle((30, "STANDARD_IA"), (59, "GLACIER")),
        "InvalidArgument",
        "rules[0].transitions[1]",
    ),
    objects_go_down_only=Case(
        LIFECYCLE,
        COOLING,
        lifecycle((30, "GLACIER"), (90, "STANDARD_IA")),
        "InvalidArgument",
        "rules[0].transitions[0]",
    ),
    a_class_exists=Case(
        LIFECYCLE, COOLING, lifecycle((30, "COLD")), "MalformedXML", "rules[0].transitions[0].storageClass"
    ),
    objects_go_after_their_last_move=Case(
        LIFECYCLE,
        COOLING | lifecycle((30, "STANDARD_IA"), expiration={"days": 31}),
        lifecycle((30, "STANDARD_IA"), expiration={"days": 30}),
        "InvalidArgument",
        "rules[0].expiration.days",
    ),
    a_rule_does_something=Case(LIFECYCLE, COOLING, lifecycle(), "InvalidRequest", "rules[0]"),
    a_key_belongs_to_kms=Case(
        "s3.BucketServerSideEncryptionConfiguration",
        {
            "bucket": "b",
            "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "k"}}],
        },
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256", "kmsMasterKeyId": "k"}}]},
        "InvalidArgument",
        "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId",
    ),
    a_policy_is_about_its_bucket=Case(
        "s3.BucketPolicy",
        {"bucket": "b", "policy": policy()},
        {"policy": policy(Resource="arn:aws:s3:::c/*")},
        "MalformedPolicy",
        "policy",
    ),
    a_policy_names_somebody=Case(
        "s3.BucketPolicy",
        {"bucket": "b", "policy": policy()},
        {"policy": policy(Principal={})},
        "MalformedPolicy",
        "policy",
    ),
    a_policy_has_20_kb=Case(
        "s3.BucketPolicy",
        {"bucket": "b", "policy": policy()},
        {"policy": policy(Sid="a" * 20480)},
        "PolicyTooLarge",
        "policy",
    ),
    a_versioning_status_exists=Case(
        "s3.BucketVersioning",
        {"bucket": "b", "versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "On"}},
        "IllegalVersioningConfigurationException",
        "versioningConfiguration.status",
    ),
    a_lock_has_a_mode=Case(
        LOCK,
        {"bucket": "b", "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 1}}},
        {"rule": {"defaultRetention": {"mode": "governance", "days": 1}}},
        "MalformedXML",
        "rule.defaultRetention.mode",
    ),
    a_lock_has_days_or_years=Case(
        LOCK,
        {"bucket": "b", "rule": {"defaultRetention": {"mode": "COMPLIANCE", "years": 1}}},
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "years": 1, "days": 1}}},
        "MalformedXML",
        "rule.defaultRetention",
    ),
    a_lock_lasts_a_day=Case(
        LOCK,
        {"bucket": "b", "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 1}}},
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 0}}},
        "InvalidRetentionPeriod",
        "rule.defaultRetention.days",
    ),
    an_ownership_exists=Case(
        "s3.BucketOwnershipControls",
        {"bucket": "b", "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "Mine"}},
        "MalformedXML",
        "rule.objectOwnership",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_bucket_name_is_taken_in_all_regions(sandbox: Sandbox) -> None:
    sandbox.create("s3.Bucket", "here", bucket="data")
    words = sandbox.refusal("s3.Bucket", "there", bucket="data", region="us-east-1")
    assert "BucketAlreadyOwnedByYou" in words


def test_a_public_policy_can_be_blocked(sandbox: Sandbox) -> None:
    bucket = sandbox.create("s3.Bucket", bucket="data")["bucket"]
    sandbox.create("s3.BucketPublicAccessBlock", bucket=bucket, blockPublicPolicy=True)
    assert "AccessDenied" in sandbox.refusal(
        "s3.BucketPolicy", bucket=bucket, policy=policy(Resource="arn:aws:s3:::data/*")
    )
    sandbox.create(
        "s3.BucketPolicy",
        bucket=bucket,
        policy=policy(Principal={"AWS": "123456789012"}, Resource="arn:aws:s3:::data/*"),
    )


def test_logs_go_to_a_bucket_that_exists(sandbox: Sandbox) -> None:
    bucket = sandbox.create("s3.Bucket", bucket="data")["bucket"]
    words = sandbox.refusal("s3.BucketLogging", bucket=bucket, targetBucket="logs", targetPrefix="")
    assert "InvalidTargetBucketForLogging" in words


def test_logs_stay_in_the_region(sandbox: Sandbox) -> None:
    data = sandbox.create("s3.Bucket", "data")["bucket"]
    far = sandbox.create("s3.Bucket", "far", region="us-east-1")["bucket"]
    words = sandbox.refusal("s3.BucketLogging", bucket=data, targetBucket=far, targetPrefix="")
    assert "CrossLocationLoggingProhibited" in words


def test_a_lock_needs_versions_and_keeps_them(sandbox: Sandbox) -> None:
    bucket = sandbox.create("s3.Bucket", bucket="data")["bucket"]
    rule = {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}
    assert "InvalidBucketState" in sandbox.refusal(LOCK, bucket=bucket, rule=rule)
    versions = sandbox.create("s3.BucketVersioning", bucket=bucket, versioningConfiguration={"status": "Enabled"})
    sandbox.create(LOCK, bucket=bucket, rule=rule)
    words = sandbox.refused_update(versions, bucket=bucket, versioningConfiguration={"status": "Suspended"})
    assert "InvalidBucketState" in words
