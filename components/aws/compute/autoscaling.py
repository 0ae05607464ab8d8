"""Autoscaling of a service's replicas: floor and ceiling from the plan, the number between them from its own load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import appautoscaling

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.calendar import aws_cron, step_key
from components.outputs import TargetGroupOutputs
from solver.plan.compute import ServicePlan, VariantPlan
from solver.plan.shares import Held

OUT_SECONDS, IN_SECONDS = 60, 300
"""Pauses after a step out and a step in: more at once when load comes, less only when it stays away."""

_NAMESPACE = "ecs"
_DIMENSION = "ecs:service:DesiredCount"
_SECONDS_PER_MINUTE = 60


def build_autoscaling(
    parent: pulumi.Resource,
    name: str,
    service: ServicePlan,
    variant: VariantPlan,
    held: Held,
    *,
    args: ComputePoolArgs,
    ecs_service: pulumi.Resource,
    ecs_service_name: str,
    targets: Mapping[str, TargetGroupOutputs],
) -> None:
    """Floor and ceiling, the plan's hours, and one policy for each load balancer (or one on cpu without any).

    With several policies AWS follows the one that asks for most replicas. While tasks start or a machine is missing,
    nothing here takes replicas away.
    """
    target = appautoscaling.Target(
        name,
        service_namespace=_NAMESPACE,
        scalable_dimension=_DIMENSION,
        resource_id=f"service/{args.names.cluster}/{ecs_service_name}",
        min_capacity=held.replicas.low,
        max_capacity=held.most,
        tags=args.names.tags(service.key, variant.key, "scaling", workload=service.key),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=[ecs_service],
            # The hours below move the floor; an `up` at noon must not put it back to the night's.
            ignore_changes=["minCapacity"] if held.replicas.steps else None,
        ),
    )
    child = pulumi.ResourceOptions(parent=parent)
    for step in held.replicas.steps:
        appautoscaling.ScheduledAction(
            f"{name}-{step_key(step)}",
            name=step_key(step),
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            schedule=aws_cron(step.days, step.hour),
            timezone=args.time_zone,
            scalable_target_action={"min_capacity": step.value},
            opts=child,
        )
    for key, configuration in _policies(args, service, variant, targets).items():
        appautoscaling.Policy(
            f"{name}-{key}",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration=configuration,
            opts=child,
        )


def requests_per_target_per_minute(variants: Sequence[VariantPlan], *, load_balancers: int = 1) -> float:
    """What AWS's metric shows when every replica has the load that the plan asks of it.

    The metric is a mean over all targets of the group, so it is the variants' mean, weighted by their highest hours:
    when load grows, all of them grow by the same share. Each load balancer has a metric of its own; a replica behind
    several is promised an equal part of its load for each, so that their sum never asks more of it.
    """
    replicas = sum(variant.replicas.high for variant in variants)
    weighted = sum(variant.load_per_replica_per_second * variant.replicas.high for variant in variants)
    mean = weighted / replicas if replicas else max(variant.load_per_replica_per_second for variant in variants)
    return round(mean * _SECONDS_PER_MINUTE / load_balancers, 3)


def _policies(
    args: ComputePoolArgs, service: ServicePlan, variant: VariantPlan, targets: Mapping[str, TargetGroupOutputs]
) -> dict[str, appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgsDict]:
    """By what they follow: `requests-public`, …, or `cpu`.

    An accelerated replica says little by its cpu: without a load balancer it follows the plan's hours alone.
    """
    if targets:
        asked = requests_per_target_per_minute(service.variants, load_balancers=len(targets))
        return {
            f"requests-{key}": _requests(asked, args.network.load_balancers[key].arn_suffix, target)
            for key, target in targets.items()
        }
    if variant.accelerator_kind is not None:
        return {}
    return {"cpu": _predefined(service.max_utilisation * 100, "ECSServiceAverageCPUUtilization")}


_Tracking = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgsDict


def _tracking(target_value: float) -> _Tracking:
    return {"target_value": target_value, "scale_out_cooldown": OUT_SECONDS, "scale_in_cooldown": IN_SECONDS}


def _predefined(target_value: float, metric: str, label: pulumi.Output[str] | None = None) -> _Tracking:
    return {
        **_tracking(target_value),
        "predefined_metric_specification": {"predefined_metric_type": metric, "resource_label": label},
    }


def _requests(target_value: float, balancer: pulumi.Output[str], target: TargetGroupOutputs) -> _Tracking:
    """Requests of a minute for each replica.

    AWS's own metric for it knows one target group. Where deployments move requests between two, either may have them,
    or each a part: the sum of both is what one replica of one version is asked for.
    """
    if target.shift is None:
        return _predefined(
            target_value, "ALBRequestCountPerTarget", pulumi.Output.concat(balancer, "/", target.arn_suffix)
        )
    both: list[appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricArgsDict]
    both = [
        {
            "id": key,
            "return_data": False,
            "metric_stat": {
                "stat": "Sum",
                "metric": {
                    "namespace": "AWS/ApplicationELB",
                    "metric_name": "RequestCountPerTarget",
                    "dimensions": [
                        {"name": "LoadBalancer", "value": balancer},
                        {"name": "TargetGroup", "value": suffix},
                    ],
                },
            },
        }
        for key, suffix in zip(("first", "second"), target.arn_suffixes, strict=True)
    ]
    total = "FILL(first, 0) + FILL(second, 0)"
    return {
        **_tracking(target_value),
        "customized_metric_specification": {
            "metrics": [*both, {"id": "requests", "expression": total, "return_data": True}]
        },
    }
