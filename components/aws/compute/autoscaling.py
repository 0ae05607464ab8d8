"""Autoscaling of a service's replicas: floor and ceiling from the plan, the number between them from its own load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import appautoscaling

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.calendar import aws_cron, step_key
from components.outputs import TargetGroupOutputs
from solver.plan.compute import ServicePlan, VariantPlan
from solver.plan.scaling import LoadMetricPlan, ScalingPlan
from solver.plan.shares import Held
from solver.vocabulary import MetricStatistic

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
    all_service_names: Sequence[str],
    targets: Mapping[str, TargetGroupOutputs],
) -> None:
    """Floor and ceiling, the plan's hours, and one policy for each load balancer (or one on cpu without any).

    Where the plan names a metric of the workload's own load, that is what replicas follow instead;
    `all_service_names` are the ECS services among which the load is divided.

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
    for key, configuration in _policies(args, service, variant, targets, all_service_names).items():
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


if TYPE_CHECKING:
    # Taken while this module is imported, they would load their whole package, before anything can make it lean.
    _Tracking = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgsDict
    _Metric = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricArgsDict


def _policies(
    args: ComputePoolArgs,
    service: ServicePlan,
    variant: VariantPlan,
    targets: Mapping[str, TargetGroupOutputs],
    all_service_names: Sequence[str],
) -> dict[str, _Tracking]:
    """By what they follow: `load`, or `requests-public`, …, or `cpu`.

    An accelerated replica says little by its cpu: without load balancer and metric it follows the plan's hours alone.
    """
    scaling = ScalingPlan() if service.scaling is None else service.scaling
    if scaling.metric is not None:
        asked = requests_per_target_per_minute(service.variants)
        if scaling.metric.per == "second":
            asked = round(asked / _SECONDS_PER_MINUTE, 6)
        return {"load": _own_load(_tracking(asked, scaling), scaling.metric, args.names.cluster, all_service_names)}
    if targets:
        asked = requests_per_target_per_minute(service.variants, load_balancers=len(targets))
        return {
            f"requests-{key}": _requests(_tracking(asked, scaling), args.network.load_balancers[key].arn_suffix, target)
            for key, target in targets.items()
        }
    if variant.accelerator_kind is not None:
        return {}
    return {"cpu": _predefined(_tracking(service.max_utilisation * 100, scaling), "ECSServiceAverageCPUUtilization")}


def _tracking(target_value: float, scaling: ScalingPlan) -> _Tracking:
    pauses: _Tracking = {
        "target_value": target_value,
        "scale_out_cooldown": scaling.scale_out_seconds,
        "scale_in_cooldown": scaling.scale_in_seconds,
    }
    return pauses if scaling.scale_in else {**pauses, "disable_scale_in": True}


def _predefined(tracking: _Tracking, metric: str, label: pulumi.Output[str] | None = None) -> _Tracking:
    return {
        **tracking,
        "predefined_metric_specification": {"predefined_metric_type": metric, "resource_label": label},
    }


def _own_load(tracking: _Tracking, metric: LoadMetricPlan, cluster: str, service_names: Sequence[str]) -> _Tracking:
    """The workload's own metric; a whole load is divided by the replicas that run.

    ECS reports the cpu of each running replica once a minute, so the number of these reports is that of the replicas.
    """
    load = _query("load", metric.namespace, metric.name, _STATISTICS[metric.statistic], metric.dimensions, result=False)
    if metric.of == "replica":
        return {**tracking, "customized_metric_specification": {"metrics": [{**load, "return_data": True}]}}
    counts = [
        _query(
            f"replicas{place}",
            "AWS/ECS",
            "CPUUtilization",
            "SampleCount",
            {"ClusterName": cluster, "ServiceName": name},
            result=False,
        )
        for place, name in enumerate(service_names)
    ]
    running = " + ".join(f"FILL({count['id']}, 0)" for count in counts)
    mean: _Metric = {"id": "mean", "expression": f"load / ({running})", "return_data": True}
    return {**tracking, "customized_metric_specification": {"metrics": [load, *counts, mean]}}


_STATISTICS = {
    MetricStatistic.SUM: "Sum",
    MetricStatistic.AVERAGE: "Average",
    MetricStatistic.MAXIMUM: "Maximum",
    MetricStatistic.MINIMUM: "Minimum",
    MetricStatistic.SAMPLE_COUNT: "SampleCount",
}


def _query(
    key: str, namespace: str, name: str, statistic: str, dimensions: Mapping[str, pulumi.Input[str]], *, result: bool
) -> _Metric:
    return {
        "id": key,
        "return_data": result,
        "metric_stat": {
            "stat": statistic,
            "metric": {
                "namespace": namespace,
                "metric_name": name,
                "dimensions": [{"name": key, "value": value} for key, value in dimensions.items()],
            },
        },
    }


def _requests(tracking: _Tracking, balancer: pulumi.Output[str], target: TargetGroupOutputs) -> _Tracking:
    """Requests of a minute for each replica.

    AWS's own metric for it knows one target group. Where deployments move requests between two, either may have them,
    or each a part: the sum of both is what one replica of one version is asked for.
    """
    if target.shift is None:
        label = pulumi.Output.concat(balancer, "/", target.arn_suffix)
        return _predefined(tracking, "ALBRequestCountPerTarget", label)
    both = [
        _query(
            key,
            "AWS/ApplicationELB",
            "RequestCountPerTarget",
            "Sum",
            {"LoadBalancer": balancer, "TargetGroup": suffix},
            result=False,
        )
        for key, suffix in zip(("first", "second"), target.arn_suffixes, strict=True)
    ]
    total: _Metric = {"id": "requests", "expression": "FILL(first, 0) + FILL(second, 0)", "return_data": True}
    return {**tracking, "customized_metric_specification": {"metrics": [*both, total]}}
