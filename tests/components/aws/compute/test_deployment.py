"""How new versions take over, and the alarms that bring old ones back."""

from __future__ import annotations

from typing import Any

import pytest

from components.aws.compute.pool import ComputePool
from solver.plan.deployment import DeploymentPlan, HookPlan, RollBackPlan
from solver.plan.plan import SitePlan
from solver.vocabulary import DeploymentStage, DeploymentStrategy
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Recording, record

SITE = plans.full_site()
WATCHED = RollBackPlan(error_share=0.02, latency_ms=500, latency_percentile=95, alarms=("checkout",))


def plan(strategy: DeploymentStrategy, **changes: Any) -> DeploymentPlan:
    return DeploymentPlan(strategy=strategy, bake_minutes=10, **changes)


def built(deployment: DeploymentPlan, workload: str = "recommender") -> Recording[ComputePool]:
    site: SitePlan = edits.deployed(SITE, workload, deployment)
    return record(lambda: upstream.compute_pool(site))


def service(made: Recording[ComputePool], name: str = "recommender-cpu") -> dict[str, Any]:
    return dict(made.one("ecs/service:Service", f"compute-service-{name}").inputs)


@pytest.mark.parametrize(
    ("strategy", "configuration"),
    [
        (DeploymentStrategy.BLUE_GREEN, {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "10"}),
        (
            DeploymentStrategy.CANARY,
            {
                "strategy": "CANARY",
                "bakeTimeInMinutes": "10",
                "canaryConfiguration": {"canaryPercent": 5, "canaryBakeTimeInMinutes": "7"},
            },
        ),
        (
            DeploymentStrategy.LINEAR,
            {
                "strategy": "LINEAR",
                "bakeTimeInMinutes": "10",
                "linearConfiguration": {"stepPercent": 5, "stepBakeTimeInMinutes": "7"},
            },
        ),
    ],
)
def test_ecs_is_told_the_plans_strategy_with_its_times(
    strategy: DeploymentStrategy, configuration: dict[str, Any]
) -> None:
    steps: dict[str, Any] = {} if strategy is DeploymentStrategy.BLUE_GREEN else {"step_percent": 5, "step_minutes": 7}
    found = service(built(plan(strategy, **steps)))
    assert found["deploymentConfiguration"] == configuration
    assert (found["deploymentMinimumHealthyPercent"], found["deploymentMaximumPercent"]) == (100, 200)
    assert "deploymentCircuitBreaker" not in found


def test_ecs_moves_requests_between_the_two_groups_of_each_load_balancer() -> None:
    made = built(plan(DeploymentStrategy.BLUE_GREEN))
    found = made.one("ecs/service:Service", "compute-service-recommender-cpu")
    assert [target["advancedConfiguration"] for target in found.inputs["loadBalancers"]] == [
        {
            "alternateTargetGroupArn": f"arn:targetgroup/{balancer}-recommender-second",
            "productionListenerRule": f"arn:rule/{balancer}-recommender",
            "roleArn": "arn:aws:iam::123456789012:role/shifting",
        }
        for balancer in ("internal", "public")
    ]
    assert any(urn.endswith("shifting-public-recommender") for urn in found.depends_on)


def test_replicas_follow_the_requests_of_both_groups_whichever_has_them() -> None:
    made = built(plan(DeploymentStrategy.BLUE_GREEN))
    policy = made.one("appautoscaling/policy:Policy", "compute-scaling-recommender-cpu-requests-public")
    tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
    assert tracking["targetValue"] == 21.0 * 60 / 2
    first, second, total = tracking["customizedMetricSpecification"]["metrics"]
    assert (total["expression"], total["returnData"]) == ("FILL(first, 0) + FILL(second, 0)", True)
    suffixes = [metric["metricStat"]["metric"]["dimensions"][1]["value"] for metric in (first, second)]
    assert suffixes == [f"targetgroup/public-recommender{end}/943f017f100becff" for end in ("", "-second")]


def test_a_rolling_service_has_no_strategy_and_one_group(full_compute: Recording[ComputePool]) -> None:
    found = service(full_compute)
    assert "deploymentConfiguration" not in found and "alarms" not in found
    assert all("advancedConfiguration" not in target for target in found["loadBalancers"])
    assert not full_compute.of_type(":MetricAlarm") and not full_compute.of_type(":Topic")


def test_alarms_of_its_load_balancers_and_of_others_end_a_deployment() -> None:
    made = built(DeploymentPlan(strategy=DeploymentStrategy.ROLLING, roll_back_on=WATCHED), "assistant")
    alarms = made.of_type(":MetricAlarm")
    assert [alarm.name for alarm in alarms] == [
        "compute-alarm-assistant-public-errors",
        "compute-alarm-assistant-public-latency",
    ]
    for variant in ("cpu", "gpu"):
        found = service(made, f"assistant-{variant}")["alarms"]
        assert found["alarmNames"][0] == "checkout" and len(found["alarmNames"]) == 3
        assert (found["enable"], found["rollback"]) == (True, True)
        assert service(made, f"assistant-{variant}")["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}


def test_errors_are_a_part_of_the_requests_and_slow_is_a_percentile() -> None:
    made = built(DeploymentPlan(strategy=DeploymentStrategy.ROLLING, roll_back_on=WATCHED), "assistant")
    errors = made.one(":MetricAlarm", "compute-alarm-assistant-public-errors").inputs
    share, *metrics = errors["metricQueries"]
    assert (share["expression"], errors["threshold"]) == ("FILL(errors, 0) / requests", 0.02)
    assert [metric["metric"]["metricName"] for metric in metrics] == ["HTTPCode_Target_5XX_Count", "RequestCount"]
    slow = made.one(":MetricAlarm", "compute-alarm-assistant-public-latency").inputs
    assert (slow["extendedStatistic"], slow["threshold"], slow["metricName"]) == ("p95", 0.5, "TargetResponseTime")
    assert slow["dimensions"]["TargetGroup"] == "targetgroup/public-assistant/943f017f100becff"
    assert {errors["treatMissingData"], slow["treatMissingData"]} == {"notBreaching"}


def test_a_canary_has_alarms_of_each_of_its_groups_and_the_owner_hears_them() -> None:
    made = built(plan(DeploymentStrategy.CANARY, step_percent=5, step_minutes=7, roll_back_on=WATCHED))
    assert len(made.of_type(":MetricAlarm")) == 2 * 2 * 2
    (topic,) = made.of_type(":Topic")
    assert topic.inputs["kmsMasterKeyId"].endswith(":key/logs")
    for alarm in made.of_type(":MetricAlarm"):
        assert len(alarm.inputs["alarmActions"]) == 1
    (mail,) = made.of_type(":TopicSubscription")
    assert mail.inputs["endpoint"] == "ai-platform@example.com"


def test_functions_are_asked_with_the_role_for_hooks() -> None:
    arn = f"arn:aws:lambda:eu-west-1:{plans.ACCOUNT_ID}:function:smoke"
    hooks = (HookPlan(stage=DeploymentStage.POST_SCALE_UP, lambda_arn=arn),)
    made = built(plan(DeploymentStrategy.BLUE_GREEN, hooks=hooks))
    (hook,) = service(made)["deploymentConfiguration"]["lifecycleHooks"]
    assert hook == {
        "lifecycleStages": ["POST_SCALE_UP"],
        "hookTargetArn": arn,
        "roleArn": "arn:aws:iam::123456789012:role/hooks",
    }
