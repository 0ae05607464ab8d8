"""ECS services: one for each workload, variant and node group.

A service of one capacity provider has the replicas that the plan has there, hour by hour. Weights over several
providers would be the same at night as at the peak, and would leave machines empty that the plan keeps for that hour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import ecs

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.container import takes_whole_machine
from components.aws.compute.deployment import load_balancers, moving_requests, rollback_alarms
from components.aws.compute.images import waits_for_image
from components.aws.storage.volume import task_volume
from components.outputs import TargetGroupOutputs
from solver.plan.compute import ServicePlan, VariantPlan
from solver.plan.shares import Held
from solver.vocabulary import Tier


def service_name(service: ServicePlan, variant: VariantPlan, held: Held) -> str:
    """`assistant-gpu`, and `assistant-gpu-g6-xlarge-spot` on all but the first of its groups.

    Known before it exists, so that its scaling can name it. A group more leaves the services alone that there are.
    """
    name = f"{service.key}-{variant.key}"
    return name if held.is_first else f"{name}-{held.group.key}"


def build_service(
    parent: pulumi.Resource,
    name: str,
    service: ServicePlan,
    variant: VariantPlan,
    held: Held,
    *,
    args: ComputePoolArgs,
    cluster_arn: pulumi.Output[str],
    task_definition_arn: pulumi.Output[str],
    capacity_providers: Mapping[str, pulumi.Output[str]],
    registry_arn: pulumi.Output[str] | None,
    alarms: Sequence[pulumi.Input[str]],
    depends_on: Sequence[pulumi.Input[pulumi.Resource]],
) -> ecs.Service:
    """Replicas of one variant, on the machines of one of its node groups.

    It does not wait for its tasks: a wrong image must not hold up the rest of the stack, and ECS's own circuit breaker
    brings the last good version back.
    """
    targets = target_groups(args, service)
    low_percent, high_percent = rolling_percents(service, variant, held)
    zones = tuple(zone for zone in args.network.subnet_ids[Tier.PRIVATE] if zone in held.group.zones)
    strategies = placement_strategies(service, held)
    waits = waits_for_image(variant)
    return ecs.Service(
        name,
        name=service_name(service, variant, held),
        cluster=cluster_arn,
        task_definition=task_definition_arn,
        # Only where the service starts: from then on its autoscaling owns the number.
        desired_count=held.replicas.low,
        capacity_provider_strategies=[{"capacity_provider": capacity_providers[held.group.key], "weight": 1}],
        network_configuration={
            "subnets": args.network.subnets(Tier.PRIVATE, zones),
            "security_groups": [args.groups.workloads[service.key]],
            "assign_public_ip": False,
        },
        load_balancers=load_balancers(service, targets),
        health_check_grace_period_seconds=service.health_grace_seconds if targets else None,
        service_registries=None if registry_arn is None else {"registry_arn": registry_arn},
        volume_configuration=_attached_volume(args, service),
        ordered_placement_strategies=strategies,
        placement_constraints=placement_constraints(service, variant),
        deployment_minimum_healthy_percent=low_percent,
        deployment_maximum_percent=high_percent,
        # Rebalancing starts a replica elsewhere before it stops one, so it needs room for one more; and ECS does it
        # only where zones are what replicas are spread over first.
        availability_zone_rebalancing=(
            "ENABLED" if high_percent > 100 and len(zones) > 1 and strategies[0] == OVER_ZONES else "DISABLED"
        ),
        deployment_configuration=moving_requests(service.deployment, args.security.hook_role_arn),
        # It counts replicas that don't start one by one; where all start beside the old ones, ECS limits the time.
        deployment_circuit_breaker=None if service.moves_requests else {"enable": not waits, "rollback": not waits},
        alarms=rollback_alarms(alarms),
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
            depends_on=[*depends_on, *_balancing(targets)],
            ignore_changes=["desiredCount"],
            # The name is taken until the old service is gone.
            delete_before_replace=True,
        ),
    )


def target_groups(args: ComputePoolArgs, service: ServicePlan) -> dict[str, TargetGroupOutputs]:
    """Where load balancers send the service's requests, by load balancer."""
    return {key: args.network.target_groups[key, service.key] for key in service.load_balancers}


def _balancing(targets: Mapping[str, TargetGroupOutputs]) -> list[pulumi.Input[pulumi.Resource]]:
    """What leads to the service's replicas, and what lets ECS move their requests."""
    found: list[pulumi.Input[pulumi.Resource]] = []
    for target in targets.values():
        found += [target.attached_by, *(() if target.shift is None else target.shift.ready)]
    return found


def rolling_percents(service: ServicePlan, variant: VariantPlan, held: Held) -> tuple[int, int]:
    """Least healthy and most running replicas of a deployment, in percent of the desired number.

    * Where the group can hold one replica more than the plan's highest hour, new replicas start before old ones stop;
      replicas with accelerators one at a time, since each may need a machine of its own.
    * Where it can't, one old replica stops before a new one starts; a lone replica then has a gap.
    * A deployment that moves requests has all new replicas beside the old ones; the plan has room for both.
    """
    if service.moves_requests:
        return 100, 200
    one_replica = -(-100 // max(1, held.replicas.low))
    if held.places <= held.replicas.high:
        return 100 - one_replica, 100
    return 100, 200 if variant.accelerator_kind is None else 100 + one_replica


OVER_ZONES: ecs.ServiceOrderedPlacementStrategyArgsDict = {
    "type": "spread",
    "field": "attribute:ecs.availability-zone",
}
OVER_MACHINES: ecs.ServiceOrderedPlacementStrategyArgsDict = {"type": "spread", "field": "instanceId"}
FULL_MACHINES: ecs.ServiceOrderedPlacementStrategyArgsDict = {"type": "binpack", "field": "memory"}


def placement_strategies(service: ServicePlan, held: Held) -> list[ecs.ServiceOrderedPlacementStrategyArgsDict]:
    """Even over zones, then full machines; even over machines where a replica too many on one would do harm.

    That is where others' replicas have places of their own on it, or the demand limits how many may share one. Replicas
    that are even over n machines are at most their slots on each of them, whatever order they come in, so all find
    room; zones have as many machines as each other, within one. Even over zones first, a zone with a machine less
    would get more on each. `distinctInstance` is a limit by itself.
    """
    several = sum(1 for count in held.group.slots.values() if count) > 1 and held.group.shared is None
    if several or (service.max_per_machine or 1) > 1:
        return [OVER_MACHINES, OVER_ZONES]
    return [OVER_ZONES, FULL_MACHINES if service.max_per_machine is None else OVER_MACHINES]


def placement_constraints(service: ServicePlan, variant: VariantPlan) -> list[ecs.ServicePlacementConstraintArgsDict]:
    """Distinct machines where only one replica may share one; the capacity provider already chooses the machines."""
    return [{"type": "distinctInstance"}] if service.max_per_machine == 1 or takes_whole_machine(variant) else []


def _attached_volume(args: ComputePoolArgs, service: ServicePlan) -> ecs.ServiceVolumeConfigurationArgsDict | None:
    """The volume of each replica, where the service has one."""
    role_arn = args.security.volume_role_arn
    for volume in args.volumes(service.storage):
        if volume.attach == "replica" and role_arn is not None:
            tags = {**args.names.default_tags, **args.names.tags(service.key, volume.key, workload=service.key)}
            return task_volume(volume, role_arn=role_arn, key_arn=args.machine_key_arn, tags=tags)
    return None
