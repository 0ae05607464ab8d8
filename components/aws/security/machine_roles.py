"""Roles of machines and of the services that run them: container agents, volume attachment, job schedules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import Statement, allow, document, trust
from components.naming import NameKind, SiteNames
from components.options import child_of
from solver.plan.compute import ComputePlan

Runtime = Literal["ecs", "batch"]


@dataclass
class MachineRoles:
    """What machines and their services act as."""

    profile_arns: dict[Runtime, pulumi.Output[str]] = field(default_factory=dict[Runtime, pulumi.Output[str]])
    """Instance profiles, by runtime."""
    volume_role_arn: pulumi.Output[str] | None = None
    """ECS attaches volumes with it."""
    scheduler_role_arn: pulumi.Output[str] | None = None
    """EventBridge Scheduler submits jobs with it."""
    hook_role_arn: pulumi.Output[str] | None = None
    """ECS asks functions with it while it deploys."""
    policies: list[pulumi.Resource] = field(default_factory=list[pulumi.Resource])
    """What gives them their rights."""


def runtimes_of(plan: ComputePlan) -> list[Runtime]:
    """What runs machines of the site; each has an instance profile."""
    return sorted({group.runtime for group in plan.node_groups})


def hooks_of(plan: ComputePlan) -> list[str]:
    """Functions that deployments ask, each once."""
    deployments = [service.deployment for service in plan.services if service.deployment is not None]
    return sorted({hook.lambda_arn for deployment in deployments for hook in deployment.hooks})


def machine_roles(
    name: str,
    names: SiteNames,
    *,
    runtimes: Sequence[Runtime],
    replica_volumes: bool,
    jobs: bool,
    hooks: Sequence[str] = (),
    key_arns: Sequence[pulumi.Output[str]],
    parent: pulumi.Resource,
) -> MachineRoles:
    """The roles that the compute pool will need; `key_arns` are the keys that volumes may be encrypted with."""
    made = MachineRoles()
    for runtime in runtimes:
        role = _role(made, name, f"machine-{runtime}", "ec2.amazonaws.com", _agent(names, runtime), names, parent)
        made.profile_arns[runtime] = aws.iam.InstanceProfile(
            f"{name}-machine-{runtime}",
            name=names.physical(NameKind.INSTANCE_PROFILE, "machine", runtime),
            role=role.name,
            tags=names.tags("machine", runtime),
            opts=child_of(parent),
        ).arn
    if replica_volumes:
        made.volume_role_arn = _volume_role(made, name, names, key_arns, parent).arn
    if jobs:
        made.scheduler_role_arn = _role(
            made, name, "scheduler", "scheduler.amazonaws.com", [_submit(names)], names, parent
        ).arn
    if hooks:
        asks = allow("AskHooks", ["lambda:InvokeFunction"], list(hooks))
        made.hook_role_arn = _role(made, name, "hooks", "ecs.amazonaws.com", [asks], names, parent).arn
    return made


def _role(
    made: MachineRoles,
    name: str,
    purpose: str,
    service: str,
    statements: Sequence[Statement],
    names: SiteNames,
    parent: pulumi.Resource,
) -> aws.iam.Role:
    # EC2 hands a role to its machines without naming a source; every other service says for which account it acts.
    condition = None if service.startswith("ec2.") else {"StringEquals": {"aws:SourceAccount": names.account_id}}
    role = aws.iam.Role(
        f"{name}-{purpose}",
        name=names.physical(NameKind.ROLE, purpose),
        description=f"Acts as {purpose}",
        assume_role_policy=trust(service, condition=condition),
        permissions_boundary=names.boundary_arn,
        tags=names.tags(purpose),
        opts=child_of(parent),
    )
    if statements:
        made.policies.append(
            aws.iam.RolePolicy(
                f"{name}-{purpose}",
                name=purpose,
                role=role.name,
                policy=document(statements),
                opts=child_of(parent),
            )
        )
    return role


def _agent(names: SiteNames, runtime: Runtime) -> list[Statement]:
    """What ECS's agent on a machine does: less than AWS's AmazonEC2ContainerServiceforEC2Role.

    Images and logs are not in it: each task has an execution role for these.
    """
    # Batch makes clusters of its own and names them itself, so its machines can't be held to one of them.
    cluster = names.cluster if runtime == "ecs" else "*"
    own = names.arn("ecs", f"cluster/{cluster}")
    machines = names.arn("ecs", f"container-instance/{cluster}/*")
    return [
        # Asks for the address of the region's agent endpoint; the action has no resource to name.
        allow("FindEndpoint", ["ecs:DiscoverPollEndpoint"], ["*"]),
        allow("Join", ["ecs:DeregisterContainerInstance", "ecs:RegisterContainerInstance"], [own]),
        allow(
            "Work",
            [
                "ecs:Poll",
                "ecs:StartTelemetrySession",
                "ecs:SubmitAttachmentStateChanges",
                "ecs:SubmitContainerStateChange",
                "ecs:SubmitTaskStateChange",
                "ecs:UpdateContainerInstancesState",
            ],
            # Some of these act on the cluster, some on the machine, some on a task; their ids begin with the cluster.
            [own, machines, names.arn("ecs", f"task/{cluster}/*")],
        ),
        allow(
            "TagItself",
            ["ecs:TagResource"],
            [own, machines],
            condition={"StringEquals": {"ecs:CreateAction": "RegisterContainerInstance"}},
        ),
    ]


def _volume_role(
    made: MachineRoles,
    name: str,
    names: SiteNames,
    key_arns: Sequence[pulumi.Output[str]],
    parent: pulumi.Resource,
) -> aws.iam.Role:
    """ECS's infrastructure role: makes, attaches and deletes the volumes of replicas."""
    use_keys: list[Statement] = []
    if key_arns:
        through_ec2 = {"kms:ViaService": f"ec2.{names.region}.{names.dns_suffix}"}
        use_keys = [
            allow(
                "EncryptVolumes",
                ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
                list(key_arns),
                condition={"StringEquals": through_ec2},
            ),
            allow(
                "GrantToVolumes",
                ["kms:CreateGrant"],
                list(key_arns),
                condition={"StringEquals": through_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
        ]
    role = _role(made, name, "volumes", "ecs.amazonaws.com", use_keys, names, parent)
    # AWS maintains this one for exactly this use and limits it to volumes that ECS has tagged as its own.
    made.policies.append(
        aws.iam.RolePolicyAttachment(
            f"{name}-volumes",
            role=role.name,
            policy_arn=names.aws_policy_arn("service-role/AmazonECSInfrastructureRolePolicyForVolumes"),
            opts=child_of(parent),
        )
    )
    return role


def _submit(names: SiteNames) -> Statement:
    own = names.physical(NameKind.BATCH)
    return allow(
        "SubmitJobs",
        ["batch:SubmitJob"],
        [names.arn("batch", f"job-definition/{own}-*"), names.arn("batch", f"job-queue/{own}-*")],
    )
