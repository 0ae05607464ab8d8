from __future__ import annotations

import pytest

from poolwright.engine.sandbox.rules.schedules import cron_fault, schedule_fault, unix_cron_fault, zone_exists
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases


@pytest.mark.parametrize(
    "text", ["0 6 * * ? *", "0/15 8-18 ? * MON-FRI *", "0 0 L * ? 2030", "0 12 ? * 6#3 *", "5,35 0 1W JAN,JUL ? *"]
)
def test_awss_cron_has_six_fields(text: str) -> None:
    assert cron_fault(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0 6 * * *", "six fields"),
        ("0 6 * * * *", "must be ?"),
        ("0 6 ? * ? *", "must be ?"),
        ("60 6 * * ? *", "minutes 60"),
        ("0 24 * * ? *", "hours 24"),
        ("0 6 32 * ? *", "day-of-month 32"),
        ("0 6 * FOO ? *", "month FOO"),
        ("0 6 ? * 8 *", "day-of-week 8"),
        ("0 6 * * ? 1969", "year 1969"),
        ("0/0 6 * * ? *", "minutes 0/0"),
    ],
)
def test_what_is_wrong_with_a_cron_text_is_named(text: str, fault: str) -> None:
    assert fault in (cron_fault(text) or "")


def test_auto_scaling_takes_five_fields() -> None:
    assert unix_cron_fault("0 22 * * MON-FRI") is None
    assert "five fields" in (unix_cron_fault("0 22 * * ? *") or "")
    assert "hour 25" in (unix_cron_fault("0 25 * * *") or "")


def test_a_rate_has_the_right_unit() -> None:
    assert schedule_fault("rate(1 hour)", once=False) is None
    assert schedule_fault("rate(5 minutes)", once=False) is None
    assert schedule_fault("rate(1 hours)", once=False)
    assert schedule_fault("rate(0 minutes)", once=False)


def test_a_single_moment_is_for_schedulers_alone() -> None:
    assert schedule_fault("at(2030-01-31T12:00:00)", once=True) is None
    assert schedule_fault("at(2030-02-31T12:00:00)", once=True)
    assert schedule_fault("at(2030-01-31T12:00:00)", once=False)


def test_a_time_zone_is_one_of_the_tz_database() -> None:
    assert zone_exists("Europe/Dublin")
    assert not zone_exists("Europe/Atlantis")
    assert not zone_exists("../etc/passwd")


NIGHT = {
    "autoscalingGroupName": "web",
    "scheduledActionName": "night",
    "minSize": 0,
    "maxSize": 4,
    "desiredCapacity": 0,
    "recurrence": "0 22 * * *",
    "timeZone": "Europe/Dublin",
}
TARGET = {
    "serviceNamespace": "ecs",
    "resourceId": "service/shop/web",
    "scalableDimension": "ecs:service:DesiredCount",
    "schedule": "cron(0 6 * * ? *)",
    "scalableTargetAction": {"minCapacity": 1, "maxCapacity": 4},
}
SCHEDULE = {
    "flexibleTimeWindow": {"mode": "OFF"},
    "scheduleExpression": "rate(1 hour)",
    "target": {"arn": "arn:x", "roleArn": "arn:y"},
}
PLAN = {"rules": [{"ruleName": "daily", "targetVaultName": "v", "schedule": "cron(0 5 * * ? *)"}]}


@cases(
    a_groups_recurrence_parses=Case(
        "autoscaling.Schedule", NIGHT, {"recurrence": "0 22 * * ? *"}, "ValidationError", "recurrence"
    ),
    a_groups_time_zone_exists=Case("autoscaling.Schedule", NIGHT, {"timeZone": "Mars"}, "ValidationError", "timeZone"),
    a_groups_numbers_are_in_order=Case("autoscaling.Schedule", NIGHT, {"minSize": 5}, "ValidationError", "maxSize"),
    a_groups_action_has_a_time=Case(
        "autoscaling.Schedule", NIGHT, {"recurrence": None}, "ValidationError", "recurrence"
    ),
    a_targets_schedule_parses=Case(
        "appautoscaling.ScheduledAction", TARGET, {"schedule": "0 6 * * *"}, "ValidationException", "schedule"
    ),
    a_targets_time_zone_exists=Case(
        "appautoscaling.ScheduledAction", TARGET, {"timezone": "Mars"}, "ValidationException", "timezone"
    ),
    a_targets_action_has_a_number=Case(
        "appautoscaling.ScheduledAction",
        TARGET,
        {"scalableTargetAction": {}},
        "ValidationException",
        "scalableTargetAction",
    ),
    a_flexible_window_has_a_length=Case(
        "scheduler.Schedule",
        SCHEDULE,
        {"flexibleTimeWindow": {"mode": "FLEXIBLE"}},
        "ValidationException",
        "flexibleTimeWindow.maximumWindowInMinutes",
    ),
    a_schedules_expression_parses=Case(
        "scheduler.Schedule", SCHEDULE, {"scheduleExpression": "hourly"}, "ValidationException", "scheduleExpression"
    ),
    an_event_rule_waits_for_something=Case(
        "cloudwatch.EventRule",
        {"scheduleExpression": "rate(1 day)"},
        {"scheduleExpression": None},
        "ValidationException",
    ),
    schedules_are_on_the_default_bus=Case(
        "cloudwatch.EventRule",
        {"scheduleExpression": "rate(1 day)"},
        {"eventBusName": "shop"},
        "ValidationException",
        "scheduleExpression",
    ),
    a_backup_schedule_parses=Case(
        "backup.Plan",
        PLAN,
        {"rules": [{"ruleName": "daily", "targetVaultName": "v", "schedule": "daily"}]},
        "InvalidParameterValueException",
        "rules[0].schedule",
    ),
    cooled_backups_stay_90_days=Case(
        "backup.Plan",
        PLAN,
        {
            "rules": [
                {"ruleName": "d", "targetVaultName": "v", "lifecycle": {"coldStorageAfter": 30, "deleteAfter": 119}}
            ]
        },
        "InvalidParameterValueException",
        "rules[0].lifecycle",
    ),
)
def test_schedules(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_group_has_a_schedule_once(sandbox: Sandbox) -> None:
    role = sandbox.create(
        "iam.Role",
        assumeRolePolicy='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":'
        '"scheduler.amazonaws.com"},"Action":"sts:AssumeRole"}}',
    )
    inputs = {**SCHEDULE, "name": "hourly", "target": {"arn": "arn:aws:scheduler:::x", "roleArn": role["arn"]}}
    sandbox.create("scheduler.Schedule", "one", **inputs)
    assert "ConflictException: Schedule hourly already exists." in sandbox.refusal(
        "scheduler.Schedule", "two", **inputs
    )
