"""What is built to watch a site: alarms that someone hears, dashboards, a budget."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.runtime import rpc

from components.aws.monitoring.notices import refuse_unset_webhooks
from components.aws.monitoring.pool import MonitoringPool
from poolwright.engine.sandbox.rules.dashboards import dashboard_is_well_formed
from solver.errors import ConfigError
from tests.components import plans
from tests.components.aws import edits, watching
from tests.recorder import Recording, record

SITE = watching.watched(plans.full_site())
ALARM, DASHBOARD = "cloudwatch/metricAlarm:MetricAlarm", "cloudwatch/dashboard:Dashboard"
SUBSCRIPTION = "sns/topicSubscription:TopicSubscription"


@pytest.fixture(scope="module")
def full() -> Recording[MonitoringPool]:
    return record(lambda: watching.pool(SITE))


def alarm(made: Recording[MonitoringPool], key: str) -> dict[str, Any]:
    return dict(made.one(ALARM, f"monitoring-{key}").inputs)


def page(made: Recording[MonitoringPool], name: str) -> list[dict[str, Any]]:
    return made.one(DASHBOARD, name).document("dashboardBody")["widgets"]


def graph(made: Recording[MonitoringPool], name: str, title: str) -> dict[str, Any]:
    (found,) = [each["properties"] for each in page(made, name) if each["properties"].get("title") == title]
    return found


def test_every_alarm_of_the_plan_is_heard_and_names_its_part_of_the_runbook(full: Recording[MonitoringPool]) -> None:
    topic = full.one("sns/topic:Topic", "monitoring-alarms")
    made = {record.name: record.inputs for record in full.of_type(ALARM)}
    assert set(made) == {f"monitoring-{each.key}" for each in watching.ALARMS}
    for each in watching.ALARMS:
        inputs = made[f"monitoring-{each.key}"]
        assert inputs["alarmActions"] == inputs["okActions"] == [topic.arn]
        assert inputs["alarmDescription"].endswith(f"https://wiki.example.com/monitoring#{each.kind}")
        assert inputs["threshold"] == each.above
        assert inputs["datapointsToAlarm"] <= inputs["evaluationPeriods"]


def test_the_topic_is_encrypted_and_heard_by_each_address_once(full: Recording[MonitoringPool]) -> None:
    assert "key/logs" in str(full.one("sns/topic:Topic").inputs["kmsMasterKeyId"])
    heard = [(each.inputs["protocol"], each.inputs["endpoint"]) for each in full.of_type(SUBSCRIPTION)]
    assert sorted(heard) == [("email", "ai-platform@example.com"), ("email", "on-call@example.com")]


def test_the_topic_of_deployments_is_used_where_there_is_one() -> None:
    made = record(lambda: watching.pool(SITE, topic=True))
    assert made.of_type("sns/topic:Topic") == ()
    assert {tuple(each.inputs["alarmActions"]) for each in made.of_type(ALARM)} == {
        ("arn:aws:sns:eu-west-1:123456789012:deployments",)
    }


def test_webhooks_come_from_secrets_of_the_configuration() -> None:
    site = watching.watched(plans.full_site(), webhooks=("chat",))
    made = record(lambda: watching.pool(site), config=watching.WEBHOOKS)
    hook = made.one(SUBSCRIPTION, "monitoring-webhook-chat").inputs
    # The value goes to the engine marked as a secret, and is one in the state.
    assert hook["protocol"] == "https" and hook["endpoint"]["value"] == "https://chat.example.com/hook"
    # The mark has no public name.
    assert rpc._special_sig_key in hook["endpoint"]  # pyright: ignore[reportPrivateUsage]


def test_a_webhook_without_an_address_is_refused_before_anything_is_made() -> None:
    with pytest.raises(ConfigError, match=r"--path 'poolwright:webhooks\.pager'"):
        record(
            lambda: refuse_unset_webhooks(
                [None, watching.FULL.model_copy(update={"webhooks": ("chat", "pager")})], "prod"
            ),
            config=watching.WEBHOOKS,
        )
    record(lambda: refuse_unset_webhooks([watching.FULL, None], "prod"))


def test_load_is_requests_a_second_of_the_services_target_group(full: Recording[MonitoringPool]) -> None:
    whole, one = alarm(full, "assistant-load")["metricQueries"]
    assert whole["expression"] == "SUM([FILL(m0_0, 0)]) / 60" and whole["returnData"]
    assert (one["metric"]["metricName"], one["metric"]["stat"], one["metric"]["period"]) == ("RequestCount", "Sum", 60)
    assert one["metric"]["dimensions"] == {
        "LoadBalancer": "app/public/50dc6c495c0c9188",
        "TargetGroup": "targetgroup/public-assistant/943f017f100becff",
    }


def test_both_target_groups_of_a_service_whose_requests_move_are_watched() -> None:
    made = record(lambda: watching.pool(edits.deployed(SITE, "recommender", edits.CANARY)))
    whole, *metrics = alarm(made, "recommender-errors")["metricQueries"]
    errors, requests = (", ".join(f"FILL(m{place}_{n}, 0)" for n in range(4)) for place in (1, 0))
    assert whole["expression"] == f"SUM([{errors}]) / SUM([{requests}])"
    # It is behind two load balancers.
    assert [each["metric"]["metricName"] for each in metrics] == [
        *["RequestCount"] * 4,
        *["HTTPCode_Target_5XX_Count"] * 4,
    ]
    assert len({each["metric"]["dimensions"]["TargetGroup"] for each in metrics}) == 4


def test_latency_is_in_milliseconds_of_the_demands_percentile(full: Recording[MonitoringPool]) -> None:
    whole, one = alarm(full, "assistant-latency")["metricQueries"]
    assert whole["expression"] == "1000 * MAX([FILL(m0_0, 0)])"
    assert one["metric"]["stat"] == "p99"


def test_the_cluster_is_watched_as_a_whole(full: Recording[MonitoringPool]) -> None:
    _, one = alarm(full, "cluster-memory")["metricQueries"]
    assert (one["metric"]["namespace"], one["metric"]["metricName"]) == ("AWS/ECS", "MemoryUtilization")
    assert one["metric"]["dimensions"] == {"ClusterName": "prod-main"}


def test_lines_of_a_log_are_counted_where_the_log_is(full: Recording[MonitoringPool]) -> None:
    counted = full.one("cloudwatch/logMetricFilter:LogMetricFilter", "monitoring-training-log").inputs
    made = counted["metricTransformation"]
    assert (counted["logGroupName"], counted["pattern"]) == (
        "/poolwright/prod/main/workload/training",
        "?ERROR ?CRITICAL",
    )
    whole, one = alarm(full, "training-log")["metricQueries"]
    assert (one["metric"]["namespace"], one["metric"]["metricName"]) == (made["namespace"], made["name"])
    assert (one["metric"]["period"], one["metric"].get("dimensions", {})) == (300, {})
    assert whole["expression"] == "SUM([FILL(m0_0, 0)])"


def test_pages_are_as_aws_reads_them(full: Recording[MonitoringPool]) -> None:
    made = full.of_type(DASHBOARD)
    assert {each.inputs["dashboardName"] for each in made} == {
        "prod-main",
        "prod-main-assistant",
        "prod-main-recommender",
    }
    for each in made:
        assert list(dashboard_is_well_formed({**each.inputs})) == []
        places = [
            (w["x"] + dx, w["y"] + dy)
            for w in each.document("dashboardBody")["widgets"]
            for dx in range(w["width"])
            for dy in range(w["height"])
        ]
        assert len(places) == len(set(places)), "two widgets lie over each other"


def test_replicas_are_drawn_beside_the_plans_of_the_hour(full: Recording[MonitoringPool]) -> None:
    shown = graph(full, "monitoring-dashboard-assistant", "Replicas")
    ids = {line[-1]["id"]: line for line in shown["metrics"]}
    assert ids["runs0"][:2] == ["AWS/ECS", "CPUUtilization"] and ids["runs0"][-1]["stat"] == "SampleCount"
    assert ids["h0"][-1]["visible"] is False and "MONTH(runs0)" in ids["h0"][-1]["expression"]
    assert "h0" in ids["need0"][-1]["expression"]
    part = next(watching_parts())
    bounds = {mark["label"]: mark["value"] for mark in shown["annotations"]["horizontal"]}
    assert bounds[f"{part[0]}: most"] == part[1]


def watching_parts() -> Any:
    service = edits.service(SITE, "assistant")
    for variant in service.variants:
        yield f"assistant-{variant.key}", variant.replicas.high


def test_machines_that_run_are_beside_those_of_the_plan(full: Recording[MonitoringPool]) -> None:
    names = {line[1] for line in graph(full, "monitoring-dashboard", "Machines")["metrics"]}
    assert names == {"GroupInServiceInstances", "GroupMinSize"}


def test_the_bill_is_beside_the_plans_cost_and_the_budget(full: Recording[MonitoringPool]) -> None:
    shown = graph(full, "monitoring-dashboard", "The account's bill of the month")
    assert shown["metrics"][0][-1]["region"] == "us-east-1"
    marks = {mark["label"]: mark["value"] for mark in shown["annotations"]["horizontal"]}
    assert marks == {"the plan's month": 4210.5, "budget": 5000.0}


def test_the_budget_tells_before_it_is_spent(full: Recording[MonitoringPool]) -> None:
    budget = full.one("budgets/budget:Budget").inputs
    assert (budget["limitAmount"], budget["limitUnit"], budget["timeUnit"]) == ("5000.00", "USD", "MONTHLY")
    assert budget["costFilters"] == [{"name": "TagKeyValue", "values": ["user:stack$prod"]}]
    notices = [(each["notificationType"], each["threshold"]) for each in budget["notifications"]]
    assert notices == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    assert {tuple(each["subscriberEmailAddresses"]) for each in budget["notifications"]} == {watching.FULL.emails}


def test_unexpected_costs_of_the_stack_are_told(full: Recording[MonitoringPool]) -> None:
    monitor = full.one("costexplorer/anomalyMonitor:AnomalyMonitor")
    assert json.loads(monitor.inputs["monitorSpecification"])["Tags"]["Values"] == ["prod"]
    told = full.one("costexplorer/anomalySubscription:AnomalySubscription").inputs
    assert told["thresholdExpression"]["dimension"]["values"] == ["50"]
    assert [each["address"] for each in told["subscribers"]] == list(watching.FULL.emails)


def test_what_is_not_asked_for_is_not_built() -> None:
    bare = watching.watched(
        plans.full_site(), alarms=(), site_dashboard=False, dashboards=(), budget=None, anomalies_usd=None
    )
    assert [each for each in record(lambda: watching.pool(bare)).custom() if each.type.startswith("aws:")] == []
