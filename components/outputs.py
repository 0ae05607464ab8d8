"""What each pool gives to the next and to the stack's readers; the same on each site.

Keys are the plan's own: workloads, claims, zones, load balancers, secrets. What the plan does not have is absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi

from solver.plan.security import KeyPurpose
from solver.vocabulary import Tier


@dataclass(frozen=True, kw_only=True)
class SecurityOutputs:
    """Keys, roles and secrets."""

    key_arns: Mapping[KeyPurpose, pulumi.Output[str]]
    """Customer managed keys; for a purpose that is absent AWS's own key serves."""
    task_role_arns: Mapping[str, pulumi.Output[str]]
    """By workload: what its code may do; one without an entry has no rights in AWS."""
    execution_role_arns: Mapping[str, pulumi.Output[str]]
    """By workload: what its start needs (image, secrets, log stream)."""
    instance_profile_arns: Mapping[Literal["ecs", "batch"], pulumi.Output[str]]
    """Of machines, by the runtime of their node group."""
    volume_role_arn: pulumi.Output[str] | None
    """ECS attaches volumes of replicas with it."""
    scheduler_role_arn: pulumi.Output[str] | None
    """EventBridge Scheduler starts jobs with it."""
    secret_arns: Mapping[str, pulumi.Output[str]]
    """By name; the names to fill are `SiteNames.secret(name)`."""
    hook_role_arn: pulumi.Output[str] | None = None
    """ECS asks functions with it while it deploys."""
    role_policies: tuple[pulumi.Input[pulumi.Resource], ...] = ()
    """What gives the roles their rights; machines and tasks start after it."""
    measures: frozenset[str] = frozenset()
    """Security measures that the stack builds, by the catalog's name; `container-insights` is one for compute."""
    access_log_bucket: pulumi.Output[str] | None = None
    """Where load balancers and buckets log requests; None: they don't."""

    def key_arn(self, purpose: KeyPurpose) -> pulumi.Output[str] | None:
        """The key for a purpose; None: AWS's own key."""
        return self.key_arns.get(purpose)

    @property
    def log_key_arn(self) -> pulumi.Output[str] | None:
        """The key of log groups; None: AWS's own."""
        return self.key_arns.get(KeyPurpose.LOGS)


@dataclass(frozen=True, kw_only=True)
class LoadBalancerOutputs:
    """One load balancer."""

    arn: pulumi.Output[str]
    """Its ARN."""
    arn_suffix: pulumi.Output[str]
    """`app/…`: how metrics name it."""
    dns_name: pulumi.Output[str]
    """AWS's name for it."""
    zone_id: pulumi.Output[str]
    """Route 53 zone of that name, for alias records."""
    listener_arn: pulumi.Output[str]
    """The listener that serves: 443, or 80 for an internal one without a certificate."""
    url: pulumi.Output[str]
    """How people and programs call it."""


@dataclass(frozen=True, kw_only=True)
class ShiftOutputs:
    """What ECS needs to move a service's requests to a new version."""

    second_arn: pulumi.Output[str]
    """ARN of the other target group."""
    second_arn_suffix: pulumi.Output[str]
    """`targetgroup/…`: how metrics name it."""
    rule_arn: pulumi.Output[str]
    """The listener's rule that leads to both."""
    role_arn: pulumi.Output[str]
    """ECS's role."""
    ready: tuple[pulumi.Resource, ...]
    """What gives the role its rights."""


@dataclass(frozen=True, kw_only=True)
class TargetGroupOutputs:
    """Where a load balancer sends one service's requests."""

    arn: pulumi.Output[str]
    """Its ARN."""
    arn_suffix: pulumi.Output[str]
    """`targetgroup/…`: how metrics name it."""
    attached_by: pulumi.Input[pulumi.Resource]
    """Listener or rule that leads to it; ECS refuses a service before it exists."""
    shift: ShiftOutputs | None = None
    """The other target group, for a service whose deployments move its requests."""

    @property
    def arn_suffixes(self) -> list[pulumi.Output[str]]:
        """Of all its target groups, as metrics name them."""
        return [self.arn_suffix] if self.shift is None else [self.arn_suffix, self.shift.second_arn_suffix]


@dataclass(frozen=True, kw_only=True)
class NetworkOutputs:
    """Addresses and entrances."""

    vpc_id: pulumi.Output[str]
    """The VPC."""
    vpc_cidr: str
    """Its range."""
    subnet_ids: Mapping[Tier, Mapping[str, pulumi.Output[str]]]
    """By tier, then zone id, in the plan's order."""
    load_balancer_group_ids: Mapping[str, pulumi.Output[str]]
    """Security groups of load balancers; their rules are SecurityGroups' business."""
    endpoint_group_id: pulumi.Output[str] | None
    """Security group of interface endpoints."""
    gateway_prefix_list_ids: Mapping[str, pulumi.Output[str]]
    """Addresses of services with a gateway endpoint, by service."""
    load_balancers: Mapping[str, LoadBalancerOutputs]
    """By key."""
    target_groups: Mapping[tuple[str, str], TargetGroupOutputs]
    """By load balancer and workload."""
    hosted_zone_id: pulumi.Output[str] | None
    """Zone of the stack's name."""
    name_servers: pulumi.Output[Sequence[str]] | None
    """Of a zone that the stack made: the parent zone delegates to them."""
    flow_log_group_name: str | None
    """Where flow logs go."""
    zone_names: Mapping[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    """What this account calls each zone (`eu-west-1a`), by zone id: EFS's one-zone class is asked for by name."""
    ranges_beyond: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Ranges of networks beyond the VPC, by the name that flows have for them."""
    vpc_ipv6_cidr: pulumi.Output[str] | None = None
    """The VPC's IPv6 range; None: it has none."""
    egress_ready: tuple[pulumi.Input[pulumi.Resource], ...] = ()
    """What a machine in a private subnet needs to reach AWS: routes, NAT, endpoints. Machines start after it."""

    def subnets(self, tier: Tier, zones: tuple[str, ...] | None = None) -> list[pulumi.Output[str]]:
        """Ids of a tier's subnets, in these zones or in all of them."""
        by_zone = self.subnet_ids.get(tier, {})
        return [by_zone[zone] for zone in (by_zone if zones is None else zones)]


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsOutputs:
    """Ids of security groups."""

    workloads: Mapping[str, pulumi.Output[str]]
    """Of each workload's tasks (a job's machines have it too: Batch tasks use the machine's addresses)."""
    load_balancers: Mapping[str, pulumi.Output[str]]
    """By key."""
    file_systems: Mapping[str, pulumi.Output[str]]
    """Of mount targets and of Lustre's servers, by claim."""
    endpoints: pulumi.Output[str] | None
    """Of interface endpoints."""
    machines: pulumi.Output[str]
    """Of machines that run ECS services: nothing comes in."""
    lustre_rules: tuple[pulumi.Input[pulumi.Resource], ...] = ()
    """Rules of Lustre's servers: AWS makes none whose group does not let them hear each other."""


@dataclass(frozen=True, kw_only=True)
class FileSystemOutputs:
    """One shared file system."""

    id: pulumi.Output[str]
    """`fs-…`."""
    arn: pulumi.Output[str]
    """Its ARN."""
    access_point_ids: Mapping[str, pulumi.Output[str]]
    """By workload."""
    ready: tuple[pulumi.Input[pulumi.Resource], ...] = ()
    """Mount targets and policy; tasks that mount it start after them."""


@dataclass(frozen=True, kw_only=True)
class LustreOutputs:
    """A fast file system over a bucket."""

    id: pulumi.Output[str]
    """`fs-…`."""
    dns_name: pulumi.Output[str]
    """Its servers."""
    mount_name: pulumi.Output[str]
    """What they call it."""
    ready: tuple[pulumi.Input[pulumi.Resource], ...] = ()
    """Its link to the bucket: jobs start after it."""


@dataclass(frozen=True, kw_only=True)
class BackupOutputs:
    """Where backups are."""

    vault_name: pulumi.Output[str]
    """The vault."""
    vault_arn: pulumi.Output[str]
    """Its ARN."""
    plan_id: pulumi.Output[str] | None
    """What fills it; None: another site alone does."""
    restore_role_arn: pulumi.Output[str] | None
    """AWS Backup writes back with it."""


@dataclass(frozen=True, kw_only=True)
class StorageOutputs:
    """What is kept."""

    bucket_names: Mapping[str, pulumi.Output[str]]
    """By claim."""
    bucket_arns: Mapping[str, pulumi.Output[str]]
    """By claim."""
    file_systems: Mapping[str, FileSystemOutputs]
    """By claim."""
    bucket_versions: Mapping[str, pulumi.Resource] = field(default_factory=dict[str, pulumi.Resource])
    """Versioning of buckets, by claim: S3 copies to and from buckets that have it."""
    lustre: Mapping[str, LustreOutputs] = field(default_factory=dict[str, LustreOutputs])
    """Fast file systems, by claim."""
    backup: BackupOutputs | None = None
    """The vault; None: the site has none."""


@dataclass(frozen=True, kw_only=True)
class ComputeOutputs:
    """What runs."""

    cluster_name: pulumi.Output[str] | None
    """ECS cluster of the services; None: the site has none."""
    cluster_arn: pulumi.Output[str] | None
    """Its ARN."""
    repository_urls: Mapping[str, pulumi.Output[str]]
    """Image repositories, by workload."""
    log_group_names: Mapping[str, str]
    """By workload."""
    service_names: Mapping[str, pulumi.Output[str]]
    """ECS services, by `workload.variant`."""
    job_queue_arns: Mapping[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    """Batch queues, by job."""
    job_definition_arns: Mapping[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    """Batch job definitions, by job."""
    auto_scaling_group_names: Mapping[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    """By node group that runs services."""
    log_groups: Mapping[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    """Names of log groups once they are there, by workload."""
    alarm_topic_arn: pulumi.Output[str] | None = None
    """Topic of the alarms that end deployments; None: there are none."""
