"""StoragePool: buckets and file systems; volumes belong to the machines and tasks that compute makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.aws.storage.bucket import BuiltBucket, build_bucket
from components.aws.storage.file_system import FileClient, build_file_system
from components.aws.storage.inventory import build_inventory, deliveries
from components.aws.storage.lustre import build_lustre
from components.aws.storage.replication import Source, Target, build_replication
from components.aws.storage.vault import Backed, build_vault
from components.naming import SiteNames
from components.outputs import (
    BackupOutputs,
    FileSystemOutputs,
    NetworkOutputs,
    SecurityGroupsOutputs,
    SecurityOutputs,
    StorageOutputs,
)
from solver.plan.security import KeyPurpose, RolePlan
from solver.plan.storage import StoragePlan
from solver.vocabulary import AccessMode, Tier


@dataclass(frozen=True, kw_only=True)
class StoragePoolArgs:
    """What the pool is built from."""

    plan: StoragePlan
    """Its part of the plan."""
    names: SiteNames
    """Names and tags of the site."""
    network: NetworkOutputs
    """Subnets of mount targets."""
    security: SecurityOutputs
    """Keys."""
    groups: SecurityGroupsOutputs
    """Security groups of mount targets."""
    roles: tuple[RolePlan, ...]
    """What each workload may do with what is kept."""


class StoragePool(pulumi.ComponentResource):
    """Everything of a site that is kept."""

    outputs: StorageOutputs

    def __init__(self, name: str, args: StoragePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:aws:StoragePool", name, None, opts)
        key_arn = args.security.key_arn(KeyPurpose.DATA)
        protect = args.plan.protect
        buckets = {
            bucket.key: build_bucket(
                self,
                f"{name}-bucket-{bucket.key}",
                bucket,
                names=args.names,
                key_arn=key_arn,
                log_bucket=args.security.access_log_bucket if "s3-access-logs" in args.security.measures else None,
                deliveries=deliveries(bucket.key, args.plan.buckets, args.names),
                protect=protect or bucket.object_lock is not None,
            )
            for bucket in args.plan.buckets
        }
        _copies(self, name, args, buckets)
        subnets = args.network.subnet_ids.get(Tier.DATA, {})
        file_systems = {
            plan.key: build_file_system(
                self,
                f"{name}-file-system-{plan.key}",
                plan,
                names=args.names,
                key_arn=key_arn,
                subnet_ids={zone: subnets[zone] for zone in (subnets if plan.zone is None else (plan.zone,))},
                zone_name=None if plan.zone is None else args.network.zone_names[plan.zone],
                security_group_id=args.groups.file_systems[plan.key],
                clients=_clients(args, plan.key),
                protect=protect,
            )
            for plan in args.plan.file_systems
        }
        private = args.network.subnet_ids.get(Tier.PRIVATE, {})
        lustre = {
            plan.key: build_lustre(
                self,
                f"{name}-lustre-{plan.key}",
                plan,
                names=args.names,
                bucket=buckets[plan.bucket].bucket.bucket,
                key_arn=key_arn,
                subnet_id=private[plan.zone],
                security_group_id=args.groups.file_systems[plan.key],
                rules=args.groups.lustre_rules,
                protect=protect,
            )
            for plan in args.plan.lustre
        }
        self.outputs = StorageOutputs(
            bucket_names={key: made.bucket.bucket for key, made in buckets.items()},
            bucket_arns={key: made.bucket.arn for key, made in buckets.items()},
            file_systems=file_systems,
            bucket_versions={key: made.versions for key, made in buckets.items()},
            lustre=lustre,
            backup=_vault(self, name, args, {key: made.bucket.arn for key, made in buckets.items()}, file_systems),
        )
        self.register_outputs(
            {
                "bucketNames": dict(self.outputs.bucket_names),
                "fileSystemIds": {key: made.id for key, made in file_systems.items()},
            }
        )


def _copies(parent: pulumi.Resource, name: str, args: StoragePoolArgs, buckets: Mapping[str, BuiltBucket]) -> None:
    """Replication and lists of buckets; what is copied to another site waits for that one (`copies.py`)."""
    key_arn = args.security.key_arn(KeyPurpose.DATA)
    for plan in args.plan.buckets:
        made, begin = buckets[plan.key], f"{name}-bucket-{plan.key}"
        retain = args.plan.protect or plan.object_lock is not None
        copy, lists = plan.replication, plan.inventory
        if copy is not None and copy.site is None:
            own = None if copy.claim is None else buckets[copy.claim]
            build_replication(
                parent,
                begin,
                copy,
                Source(key=plan.key, bucket=made.bucket.bucket, key_arn=key_arn, versions=made.versions),
                Target(
                    arn=copy.bucket_arn or args.names.bucket_arn(str(copy.claim)),
                    key_arn=copy.key_arn if own is None else key_arn,
                    versions=None if own is None else own.versions,
                ),
                names=args.names,
                retain=retain,
            )
        if lists is not None:
            build_inventory(
                parent,
                begin,
                plan.key,
                lists,
                bucket=made.bucket.bucket,
                names=args.names,
                key_arn=key_arn,
                needs=[] if lists.claim is None else [buckets[lists.claim].policy],
                retain=retain,
            )


def _vault(
    parent: pulumi.Resource,
    name: str,
    args: StoragePoolArgs,
    bucket_arns: Mapping[str, pulumi.Output[str]],
    file_systems: Mapping[str, FileSystemOutputs],
) -> BackupOutputs | None:
    plan = args.plan.backup
    if plan is None:
        return None
    keys = (args.security.key_arn(purpose) for purpose in (KeyPurpose.DATA, KeyPurpose.MACHINES))
    return build_vault(
        parent,
        name,
        plan,
        Backed(
            bucket_arns=bucket_arns,
            file_systems=file_systems,
            volumes=args.plan.volumes,
            data_key_arns=[key for key in keys if key is not None],
        ),
        names=args.names,
        key_arn=args.security.key_arn(KeyPurpose.BACKUPS),
        protect=args.plan.protect,
    )


def _clients(args: StoragePoolArgs, claim: str) -> dict[str, FileClient]:
    """Workloads that may mount a file system, with their roles."""
    return {
        role.workload: FileClient(
            role_arn=args.security.task_role_arns[role.workload], writes=access.mode is not AccessMode.READ
        )
        for role in args.roles
        for access in role.access
        if access.claim == claim
    }
