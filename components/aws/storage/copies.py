"""BucketCopies: replication to buckets of other sites, which must all be there first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.aws.storage.replication import Source, Target, build_replication
from components.naming import SiteNames
from components.outputs import SecurityOutputs, StorageOutputs
from solver.plan.security import KeyPurpose
from solver.plan.storage import StoragePlan


@dataclass(frozen=True, kw_only=True)
class SiteBuckets:
    """What is known of a site's buckets once its pools are made."""

    plan: StoragePlan
    """The storage pool's part of the plan."""
    names: SiteNames
    """Names and tags of the site."""
    security: SecurityOutputs
    """Keys."""
    storage: StorageOutputs
    """Buckets."""


@dataclass(frozen=True, kw_only=True)
class BucketCopiesArgs:
    """What the copies are built from."""

    here: SiteBuckets
    """The site whose buckets are copied."""
    others: Mapping[str, SiteBuckets]
    """All sites of the stack, by key."""


class BucketCopies(pulumi.ComponentResource):
    """Replication of a site's buckets to buckets of other sites of the stack."""

    def __init__(self, name: str, args: BucketCopiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:aws:BucketCopies", name, None, opts)
        here = args.here
        for bucket in here.plan.buckets:
            plan = bucket.replication
            if plan is None or plan.site is None or plan.claim is None:
                continue
            there = args.others[plan.site]
            build_replication(
                self,
                f"{name}-{bucket.key}",
                plan,
                Source(
                    key=bucket.key,
                    bucket=here.storage.bucket_names[bucket.key],
                    key_arn=here.security.key_arn(KeyPurpose.DATA),
                    versions=here.storage.bucket_versions[bucket.key],
                ),
                Target(
                    arn=there.names.bucket_arn(plan.claim),
                    key_arn=there.security.key_arn(KeyPurpose.DATA),
                    versions=there.storage.bucket_versions[plan.claim],
                ),
                names=here.names,
                retain=here.plan.protect or bucket.object_lock is not None,
            )
        self.register_outputs({})


def copies_elsewhere(plan: StoragePlan) -> bool:
    """Whether a bucket of the site is copied to another one."""
    return any(bucket.replication is not None and bucket.replication.site is not None for bucket in plan.buckets)
