from __future__ import annotations

from typing import Any

from tests.poolwright.engine.sandbox.estate import TRUST, Estate, bucket_policy
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

ALARM = {
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 3,
    "metricName": "CPUUtilization",
    "namespace": "AWS/EC2",
    "period": 60,
    "statistic": "Average",
    "threshold": 80,
}
FLOW = {"vpcId": "vpc-1", "trafficType": "ALL", "logDestination": "arn:l", "iamRoleArn": "arn:r"}
SEEN = {"cloudwatchMetricsEnabled": True, "metricName": "m", "sampledRequestsEnabled": True}
RATE = {"rateBasedStatement": {"limit": 100, "aggregateKeyType": "IP"}}
RULE: dict[str, Any] = {
    "name": "a",
    "statement": RATE,
    "priority": 1,
    "action": {"allow": {}},
    "visibilityConfig": SEEN,
}
ACL: dict[str, Any] = {"scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": SEEN, "rules": [RULE]}
TRAIL = {"s3BucketName": "b"}


@cases(
    logs_stay_for_one_of_the_spans=Case(
        "cloudwatch.LogGroup",
        {"retentionInDays": 30},
        {"retentionInDays": 31},
        "InvalidParameterException",
        "retentionInDays",
    ),
    a_log_group_has_a_plain_name=Case(
        "cloudwatch.LogGroup", {"name": "/shop/web"}, {"name": "shop web"}, "InvalidParameterException", "name"
    ),
    an_alarm_has_a_metric=Case("cloudwatch.MetricAlarm", ALARM, {"metricName": None}, "ValidationError", "metricName"),
    an_alarm_has_a_statistic=Case("cloudwatch.MetricAlarm", ALARM, {"statistic": None}, "ValidationError", "statistic"),
    a_period_is_in_minutes=Case("cloudwatch.MetricAlarm", ALARM, {"period": 61}, "InvalidParameterValue", "period"),
    data_points_are_among_those_looked_at=Case(
        "cloudwatch.MetricAlarm", ALARM, {"datapointsToAlarm": 4}, "ValidationError", "datapointsToAlarm"
    ),
    a_comparison_exists=Case(
        "cloudwatch.MetricAlarm", ALARM, {"comparisonOperator": ">"}, "ValidationError", "comparisonOperator"
    ),
    a_flow_log_watches_one_thing=Case("ec2.FlowLog", FLOW, {"subnetId": "subnet-1"}, "InvalidParameter"),
    cloudwatch_takes_logs_from_a_role=Case("ec2.FlowLog", FLOW, {"iamRoleArn": None}, "InvalidParameter", "iamRoleArn"),
    traffic_is_of_a_kind=Case("ec2.FlowLog", FLOW, {"trafficType": "SOME"}, "InvalidParameter", "trafficType"),
    a_trail_has_a_plain_name=Case(
        "cloudtrail.Trail", TRAIL | {"name": "audit"}, {"name": "a"}, "InvalidTrailNameException", "name"
    ),
    a_trail_of_all_regions_has_global_events=Case(
        "cloudtrail.Trail",
        TRAIL | {"isMultiRegionTrail": True},
        {"includeGlobalServiceEvents": False},
        "InvalidParameterCombinationException",
        "includeGlobalServiceEvents",
    ),
    findings_come_at_a_known_frequency=Case(
        "guardduty.Detector",
        {"findingPublishingFrequency": "ONE_HOUR"},
        {"findingPublishingFrequency": "HOURLY"},
        "BadRequestException",
        "findingPublishingFrequency",
    ),
    what_is_scanned_is_known=Case(
        "inspector2.Enabler",
        {"accountIds": ["123456789012"], "resourceTypes": ["ECR"]},
        {"resourceTypes": ["S3"]},
        "ValidationException",
        "resourceTypes[0]",
    ),
    a_web_acl_has_a_scope=Case("wafv2.WebAcl", ACL, {"scope": "GLOBAL"}, "WAFInvalidParameterException", "scope"),
    cloudfront_is_in_one_region=Case(
        "wafv2.WebAcl", ACL, {"scope": "CLOUDFRONT"}, "WAFInvalidParameterException", "scope"
    ),
    rules_have_priorities_of_their_own=Case(
        "wafv2.WebAcl", ACL, {"rules": [RULE, {**RULE, "name": "b"}]}, "WAFInvalidParameterException", "rules"
    ),
    a_rule_has_an_action=Case(
        "wafv2.WebAcl",
        ACL,
        {"rules": [{name: value for name, value in RULE.items() if name != "action"}]},
        "WAFInvalidParameterException",
        "rules[0]",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def role(sandbox: Sandbox) -> Made:
    return sandbox.create("iam.Role", "watcher", assumeRolePolicy=TRUST)


def test_recorder_channel_and_start_come_in_this_order(sandbox: Sandbox) -> None:
    bucket = sandbox.create("s3.Bucket")
    name = bucket["bucket"]
    channel = {"name": "default", "s3BucketName": name}
    assert "NoAvailableConfigurationRecorderException" in sandbox.refusal("cfg.DeliveryChannel", **channel)
    sandbox.create("cfg.Recorder", name="default", roleArn=role(sandbox)["arn"])
    status = {"name": "default", "isEnabled": True}
    assert "NoAvailableDeliveryChannelException" in sandbox.refusal("cfg.RecorderStatus", **status)
    sandbox.create("s3.BucketPolicy", bucket=name, policy=bucket_policy(bucket, "config.amazonaws.com"))
    sandbox.create("cfg.DeliveryChannel", **channel)
    sandbox.create("cfg.RecorderStatus", **status)


def test_a_region_has_one_of_each_watcher(sandbox: Sandbox) -> None:
    sandbox.create("guardduty.Detector", "one")
    assert "a detector already exists" in sandbox.refusal("guardduty.Detector", "two")
    sandbox.create("guardduty.Detector", "far", region="us-east-1")
    standard = {"standardsArn": "arn:aws:securityhub:eu-west-1::standards/x/v/1.0.0"}
    assert "InvalidAccessException" in sandbox.refusal("securityhub.StandardsSubscription", **standard)
    sandbox.create("securityhub.Account", "one")
    assert "ResourceConflictException" in sandbox.refusal("securityhub.Account", "two")
    sandbox.create("securityhub.StandardsSubscription", **standard)
    sandbox.create("accessanalyzer.Analyzer", "one", analyzerName="one")
    assert "ServiceQuotaExceededException" in sandbox.refusal("accessanalyzer.Analyzer", "two", analyzerName="two")


def test_a_flow_log_is_delivered_somewhere_and_once(estate: Estate) -> None:
    watcher = role(estate.sandbox)["arn"]
    inputs = {"vpcId": estate.vpc.id, "trafficType": "ALL", "iamRoleArn": watcher}
    nowhere = "arn:aws:logs:eu-west-1:123456789012:log-group:none"
    assert "does not exist" in estate.sandbox.refusal("ec2.FlowLog", "none", logDestination=nowhere, **inputs)
    logs = estate.add("cloudwatch.LogGroup")["arn"]
    estate.add("ec2.FlowLog", "one", logDestination=logs, **inputs)
    assert "FlowLogAlreadyExists" in estate.sandbox.refusal("ec2.FlowLog", "two", logDestination=logs, **inputs)


def test_a_web_acl_stands_before_an_application_load_balancer(estate: Estate) -> None:
    acl = estate.add("wafv2.WebAcl", **ACL)["arn"]
    subnets = [subnet.id for subnet in estate.subnets]
    net = estate.add("lb.LoadBalancer", "net", loadBalancerType="network", subnets=subnets)["arn"]
    words = estate.sandbox.refusal("wafv2.WebAclAssociation", "net", webAclArn=acl, resourceArn=net)
    assert "WAFInvalidParameterException" in words
    web = estate.add("lb.LoadBalancer", "web", subnets=subnets)["arn"]
    estate.add("wafv2.WebAclAssociation", "web", webAclArn=acl, resourceArn=web)
    gone = f"{str(web)[:-4]}0000"
    assert "WAFNonexistentItemException" in estate.sandbox.refusal(
        "wafv2.WebAclAssociation", "gone", webAclArn=acl, resourceArn=gone
    )
