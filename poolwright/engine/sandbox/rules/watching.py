"""Logs, alarms, trails, configuration recorders and the services that watch an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.quotas import quota
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, objects, text, texts, whole

_LOG_GROUP: Final = re.compile(r"^[.\-_/#A-Za-z0-9]{1,512}$")
_RETENTIONS: Final = frozenset(
    {0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)
_PERIODS: Final = frozenset({10, 20, 30})
_COMPARISONS: Final = frozenset(
    {
        "GreaterThanOrEqualToThreshold",
        "GreaterThanThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
        "LessThanLowerOrGreaterThanUpperThreshold",
        "LessThanLowerThreshold",
        "GreaterThanUpperThreshold",
    }
)
_STATISTICS: Final = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum"})
_MISSING: Final = frozenset({"missing", "ignore", "breaching", "notBreaching"})
_TRAFFIC: Final = frozenset({"ACCEPT", "REJECT", "ALL"})
_TARGETS: Final = (
    "vpcId",
    "subnetId",
    "eniId",
    "transitGatewayId",
    "transitGatewayAttachmentId",
    "regionalNatGatewayId",
)
_FREQUENCIES: Final = frozenset({"FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"})
_SCANNED: Final = frozenset({"EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"})


@validates("cloudwatch.LogGroup")
def log_group_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A name of plain characters; one of the spans that CloudWatch keeps logs for."""
    name, days = text(inputs.get("name")), whole(inputs.get("retentionInDays"))
    if name is not None and not _LOG_GROUP.match(name):
        words = f"Value '{name[:80]}' at 'logGroupName' failed to satisfy constraint: [\\.\\-_/#A-Za-z0-9]+"
        yield Refusal("InvalidParameterException", words, "name")
    if days is not None and days not in _RETENTIONS:
        words = f"{days} is not a valid retention; {', '.join(map(str, sorted(_RETENTIONS)))} days are allowed"
        yield Refusal("InvalidParameterException", words, "retentionInDays")


@validates("ec2.FlowLog")
def flow_log_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """One thing that is watched, where the log goes, and a role where CloudWatch takes it."""
    watched = [name for name in _TARGETS if inputs.get(name) is not None]
    if len(watched) != 1:
        words = f"one of {', '.join(_TARGETS)} must be given, found {', '.join(watched) or 'none'}"
        yield Refusal("InvalidParameter", words)
    kind = inputs.get("logDestinationType")
    if kind == "cloud-watch-logs" and inputs.get("iamRoleArn") is None:
        words = "DeliverLogsPermissionArn must be given for the destination cloud-watch-logs"
        yield Refusal("InvalidParameter", words, "iamRoleArn")
    if kind == "s3" and inputs.get("iamRoleArn") is not None:
        words = "DeliverLogsPermissionArn is not applicable for s3 delivery"
        yield Refusal("InvalidParameter", words, "iamRoleArn")
    if inputs.get("logDestination") is None:
        yield Refusal("InvalidParameter", "LogDestination must be given", "logDestination")
    traffic = text(inputs.get("trafficType"))
    if watched and not watched[0].startswith("transit") and inputs.get("trafficType") is None:
        yield Refusal("MissingParameter", "The request must contain the parameter trafficType", "trafficType")
    if traffic is not None and traffic not in _TRAFFIC:
        yield Refusal("InvalidParameter", f"trafficType {traffic}: ACCEPT, REJECT or ALL is allowed", "trafficType")
    if whole(inputs.get("maxAggregationInterval")) not in (None, 60, 600):
        words = f"maxAggregationInterval {inputs.get('maxAggregationInterval')}: 60 or 600 is allowed"
        yield Refusal("InvalidParameter", words, "maxAggregationInterval")


@refuses("ec2.FlowLog", on=(Action.CREATE,))
def flow_log_can_be_delivered(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The bucket or log group exists; a resource has no two equal logs, and few of them."""
    inputs = change.inputs
    arn = (text(inputs.get("logDestination")) or "").removesuffix(":*")
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    if ":logs:" in arn and account == cloud.identity.account and cloud.by_arn("cloudwatch.LogGroup", arn) is None:
        yield Refusal("InvalidParameter", f"LogDestination: {arn} does not exist", "logDestination")
    if ":s3:::" in arn and cloud.get("s3.Bucket", arn.partition(":::")[2].partition("/")[0]) is None:
        yield Refusal("InvalidParameter", f"LogDestination: {arn} does not exist", "logDestination")
    role = text(inputs.get("iamRoleArn"))
    if role is not None and f":{cloud.identity.account}:" in role and cloud.by_arn("iam.Role", role) is None:
        words = f"Access Denied for LogDestination: {arn}. The role {role} does not exist."
        yield Refusal("InvalidParameter", words, "iamRoleArn")
    watched = next((name for name in _TARGETS if inputs.get(name) is not None), "vpcId")
    there = cloud.where("ec2.FlowLog", watched, inputs.get(watched))
    same = ("logDestination", "trafficType", "logFormat")
    if any(all(other.outputs.get(name) == inputs.get(name) for name in same[:2]) for other in there):
        words = (
            f"There is an existing Flow Log with the same configuration and log destination for {inputs.get(watched)}"
        )
        yield Refusal("FlowLogAlreadyExists", words)
    most = quota("flow-logs-per-resource")
    if most is not None and len(there) >= most:
        words = f"The maximum number of flow logs per resource has been reached: {most}"
        yield Refusal("FlowLogsLimitExceeded", words)


@validates("cloudwatch.MetricAlarm")
def alarm_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A metric with a statistic and a period, or queries; a comparison; as many data points as it looks at."""
    code = "ValidationError"
    comparison, missing = text(inputs.get("comparisonOperator")), text(inputs.get("treatMissingData"))
    if comparison is not None and comparison not in _COMPARISONS:
        words = f"comparisonOperator {comparison}: {', '.join(sorted(_COMPARISONS))} are allowed"
        yield Refusal(code, words, "comparisonOperator")
    if missing is not None and missing not in _MISSING:
        words = f"treatMissingData {missing}: {', '.join(sorted(_MISSING))} are allowed"
        yield Refusal(code, words, "treatMissingData")
    queries = inputs.get("metricQueries") or inputs.get("evaluationCriteria")
    if not queries and inputs.get("metricName") is None:
        words = "one of metricName and metricQueries must be given"
        yield Refusal(code, words, "metricName")
    if inputs.get("metricQueries") and inputs.get("metricName") is not None:
        yield Refusal(code, "metricName and metricQueries can't be given together", "metricQueries")
    if inputs.get("metricName") is not None:
        if inputs.get("statistic") is None and inputs.get("extendedStatistic") is None:
            words = "One of `statistic` or `extended_statistic` must be set for a cloudwatch metric alarm"
            yield Refusal(code, words, "statistic")
        period = whole(inputs.get("period"))
        if inputs.get("period") is None:
            yield Refusal(code, "The parameter Period must be given", "period")
        if period is not None and period not in _PERIODS and (period < 60 or period % 60):
            words = f"Period {period} must be 10, 20, 30 or a multiple of 60"
            yield Refusal("InvalidParameterValue", words, "period")
    statistic = text(inputs.get("statistic"))
    if statistic is not None and statistic not in _STATISTICS:
        words = f"statistic {statistic}: {', '.join(sorted(_STATISTICS))} are allowed"
        yield Refusal(code, words, "statistic")
    looks, points = whole(inputs.get("evaluationPeriods")), whole(inputs.get("datapointsToAlarm"))
    if looks is not None and looks < 1:
        yield Refusal(code, "EvaluationPeriods must be at least 1", "evaluationPeriods")
    if looks is not None and points is not None and not 1 <= points <= looks:
        words = f"DatapointsToAlarm {points} must be between 1 and EvaluationPeriods {looks}"
        yield Refusal(code, words, "datapointsToAlarm")


@validates("cloudtrail.Trail")
def trail_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A name of 3 to 128 plain characters; a log group with its role; one kind of event selector."""
    name = text(inputs.get("name"))
    if name is not None and not re.match(r"^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$", name):
        words = f"Trail name {name} must have 3 to 128 letters, numbers, periods, underscores and dashes"
        yield Refusal("InvalidTrailNameException", words, "name")
    if (inputs.get("cloudWatchLogsGroupArn") is None) != (inputs.get("cloudWatchLogsRoleArn") is None):
        words = "cloudWatchLogsGroupArn and cloudWatchLogsRoleArn must be given together"
        yield Refusal("InvalidCloudWatchLogsLogGroupArnException", words, "cloudWatchLogsGroupArn")
    if inputs.get("eventSelectors") and inputs.get("advancedEventSelectors"):
        words = "eventSelectors and advancedEventSelectors can't be given together"
        yield Refusal("InvalidEventSelectorsException", words, "advancedEventSelectors")
    if flag(inputs.get("isMultiRegionTrail")) and inputs.get("includeGlobalServiceEvents") is False:
        words = "Multi-Region trail must include global service events."
        yield Refusal("InvalidParameterCombinationException", words, "includeGlobalServiceEvents")


@refuses("cfg.DeliveryChannel", on=(Action.CREATE,))
def channel_has_a_recorder(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A recorder comes before its channel, of which there is one."""
    if not cloud.all("cfg.Recorder"):
        words = "Configuration recorder is not available to put delivery channel."
        yield Refusal("NoAvailableConfigurationRecorderException", words)
    if cloud.all("cfg.DeliveryChannel"):
        words = "Failed to put delivery channel because the maximum number of delivery channels: 1 is reached."
        yield Refusal("MaxNumberOfDeliveryChannelsExceededException", words)


@refuses("cfg.RecorderStatus")
def recorder_has_a_channel(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A recorder starts only with a channel."""
    if flag(change.inputs.get("isEnabled")) and not cloud.all("cfg.DeliveryChannel"):
        words = "Delivery channel is not available to start configuration recorder."
        yield Refusal("NoAvailableDeliveryChannelException", words, "isEnabled")


@validates("guardduty.Detector")
def detector_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """One of the three frequencies."""
    given = text(inputs.get("findingPublishingFrequency"))
    if given is not None and given not in _FREQUENCIES:
        words = f"findingPublishingFrequency {given}: {', '.join(sorted(_FREQUENCIES))} are allowed"
        yield Refusal("BadRequestException", words, "findingPublishingFrequency")


@refuses("securityhub.Account", on=(Action.CREATE,))
def hub_is_not_there_yet(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A region has one hub."""
    if cloud.all("securityhub.Account"):
        yield Refusal("ResourceConflictException", "Account is already subscribed to Security Hub")


@refuses("securityhub.StandardsSubscription", on=(Action.CREATE,))
def standard_needs_the_hub(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A standard is subscribed to after the hub."""
    if not cloud.all("securityhub.Account"):
        words = f"Account {cloud.identity.account} is not subscribed to AWS Security Hub"
        yield Refusal("InvalidAccessException", words, "standardsArn")


@validates("inspector2.Enabler")
def scanned_kinds_are_known(inputs: Properties) -> Iterator[Refusal]:
    """Only what Inspector can scan."""
    for index, kind in enumerate(texts(inputs.get("resourceTypes"))):
        if kind not in _SCANNED:
            words = f"resourceTypes {kind}: {', '.join(sorted(_SCANNED))} are allowed"
            yield Refusal("ValidationException", words, f"resourceTypes[{index}]")


@validates("wafv2.WebAcl")
def web_acl_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A scope, one default action, rules with priorities and names of their own."""
    code = "WAFInvalidParameterException"
    scope = text(inputs.get("scope"))
    if scope is not None and scope not in ("REGIONAL", "CLOUDFRONT"):
        yield Refusal(code, f"scope {scope}: REGIONAL or CLOUDFRONT is allowed", "scope")
    region = text(inputs.get("region"))
    if scope == "CLOUDFRONT" and region not in (None, "us-east-1"):
        yield Refusal(code, f"The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT in {region}", "scope")
    default = fields(inputs.get("defaultAction"))
    if default and len([name for name in ("allow", "block") if default.get(name) is not None]) != 1:
        yield Refusal(code, "one of defaultAction.allow and defaultAction.block must be given", "defaultAction")
    rules = objects(inputs.get("rules"))
    for field in ("priority", "name"):
        values: list[Value] = [rule.get(field) for rule in rules]
        if any(values.count(value) > 1 for value in values):
            yield Refusal("WAFInvalidParameterException", f"Two rules of a web ACL have the same {field}", "rules")
    for index, rule in enumerate(rules):
        if (rule.get("action") is None) == (rule.get("overrideAction") is None):
            words = "one of action and overrideAction must be given"
            yield Refusal(code, words, f"rules[{index}]")


@refuses("wafv2.WebAclAssociation", on=(Action.CREATE,))
def resource_has_one_web_acl(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """What is protected exists; of load balancers those for applications."""
    arn = text(change.inputs.get("resourceArn")) or ""
    if ":loadbalancer/" not in arn:
        return
    balancer = cloud.by_arn("lb.LoadBalancer", arn)
    if balancer is None:
        words = f"AWS WAF couldn't perform the operation because your resource doesn't exist: {arn}"
        yield Refusal("WAFNonexistentItemException", words, "resourceArn")
    elif balancer.outputs.get("loadBalancerType") != "application":
        words = f"The ARN isn't valid. A valid ARN is that of an application load balancer: {arn}"
        yield Refusal("WAFInvalidParameterException", words, "resourceArn")
