"""Inventory of a bucket: lists of all its objects, as CSV files in another bucket."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import s3

from components.aws.security.policies import Statement, allow_principal
from components.naming import SiteNames
from solver.plan.storage import BucketPlan, InventoryPlan

PREFIX = "inventory"
_FIELDS = [
    "BucketKeyStatus",
    "EncryptionStatus",
    "ETag",
    "IntelligentTieringAccessTier",
    "IsMultipartUploaded",
    "LastModifiedDate",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "ReplicationStatus",
    "Size",
    "StorageClass",
]


def build_inventory(
    parent: pulumi.Resource,
    name: str,
    key: str,
    plan: InventoryPlan,
    *,
    bucket: pulumi.Output[str],
    names: SiteNames,
    key_arn: pulumi.Output[str] | None,
    needs: Sequence[pulumi.Resource],
    retain: bool,
) -> None:
    """All versions, with what an auditor asks of them; `needs` lets S3 write to the bucket that takes the lists."""
    destination: s3.InventoryDestinationBucketArgsDict = {
        "bucket_arn": plan.bucket_arn or names.bucket_arn(str(plan.claim)),
        "account_id": plan.account_id or names.account_id,
        "format": "CSV",
        "prefix": PREFIX,
        # The bucket of a claim refuses what comes under another key than its own.
        "encryption": {"sse_kms": {"key_id": key_arn}} if plan.claim and key_arn is not None else {"sse_s3": {}},
    }
    s3.Inventory(
        f"{name}-inventory",
        bucket=bucket,
        name=key,
        included_object_versions="All",
        schedule={"frequency": plan.frequency.capitalize()},
        destination={"bucket": destination},
        optional_fields=_FIELDS,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(needs), retain_on_delete=retain),
    )


def deliveries(key: str, buckets: Sequence[BucketPlan], names: SiteNames) -> list[Statement]:
    """Lets S3 put lists of other buckets of the site into this one."""
    sources = [each.key for each in buckets if each.inventory is not None and each.inventory.claim == key]
    if not sources:
        return []
    return [
        allow_principal(
            "InventoriesWrite",
            {"Service": "s3.amazonaws.com"},
            ["s3:PutObject"],
            [f"{names.bucket_arn(key)}/{PREFIX}/*"],
            condition={
                "StringEquals": {"aws:SourceAccount": names.account_id},
                "ArnLike": {"aws:SourceArn": [names.bucket_arn(source) for source in sources]},
            },
        )
    ]
