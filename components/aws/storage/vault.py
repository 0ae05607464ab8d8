"""The vault of a site: where backups go, its lock, the plan that fills it, and what that selects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import backup

from components.aws.storage.backup_roles import Sources, backup_role, other_vault_arn, restore_role
from components.naming import SiteNames
from components.options import child_of, keeper_of_data
from components.outputs import BackupOutputs, FileSystemOutputs
from solver.plan.backup import BackupPlan
from solver.plan.storage import VolumePlan
from solver.vocabulary import LockMode


@dataclass(frozen=True, kw_only=True)
class Backed:
    """What there is to back up."""

    bucket_arns: Mapping[str, pulumi.Output[str]]
    """By claim."""
    file_systems: Mapping[str, FileSystemOutputs]
    """By claim."""
    volumes: Sequence[VolumePlan]
    """Of the site."""
    data_key_arns: Sequence[pulumi.Output[str]]
    """Keys that these are encrypted with."""


def build_vault(
    parent: pulumi.Resource,
    name: str,
    plan: BackupPlan,
    backed: Backed,
    *,
    names: SiteNames,
    key_arn: pulumi.Output[str] | None,
    protect: bool,
) -> BackupOutputs:
    """The vault, and where claims of the site go into it, the plan, its selections and the two roles."""
    final = plan.lock is not None and plan.lock.mode is LockMode.COMPLIANCE
    vault = backup.Vault(
        f"{name}-vault",
        name=names.backup_vault,
        kms_key_arn=key_arn,
        # A locked vault keeps its backups whatever the stack says of its data.
        force_destroy=not (protect or final),
        tags=names.tags("vault"),
        opts=keeper_of_data(parent, protect=protect or final),
    )
    if plan.lock is not None:
        backup.VaultLockConfiguration(
            f"{name}-vault-lock",
            backup_vault_name=vault.name,
            changeable_for_days=plan.lock.changeable_for_days,
            min_retention_days=plan.lock.min_days,
            max_retention_days=plan.lock.max_days,
            # Setting it overwrites: were the old one deleted after that, the vault would have no lock at all.
            opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=protect or final, delete_before_replace=True),
        )
    if not plan.claims:
        return BackupOutputs(vault_name=vault.name, vault_arn=vault.arn, plan_id=None, restore_role_arn=None)
    made = _plan(parent, name, plan, vault, names)
    sources = Sources(
        plan=plan,
        names=names,
        file_system_arns=[backed.file_systems[key].arn for key in plan.file_systems],
        data_key_arns=backed.data_key_arns,
        vault_arn=vault.arn,
        vault_key_arn=key_arn,
    )
    role, policy = backup_role(name, sources, parent=parent)
    restores, _ = restore_role(name, sources, parent=parent)
    arns = {
        **{key: backed.bucket_arns[key] for key in plan.buckets},
        **{key: backed.file_systems[key].arn for key in plan.file_systems},
    }
    for key, arn in arns.items():
        backup.Selection(
            f"{name}-backup-{key}",
            name=key,
            plan_id=made.id,
            iam_role_arn=role.arn,
            resources=[arn],
            opts=child_of(parent, [policy]),
        )
    for volume in backed.volumes:
        if volume.key in plan.volumes:
            _volumes(parent, f"{name}-backup-{volume.key}", volume, made, role.arn, names, policy)
    return BackupOutputs(vault_name=vault.name, vault_arn=vault.arn, plan_id=made.id, restore_role_arn=restores.arn)


def _plan(parent: pulumi.Resource, name: str, plan: BackupPlan, vault: backup.Vault, names: SiteNames) -> backup.Plan:
    rule: backup.PlanRuleArgsDict = {
        "rule_name": "claims",
        "target_vault_name": vault.name,
        "schedule": plan.schedule,
        "schedule_expression_timezone": plan.time_zone,
        "lifecycle": {"delete_after": plan.keep_days},
        # Backups are found again by what they are of, also when the stack is gone.
        "recovery_point_tags": {**names.default_tags, **names.tags("backup")},
    }
    copy = plan.copy_to
    if copy is not None:
        rule["copy_actions"] = [
            {
                "destination_vault_arn": other_vault_arn(names, copy.site, copy.region, copy.vault_arn),
                "lifecycle": {"delete_after": copy.keep_days},
            }
        ]
    return backup.Plan(
        f"{name}-backup", name=names.backup_vault, rules=[rule], tags=names.tags("backup"), opts=child_of(parent)
    )


def _volumes(
    parent: pulumi.Resource,
    name: str,
    volume: VolumePlan,
    plan: backup.Plan,
    role_arn: pulumi.Output[str],
    names: SiteNames,
    policy: pulumi.Resource,
) -> None:
    """The volumes that ECS makes for replicas come and go: they are found by the tags that they get."""
    for workload in volume.workloads:
        wanted = {
            "stack": names.stack,
            "site": names.site,
            "Name": names.tags(workload, volume.key)["Name"],
        }
        backup.Selection(
            f"{name}-{workload}",
            name=f"{volume.key}-{workload}",
            plan_id=plan.id,
            iam_role_arn=role_arn,
            resources=[f"arn:{names.partition}:ec2:*:*:volume/*"],
            conditions=[
                {"string_equals": [{"key": f"aws:ResourceTag/{tag}", "value": value} for tag, value in wanted.items()]}
            ],
            opts=child_of(parent, [policy]),
        )
