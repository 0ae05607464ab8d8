"""EFS file systems: throughput, lifecycle, mount targets in the data subnets, access points, policy, backup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import efs

from components.aws.security.policies import allow_principal, deny_everyone, document
from components.aws.storage.backup import build_backup
from components.naming import SiteNames
from components.options import child_of, keeper_of_data
from components.outputs import FileSystemOutputs
from solver.plan.storage import FileSystemPlan

POSIX_ID = 1000
"""User and group of every file, whoever a container runs as: workloads that share a file system read each other's."""


@dataclass(frozen=True, kw_only=True)
class FileClient:
    """A workload that mounts a file system."""

    role_arn: pulumi.Output[str]
    """Its task role."""
    writes: bool
    """It may change files too."""


def build_file_system(
    parent: pulumi.Resource,
    name: str,
    plan: FileSystemPlan,
    *,
    names: SiteNames,
    key_arn: pulumi.Output[str] | None,
    subnet_ids: dict[str, pulumi.Output[str]],
    zone_name: pulumi.Output[str] | None,
    security_group_id: pulumi.Output[str],
    clients: Mapping[str, FileClient],
    protect: bool,
) -> FileSystemOutputs:
    """One file system; `subnet_ids` are those of its mount targets, by zone id, `zone_name` that of a one-zone one."""
    file_system = efs.FileSystem(
        name,
        encrypted=True,
        kms_key_id=key_arn,
        availability_zone_name=zone_name,
        throughput_mode=plan.throughput_mode,
        provisioned_throughput_in_mibps=plan.provisioned_mibps,
        lifecycle_policies=_lifecycle(plan),
        tags=names.tags("file-system", plan.key),
        opts=keeper_of_data(parent, protect=protect),
    )
    points = {workload: _access_point(parent, name, workload, plan, file_system, names) for workload in plan.workloads}
    policy = efs.FileSystemPolicy(
        f"{name}-policy",
        file_system_id=file_system.id,
        policy=_policy(
            file_system.arn,
            {workload: (points[workload].arn, client) for workload, client in clients.items()},
        ),
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=protect),
    )
    targets = [
        efs.MountTarget(
            f"{name}-{zone}",
            file_system_id=file_system.id,
            subnet_id=subnet_id,
            security_groups=[security_group_id],
            opts=child_of(parent),
        )
        for zone, subnet_id in subnet_ids.items()
    ]
    build_backup(parent, name, plan, file_system.id, retain=protect)
    return FileSystemOutputs(
        id=file_system.id,
        arn=file_system.arn,
        access_point_ids={workload: point.id for workload, point in points.items()},
        ready=(policy, *targets),
    )


def _lifecycle(plan: FileSystemPlan) -> list[efs.FileSystemLifecyclePolicyArgsDict]:
    """EFS wants one policy for each direction: unread files leave, a file that is read again comes back."""
    days = plan.infrequent_after_days
    if days is None:
        return []
    return [
        {"transition_to_ia": f"AFTER_{days}_DAY{'' if days == 1 else 'S'}"},
        {"transition_to_primary_storage_class": "AFTER_1_ACCESS"},
    ]


def _access_point(
    parent: pulumi.Resource,
    name: str,
    workload: str,
    plan: FileSystemPlan,
    file_system: efs.FileSystem,
    names: SiteNames,
) -> efs.AccessPoint:
    """A workload's own entrance to the one tree that all of them share.

    It forces user and group, so that root in a container is nobody special on the file system.
    """
    return efs.AccessPoint(
        f"{name}-{workload}",
        file_system_id=file_system.id,
        posix_user={"uid": POSIX_ID, "gid": POSIX_ID},
        root_directory={
            "path": f"/{plan.key}",
            "creation_info": {"owner_uid": POSIX_ID, "owner_gid": POSIX_ID, "permissions": "0770"},
        },
        tags=names.tags("file-system", plan.key, workload, workload=workload),
        opts=child_of(parent),
    )


def _policy(arn: pulumi.Output[str], clients: Mapping[str, tuple[pulumi.Output[str], FileClient]]) -> pulumi.Input[str]:
    """Lets each workload's role in, by its own access point and a mount target; denies clients without TLS.

    With a policy, EFS refuses every client that no statement lets in: no role, no file system.
    """
    statements = [
        deny_everyone("DenyPlainText", ["*"], [arn], condition={"Bool": {"aws:SecureTransport": "false"}}),
        *(
            allow_principal(
                "".join(word.capitalize() for word in workload.split("-")),
                {"AWS": client.role_arn},
                [f"elasticfilesystem:Client{right}" for right in (("Mount", "Write") if client.writes else ("Mount",))],
                [arn],
                condition={
                    "StringEquals": {"elasticfilesystem:AccessPointArn": point_arn},
                    "Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"},
                },
            )
            for workload, (point_arn, client) in clients.items()
        ),
    ]
    return document(statements)
