"""The audit bucket: trail files, configuration histories, access logs; private, versioned, kept as planned."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import Statement, allow_principal, deny_everyone, document
from components.naming import NameKind, SiteNames
from components.options import keeper_of_data
from solver.vocabulary import LockMode

NEEDED_BY = frozenset({"cloudtrail", "config", "load-balancer-logs", "s3-access-logs"})
"""Measures that write to it."""
TRAIL_PREFIX = "trail"
CONFIG_PREFIX = "config"
BUCKETS_PREFIX = "buckets"
BALANCERS_PREFIX = "load-balancers"
_ABORT_UPLOAD_DAYS = 7


def audit_bucket(
    name: str,
    names: SiteNames,
    measures: frozenset[str],
    *,
    retention_days: int,
    protect: bool,
    parent: pulumi.Resource,
    trail: bool = True,
) -> pulumi.Output[str]:
    """The bucket; the name that it gives is known once the policy stands.

    It is encrypted with S3's own key: load balancers and S3 can't deliver logs under a customer key. The trail encrypts
    its files itself, with the key for logs. With `trail=False` they go elsewhere; what is here already stays.
    """
    return _kept_bucket(
        f"{name}-audit",
        names.audit_bucket,
        _statements(names, measures, trail=trail),
        tags=names.tags("audit"),
        retention_days=retention_days,
        protect=protect,
        parent=parent,
    )


def trail_bucket(
    name: str, names: SiteNames, *, lock: LockMode, retention_days: int, parent: pulumi.Resource
) -> pulumi.Output[str]:
    """A bucket for the trail's files alone, each locked for as long as it is kept.

    Nothing else goes there: Config and access logs can't be delivered to a bucket with a default retention.
    """
    arn = f"arn:{names.partition}:s3:::{names.trail_bucket}"
    return _kept_bucket(
        f"{name}-trail",
        names.trail_bucket,
        [_plain_http(arn), *_trail_statements(names, arn)],
        tags=names.tags("trail-files"),
        retention_days=retention_days,
        # What is locked can't be deleted, whatever the stack says of its data.
        protect=True,
        parent=parent,
        lock=lock,
    )


def _kept_bucket(
    name: str,
    bucket_name: str,
    statements: list[Statement],
    *,
    tags: dict[str, str],
    retention_days: int,
    protect: bool,
    parent: pulumi.Resource,
    lock: LockMode | None = None,
) -> pulumi.Output[str]:
    """A private bucket with versions that are kept so long; its name is known once the policy stands."""
    bucket = aws.s3.Bucket(
        name,
        bucket=bucket_name,
        force_destroy=not protect,
        tags=tags,
        opts=keeper_of_data(parent, protect=protect),
    )
    companion = pulumi.ResourceOptions(parent=parent, retain_on_delete=protect)
    aws.s3.BucketServerSideEncryptionConfiguration(
        name,
        bucket=bucket.bucket,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=companion,
    )
    versioning = aws.s3.BucketVersioning(
        name, bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=companion
    )
    block = aws.s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=companion,
    )
    aws.s3.BucketLifecycleConfiguration(
        name,
        bucket=bucket.bucket,
        rules=[
            {
                "id": "retention",
                "status": "Enabled",
                "filter": {},
                "expiration": {"days": retention_days},
                "noncurrent_version_expiration": {"noncurrent_days": retention_days},
                "abort_incomplete_multipart_upload": {"days_after_initiation": _ABORT_UPLOAD_DAYS},
            }
        ],
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=protect, depends_on=[versioning]),
    )
    policy = aws.s3.BucketPolicy(
        name,
        bucket=bucket.bucket,
        policy=document(statements),
        # S3 refuses two changes of a bucket's access at once.
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=protect, depends_on=[block]),
    )
    if lock is not None:
        aws.s3.BucketObjectLockConfiguration(
            name,
            bucket=bucket.bucket,
            rule={"default_retention": {"mode": lock.upper(), "days": retention_days}},
            # S3 locks versions, so it refuses a lock before there are any.
            opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=protect, depends_on=[versioning]),
        )
    return policy.bucket


def _plain_http(arn: str) -> Statement:
    """All actions and objects: nothing of the bucket goes over plain HTTP."""
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    return deny_everyone("DenyPlainHttp", ["s3:*"], [arn, f"{arn}/*"], condition=plain)


def _trail_statements(names: SiteNames, arn: str) -> list[Statement]:
    """Lets CloudTrail write for this stack's trail alone."""
    trail_arn = names.arn("cloudtrail", f"trail/{names.physical(NameKind.TRAIL, 'trail')}")
    return [
        allow_principal(
            "TrailLooks",
            {"Service": "cloudtrail.amazonaws.com"},
            ["s3:GetBucketAcl"],
            [arn],
            condition={"StringEquals": {"aws:SourceArn": trail_arn}},
        ),
        allow_principal(
            "TrailWrites",
            {"Service": "cloudtrail.amazonaws.com"},
            ["s3:PutObject"],
            [f"{arn}/{TRAIL_PREFIX}/AWSLogs/{names.account_id}/*"],
            condition={"StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
    ]


def _statements(names: SiteNames, measures: frozenset[str], *, trail: bool) -> list[Statement]:
    """Denies plain HTTP, and lets in each service that a chosen measure makes write, to its own prefix."""
    arn = f"arn:{names.partition}:s3:::{names.audit_bucket}"
    statements = [_plain_http(arn)]
    if "cloudtrail" in measures and trail:
        statements += _trail_statements(names, arn)
    if "config" in measures:
        own = {"StringEquals": {"aws:SourceAccount": names.account_id}}
        config = {"Service": "config.amazonaws.com"}
        statements += [
            allow_principal("ConfigLooks", config, ["s3:GetBucketAcl", "s3:ListBucket"], [arn], condition=own),
            allow_principal(
                "ConfigWrites",
                config,
                ["s3:PutObject"],
                [f"{arn}/{CONFIG_PREFIX}/AWSLogs/{names.account_id}/Config/*"],
                condition=own,
            ),
        ]
    if "load-balancer-logs" in measures:
        statements.append(
            allow_principal(
                "LoadBalancersWrite",
                {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                ["s3:PutObject"],
                [f"{arn}/{BALANCERS_PREFIX}/*"],
                condition={"ArnLike": {"aws:SourceArn": names.arn("elasticloadbalancing", "loadbalancer/*")}},
            )
        )
    if "s3-access-logs" in measures:
        statements.append(
            allow_principal(
                "BucketsWrite",
                {"Service": "logging.s3.amazonaws.com"},
                ["s3:PutObject"],
                [f"{arn}/{BUCKETS_PREFIX}/*"],
                condition={"StringEquals": {"aws:SourceAccount": names.account_id}},
            )
        )
    return statements
