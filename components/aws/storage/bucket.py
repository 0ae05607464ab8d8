"""Buckets: versions, encryption, lifecycle, and a policy that admits this account over TLS alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from components.aws.security.policies import Statement, deny_everyone, document
from components.aws.storage.lifecycle import lifecycle_rules
from components.naming import SiteNames
from components.options import keeper_of_data
from solver.plan.storage import BucketPlan


@dataclass(frozen=True, kw_only=True)
class BuiltBucket:
    """A bucket and what others of the site wait for."""

    bucket: s3.Bucket
    versions: s3.BucketVersioning
    policy: s3.BucketPolicy


def build_bucket(
    parent: pulumi.Resource,
    name: str,
    plan: BucketPlan,
    *,
    names: SiteNames,
    key_arn: pulumi.Output[str] | None,
    log_bucket: pulumi.Output[str] | None,
    deliveries: Sequence[Statement] = (),
    protect: bool,
) -> BuiltBucket:
    """A bucket with all that guards it: six companions, since S3's API and provider have one resource for each setting,
    and more where the plan asks for a lock on objects or a log of requests.

    `deliveries` are statements that let a service of AWS write.

    The lock is a companion too: as a property of the bucket it could only be had by a new bucket.

    When the plan protects data, the companions outlive the stack as the bucket does: data that stays keeps its guard.
    """
    bucket = s3.Bucket(
        name,
        bucket=names.bucket(plan.key),
        # A bucket that holds objects is only emptied by the engine when the stack says that its data is worth nothing.
        force_destroy=not protect,
        tags=names.tags("bucket", plan.key),
        opts=keeper_of_data(parent, protect=protect),
    )
    companion = pulumi.ResourceOptions(parent=parent, retain_on_delete=protect)
    versioning = s3.BucketVersioning(
        f"{name}-versioning",
        bucket=bucket.bucket,
        # A bucket that had versions can't be without versioning again: AWS knows "suspended" only.
        versioning_configuration={"status": "Enabled" if plan.versioned else "Suspended"},
        opts=companion,
    )
    s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption", bucket=bucket.bucket, rules=[_encryption(key_arn)], opts=companion
    )
    s3.BucketOwnershipControls(
        f"{name}-ownership", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=companion
    )
    block = s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=companion,
    )
    policy = s3.BucketPolicy(
        f"{name}-policy",
        bucket=bucket.bucket,
        policy=bucket_policy(
            names.bucket_arn(plan.key), account_id=names.account_id, key_arn=key_arn, deliveries=deliveries
        ),
        # S3 refuses two changes of a bucket's access at once (OperationAborted).
        opts=pulumi.ResourceOptions.merge(companion, pulumi.ResourceOptions(depends_on=[block])),
    )
    s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.bucket,
        rules=lifecycle_rules(plan),
        # Rules for old versions need versioning to be decided first.
        opts=pulumi.ResourceOptions.merge(companion, pulumi.ResourceOptions(depends_on=[versioning])),
    )
    if plan.object_lock is not None:
        s3.BucketObjectLockConfiguration(
            f"{name}-object-lock",
            bucket=bucket.bucket,
            rule={"default_retention": {"mode": plan.object_lock.mode.upper(), "days": plan.object_lock.days}},
            # S3 locks versions, so it refuses a lock before there are any.
            opts=pulumi.ResourceOptions.merge(companion, pulumi.ResourceOptions(depends_on=[versioning])),
        )
    if log_bucket is not None:
        s3.BucketLogging(
            f"{name}-logging",
            bucket=bucket.bucket,
            target_bucket=log_bucket,
            target_prefix=f"buckets/{plan.key}/",
            opts=companion,
        )
    return BuiltBucket(bucket=bucket, versions=versioning, policy=policy)


def _encryption(key_arn: pulumi.Output[str] | None) -> s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    """The stack's data key with a bucket key (one KMS call for many objects); without a key, S3's own."""
    if key_arn is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    return {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key_arn},
        "bucket_key_enabled": True,
    }


def bucket_policy(
    arn: str, *, account_id: str, key_arn: pulumi.Output[str] | None, deliveries: Sequence[Statement] = ()
) -> pulumi.Input[str]:
    """Denies what no role of this account should do: plain HTTP or old TLS, another account, another key.

    No role is let in here: what a workload may do is in its own; only services of AWS that deliver are.
    """
    everything, objects = [arn, f"{arn}/*"], [f"{arn}/*"]
    # AWS's own services (log delivery, inventory) come without an account.
    strangers = {
        "StringNotEquals": {"aws:PrincipalAccount": account_id},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    statements = [
        deny_everyone("DenyPlainHttp", ["s3:*"], everything, condition={"Bool": {"aws:SecureTransport": "false"}}),
        deny_everyone("DenyOldTls", ["s3:*"], everything, condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
        deny_everyone("DenyOtherAccounts", ["s3:*"], everything, condition=strangers),
    ]
    if key_arn is not None:
        # A writer that names no encryption gets the bucket's; one that names another is refused.
        for sid, header, only in (
            ("DenyOtherEncryption", "s3:x-amz-server-side-encryption", "aws:kms"),
            ("DenyOtherKeys", "s3:x-amz-server-side-encryption-aws-kms-key-id", key_arn),
        ):
            condition = {"StringNotEqualsIfExists": {header: only}}
            statements.append(deny_everyone(sid, ["s3:PutObject"], objects, condition=condition))
    return document([*statements, *deliveries])
