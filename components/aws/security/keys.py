"""KMS keys: one for each purpose, rotated every year, each open to exactly the services that must use it unasked."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import Statement, allow_principal, document
from components.naming import NameKind, SiteNames
from components.options import child_of, keeper_of_data
from solver.plan.security import KeyPurpose, SecurityPlan
from solver.plan.storage import StoragePlan

_KEEPS_DATA = frozenset({KeyPurpose.DATA, KeyPurpose.LOGS, KeyPurpose.SECRETS, KeyPurpose.BACKUPS})
"""Without these keys, data that outlives the stack can't be read; machines' volumes go with the machines."""
_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


def keys(
    name: str, plan: SecurityPlan, names: SiteNames, *, storage: StoragePlan, alarms: bool, parent: pulumi.Resource
) -> Mapping[KeyPurpose, aws.kms.Key]:
    """The planned keys with an alias each; `alarms`: CloudWatch writes to topics of the stack."""
    made: dict[KeyPurpose, aws.kms.Key] = {}
    for purpose in plan.keys:
        key = aws.kms.Key(
            f"{name}-key-{purpose}",
            description=f"Poolwright {names.stack} {names.site}: {purpose}",
            enable_key_rotation=True,
            deletion_window_in_days=plan.key_deletion_days,
            policy=document(_statements(purpose, names, storage, alarms=alarms)),
            tags=names.tags("key", purpose),
            opts=keeper_of_data(parent, protect=storage.protect and purpose in _KEEPS_DATA),
        )
        aws.kms.Alias(
            f"{name}-key-{purpose}",
            name=f"alias/{names.stack}-{names.site}-{purpose}",
            target_key_id=key.key_id,
            opts=child_of(parent),
        )
        made[purpose] = key
    return made


def _statements(purpose: KeyPurpose, names: SiteNames, storage: StoragePlan, *, alarms: bool) -> list[Statement]:
    """Key policy: the account's IAM decides, and services that act without a role of ours are named.

    In a key's own policy the resource "*" is this key and no other.
    """
    administrator = _account_decides(names)
    match purpose:
        case KeyPurpose.LOGS:
            return [administrator, *_for_logs(names), *(_for_alarms(names) if alarms else [])]
        case KeyPurpose.MACHINES:
            return [administrator, *_for_machines(names)]
        case KeyPurpose.DATA:
            return [administrator, *_for_inventories(storage, names), *_for_lustre(storage, names)]
        case KeyPurpose.SECRETS | KeyPurpose.BACKUPS:
            # Secrets Manager and AWS Backup use the key with the rights of whoever calls them: IAM suffices.
            return [administrator]


def alarms_key_policy(names: SiteNames) -> pulumi.Input[str]:
    """Policy of a key that topics of alarms alone are encrypted with."""
    return document([_account_decides(names), *_for_alarms(names)])


def _account_decides(names: SiteNames) -> Statement:
    # Without this statement nobody could change the key any more, not even to delete it. "kms:*" because IAM policies
    # of the account then say who may do what; on its own it gives nothing to anyone.
    return allow_principal("AccountDecides", {"AWS": names.iam_arn("root")}, ["kms:*"], ["*"])


def _for_logs(names: SiteNames) -> list[Statement]:
    """CloudWatch Logs for this stack's groups, CloudTrail for this stack's trail."""
    trail_arn = names.arn("cloudtrail", f"trail/{names.physical(NameKind.TRAIL, 'trail')}")
    return [
        allow_principal(
            "LogGroups",
            {"Service": f"logs.{names.region}.{names.dns_suffix}"},
            _USE,
            ["*"],
            condition={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": [
                        names.arn("logs", f"log-group:{names.log_group('*')}"),
                        names.arn("logs", f"log-group:{names.waf_log_group('*')}"),
                    ]
                }
            },
        ),
        allow_principal(
            "Trail",
            {"Service": "cloudtrail.amazonaws.com"},
            ["kms:DescribeKey", "kms:GenerateDataKey*"],
            ["*"],
            condition={"StringEquals": {"aws:SourceArn": trail_arn}},
        ),
    ]


def _for_inventories(storage: StoragePlan, names: SiteNames) -> list[Statement]:
    """S3 for lists of objects; else S3 and EFS use the key with the rights of whoever calls them."""
    listed = [each.key for each in storage.buckets if each.inventory is not None and each.inventory.claim is not None]
    if not listed:
        return []
    return [
        allow_principal(
            "Inventories",
            {"Service": "s3.amazonaws.com"},
            ["kms:GenerateDataKey"],
            ["*"],
            condition={
                "StringEquals": {"aws:SourceAccount": names.account_id},
                "ArnLike": {"aws:SourceArn": [names.bucket_arn(key) for key in listed]},
            },
        )
    ]


def _for_lustre(storage: StoragePlan, names: SiteNames) -> list[Statement]:
    """FSx's roles for buckets that Lustre is over: AWS makes one with each file system, so none can be a principal."""
    if not storage.lustre:
        return []
    role = "role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*"
    condition = {
        "StringEquals": {
            "kms:CallerAccount": names.account_id,
            "kms:ViaService": f"s3.{names.region}.{names.dns_suffix}",
        },
        "ArnLike": {"aws:PrincipalArn": names.iam_arn(role)},
    }
    return [allow_principal("LustreBuckets", {"AWS": "*"}, _USE, ["*"], condition=condition)]


def _for_alarms(names: SiteNames) -> list[Statement]:
    """CloudWatch, which writes alarms to the stack's topics."""
    return [
        allow_principal(
            "Alarms",
            {"Service": "cloudwatch.amazonaws.com"},
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            ["*"],
            condition={"StringEquals": {"aws:SourceAccount": names.account_id}},
        )
    ]


def _for_machines(names: SiteNames) -> list[Statement]:
    """Roles of AWS's own that start machines with encrypted volumes; IAM can't give them rights on a key.

    They are named by condition, not as principals: AWS makes each of these roles when its service is first used in the
    account, and refuses a key policy with a principal that does not exist yet.
    """
    starters = ["autoscaling", "batch", "ec2fleet", "spot"]
    roles = [names.iam_arn(f"role/aws-service-role/{service}.amazonaws.com/AWSServiceRoleFor*") for service in starters]
    condition = {"StringEquals": {"kms:CallerAccount": names.account_id}, "ArnLike": {"aws:PrincipalArn": roles}}
    return [
        allow_principal("MachineStarters", {"AWS": "*"}, _USE, ["*"], condition=condition),
        allow_principal(
            "MachineStartersGrant",
            {"AWS": "*"},
            ["kms:CreateGrant"],
            ["*"],
            condition={**condition, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
