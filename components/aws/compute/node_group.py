"""Node groups of services: Auto Scaling group, capacity provider, and the plan's hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling, ec2, ecs

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.calendar import step_key, unix_cron
from components.aws.compute.machine import build_launch_template, launch_tags
from components.naming import NameKind, shortened
from solver.plan.compute import NodeGroup
from solver.plan.upkeep import RefreshPlan
from solver.vocabulary import PurchaseOption, Tier

_SECONDS_OF_A_DAY = 86_400
_HEALTHY_WITHOUT_SPARE = 90
"""Percent, AWS's own default: at least one machine is replaced at a time, however small the group is."""
UNCHANGED = -1
"""What a scheduled action writes for a size that it leaves alone; the provider takes an absent one for 0."""


@dataclass(frozen=True, kw_only=True)
class BuiltNodeGroup:
    """A node group as the cluster and the services see it."""

    auto_scaling_group: autoscaling.Group
    """Its machines."""
    capacity_provider: ecs.CapacityProvider
    """How services ask for them."""


def build_node_group(
    parent: pulumi.Resource,
    name: str,
    group: NodeGroup,
    *,
    args: ComputePoolArgs,
    depends_on: Sequence[pulumi.Input[pulumi.Resource]],
) -> BuiltNodeGroup:
    """Launch template, Auto Scaling group with its schedule, and capacity provider.

    ECS moves the number of machines between the plan's floor and ceiling as its tasks need them, drains a machine
    before it goes, and protects machines that have tasks; so nothing here or in an `up` sets the number itself.
    """
    template = build_launch_template(
        parent, f"{name}-template", group, args=args, security_group_ids=[args.groups.machines]
    )
    machines = _auto_scaling_group(parent, name, group, template, args, depends_on)
    child = pulumi.ResourceOptions(parent=parent)
    for step in group.machines.steps:
        autoscaling.Schedule(
            f"{name}-{step_key(step)}",
            autoscaling_group_name=machines.name,
            scheduled_action_name=step_key(step),
            recurrence=unix_cron(step.days, step.hour),
            # AWS's own name for UTC is no zone at all: it gives back none where none was given.
            time_zone=None if args.time_zone == "UTC" else args.time_zone,
            min_size=step.value,
            max_size=UNCHANGED,
            desired_capacity=UNCHANGED,
            opts=child,
        )
    provider = ecs.CapacityProvider(
        f"{name}-provider",
        name=provider_name(args, group),
        auto_scaling_group_provider={
            "auto_scaling_group_arn": machines.arn,
            "managed_draining": "ENABLED",
            "managed_termination_protection": "ENABLED",
            # Full machines: spare capacity is in the plan's floor, not in a share of each group on top of it.
            "managed_scaling": {"status": "ENABLED", "target_capacity": 100},
        },
        tags=args.names.tags("provider", group.key),
        # The name is the group's: a group that had to be replaced gets its provider anew.
        opts=pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
    )
    return BuiltNodeGroup(auto_scaling_group=machines, capacity_provider=provider)


def provider_name(args: ComputePoolArgs, group: NodeGroup) -> str:
    """`pool-prod-main-g6-xlarge-on-demand`: AWS refuses names that begin with aws, ecs or fargate, as a stack's may."""
    return shortened(f"pool-{args.names.stack}-{args.names.site}-{group.key}", NameKind.CAPACITY_PROVIDER.limit)


def _auto_scaling_group(
    parent: pulumi.Resource,
    name: str,
    group: NodeGroup,
    template: ec2.LaunchTemplate,
    args: ComputePoolArgs,
    depends_on: Sequence[pulumi.Input[pulumi.Resource]],
) -> autoscaling.Group:
    spot = group.purchase is PurchaseOption.SPOT
    version = template.latest_version.apply(str)
    lifetime = args.plan.upkeep.max_lifetime_days
    ignored = ["desiredCapacity"]
    if group.machines.steps:
        # The schedule moves the floor; an `up` at noon must not put it back to the night's.
        ignored.append("minSize")
    return autoscaling.Group(
        name,
        vpc_zone_identifiers=args.network.subnets(Tier.PRIVATE, group.zones),
        min_size=group.machines.low,
        max_size=max(group.max_machines, group.machines.high),
        launch_template=None if spot else {"id": template.id, "version": version},
        mixed_instances_policy=_spot_policy(group, template, version) if spot else None,
        capacity_rebalance=spot,
        protect_from_scale_in=True,
        health_check_type="EC2",
        metrics_granularity="1Minute",
        enabled_metrics=[
            autoscaling.Metric.GROUP_DESIRED_CAPACITY,
            autoscaling.Metric.GROUP_IN_SERVICE_INSTANCES,
            autoscaling.Metric.GROUP_MAX_SIZE,
            autoscaling.Metric.GROUP_MIN_SIZE,
        ],
        instance_refresh=_refresh(args.plan.upkeep.refresh, group),
        max_instance_lifetime=None if lifetime is None else lifetime * _SECONDS_OF_A_DAY,
        warm_pool=_warm_pool(group),
        force_delete_warm_pool=True if group.warm_machines else None,
        # ECS's own tag, on the machines too: without it here, each `up` would take it away again.
        tags=[
            {"key": key, "value": value, "propagate_at_launch": propagate}
            for key, value, propagate in _tags(args, group)
        ],
        # `destroy` doesn't wait for protected machines to be drained one after the other.
        force_delete=True,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(depends_on), ignore_changes=ignored),
    )


def _warm_pool(group: NodeGroup) -> autoscaling.GroupWarmPoolArgsDict | None:
    """So many machines wait, whatever the group's ceiling is; ECS takes none back into the pool."""
    if not group.warm_machines:
        return None
    # AWS holds the pool to one number where both are the same; else it fills it up to the ceiling.
    return {
        "pool_state": "Stopped",
        "min_size": group.warm_machines,
        "max_group_prepared_capacity": group.warm_machines,
    }


def _refresh(plan: RefreshPlan, group: NodeGroup) -> autoscaling.GroupInstanceRefreshArgsDict:
    """A new image or setting reaches running machines by itself, in steps, and goes back when new ones fail.

    A reservation has no machine besides: there an old one goes before a new one comes.
    """
    least, most = plan.min_healthy_percent, plan.max_healthy_percent
    if group.capacity is not None:
        least, most = min(least, _HEALTHY_WITHOUT_SPARE), 100
    preferences: autoscaling.GroupInstanceRefreshPreferencesArgsDict = {
        "min_healthy_percentage": least,
        "max_healthy_percentage": most,
        # ECS protects machines with tasks from scaling in; it drains them when a refresh takes them.
        "scale_in_protected_instances": "Refresh",
        # A refresh that was cut off, by the next `up` or by hand, does not replace again what is new already.
        "skip_matching": True,
        "auto_rollback": plan.rollback,
    }
    if plan.checkpoints:
        preferences["checkpoint_percentages"] = list(plan.checkpoints)
        preferences["checkpoint_delay"] = str(plan.bake_minutes * 60)
    if plan.alarms:
        preferences["alarm_specification"] = {"alarms": list(plan.alarms)}
    return {"strategy": "Rolling", "preferences": preferences}


def _spot_policy(
    group: NodeGroup, template: ec2.LaunchTemplate, version: pulumi.Output[str]
) -> autoscaling.GroupMixedInstancesPolicyArgsDict:
    """All types of the plan's shape, without weights: each machine counts as one, as ECS's managed scaling needs it."""
    return {
        "launch_template": {
            "launch_template_specification": {"launch_template_id": template.id, "version": version},
            "overrides": [{"instance_type": machine_type} for machine_type in group.machine_types],
        },
        "instances_distribution": {
            "on_demand_base_capacity": 0,
            "on_demand_percentage_above_base_capacity": 0,
            "spot_allocation_strategy": "price-capacity-optimized",
        },
    }


def _tags(args: ComputePoolArgs, group: NodeGroup) -> list[tuple[str, str, bool]]:
    """The launch template tags machines; a group's own tags don't come from the provider's defaults."""
    own = sorted(launch_tags(args, group).items())
    return [("AmazonECSManaged", "true", True), *((key, value, False) for key, value in own)]
