"""Roles of AWS Backup: one that copies into the vault, and one that people restore with, each for the stack's claims.

AWS keeps policies of its own for both (AWSBackupServiceRolePolicyForBackup and others); they hold for every resource of
the account. These have their actions for what the plan backs up. They were not tried against AWS yet.
https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import Condition, Statement, allow, document, trust
from components.naming import NameKind, SiteNames
from components.options import child_of
from solver.plan.backup import BackupPlan

KEY_ALIAS = "backups"
_KEY_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
_READ_BUCKET = [
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketNotification",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetInventoryConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    # AWS Backup learns by notifications and an inventory of its own what changed since the last backup.
    "s3:PutBucketNotification",
    "s3:PutInventoryConfiguration",
]
_READ_OBJECTS = [
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
]
_WRITE_OBJECTS = [
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
]
_EVENTS = [
    "events:DeleteRule",
    "events:DescribeRule",
    "events:DisableRule",
    "events:EnableRule",
    "events:ListTargetsByRule",
    "events:PutRule",
    "events:PutTargets",
    "events:RemoveTargets",
]


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What is backed up, and the keys around it."""

    plan: BackupPlan
    """Which claims."""
    names: SiteNames
    """Names of buckets, account and region."""
    file_system_arns: Sequence[pulumi.Output[str]]
    """Of the claims that are file systems."""
    data_key_arns: Sequence[pulumi.Output[str]]
    """Keys that the claims are encrypted with."""
    vault_arn: pulumi.Output[str]
    """Where backups go."""
    vault_key_arn: pulumi.Output[str] | None
    """Its key; None: AWS's own."""


def backup_role(name: str, sources: Sources, *, parent: pulumi.Resource) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    """Reads the claims, writes to the vault, and copies from there to the other one."""
    statements = [*_reads(sources), *_vault(sources), *_second_copies(sources)]
    return _role(name, "backup", statements, sources.names, parent)


def restore_role(name: str, sources: Sources, *, parent: pulumi.Resource) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    """Writes what is in the vault back: into the buckets of the claims, or as new file systems and volumes."""
    return _role(name, "restore", _writes(sources), sources.names, parent)


def _role(
    name: str, purpose: str, statements: Sequence[Statement], names: SiteNames, parent: pulumi.Resource
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    role = aws.iam.Role(
        f"{name}-{purpose}",
        name=names.physical(NameKind.ROLE, purpose),
        description=f"AWS Backup acts as {purpose}",
        assume_role_policy=trust(
            "backup.amazonaws.com", condition={"StringEquals": {"aws:SourceAccount": names.account_id}}
        ),
        permissions_boundary=names.boundary_arn,
        tags=names.tags(purpose),
        opts=child_of(parent),
    )
    policy = aws.iam.RolePolicy(
        f"{name}-{purpose}", name=purpose, role=role.name, policy=document(statements), opts=child_of(parent)
    )
    return role, policy


def _buckets(sources: Sources) -> list[str]:
    return [sources.names.bucket_arn(key) for key in sources.plan.buckets]


def _own(sources: Sources) -> Condition:
    """Holds for what has the tags of this stack and site."""
    names = sources.names
    return {"StringEquals": {"aws:ResourceTag/stack": names.stack, "aws:ResourceTag/site": names.site}}


def _ec2(sources: Sources, kind: str) -> str:
    """All snapshots, which have no account in their ARNs, or all volumes of the region."""
    names = sources.names
    account = "" if kind == "snapshot" else names.account_id
    return f"arn:{names.partition}:ec2:{names.region}:{account}:{kind}/*"


def _reads(sources: Sources) -> list[Statement]:
    names, plan = sources.names, sources.plan
    # Finds what carries the tags of a selection; the action has no resource to name.
    found = [allow("FindTagged", ["tag:GetResources"], ["*"])]
    if plan.buckets:
        buckets = _buckets(sources)
        found += [
            allow("Buckets", _READ_BUCKET, buckets),
            allow("Objects", _READ_OBJECTS, [f"{arn}/*" for arn in buckets]),
            allow("BucketEvents", _EVENTS, [names.arn("events", "rule/AwsBackupManagedRule*")]),
            # Sizes of buckets and lists of rules: the actions have no resource to name.
            allow("Measure", ["cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets"], ["*"]),
            *_data_keys(sources, "s3", ["kms:Decrypt", "kms:DescribeKey"]),
        ]
    if plan.file_systems:
        actions = ["elasticfilesystem:Backup", "elasticfilesystem:DescribeTags"]
        found.append(allow("FileSystems", actions, sources.file_system_arns))
    if plan.volumes:
        snapshots = _ec2(sources, "snapshot")
        found += [
            allow("Volumes", ["ec2:CreateSnapshot"], [_ec2(sources, "volume")], condition=_own(sources)),
            allow("Snapshots", ["ec2:CreateSnapshot"], [snapshots]),
            allow(
                "TagSnapshots",
                ["ec2:CreateTags"],
                [snapshots],
                condition={"StringEquals": {"ec2:CreateAction": ["CreateSnapshot", "CopySnapshot"]}},
            ),
            # AWS Backup marks its snapshots; it deletes and copies no others.
            allow(
                "OwnSnapshots",
                ["ec2:CopySnapshot", "ec2:DeleteSnapshot", "ec2:ModifySnapshotAttribute"],
                [snapshots],
                condition={"Null": {"aws:ResourceTag/aws:backup:source-resource": "false"}},
            ),
            # AWS answers Describe for a whole region.
            allow("LookAtVolumes", ["ec2:DescribeSnapshots", "ec2:DescribeTags", "ec2:DescribeVolumes"], ["*"]),
        ]
    return found


def _vault(sources: Sources) -> list[Statement]:
    actions = ["backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:DescribeBackupVault"]
    return [allow("Vault", actions, [sources.vault_arn]), *_vault_key(sources)]


def _vault_key(sources: Sources) -> list[Statement]:
    if sources.vault_key_arn is None:
        return []
    return [allow("VaultKey", _KEY_USE, [sources.vault_key_arn]), _grants("VaultKeyGrants", [sources.vault_key_arn])]


def _grants(sid: str, key_arns: Sequence[pulumi.Input[str]], *, condition: Condition | None = None) -> Statement:
    """AWS services encrypt for a role by grants on its behalf, and by no others."""
    for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return allow(sid, ["kms:CreateGrant"], key_arns, condition={**for_aws, **(condition or {})})


def _second_copies(sources: Sources) -> list[Statement]:
    copy, names = sources.plan.copy_to, sources.names
    if copy is None:
        return []
    found = [
        allow(
            "OtherVault",
            ["backup:CopyIntoBackupVault"],
            [other_vault_arn(names, copy.site, copy.region, copy.vault_arn)],
        )
    ]
    if copy.key_arn is not None:
        return [*found, allow("OtherKey", _KEY_USE, [copy.key_arn]), _grants("OtherKeyGrants", [copy.key_arn])]
    if copy.site is None:
        return found
    # The other site's key has no ARN yet when this role is made; its alias has the name that the program gives.
    keys = f"arn:{names.partition}:kms:{copy.region}:{names.account_id}:key/*"
    alias: Condition = {
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{names.stack}-{copy.site}-{KEY_ALIAS}"}
    }
    return [
        *found,
        allow("OtherKey", _KEY_USE, [keys], condition=alias),
        _grants("OtherKeyGrants", [keys], condition=alias),
    ]


def other_vault_arn(names: SiteNames, site: str | None, region: str | None, vault_arn: str | None) -> str:
    """The vault that takes second copies: given, or known by the name that the other site's has."""
    if vault_arn is not None:
        return vault_arn
    vault = SiteNames(stack=names.stack, site=str(site), region=str(region), account_id=names.account_id).backup_vault
    return f"arn:{names.partition}:backup:{region}:{names.account_id}:backup-vault:{vault}"


def _data_keys(sources: Sources, service: str, actions: list[str]) -> list[Statement]:
    if not sources.data_key_arns:
        return []
    names = sources.names
    through = {"StringEquals": {"kms:ViaService": f"{service}.{names.region}.{names.dns_suffix}"}}
    sid = f"{service.capitalize()}Keys"
    return [allow(sid, actions, sources.data_key_arns, condition=through)]


def _writes(sources: Sources) -> list[Statement]:
    names, plan = sources.names, sources.plan
    found = [
        allow("Vault", ["backup:DescribeBackupVault"], [sources.vault_arn]),
        *_vault_key(sources),
    ]
    if plan.buckets:
        buckets = _buckets(sources)
        found += [
            allow(
                "Buckets",
                ["s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"],
                buckets,
            ),
            allow("Objects", _WRITE_OBJECTS, [f"{arn}/*" for arn in buckets]),
            *_data_keys(sources, "s3", _KEY_USE),
        ]
    if plan.file_systems:
        actions = [
            "elasticfilesystem:CreateFileSystem",
            "elasticfilesystem:DescribeFileSystems",
            "elasticfilesystem:Restore",
            "elasticfilesystem:TagResource",
        ]
        # A restore makes a file system that has no id yet.
        found.append(allow("FileSystems", actions, [names.arn("elasticfilesystem", "file-system/*")]))
        found += _data_keys(sources, "elasticfilesystem", _KEY_USE)
        if sources.data_key_arns:
            found.append(_grants("FileSystemGrants", sources.data_key_arns))
    if plan.volumes:
        volumes = _ec2(sources, "volume")
        found += [
            allow("Volumes", ["ec2:CreateVolume"], [volumes, _ec2(sources, "snapshot")]),
            allow(
                "TagVolumes",
                ["ec2:CreateTags"],
                [volumes],
                condition={"StringEquals": {"ec2:CreateAction": "CreateVolume"}},
            ),
            # AWS answers Describe for a whole region.
            allow("LookAtVolumes", ["ec2:DescribeSnapshots", "ec2:DescribeVolumes"], ["*"]),
            *_data_keys(sources, "ec2", [*_KEY_USE, "kms:ReEncryptFrom", "kms:ReEncryptTo"]),
        ]
        if sources.data_key_arns and not plan.file_systems:
            found.append(_grants("VolumeGrants", sources.data_key_arns))
    return found
