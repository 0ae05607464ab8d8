"""Public paths that are asked from outside: health checks, and who hears of them, where Route 53 writes its metrics."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.aws.monitoring.pool import MonitoringPool
from components.aws.of_site import security_args
from poolwright.checks.approved import listed_names
from poolwright.engine.sandbox.rules.dashboards import dashboard_is_well_formed
from poolwright.engine.sandbox.rules.health_checks import checkers_are_in_enough_regions, health_check_is_whole
from solver.plan.plan import SitePlan
from tests.components import plans
from tests.components.aws import watching
from tests.recorder import Recording, record

CHECK, ALARM = "route53/healthCheck:HealthCheck", "cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD, KEY, TOPIC = "cloudwatch/dashboard:Dashboard", "kms/key:Key", "sns/topic:Topic"


def asked(*, key: bool = True, **changes: Any) -> SitePlan:
    return watching.asked(plans.full_site(), checks_key=key, **changes)


@pytest.fixture(scope="module")
def made() -> Recording[MonitoringPool]:
    return record(lambda: watching.pool(asked()))


def test_a_check_asks_what_is_planned_by_https_under_the_name_that_it_asks_for(made: Recording[MonitoringPool]) -> None:
    plain = dict(made.one(CHECK, "monitoring-check-assistant").inputs)
    assert (plain["type"], plain["fqdn"], plain["port"]) == ("HTTPS", "ai.example.com", 443)
    assert (plain["resourcePath"], plain["requestInterval"], plain["failureThreshold"]) == ("/healthz", 30, 3)
    assert plain["enableSni"] is True and plain["measureLatency"] is False and "searchString" not in plain
    close = dict(made.one(CHECK, "monitoring-check-recommender").inputs)
    assert (close["type"], close["searchString"], close["requestInterval"]) == ("HTTPS_STR_MATCH", "AVAILABLE", 10)
    assert close["measureLatency"] is True and close["regions"] == ["us-east-1", "us-west-1", "us-west-2"]
    for inputs in (plain, close):
        assert [*health_check_is_whole(inputs), *checkers_are_in_enough_regions(inputs)] == []
        assert inputs["tags"]["workload"] in ("assistant", "recommender")


def test_alarms_on_checks_are_where_their_metrics_are_with_a_topic_and_a_key_there(
    made: Recording[MonitoringPool],
) -> None:
    provider = made.one("pulumi:providers:aws", "monitoring-checks-aws")
    assert provider.inputs["region"] == "us-east-1"
    assert json.loads(provider.inputs["allowedAccountIds"]) == [plans.ACCOUNT_ID]
    far = made.one(TOPIC, "monitoring-checks-alarms")
    key = made.one(KEY, "monitoring-checks-key")
    assert far.inputs["kmsMasterKeyId"] == key.arn and key.inputs["enableKeyRotation"] is True
    for each in watching.ON_CHECKS:
        inputs = made.one(ALARM, f"monitoring-{each.key}").inputs
        assert inputs["alarmActions"] == inputs["okActions"] == [far.arn]
        assert inputs["alarmDescription"].endswith("https://wiki.example.com/monitoring#synthetic")
        assert inputs["treatMissingData"] == "breaching" and inputs["threshold"] == 0
        (metric,) = [query["metric"] for query in inputs["metricQueries"] if "metric" in query]
        check = made.one(CHECK, f"monitoring-check-{each.workload}")
        assert (metric["namespace"], metric["metricName"]) == ("AWS/Route53", "HealthCheckStatus")
        assert metric["dimensions"] == {"HealthCheckId": check.id}
    of_provider = {each.name for each in made.custom() if each.provider and "monitoring-checks-aws" in each.provider}
    heard = {each.name for each in made.of_type("sns/topicSubscription:TopicSubscription")}
    assert of_provider == {
        "monitoring-checks-key",
        "monitoring-checks-alarms",
        *(name for name in heard if name.startswith("monitoring-checks")),
        *(f"monitoring-{each.key}" for each in watching.ON_CHECKS),
    }
    # Everyone who hears the site's alarms hears these too.
    assert len([name for name in heard if name.startswith("monitoring-checks")]) * 2 == len(heard)


def test_cloudwatch_alone_may_use_the_key(made: Recording[MonitoringPool]) -> None:
    statements = made.one(KEY, "monitoring-checks-key").document("policy")["Statement"]
    services = [each["Principal"]["Service"] for each in statements if "Service" in each["Principal"]]
    assert services == ["cloudwatch.amazonaws.com"]


def test_without_a_key_of_the_stacks_the_topic_there_has_none_either() -> None:
    made = record(lambda: watching.pool(asked(key=False)))
    assert made.of_type(KEY) == ()
    assert "kmsMasterKeyId" not in made.one(TOPIC, "monitoring-checks-alarms").inputs


def test_a_site_in_us_east_1_needs_nothing_elsewhere() -> None:
    made = record(lambda: watching.pool(asked(key=False), region="us-east-1"))
    topic = made.one(TOPIC)
    assert topic.name == "monitoring-alarms" and made.of_type("pulumi:providers:aws") == ()
    assert made.one(ALARM, "monitoring-assistant-synthetic").inputs["alarmActions"] == [topic.arn]


def test_checks_are_heard_where_no_other_alarm_is_asked_for() -> None:
    made = record(lambda: watching.pool(asked(alarms=watching.ON_CHECKS)))
    assert {each.name for each in made.of_type(ALARM)} == {f"monitoring-{each.key}" for each in watching.ON_CHECKS}
    assert made.names(TOPIC) == ("monitoring-checks-alarms",)


def test_the_sites_key_for_logs_is_opened_to_alarms_that_use_it_alone() -> None:
    only = asked(alarms=watching.ON_CHECKS)
    assert not security_args(only, plans.names()).alarms
    assert security_args(only.model_copy(update={"region": "us-east-1"}), plans.names()).alarms
    assert security_args(asked(), plans.names()).alarms


def test_dashboards_draw_what_checkers_see_from_where_its_metrics_are(made: Recording[MonitoringPool]) -> None:
    for record_ in made.of_type(DASHBOARD):
        assert list(dashboard_is_well_formed(dict(record_.inputs))) == []
    page = made.one(DASHBOARD, "monitoring-dashboard").document("dashboardBody")["widgets"]
    shown = {each["properties"].get("title"): each["properties"] for each in page}
    lines = shown["Checkers with a good answer"]["metrics"]
    assert [line[1] for line in lines] == ["HealthCheckPercentageHealthy"] * 2
    assert {line[-1]["region"] for line in lines} == {"us-east-1"}
    first_byte = shown["First byte, as checkers see it"]["metrics"]
    assert [line[-1]["label"] for line in first_byte] == ["recommender /v1/models/recommender"]
    # CloudWatch shows states of alarms of the dashboard's own region.
    assert len(shown["Alarms"]["alarms"]) == len(watching.ALARMS)


def test_what_is_built_for_checks_is_listed(made: Recording[MonitoringPool]) -> None:
    names = listed_names("main", asked())
    assert names["aws:route53/healthCheck:HealthCheck"] == {
        "main-monitoring-check-assistant",
        "main-monitoring-check-recommender",
    }
    assert "main-monitoring-checks-key" in names["aws:kms/key:Key"]


def test_the_options_that_are_billed_are_counted() -> None:
    assert watching.PLAIN.options == 1
    assert watching.CLOSE.options == 4
