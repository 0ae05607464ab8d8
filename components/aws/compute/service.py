"""ECS services: one for each workload and variant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import gcd

import pulumi
from pulumi_aws import ecs

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.container import takes_whole_machine
from components.aws.compute.images import waits_for_image
from components.aws.storage.volume import task_volume
from components.outputs import TargetGroupOutputs
from solver.plan.compute import NodeGroup, ServicePlan, VariantPlan
from solver.vocabulary import Tier

_MOST_WEIGHT = 1000
"""ECS's greatest weight of a capacity provider."""


def service_name(service: ServicePlan, variant: VariantPlan) -> str:
    """`assistant-gpu`: known before it exists, so that its scaling can name it."""
    return f"{service.key}-{variant.key}"


def build_service(
    parent: pulumi.Resource,
    name: str,
    service: ServicePlan,
    variant: VariantPlan,
    *,
    args: ComputePoolArgs,
    cluster_arn: pulumi.Output[str],
    task_definition_arn: pulumi.Output[str],
    capacity_providers: Mapping[str, pulumi.Output[str]],
    registry_arn: pulumi.Output[str] | None,
    depends_on: Sequence[pulumi.Resource],
) -> ecs.Service:
    """Replicas of one variant, on the machines of its node groups.

    It does not wait for its tasks: a wrong image must not hold up the rest of the stack, and ECS's own circuit breaker
    brings the last good version back.
    """
    groups = [group for group in args.plan.node_groups if group.key in variant.node_groups]
    targets = target_groups(args, service)
    low_percent, high_percent = rolling_percents(service, variant, groups)
    spanned = {zone for group in groups for zone in group.zones}
    zones = tuple(zone for zone in args.network.subnet_ids[Tier.PRIVATE] if zone in spanned)
    waits = waits_for_image(variant)
    return ecs.Service(
        name,
        name=service_name(service, variant),
        cluster=cluster_arn,
        task_definition=task_definition_arn,
        # Only where the service starts: from then on its autoscaling owns the number.
        desired_count=variant.replicas.low,
        capacity_provider_strategies=[
            {"capacity_provider": capacity_providers[group], "weight": weight}
            for group, weight in zip(variant.node_groups, provider_weights(variant.weights), strict=True)
        ],
        network_configuration={
            "subnets": args.network.subnets(Tier.PRIVATE, zones),
            "security_groups": [args.groups.workloads[service.key]],
            "assign_public_ip": False,
        },
        load_balancers=[
            {"target_group_arn": target.arn, "container_name": service.key, "container_port": service.port}
            for target in targets.values()
        ],
        health_check_grace_period_seconds=service.health_grace_seconds if targets else None,
        service_registries=None if registry_arn is None else {"registry_arn": registry_arn},
        volume_configuration=_attached_volume(args, service),
        ordered_placement_strategies=_strategies(service),
        placement_constraints=_constraints(service, variant),
        deployment_minimum_healthy_percent=low_percent,
        deployment_maximum_percent=high_percent,
        # Rebalancing starts a replica elsewhere before it stops one, so it needs room for one more.
        availability_zone_rebalancing="ENABLED" if high_percent > 100 and len(zones) > 1 else "DISABLED",
        deployment_circuit_breaker={"enable": not waits, "rollback": not waits},
        enable_ecs_managed_tags=True,
        propagate_tags="SERVICE",
        enable_execute_command=False,
        # A new capacity provider strategy takes effect with a new deployment only.
        force_new_deployment=True,
        wait_for_steady_state=False,
        # `destroy` needs no hour of scaling down first.
        force_delete=True,
        tags=args.names.tags(service.key, variant.key, workload=service.key),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=[*depends_on, *(target.attached_by for target in targets.values())],
            ignore_changes=["desiredCount"],
            # The name is taken until the old service is gone.
            delete_before_replace=True,
        ),
    )


def target_groups(args: ComputePoolArgs, service: ServicePlan) -> dict[str, TargetGroupOutputs]:
    """Where load balancers send the service's requests, by load balancer."""
    return {key: args.network.target_groups[key, service.key] for key in service.load_balancers}


def provider_weights(weights: Sequence[int]) -> list[int]:
    """The plan's replicas by group as the smallest whole weights of that ratio, none above ECS's greatest.

    A single group has weight 1 whatever its replicas, so that a change of load leaves the service alone.
    """
    if len(weights) == 1 or not any(weights):
        return [1] * len(weights)
    divisor = gcd(*weights)
    largest = max(weights) // divisor
    if largest <= _MOST_WEIGHT:
        return [weight // divisor for weight in weights]
    return [max(1 if weight else 0, weight * _MOST_WEIGHT // max(weights)) for weight in weights]


def rolling_percents(service: ServicePlan, variant: VariantPlan, groups: Iterable[NodeGroup]) -> tuple[int, int]:
    """Least healthy and most running replicas of a deployment, in percent of the desired number.

    * Where the groups can hold one replica more than the plan's highest hour, new replicas start before old ones stop;
      replicas with accelerators one at a time, since each may need a machine of its own.
    * Where they can't, one old replica stops before a new one starts; a lone replica then has a gap.
    """
    places = sum(group.max_machines * group.slots.get(f"{service.key}.{variant.key}", 0) for group in groups)
    one_replica = -(-100 // max(1, variant.replicas.low))
    if places <= variant.replicas.high:
        return 100 - one_replica, 100
    return 100, 200 if variant.accelerator_kind is None else 100 + one_replica


def _strategies(service: ServicePlan) -> list[ecs.ServiceOrderedPlacementStrategyArgsDict]:
    """Even over zones; then full machines, or even over machines where the demand limits replicas on one."""
    zones: ecs.ServiceOrderedPlacementStrategyArgsDict = {"type": "spread", "field": "attribute:ecs.availability-zone"}
    if service.max_per_machine is None:
        return [zones, {"type": "binpack", "field": "memory"}]
    return [zones, {"type": "spread", "field": "instanceId"}]


def _constraints(service: ServicePlan, variant: VariantPlan) -> list[ecs.ServicePlacementConstraintArgsDict]:
    """Distinct machines where only one replica may share one; the capacity providers already choose the machines."""
    return [{"type": "distinctInstance"}] if service.max_per_machine == 1 or takes_whole_machine(variant) else []


def _attached_volume(args: ComputePoolArgs, service: ServicePlan) -> ecs.ServiceVolumeConfigurationArgsDict | None:
    """The volume of each replica, where the service has one."""
    role_arn = args.security.volume_role_arn
    for volume in args.volumes(service.storage):
        if volume.attach == "replica" and role_arn is not None:
            tags = {**args.names.default_tags, **args.names.tags(service.key, volume.key, workload=service.key)}
            return task_volume(volume, role_arn=role_arn, key_arn=args.machine_key_arn, tags=tags)
    return None
