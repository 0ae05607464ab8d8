"""Outputs of logs, alarms, events, messages and the services that watch an account."""

from __future__ import annotations

import json

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.values import Properties, flag, items, objects, texts


@outputs_of("cloudwatch.LogGroup")
def log_group(making: Making) -> Properties:
    """A log group is known by its name."""
    name = making.made_name()
    return {
        "id": name,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": making.arn("logs", f"log-group:{name}"),
        "logGroupClass": given_or(making.inputs, "logGroupClass", "STANDARD"),
        "deletionProtectionEnabled": flag(making.inputs.get("deletionProtectionEnabled")),
    }


@outputs_of("cloudwatch.MetricAlarm")
def metric_alarm(making: Making) -> Properties:
    """An alarm is known by its name."""
    name = making.given("name")
    return {
        "id": name,
        "arn": making.arn("cloudwatch", f"alarm:{name}"),
        "evaluateLowSampleCountPercentiles": making.given("evaluateLowSampleCountPercentiles"),
    }


@outputs_of("cloudwatch.EventRule")
def event_rule(making: Making) -> Properties:
    """A rule of an event bus; the default bus is not part of its id."""
    name, bus = making.made_name(), making.given("eventBusName", "default")
    place = name if bus == "default" else f"{bus}/{name}"
    return {
        "id": place,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": making.arn("events", f"rule/{place}"),
    }


@outputs_of("cloudwatch.EventTarget")
def event_target(making: Making) -> Properties:
    """A target of a rule."""
    bus = making.given("eventBusName", "default")
    stem = making.given("rule") if bus == "default" else f"{bus}-{making.given('rule')}"
    return {"id": f"{stem}-{making.given('targetId')}"}


@outputs_of("cloudtrail.Trail")
def trail(making: Making) -> Properties:
    """A trail belongs to the region that it was made in."""
    arn = making.arn("cloudtrail", f"trail/{making.given('name')}")
    topic = making.given("snsTopicName")
    return {
        "id": arn,
        "arn": arn,
        "homeRegion": making.region,
        "snsTopicArn": making.arn("sns", topic) if topic and not topic.startswith("arn:") else topic,
    }


@outputs_of("cfg.Recorder")
def recorder(making: Making) -> Properties:
    """A configuration recorder is known by its name."""
    everything: Properties = {
        "allSupported": True,
        "includeGlobalResourceTypes": False,
        "recordingStrategies": [{"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}],
    }
    return {
        "id": making.given("name"),
        "recordingGroup": given_or(making.inputs, "recordingGroup", everything),
        "recordingMode": given_or(making.inputs, "recordingMode", {"recordingFrequency": "CONTINUOUS"}),
    }


@outputs_of("cfg.DeliveryChannel", "cfg.RecorderStatus")
def named_after_itself(making: Making) -> Properties:
    """Known by its name."""
    return {"id": making.given("name")}


@outputs_of("guardduty.Detector")
def detector(making: Making) -> Properties:
    """The region's detector."""
    detector_id = making.hex(32, "detector")
    return {
        "id": detector_id,
        "arn": making.arn("guardduty", f"detector/{detector_id}"),
        "accountId": making.account,
        "findingPublishingFrequency": given_or(making.inputs, "findingPublishingFrequency", "SIX_HOURS"),
        "datasources": making.inputs.get("datasources"),
    }


@outputs_of("accessanalyzer.Analyzer")
def analyzer(making: Making) -> Properties:
    """An analyzer is known by its name."""
    name = making.given("analyzerName")
    return {"id": name, "arn": making.arn("access-analyzer", f"analyzer/{name}")}


@outputs_of("securityhub.Account")
def security_hub(making: Making) -> Properties:
    """Security Hub of the account in the region."""
    return {
        "id": making.account,
        "arn": making.arn("securityhub", "hub/default"),
        "controlFindingGenerator": given_or(making.inputs, "controlFindingGenerator", "SECURITY_CONTROL"),
    }


@outputs_of("securityhub.StandardsSubscription")
def standards_subscription(making: Making) -> Properties:
    """A subscription's ARN has the end of its standard's."""
    standard = making.given("standardsArn")
    tail = standard.partition("ruleset/")[2] or standard.partition("standards/")[2]
    arn = making.arn("securityhub", f"subscription/{tail}")
    return {"id": arn, "arn": arn}


@outputs_of("inspector2.Enabler")
def inspector(making: Making) -> Properties:
    """What Inspector scans in which accounts."""
    accounts = ",".join(sorted(texts(making.inputs.get("accountIds"))))
    return {"id": f"{accounts}-{':'.join(sorted(texts(making.inputs.get('resourceTypes'))))}"}


@outputs_of("wafv2.WebAcl")
def web_acl(making: Making) -> Properties:
    """A web ACL; a rule group of AWS's costs most of its capacity."""
    name = making.made_name()
    acl_id = making.uuid("acl")
    scope = "global" if making.given("scope") == "CLOUDFRONT" else "regional"
    before = "" if making.old is None else str(making.old.get("lockToken"))
    return {
        "id": acl_id,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": making.arn("wafv2", f"{scope}/webacl/{name}/{acl_id}"),
        "capacity": sum(_capacity_units(rule) for rule in objects(making.inputs.get("rules"))),
        "lockToken": making.uuid(f"lock{before}"),
        "applicationIntegrationUrl": "",
    }


@outputs_of("wafv2.WebAclAssociation")
def web_acl_association(making: Making) -> Properties:
    """A web ACL in front of a resource."""
    return {"id": f"{making.given('webAclArn')},{making.given('resourceArn')}"}


@outputs_of("sns.Topic")
def topic(making: Making) -> Properties:
    """A topic is known by its ARN."""
    inputs = making.inputs
    name = making.made_name()
    arn = making.arn("sns", name)
    actions = ("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic")
    actions += ("Subscribe", "ListSubscriptionsByTopic", "Publish")
    policy = {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{action}" for action in actions],
                "Resource": arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": making.account}},
            }
        ],
    }
    return {
        "id": arn,
        "arn": arn,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "owner": making.account,
        "beginningArchiveTime": "",
        "policy": given_or(inputs, "policy", json.dumps(policy)),
        "signatureVersion": given_or(inputs, "signatureVersion", 0),
        "tracingConfig": given_or(inputs, "tracingConfig", "PassThrough"),
        "fifoThroughputScope": making.given("fifoThroughputScope"),
        "maximumMessageSize": given_or(inputs, "maximumMessageSize", 262144),
    }


@outputs_of("sqs.Queue")
def queue(making: Making) -> Properties:
    """A queue is known by its address."""
    inputs = making.inputs
    name = making.made_name()
    url = f"https://sqs.{making.region}.{making.identity.dns_suffix}/{making.account}/{name}"
    fifo = flag(inputs.get("fifoQueue"))
    return {
        "id": url,
        "url": url,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": making.arn("sqs", name),
        "policy": given_or(inputs, "policy", ""),
        "redrivePolicy": given_or(inputs, "redrivePolicy", ""),
        "redriveAllowPolicy": given_or(inputs, "redriveAllowPolicy", ""),
        "kmsDataKeyReusePeriodSeconds": given_or(inputs, "kmsDataKeyReusePeriodSeconds", 300),
        "sqsManagedSseEnabled": given_or(inputs, "sqsManagedSseEnabled", not making.given("kmsMasterKeyId")),
        "deduplicationScope": given_or(inputs, "deduplicationScope", "queue" if fifo else ""),
        "fifoThroughputLimit": given_or(inputs, "fifoThroughputLimit", "perQueue" if fifo else ""),
    }


def _capacity_units(rule: Properties) -> int:
    """Web ACL capacity units: AWS's core rule set takes 700, a rate rule 2, others about 1 for each condition."""
    statement = rule.get("statement")
    if not isinstance(statement, dict):
        return 1
    if "managedRuleGroupStatement" in statement:
        return 700
    return 2 if "rateBasedStatement" in statement else 1 + len(items(statement.get("andStatement")))
