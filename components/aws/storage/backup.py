"""Backups of file systems."""

from __future__ import annotations

import pulumi
from pulumi_aws import efs

from solver.plan.storage import FileSystemPlan


def build_backup(
    parent: pulumi.Resource, name: str, plan: FileSystemPlan, file_system_id: pulumi.Input[str], *, retain: bool
) -> None:
    """EFS's automatic backups: daily, kept 35 days, in AWS Backup's own vault for EFS.

    The setting exists also when it is off, since a one-zone file system has backups unless they are turned off.
    """
    efs.BackupPolicy(
        f"{name}-backup",
        file_system_id=file_system_id,
        backup_policy={"status": "ENABLED" if plan.backup else "DISABLED"},
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=retain),
    )
