"""Logs and alarms: how long they are kept, who can read them, who hears of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from poolwright.checks.check import Fault, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, statements
from poolwright.checks.shapes import under_awss_key
from solver.plan.security import KeyPurpose

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

_TRAIL = "components/aws/security/trail.py"
YEAR_DAYS = 365
WATCHED_FOR: Mapping[str, str] = {
    "CloudWatch.1": "userIdentity.type",
    "CloudWatch.4": "PutRolePolicy",
    "CloudWatch.5": "StopLogging",
}
"""Control → a word of the filter that serves it: root use, IAM changes, trail changes."""


@on_each(
    LOG_GROUP,
    id="logs.retention",
    title="Each log group says how long it keeps events",
    controls=("CloudWatch.16",),
    remedy="Set `log_retention_days` of the workload in stacks/, or retention_in_days where the group is made",
)
def logs_end(group: Resource) -> Iterator[str]:
    if not group.get("retentionInDays"):
        yield "keeps events for ever, and their cost grows with them"


@on_stack(
    LOG_GROUP,
    id="CloudWatch.16",
    title="Log groups keep events for a year where the plan says so",
    controls=("CloudWatch.16",),
    remedy="Set `log_retention_days: 365` of the workload in stacks/, as the plan's measure log-retention-year asks",
)
def logs_are_kept_a_year(evidence: Evidence) -> Iterator[Fault]:
    for key in evidence.builds("log-retention-year"):
        for group in evidence.at_site(key, LOG_GROUP):
            days = int(group.get("retentionInDays", 0))
            if 0 < days < YEAR_DAYS:
                yield Fault(text=f"keeps events for {days} days", resource=group)


@on_stack(
    LOG_GROUP,
    id="Logs.cmk",
    title="Log groups are encrypted with the customer key where the plan has one",
    controls=("Logs.cmk",),
    remedy="Pass log_key_arn where the group is made in components/aws",
)
def logs_have_the_customer_key(evidence: Evidence) -> Iterator[Fault]:
    yield from under_awss_key(evidence, LOG_GROUP, KeyPurpose.LOGS)


@on_stack(
    FILTER,
    ALARM,
    id="CloudWatch.1",
    title="Root use, IAM changes and trail changes raise an alarm where the plan says so",
    controls=("CloudWatch.1", "CloudWatch.4", "CloudWatch.5", "CIS 4.3", "CIS 4.4", "CIS 4.5"),
    remedy=f"Keep the three filters with an alarm each in {_TRAIL}, as the plan's measure cloudtrail-alarms asks",
)
def changes_raise_alarms(evidence: Evidence) -> Iterator[Fault]:
    for key in evidence.builds("cloudtrail-alarms"):
        filters = evidence.at_site(key, FILTER)
        alarmed = {(alarm.get("namespace"), alarm.get("metricName")) for alarm in evidence.at_site(key, ALARM)}
        for control, word in WATCHED_FOR.items():
            metrics = {
                (each.get("metricTransformation.namespace"), each.get("metricTransformation.name"))
                for each in filters
                if word in str(each.get("pattern", ""))
            }
            if not metrics & alarmed:
                text = f"{control}: no alarm on {word}"
                yield Fault(text=text, subject=f"site {key}", at=("compliance", "profile"))


@on_each(
    ALARM,
    id="CloudWatch.15",
    title="An alarm tells someone",
    controls=("CloudWatch.15", "CloudWatch.17"),
    remedy=f"Keep the topic among the alarm's actions in {_TRAIL}",
)
def alarms_tell_someone(alarm: Resource) -> Iterator[str]:
    if "alarmActions" not in alarm.inputs or alarm.inputs["alarmActions"] == [] or alarm.denies("actionsEnabled"):
        yield "rings where nobody hears it"


@on_stack(
    TOPIC,
    ALARM,
    id="alarms.key",
    title="CloudWatch may write to the topics that alarms go to",
    controls=("CloudWatch.15",),
    remedy=f"Encrypt the topic with the stack's key for logs, whose policy admits CloudWatch, in {_TRAIL}",
)
def alarms_reach_their_topic(evidence: Evidence) -> Iterator[Fault]:
    for topic in evidence.of_type(TOPIC):
        if topic.known("kmsMasterKeyId") and str(topic.get("kmsMasterKeyId", "")).endswith("alias/aws/sns"):
            # The policy of AWS's own key admits no service, and can't be changed: alarms are lost without a word.
            yield Fault(text="is encrypted with AWS's key for SNS, which CloudWatch may not use", resource=topic)


@on_each(
    TOPIC,
    TOPIC_POLICY,
    id="SNS.4",
    title="Nobody outside the account publishes or listens to a topic",
    controls=("SNS.4",),
    remedy=f"Leave topic policies out in {_TRAIL}: AWS's own admits this account alone",
)
def topics_are_private(topic: Resource) -> Iterator[str]:
    for statement in statements(topic.document("policy")):
        anyone = statement.get("Principal") in ("*", {"AWS": "*"})
        if statement.get("Effect") == "Allow" and anyone and not statement.get("Condition"):
            yield "anyone may use it"


@on_each(
    SUBSCRIPTION,
    id="alarms.transport",
    title="Alarms travel by mail, or encrypted",
    remedy=f"Use https or e-mail for the subscription in {_TRAIL}",
)
def alarms_travel_encrypted(subscription: Resource) -> Iterator[str]:
    if subscription.get("protocol") == "http":
        yield "goes over plain HTTP"
