"""The audit bucket: trail files, configuration histories, access logs; private, versioned, kept as planned."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import Statement, allow_principal, deny_everyone, document
from components.naming import NameKind, SiteNames
from components.options import keeper_of_data

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
) -> pulumi.Output[str]:
    """The bucket; the name that it gives is known once the policy stands.

    It is encrypted with S3's own key: load balancers and S3 can't deliver logs under a customer key. The trail encrypts
    its files itself, with the key for logs.
    """
    bucket = aws.s3.Bucket(
        f"{name}-audit",
        bucket=names.audit_bucket,
        force_destroy=not protect,
        tags=names.tags("audit"),
        opts=keeper_of_data(parent, protect=protect),
    )
    companion = pulumi.ResourceOptions(parent=parent, retain_on_delete=protect)
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-audit",
        bucket=bucket.bucket,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=companion,
    )
    versioning = aws.s3.BucketVersioning(
        f"{name}-audit", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=companion
    )
    block = aws.s3.BucketPublicAccessBlock(
        f"{name}-audit",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=companion,
    )
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-audit",
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
        f"{name}-audit",
        bucket=bucket.bucket,
        policy=document(_statements(names, measures)),
        # S3 refuses two changes of a bucket's access at once.
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=protect, depends_on=[block]),
    )
    return policy.bucket


def _statements(names: SiteNames, measures: frozenset[str]) -> list[Statement]:
    """Denies plain HTTP, and lets in each service that a chosen measure makes write, to its own prefix."""
    arn = f"arn:{names.partition}:s3:::{names.audit_bucket}"
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    # All actions and objects: nothing of this bucket goes over plain HTTP.
    statements = [deny_everyone("DenyPlainHttp", ["s3:*"], [arn, f"{arn}/*"], condition=plain)]
    if "cloudtrail" in measures:
        trail_arn = names.arn("cloudtrail", f"trail/{names.physical(NameKind.TRAIL, 'trail')}")
        statements += [
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
