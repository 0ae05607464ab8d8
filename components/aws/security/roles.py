"""Roles of workloads: what a workload's code may do (task role), and what its start needs (execution role), apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import Statement, allow, document, trust
from components.naming import NameKind, SiteNames
from components.options import child_of
from solver.plan.security import ClaimAccess, KeyPurpose, RolePlan, SecurityPlan
from solver.plan.storage import StoragePlan
from solver.vocabulary import AccessMode

_READ = frozenset({AccessMode.READ, AccessMode.READ_WRITE})
_WRITE = frozenset({AccessMode.WRITE, AccessMode.READ_WRITE})


@dataclass(frozen=True, kw_only=True)
class WorkloadRoles:
    """Roles of all workloads."""

    task: Mapping[str, aws.iam.Role]
    """By workload; one whose code has no rights in AWS has none."""
    execution: Mapping[str, aws.iam.Role]
    """By workload."""
    policies: tuple[aws.iam.RolePolicy, ...]
    """What gives them their rights."""


def workload_roles(
    name: str,
    plan: SecurityPlan,
    names: SiteNames,
    *,
    storage: StoragePlan,
    repositories: Sequence[str],
    key_arns: Mapping[KeyPurpose, pulumi.Output[str]],
    parent: pulumi.Resource,
) -> WorkloadRoles:
    """The roles of each planned workload, with exactly what its part of the plan names."""
    task: dict[str, aws.iam.Role] = {}
    execution: dict[str, aws.iam.Role] = {}
    policies: list[aws.iam.RolePolicy] = []
    for role in plan.roles:
        rights = task_statements(role, names, storage=storage, data_key_arn=key_arns.get(KeyPurpose.DATA))
        needs = execution_statements(
            role, names, own_image=role.workload in repositories, secrets_key_arn=key_arns.get(KeyPurpose.SECRETS)
        )
        for purpose, statements, made in (("task", rights, task), ("execution", needs, execution)):
            if not statements and not (purpose == "task" and has_task_role(role, storage)):
                continue
            made[role.workload] = _role(name, role.workload, purpose, names, parent)
            if not statements:
                continue
            policies.append(
                aws.iam.RolePolicy(
                    f"{name}-{role.workload}-{purpose}",
                    name=purpose,
                    role=made[role.workload].name,
                    policy=document(statements),
                    opts=child_of(parent),
                )
            )
    return WorkloadRoles(task=task, execution=execution, policies=tuple(policies))


def _role(name: str, workload: str, purpose: str, names: SiteNames, parent: pulumi.Resource) -> aws.iam.Role:
    return aws.iam.Role(
        f"{name}-{workload}-{purpose}",
        name=names.physical(NameKind.ROLE, workload, purpose),
        description=f"{purpose.capitalize()} role of workload {workload}",
        # Only ECS, and only for this account in this region, may hand the role to a task.
        assume_role_policy=trust(
            "ecs-tasks.amazonaws.com",
            condition={
                "ArnLike": {"aws:SourceArn": names.arn("ecs", "*")},
                "StringEquals": {"aws:SourceAccount": names.account_id},
            },
        ),
        permissions_boundary=names.boundary_arn,
        tags=names.tags(workload, purpose, workload=workload),
        opts=child_of(parent),
    )


def task_statements(
    role: RolePlan, names: SiteNames, *, storage: StoragePlan, data_key_arn: pulumi.Input[str] | None
) -> list[Statement]:
    """Rights of a workload's code: its buckets, and the key through S3 alone.

    Rights on a file system are in that file system's own policy, which names the role and its access point.
    """
    buckets = {bucket.key for bucket in storage.buckets}
    of_buckets = [access for access in role.access if access.claim in buckets]
    statements: list[Statement] = []
    for access in of_buckets:
        statements += _bucket_statements(access, names)
    if of_buckets and data_key_arn is not None:
        # A multipart upload reads back what it wrote, so writers decrypt too.
        actions = ["kms:Decrypt"]
        if any(access.mode in _WRITE for access in of_buckets):
            actions.append("kms:GenerateDataKey")
        through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{names.region}.{names.dns_suffix}"}}
        statements.append(allow("DataKey", actions, [data_key_arn], condition=through_s3))
    return statements


def has_task_role(role: RolePlan, storage: StoragePlan) -> bool:
    """Whether a workload's code has rights in AWS: on a bucket, or by a file system's policy, which names its role."""
    kept = {claim.key for claim in (*storage.buckets, *storage.file_systems)}
    return any(access.claim in kept for access in role.access)


def _bucket_statements(access: ClaimAccess, names: SiteNames) -> list[Statement]:
    arn = names.bucket_arn(access.claim)
    actions: list[str] = []
    if access.mode in _READ:
        actions.append("s3:GetObject")
    if access.mode in _WRITE:
        actions += ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
    if access.mode is AccessMode.READ_WRITE:
        # Who only writes adds; replacing and tidying up is for who reads too. Versions keep what was deleted.
        actions.append("s3:DeleteObject")
    sid = _sid(access.claim)
    statements = [allow(f"{sid}Objects", sorted(actions), [f"{arn}/*"])]
    if access.mode in _READ:
        statements.append(allow(f"{sid}List", ["s3:GetBucketLocation", "s3:ListBucket"], [arn]))
    return statements


def execution_statements(
    role: RolePlan, names: SiteNames, *, own_image: bool, secrets_key_arn: pulumi.Input[str] | None
) -> list[Statement]:
    """What the agent needs to start a replica: its log stream, its image, its secrets."""
    group = names.workload_log_group(role.workload)
    statements = [
        allow(
            "Logs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [names.arn("logs", f"log-group:{group}:*")],
        )
    ]
    if own_image:
        # A login token is for the registry as a whole: AWS knows no narrower resource than "*".
        statements.append(allow("RegistryLogin", ["ecr:GetAuthorizationToken"], ["*"]))
        statements.append(
            allow(
                "Image",
                ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                [names.arn("ecr", f"repository/{names.repository(role.workload)}")],
            )
        )
    if role.secrets:
        # AWS ends a secret's ARN with six characters of its own.
        arns = [names.arn("secretsmanager", f"secret:{names.secret(secret)}-??????") for secret in role.secrets]
        statements.append(allow("Secrets", ["secretsmanager:GetSecretValue"], arns))
        if secrets_key_arn is not None:
            through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{names.region}.{names.dns_suffix}"}}
            statements.append(allow("SecretsKey", ["kms:Decrypt"], [secrets_key_arn], condition=through))
    return statements


def _sid(key: str) -> str:
    """`model-store` → `ModelStore`: a statement's id has letters and digits only."""
    return "".join(word.capitalize() for word in key.split("-"))
