"""Batch jobs: definition, queue, schedule."""

from __future__ import annotations

import pytest

from components.aws.compute.batch_job import STUCK_FOR, retries
from components.aws.compute.pool import ComputePool
from solver.vocabulary import Weekday
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Recording, record

SITE = edits.with_job(plans.full_site(), kind="batch", workers=40)


def batch(**changes: object) -> Recording[ComputePool]:
    return record(lambda: upstream.compute_pool(edits.with_job(SITE, **changes)))


def test_independent_replicas_are_an_array() -> None:
    made = batch()
    assert made.one(":JobDefinition").inputs["type"] == "container"
    request = made.one("scheduler/schedule:Schedule").inputs["target"]["input"]
    assert '"ArrayProperties": {"Size": 40}' in request


def test_one_replica_is_a_plain_job() -> None:
    assert "ArrayProperties" not in batch(workers=1).one("scheduler/schedule:Schedule").inputs["target"]["input"]


def test_the_job_starts_at_the_plans_hour_in_the_stacks_time_zone() -> None:
    days = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)
    schedule = batch(days=days, start_hour=22).one("scheduler/schedule:Schedule").inputs
    assert schedule["scheduleExpression"] == "cron(0 22 ? * MON-FRI *)"
    assert schedule["scheduleExpressionTimezone"] == "Europe/Dublin"
    assert schedule["flexibleTimeWindow"] == {"mode": "OFF"}
    assert schedule["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:batch:submitJob"
    assert schedule["target"]["roleArn"] == "arn:aws:iam::123456789012:role/scheduler"


def test_the_request_names_queue_and_definition_as_the_role_knows_them(full_compute: Recording[ComputePool]) -> None:
    made = batch()
    name = made.one(":JobQueue").inputs["name"]
    assert name == made.one(":JobDefinition").inputs["name"] == "prod-main-training"
    schedule = made.one("scheduler/schedule:Schedule")
    assert f'"JobQueue": "{name}", "JobDefinition": "{name}"' in schedule.inputs["target"]["input"]
    assert any("JobQueue" in urn for urn in schedule.depends_on)


def test_the_queue_tries_the_groups_in_the_plans_order() -> None:
    (order,) = batch().one(":JobQueue").inputs["computeEnvironmentOrders"]
    assert order["order"] == 1
    assert order["computeEnvironment"].endswith("compute-batch-g5-12xlarge-on-demand")


@pytest.mark.parametrize(("hours", "timeout_hours", "seconds"), [(3, 5, 7200), (5, 5, 600), (1, 40, 86_400)])
def test_a_job_that_waits_in_vain_is_cancelled_when_its_deadline_is_out_of_reach(
    hours: int, timeout_hours: int, seconds: int
) -> None:
    actions = batch(hours=hours, timeout_hours=timeout_hours).one(":JobQueue").inputs["jobStateTimeLimitActions"]
    assert {action["maxTimeSeconds"] for action in actions} == {seconds}
    assert [action["reason"] for action in actions] == list(STUCK_FOR)


def test_a_job_that_outlives_its_deadline_ends() -> None:
    assert batch(timeout_hours=5).one(":JobDefinition").inputs["timeout"] == {"attemptDurationSeconds": 5 * 3600}


def test_another_try_is_for_what_it_can_mend() -> None:
    strategy = retries(edits.job(SITE))
    assert strategy.get("attempts") == 3
    rules = strategy.get("evaluate_on_exits")
    assert isinstance(rules, list)
    assert rules[0] == {"action": "RETRY", "on_status_reason": "Host EC2*"}
    assert rules[-1] == {"action": "EXIT", "on_exit_code": "*"}


def test_one_attempt_needs_no_rules() -> None:
    assert retries(edits.job(SITE).model_copy(update={"attempts": 1})) == {"attempts": 1}
