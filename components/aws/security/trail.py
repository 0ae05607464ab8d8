"""CloudTrail: who did what in the account, in files that can't be changed unseen; events and alarms on request."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.alarm_topic import alarm_topic
from components.aws.security.audit_bucket import TRAIL_PREFIX
from components.aws.security.policies import allow, document, trust
from components.aws.security.watch import Watch
from components.naming import NameKind
from solver.plan.security import KeyPurpose


@dataclass(frozen=True, kw_only=True)
class _Alarm:
    """A count of events that should stay at 0."""

    key: str
    text: str
    pattern: str
    """CloudWatch Logs' filter pattern, as the CIS benchmark words the condition."""


_ALARMS = (
    _Alarm(
        key="iam-changes",
        text="Someone changed an IAM policy",
        pattern="{ $.eventSource = iam.amazonaws.com && ("
        + " || ".join(
            f"$.eventName = {event}"
            for event in (
                "AttachGroupPolicy",
                "AttachRolePolicy",
                "AttachUserPolicy",
                "CreatePolicy",
                "CreatePolicyVersion",
                "DeleteGroupPolicy",
                "DeletePolicy",
                "DeletePolicyVersion",
                "DeleteRolePolicy",
                "DeleteUserPolicy",
                "DetachGroupPolicy",
                "DetachRolePolicy",
                "DetachUserPolicy",
                "PutGroupPolicy",
                "PutRolePolicy",
                "PutUserPolicy",
            )
        )
        + ") }",
    ),
    _Alarm(
        key="root-use",
        text="Someone used the account's root user",
        pattern='{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS'
        ' && $.eventType != "AwsServiceEvent" }',
    ),
    _Alarm(
        key="trail-changes",
        text="Someone changed a trail",
        pattern="{ "
        + " || ".join(
            f"$.eventName = {event}"
            for event in ("CreateTrail", "DeleteTrail", "StartLogging", "StopLogging", "UpdateTrail")
        )
        + " }",
    ),
)


def trail(watch: Watch) -> None:
    """A trail of all regions with file validation; encryption, log group, object events and alarms where chosen."""
    group: aws.cloudwatch.LogGroup | None = None
    writer: aws.iam.Role | None = None
    waits_for: list[pulumi.Resource] = []
    if "cloudtrail-logs" in watch.measures:
        group, writer, policy = _log_group(watch)
        waits_for.append(policy)
    encrypted = "cloudtrail-encryption" in watch.measures
    aws.cloudtrail.Trail(
        f"{watch.name}-trail",
        name=watch.names.physical(NameKind.TRAIL, "trail"),
        s3_bucket_name=watch.trail_log(),
        s3_key_prefix=TRAIL_PREFIX,
        is_multi_region_trail=True,
        include_global_service_events=True,
        enable_log_file_validation=True,
        kms_key_id=watch.key_arns.get(KeyPurpose.LOGS) if encrypted else None,
        cloud_watch_logs_group_arn=None if group is None else group.arn.apply(lambda arn: f"{arn}:*"),
        cloud_watch_logs_role_arn=None if writer is None else writer.arn,
        advanced_event_selectors=_object_events(watch) if "cloudtrail-object-events" in watch.measures else None,
        tags=watch.names.tags("trail"),
        opts=pulumi.ResourceOptions(parent=watch.parent, depends_on=waits_for),
    )
    if group is not None and "cloudtrail-alarms" in watch.measures:
        _alarms(watch, group)


def _object_events(watch: Watch) -> list[aws.cloudtrail.TrailAdvancedEventSelectorArgsDict]:
    """Reads and writes of objects in the stack's own buckets, beside the management events."""
    arns = [f"{watch.names.bucket_arn(bucket.key)}/" for bucket in watch.storage.buckets]
    management: aws.cloudtrail.TrailAdvancedEventSelectorArgsDict = {
        "name": "management",
        "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}],
    }
    if not arns:
        return [management]
    return [
        management,
        {
            "name": "objects",
            "field_selectors": [
                {"field": "eventCategory", "equals": ["Data"]},
                {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                {"field": "resources.ARN", "starts_withs": arns},
            ],
        },
    ]


def _log_group(watch: Watch) -> tuple[aws.cloudwatch.LogGroup, aws.iam.Role, aws.iam.RolePolicy]:
    group_name = watch.names.log_group("trail")
    group = aws.cloudwatch.LogGroup(
        f"{watch.name}-trail",
        name=group_name,
        retention_in_days=watch.plan.trail_retention_days,
        kms_key_id=watch.key_arns.get(KeyPurpose.LOGS),
        tags=watch.names.tags("trail"),
        opts=watch.child(),
    )
    role = aws.iam.Role(
        f"{watch.name}-trail",
        name=watch.names.physical(NameKind.ROLE, "trail"),
        description="CloudTrail writes events to CloudWatch Logs",
        assume_role_policy=trust(
            "cloudtrail.amazonaws.com", condition={"StringEquals": {"aws:SourceAccount": watch.names.account_id}}
        ),
        permissions_boundary=watch.names.boundary_arn,
        tags=watch.names.tags("trail"),
        opts=watch.child(),
    )
    # CloudTrail makes one stream for each region, named by account and region.
    stream = f"log-group:{group_name}:log-stream:{watch.names.account_id}_CloudTrail_*"
    policy = aws.iam.RolePolicy(
        f"{watch.name}-trail",
        name="write-events",
        role=role.name,
        policy=document(
            [allow("Write", ["logs:CreateLogStream", "logs:PutLogEvents"], [watch.names.arn("logs", stream)])]
        ),
        opts=watch.child(),
    )
    return group, role, policy


def _alarms(watch: Watch, group: aws.cloudwatch.LogGroup) -> None:
    """Three alarms and their topic."""
    topic = alarm_topic(
        f"{watch.name}-alarms", watch.names, key_arn=watch.key_arns.get(KeyPurpose.LOGS), parent=watch.parent
    )
    namespace = f"Poolwright/{watch.names.stack}/{watch.names.site}"
    for alarm in _ALARMS:
        aws.cloudwatch.LogMetricFilter(
            f"{watch.name}-{alarm.key}",
            name=alarm.key,
            log_group_name=group.name,
            pattern=alarm.pattern,
            metric_transformation={"name": alarm.key, "namespace": namespace, "value": "1", "default_value": "0"},
            opts=watch.child(),
        )
        aws.cloudwatch.MetricAlarm(
            f"{watch.name}-{alarm.key}",
            alarm_description=alarm.text,
            namespace=namespace,
            metric_name=alarm.key,
            statistic="Sum",
            period=300,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[topic.arn],
            tags=watch.names.tags(alarm.key),
            opts=watch.child(),
        )
