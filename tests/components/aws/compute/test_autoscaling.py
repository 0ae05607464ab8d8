"""Autoscaling of services."""

from __future__ import annotations

from typing import Any

import pytest

from components.aws.compute.autoscaling import requests_per_target_per_minute
from components.aws.compute.pool import ComputePool
from solver.plan.scaling import LoadMetricPlan, ScalingPlan
from solver.plan.schedule import WeekSchedule
from solver.vocabulary import MetricStatistic
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Recording, record

SITE = plans.full_site()


def test_floor_and_ceiling_are_the_plans(full_compute: Recording[ComputePool]) -> None:
    target = full_compute.one("appautoscaling/target:Target", "compute-scaling-assistant-cpu")
    assert target.inputs["resourceId"] == "service/prod-main/assistant-cpu"
    assert target.inputs["minCapacity"] == 2
    assert target.inputs["maxCapacity"] == 12
    assert any("compute-service-assistant-cpu" in urn for urn in target.depends_on)


def test_the_plans_hours_move_the_floor_alone_in_the_stacks_time_zone(full_compute: Recording[ComputePool]) -> None:
    action = full_compute.one(":ScheduledAction", "compute-scaling-assistant-cpu-mon-fri-08")
    assert action.inputs["schedule"] == "cron(0 8 ? * MON-FRI *)"
    assert action.inputs["timezone"] == "Europe/Dublin"
    assert action.inputs["scalableTargetAction"] == {"minCapacity": 4}


def test_behind_a_load_balancer_replicas_follow_its_requests(full_compute: Recording[ComputePool]) -> None:
    policy = full_compute.one("appautoscaling/policy:Policy", "compute-scaling-assistant-cpu-requests-public")
    tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
    assert tracking["targetValue"] == 21.0 * 60
    metric = tracking["predefinedMetricSpecification"]
    assert metric["predefinedMetricType"] == "ALBRequestCountPerTarget"
    assert metric["resourceLabel"] == "app/public/50dc6c495c0c9188/targetgroup/public-assistant/943f017f100becff"


def test_behind_two_load_balancers_each_promises_half(full_compute: Recording[ComputePool]) -> None:
    values = {
        policy.name: policy.inputs["targetTrackingScalingPolicyConfiguration"]["targetValue"]
        for policy in full_compute.of_type("appautoscaling/policy:Policy")
    }
    assert values["compute-scaling-recommender-cpu-requests-public"] == 21.0 * 60 / 2
    assert values["compute-scaling-recommender-cpu-requests-internal"] == 21.0 * 60 / 2


def test_without_a_load_balancer_replicas_follow_their_cpu(full_compute: Recording[ComputePool]) -> None:
    policy = full_compute.one("appautoscaling/policy:Policy", "compute-scaling-fraud-cpu-cpu")
    tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
    assert tracking["predefinedMetricSpecification"] == {"predefinedMetricType": "ECSServiceAverageCPUUtilization"}


def test_an_accelerated_replica_without_a_load_balancer_follows_the_hours_alone() -> None:
    site = edits.with_service(SITE, "assistant", load_balancers=())
    made = record(lambda: upstream.compute_pool(site))
    names = made.names("appautoscaling/policy:Policy")
    assert "compute-scaling-assistant-cpu-cpu" in names
    assert not [name for name in names if name.startswith("compute-scaling-assistant-gpu")]
    assert "compute-scaling-assistant-gpu-mon-fri-08" in made.names(":ScheduledAction")


def test_variants_of_one_service_share_the_target_that_their_common_metric_shows() -> None:
    slow, fast = (
        edits.variant(SITE, "assistant", "cpu").model_copy(
            update={"load_per_replica_per_second": load, "replicas": WeekSchedule(constant=replicas)}
        )
        for load, replicas in ((10.0, 3), (100.0, 1))
    )
    assert requests_per_target_per_minute([slow, fast]) == pytest.approx((3 * 10 + 100) / 4 * 60)
    idle = slow.model_copy(update={"replicas": WeekSchedule(constant=0)})
    assert requests_per_target_per_minute([idle]) == 600


def test_the_ceiling_is_never_below_the_floor_of_any_hour() -> None:
    site = edits.with_variants(SITE, "fraud", max_replicas=1)
    made = record(lambda: upstream.compute_pool(site))
    assert made.one("appautoscaling/target:Target", "compute-scaling-fraud-cpu").inputs["maxCapacity"] == 4


ORDERS = LoadMetricPlan(
    namespace="Shop",
    name="Orders",
    dimensions={"Region": "eu"},
    statistic=MetricStatistic.SUM,
    of="service",
    per="minute",
)


def tracking(scaling: ScalingPlan, workload: str = "assistant", policy: str = "assistant-cpu-load") -> dict[str, Any]:
    made = record(lambda: upstream.compute_pool(edits.with_service(SITE, workload, scaling=scaling)))
    found = made.one("appautoscaling/policy:Policy", f"compute-scaling-{policy}")
    return dict(found.inputs["targetTrackingScalingPolicyConfiguration"])


def test_a_whole_load_is_divided_by_the_replicas_of_all_services_of_the_workload() -> None:
    found = tracking(ScalingPlan(metric=ORDERS))
    assert found["targetValue"] == 21.0 * 60
    load, *counts, mean = found["customizedMetricSpecification"]["metrics"]
    assert load["metricStat"]["metric"] == {
        "namespace": "Shop",
        "metricName": "Orders",
        "dimensions": [{"name": "Region", "value": "eu"}],
    }
    assert (load["metricStat"]["stat"], load["returnData"]) == ("Sum", False)
    assert [count["metricStat"]["metric"]["dimensions"][1]["value"] for count in counts] == [
        "assistant-cpu",
        "assistant-gpu",
    ]
    assert {count["metricStat"]["stat"] for count in counts} == {"SampleCount"}
    assert mean == {
        "id": "mean",
        "expression": "load / (FILL(replicas0, 0) + FILL(replicas1, 0))",
        "returnData": True,
    }


def test_a_replicas_own_mean_and_a_rate_a_second_are_taken_as_they_are() -> None:
    rate = ORDERS.model_copy(update={"of": "replica", "per": "second", "statistic": MetricStatistic.AVERAGE})
    found = tracking(ScalingPlan(metric=rate))
    assert found["targetValue"] == 21.0
    (metric,) = found["customizedMetricSpecification"]["metrics"]
    assert (metric["metricStat"]["stat"], metric["returnData"]) == ("Average", True)


def test_an_accelerated_replica_without_a_load_balancer_follows_a_metric_where_there_is_one() -> None:
    site = edits.with_service(SITE, "assistant", load_balancers=(), scaling=ScalingPlan(metric=ORDERS))
    names = record(lambda: upstream.compute_pool(site)).names("appautoscaling/policy:Policy")
    assert {"compute-scaling-assistant-cpu-load", "compute-scaling-assistant-gpu-load"} <= set(names)


def test_replicas_stay_and_pauses_are_others_where_the_plan_says_so(full_compute: Recording[ComputePool]) -> None:
    wished = ScalingPlan(scale_in=False, scale_out_seconds=30, scale_in_seconds=900)
    found = tracking(wished, policy="assistant-cpu-requests-public")
    assert (found["disableScaleIn"], found["scaleOutCooldown"], found["scaleInCooldown"]) == (True, 30, 900)
    usual = full_compute.one("appautoscaling/policy:Policy", "compute-scaling-assistant-cpu-requests-public").inputs
    usual = usual["targetTrackingScalingPolicyConfiguration"]
    assert "disableScaleIn" not in usual
    assert (usual["scaleOutCooldown"], usual["scaleInCooldown"]) == (60, 300)
