from __future__ import annotations

from typing import Any

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

TARGET = {
    "serviceNamespace": "ecs",
    "resourceId": "service/shop/web",
    "scalableDimension": "ecs:service:DesiredCount",
    "minCapacity": 1,
    "maxCapacity": 4,
}
METRIC = {
    "predefinedMetricSpecification": {"predefinedMetricType": "ECSServiceAverageCPUUtilization"},
    "targetValue": 60,
}
POLICY = {name: TARGET[name] for name in ("serviceNamespace", "resourceId", "scalableDimension")} | {
    "policyType": "TargetTrackingScaling",
    "targetTrackingScalingPolicyConfiguration": METRIC,
}
GROUP_METRIC = {
    "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"},
    "targetValue": 60,
}
GROUP_POLICY = {
    "autoscalingGroupName": "web",
    "policyType": "TargetTrackingScaling",
    "targetTrackingConfiguration": GROUP_METRIC,
}
CONFIGURATION = "targetTrackingScalingPolicyConfiguration"
QUERIES = f"{CONFIGURATION}.customizedMetricSpecification.metrics"
LOAD: dict[str, Any] = {
    "id": "load",
    "returnData": False,
    "metricStat": {"stat": "Sum", "metric": {"namespace": "Shop", "metricName": "Orders"}},
}
MEAN = {"id": "mean", "expression": "load / 2", "returnData": True}


def own(specification: dict[str, Any]) -> dict[str, Any]:
    return {CONFIGURATION: {"customizedMetricSpecification": {"unit": "Count", **specification}, "targetValue": 60}}


OWN = {**POLICY, **own({"metrics": [LOAD, MEAN]})}
HOOK = {"autoscalingGroupName": "web", "lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}


@cases(
    smallest_is_no_more_than_largest=Case(
        "appautoscaling.Target", TARGET, {"minCapacity": 5}, "ValidationException", "maxCapacity"
    ),
    a_dimension_is_of_the_service=Case(
        "appautoscaling.Target",
        TARGET,
        {"scalableDimension": "ecs:service:Count"},
        "ValidationException",
        "scalableDimension",
    ),
    a_service_is_named_with_its_cluster=Case(
        "appautoscaling.Target", TARGET, {"resourceId": "web"}, "ValidationException", "resourceId"
    ),
    tracking_has_a_target=Case(
        "appautoscaling.Policy",
        POLICY,
        {"targetTrackingScalingPolicyConfiguration": None},
        "ValidationException",
        "targetTrackingScalingPolicyConfiguration",
    ),
    a_target_is_above_zero=Case(
        "appautoscaling.Policy",
        POLICY,
        {"targetTrackingScalingPolicyConfiguration": {**METRIC, "targetValue": 0}},
        "ValidationException",
        "targetTrackingScalingPolicyConfiguration.targetValue",
    ),
    a_customized_metric_is_named=Case(
        "appautoscaling.Policy", OWN, own({}), "ValidationException", f"{CONFIGURATION}.customizedMetricSpecification"
    ),
    one_query_gives_the_result=Case(
        "appautoscaling.Policy",
        OWN,
        own({"metrics": [LOAD, MEAN, {**MEAN, "id": "other"}]}),
        "ValidationException",
        QUERIES,
    ),
    queries_have_ids_of_their_own=Case(
        "appautoscaling.Policy", OWN, own({"metrics": [LOAD, {**MEAN, "id": "load"}]}), "ValidationException", QUERIES
    ),
    an_id_begins_with_a_small_letter=Case(
        "appautoscaling.Policy",
        OWN,
        own({"metrics": [LOAD, {**MEAN, "id": "Mean"}]}),
        "ValidationException",
        f"{QUERIES}[1].id",
    ),
    a_policy_kind_exists=Case(
        "appautoscaling.Policy", POLICY, {"policyType": "Magic"}, "ValidationException", "policyType"
    ),
    a_groups_tracking_has_no_adjustment=Case(
        "autoscaling.Policy", GROUP_POLICY, {"scalingAdjustment": 1}, "ValidationError", "scalingAdjustment"
    ),
    a_simple_policy_has_one=Case(
        "autoscaling.Policy",
        {"autoscalingGroupName": "web", "scalingAdjustment": 1, "adjustmentType": "ChangeInCapacity"},
        {"scalingAdjustment": None},
        "ValidationError",
        "scalingAdjustment",
    ),
    a_hook_waits_two_hours_at_most=Case(
        "autoscaling.LifecycleHook", HOOK, {"heartbeatTimeout": 7201}, "ValidationError", "heartbeatTimeout"
    ),
    a_transition_exists=Case(
        "autoscaling.LifecycleHook",
        HOOK,
        {"lifecycleTransition": "autoscaling:STOPPING"},
        "ValidationError",
        "lifecycleTransition",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_what_is_scaled_exists(sandbox: Sandbox) -> None:
    words = sandbox.refusal("appautoscaling.Target", **TARGET)
    assert "ValidationException: ECS service doesn't exist: service/shop/web" in words


def test_a_policy_belongs_to_a_scalable_target(sandbox: Sandbox) -> None:
    words = sandbox.refusal("appautoscaling.Policy", **POLICY)
    assert "ObjectNotFoundException: No scalable target registered for service namespace: ecs" in words
