"""Deployments: how a service's new version takes over, and the alarms that bring the old one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

import pulumi
from pulumi_aws import cloudwatch, ecs

from components.aws.compute.args import ComputePoolArgs
from components.options import child_of
from components.outputs import TargetGroupOutputs
from solver.errors import PoolwrightError
from solver.plan.compute import ServicePlan
from solver.plan.deployment import DeploymentPlan
from solver.vocabulary import DeploymentStrategy

NAMESPACE = "AWS/ApplicationELB"
PERIOD_SECONDS = 60
ERROR_MINUTES, LATENCY_MINUTES = 2, 3
"""Minutes after each other that an alarm wants to see: one bad minute may be chance."""


def build_alarms(
    parent: pulumi.Resource,
    name: str,
    service: ServicePlan,
    *,
    args: ComputePoolArgs,
    topic_arn: pulumi.Input[str] | None,
    targets: Mapping[str, TargetGroupOutputs],
) -> list[pulumi.Input[str]]:
    """Names of all alarms that end a deployment of the service; those of its load balancers are made here.

    They ring at any time, also when nothing is deployed: whoever hears the topic knows that the service fails.

    Each target group has alarms of its own: a canary's errors would drown in a mean over both versions. A minute
    without requests is no alarm.
    """
    watched = None if service.deployment is None else service.deployment.roll_back_on
    if watched is None:
        return []
    found: list[pulumi.Input[str]] = list(watched.alarms)
    for key, target in targets.items():
        for suffix, end in zip(target.arn_suffixes, ("", "-second"), strict=False):
            dimensions = {"LoadBalancer": args.network.load_balancers[key].arn_suffix, "TargetGroup": suffix}
            if watched.error_share is not None:
                alarm = cloudwatch.MetricAlarm(
                    f"{name}-{key}{end}-errors",
                    alarm_description=f"{service.key}: {watched.error_share:.4g} of requests or more answered with 5xx",
                    metric_queries=[
                        {
                            "id": "share",
                            "expression": "FILL(errors, 0) / requests",
                            "label": "part of requests answered with 5xx",
                            "return_data": True,
                        },
                        _query("errors", "HTTPCode_Target_5XX_Count", dimensions),
                        _query("requests", "RequestCount", dimensions),
                    ],
                    comparison_operator="GreaterThanOrEqualToThreshold",
                    threshold=watched.error_share,
                    evaluation_periods=ERROR_MINUTES,
                    treat_missing_data="notBreaching",
                    alarm_actions=None if topic_arn is None else [topic_arn],
                    tags=args.names.tags(service.key, f"{key}{end}", "errors", workload=service.key),
                    opts=child_of(parent),
                )
                found.append(alarm.name)
            if watched.latency_ms is not None:
                alarm = cloudwatch.MetricAlarm(
                    f"{name}-{key}{end}-latency",
                    alarm_description=(
                        f"{service.key}: {watched.latency_percentile:g} % of requests take longer than "
                        f"{watched.latency_ms:g} ms"
                    ),
                    namespace=NAMESPACE,
                    metric_name="TargetResponseTime",
                    dimensions=dimensions,
                    extended_statistic=f"p{watched.latency_percentile:g}",
                    period=PERIOD_SECONDS,
                    comparison_operator="GreaterThanThreshold",
                    threshold=watched.latency_ms / 1000,
                    evaluation_periods=LATENCY_MINUTES,
                    # A percentile of a handful of requests is no evidence.
                    evaluate_low_sample_count_percentiles="ignore",
                    treat_missing_data="notBreaching",
                    alarm_actions=None if topic_arn is None else [topic_arn],
                    tags=args.names.tags(service.key, f"{key}{end}", "latency", workload=service.key),
                    opts=child_of(parent),
                )
                found.append(alarm.name)
    return found


def rollback_alarms(names: Sequence[pulumi.Input[str]]) -> ecs.ServiceAlarmsArgsDict | None:
    """A deployment ends, and the version before comes back, when one of them rings."""
    return {"alarm_names": list(names), "enable": True, "rollback": True} if names else None


def moving_requests(
    plan: DeploymentPlan | None, hook_role_arn: pulumi.Input[str] | None
) -> ecs.ServiceDeploymentConfigurationArgsDict | None:
    """The strategy with its times and the functions that are asked; None for rolling, which has none."""
    if plan is None:
        return None
    moved: ecs.ServiceDeploymentConfigurationArgsDict = {"bake_time_in_minutes": str(plan.bake_minutes)}
    if plan.hooks:
        if hook_role_arn is None:
            raise PoolwrightError("the security pool has made no role that asks functions")
        moved["lifecycle_hooks"] = [
            {
                "lifecycle_stages": [hook.stage.upper().replace("-", "_")],
                "hook_target_arn": hook.lambda_arn,
                "role_arn": hook_role_arn,
            }
            for hook in plan.hooks
        ]
    match plan.strategy:
        case DeploymentStrategy.ROLLING:
            return None
        case DeploymentStrategy.BLUE_GREEN:
            return {"strategy": "BLUE_GREEN", **moved}
        case DeploymentStrategy.CANARY:
            return {
                "strategy": "CANARY",
                "canary_configuration": {
                    "canary_percent": plan.step_percent,
                    "canary_bake_time_in_minutes": str(plan.step_minutes),
                },
                **moved,
            }
        case DeploymentStrategy.LINEAR:
            return {
                "strategy": "LINEAR",
                "linear_configuration": {
                    "step_percent": plan.step_percent,
                    "step_bake_time_in_minutes": str(plan.step_minutes),
                },
                **moved,
            }
        case _:
            assert_never(plan.strategy)


def load_balancers(
    service: ServicePlan, targets: Mapping[str, TargetGroupOutputs]
) -> list[ecs.ServiceLoadBalancerArgsDict]:
    """Target groups of the service; with the other one of each, its rule and ECS's role where requests move."""
    found: list[ecs.ServiceLoadBalancerArgsDict] = []
    for target in targets.values():
        entry: ecs.ServiceLoadBalancerArgsDict = {
            "target_group_arn": target.arn,
            "container_name": service.key,
            "container_port": service.port,
        }
        if service.moves_requests:
            if target.shift is None:
                raise PoolwrightError(f"{service.key}: the network pool has made no second target group")
            entry["advanced_configuration"] = {
                "alternate_target_group_arn": target.shift.second_arn,
                "production_listener_rule": target.shift.rule_arn,
                "role_arn": target.shift.role_arn,
            }
        found.append(entry)
    return found


def _query(
    key: str, metric: str, dimensions: Mapping[str, pulumi.Input[str]]
) -> cloudwatch.MetricAlarmMetricQueryArgsDict:
    return {
        "id": key,
        "metric": {
            "namespace": NAMESPACE,
            "metric_name": metric,
            "dimensions": dimensions,
            "period": PERIOD_SECONDS,
            "stat": "Sum",
        },
    }
