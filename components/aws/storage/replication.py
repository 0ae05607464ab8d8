"""Replication of a bucket: S3 copies each new version to another bucket, as a role that may do that and nothing else.

What the role needs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import Statement, allow, document, trust
from components.naming import NameKind, SiteNames
from components.options import child_of
from solver.plan.storage import ReplicationPlan


@dataclass(frozen=True, kw_only=True)
class Source:
    """The bucket that is copied."""

    key: str
    """Its claim."""
    bucket: pulumi.Output[str]
    """Its name."""
    key_arn: pulumi.Output[str] | None
    """The key of its objects; None: S3's own."""
    versions: pulumi.Resource
    """Its versioning, without which S3 copies nothing."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The bucket that takes the copies."""

    arn: str
    """Its ARN."""
    key_arn: pulumi.Input[str] | None
    """The key of its objects; None: AWS's own key for S3."""
    versions: pulumi.Resource | None = None
    """Its versioning, where the stack makes it."""


def build_replication(
    parent: pulumi.Resource,
    name: str,
    plan: ReplicationPlan,
    source: Source,
    target: Target,
    *,
    names: SiteNames,
    retain: bool,
) -> None:
    """The role and the one rule for all objects."""
    arn = names.bucket_arn(source.key)
    role = aws.iam.Role(
        f"{name}-replication",
        name=names.physical(NameKind.ROLE, "replication", source.key),
        description=f"S3 copies {source.key}",
        assume_role_policy=trust(
            "s3.amazonaws.com",
            condition={"StringEquals": {"aws:SourceAccount": names.account_id}, "ArnLike": {"aws:SourceArn": arn}},
        ),
        permissions_boundary=names.boundary_arn,
        tags=names.tags("replication", source.key),
        opts=child_of(parent),
    )
    policy = aws.iam.RolePolicy(
        f"{name}-replication",
        name="replication",
        role=role.name,
        policy=document(replication_statements(plan, source, target, names)),
        opts=child_of(parent),
    )
    needs = [source.versions, policy, *([] if target.versions is None else [target.versions])]
    aws.s3.BucketReplicationConfig(
        f"{name}-replication",
        bucket=source.bucket,
        role=role.arn,
        rules=[_rule(plan, source, target, names)],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=needs, retain_on_delete=retain),
    )


def _rule(
    plan: ReplicationPlan, source: Source, target: Target, names: SiteNames
) -> aws.s3.BucketReplicationConfigRuleArgsDict:
    destination: aws.s3.BucketReplicationConfigRuleDestinationArgsDict = {"bucket": target.arn}
    if plan.account_id is not None:
        destination["account"] = plan.account_id
        destination["access_control_translation"] = {"owner": "Destination"}
    rule: aws.s3.BucketReplicationConfigRuleArgsDict = {
        "id": "everything",
        "status": "Enabled",
        "priority": 1,
        "filter": {"prefix": ""},
        "delete_marker_replication": {"status": "Enabled" if plan.delete_markers else "Disabled"},
        "destination": destination,
    }
    if source.key_arn is not None:
        # Without this S3 leaves out what is encrypted with a key of KMS, which is everything here.
        rule["source_selection_criteria"] = {"sse_kms_encrypted_objects": {"status": "Enabled"}}
        destination["encryption_configuration"] = {"replica_kms_key_id": _replica_key(plan, target, names)}
    return rule


def _replica_key(plan: ReplicationPlan, target: Target, names: SiteNames) -> pulumi.Input[str]:
    if target.key_arn is not None:
        return target.key_arn
    account = plan.account_id or names.account_id
    return f"arn:{names.partition}:kms:{plan.region}:{account}:alias/aws/s3"


def replication_statements(plan: ReplicationPlan, source: Source, target: Target, names: SiteNames) -> list[Statement]:
    """Reads versions of the one bucket, adds copies to the other."""
    arn = names.bucket_arn(source.key)
    adds = ["s3:ReplicateObject", "s3:ReplicateTags"]
    if plan.delete_markers:
        adds.append("s3:ReplicateDelete")
    if plan.account_id is not None:
        adds.append("s3:ObjectOwnerOverrideToBucketOwner")
    statements = [
        allow("Look", ["s3:GetReplicationConfiguration", "s3:ListBucket"], [arn]),
        allow(
            "Read",
            ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"],
            [f"{arn}/*"],
        ),
        allow("Add", sorted(adds), [f"{target.arn}/*"]),
    ]
    if source.key_arn is not None:
        statements.append(_key("Decrypt", ["kms:Decrypt"], [source.key_arn], names.region, names))
    if target.key_arn is not None:
        statements.append(_key("Encrypt", ["kms:Encrypt", "kms:GenerateDataKey"], [target.key_arn], plan.region, names))
    return statements


def _key(sid: str, actions: list[str], keys: Sequence[pulumi.Input[str]], region: str, names: SiteNames) -> Statement:
    through = {"StringEquals": {"kms:ViaService": f"s3.{region}.{names.dns_suffix}"}}
    return allow(sid, actions, keys, condition=through)
