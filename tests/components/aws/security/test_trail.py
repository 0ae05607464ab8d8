"""CloudTrail."""

from __future__ import annotations

from components.outputs import SecurityOutputs
from tests.components import plans
from tests.components.aws.early import Early, watched
from tests.recorder import Recording


def trail_with(*more: str) -> Recording[SecurityOutputs]:
    return watched("cloudtrail", *more)


def test_the_trail_covers_all_regions_and_proves_its_files(full: Recording[Early]) -> None:
    inputs = full.one(":Trail").inputs
    assert inputs["isMultiRegionTrail"] and inputs["enableLogFileValidation"] and inputs["includeGlobalServiceEvents"]
    assert inputs["s3BucketName"] == plans.names().audit_bucket
    assert "kmsKeyId" not in inputs


def test_it_waits_for_the_buckets_policy(full: Recording[Early]) -> None:
    assert full.one(":BucketPolicy", "main-security-audit").urn in full.one(":Trail").depends_on


def test_its_files_are_encrypted_when_that_was_chosen() -> None:
    recorded = trail_with("cloudtrail-encryption")
    assert recorded.one(":Trail").inputs["kmsKeyId"] == recorded.one(":Key", "main-security-key-logs").arn


def test_it_writes_to_a_log_group_when_that_was_chosen() -> None:
    recorded = trail_with("cloudtrail-logs")
    group = recorded.one(":LogGroup", "main-security-trail")
    inputs = recorded.one(":Trail").inputs
    assert inputs["cloudWatchLogsGroupArn"] == f"{group.arn}:*"
    assert inputs["cloudWatchLogsRoleArn"] == recorded.one(":Role", "main-security-trail").arn
    assert recorded.one(":RolePolicy", "main-security-trail").urn in recorded.one(":Trail").depends_on
    assert group.inputs["kmsKeyId"] == recorded.one(":Key", "main-security-key-logs").arn


def test_it_records_objects_of_the_stacks_own_buckets_when_that_was_chosen() -> None:
    management, objects = trail_with("cloudtrail-object-events").one(":Trail").inputs["advancedEventSelectors"]
    assert management["fieldSelectors"] == [{"field": "eventCategory", "equals": ["Management"]}]
    arns = {selector["field"]: selector for selector in objects["fieldSelectors"]}["resources.ARN"]["startsWiths"]
    assert arns == [f"{plans.names().bucket_arn(claim)}/" for claim in ("documents", "models")]


def test_alarms_tell_the_owner() -> None:
    recorded = trail_with("cloudtrail-logs", "cloudtrail-alarms")
    topic = recorded.one(":Topic")
    assert recorded.one(":TopicSubscription").inputs["endpoint"] == "ai-platform@example.com"
    assert topic.inputs["kmsMasterKeyId"] == recorded.one(":Key", "main-security-key-logs").arn
    alarms = recorded.of_type(":MetricAlarm")
    assert [alarm.name for alarm in alarms] == [
        "main-security-iam-changes",
        "main-security-root-use",
        "main-security-trail-changes",
    ]
    metrics = {f.inputs["metricTransformation"]["name"] for f in recorded.of_type(":LogMetricFilter")}
    for alarm in alarms:
        assert alarm.inputs["alarmActions"] == [topic.arn]
        assert alarm.inputs["metricName"] in metrics
    for made in recorded.of_type(":LogMetricFilter"):
        assert len(made.inputs["pattern"]) <= 1024
