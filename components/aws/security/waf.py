"""Web application firewall: managed rules and a rate limit in front of a load balancer; the log of what it blocks."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import Any

import pulumi
import pulumi_aws as aws

from components.naming import NameKind, SiteNames
from components.options import child_of
from solver.plan.security import WafPlan

_MANAGED: tuple[tuple[str, tuple[str, ...]], ...] = (
    # Documents and prompts are longer than the 8 KiB that SizeRestrictions_BODY would let through: it only counts.
    ("AWSManagedRulesCommonRuleSet", ("SizeRestrictions_BODY",)),
    ("AWSManagedRulesKnownBadInputsRuleSet", ()),
)
"""AWS's rule groups in the order in which they judge, each with the rules that count instead of blocking."""
_SECRET_HEADERS = ("authorization", "cookie")
"""Left out of the log."""


class WebAcl(pulumi.CustomResource):
    """A web ACL, with its properties as AWS's provider names them.

    pulumi_aws has a class for it, whose rules nest in each other in a hundred ways: its 100,000 lines of types take
    0.4 s to load, a tenth of a preview.
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__("aws:wafv2/webAcl:WebAcl", name, {**properties, "arn": None}, _of_pulumi_aws(opts))


class WebAclLog(pulumi.CustomResource):
    """The log of a web ACL; as WebAcl, without pulumi_aws's types."""

    def __init__(self, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        token = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
        super().__init__(token, name, dict(properties), _of_pulumi_aws(opts))


def _of_pulumi_aws(opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """With the plugin's version, which pulumi_aws's own classes add by themselves."""
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(version=metadata.version("pulumi_aws")))


def web_acl(
    name: str,
    plan: WafPlan,
    names: SiteNames,
    *,
    load_balancer_arn: pulumi.Input[str],
    log_key_arn: pulumi.Input[str] | None,
    log_retention_days: int | None,
    parent: pulumi.Resource,
) -> None:
    """The web ACL of one load balancer; with a retention, blocked requests are logged for as long."""
    key = plan.load_balancer
    metric = names.physical(NameKind.WEB_ACL, key)
    acl = WebAcl(
        f"{name}-waf-{key}",
        {
            "name": metric,
            "description": f"In front of load balancer {key}",
            "scope": "REGIONAL",
            "defaultAction": {"allow": {}},
            "rules": [_rate_limit(plan, metric), *_managed_rules(metric)],
            "visibilityConfig": _visible(metric),
            "tags": names.tags("waf", key),
        },
        child_of(parent),
    )
    aws.wafv2.WebAclAssociation(
        f"{name}-waf-{key}", resource_arn=load_balancer_arn, web_acl_arn=acl.arn, opts=child_of(parent)
    )
    if log_retention_days is not None:
        group = aws.cloudwatch.LogGroup(
            f"{name}-waf-{key}",
            name=names.waf_log_group(key),
            retention_in_days=log_retention_days,
            kms_key_id=log_key_arn,
            tags=names.tags("waf", key),
            opts=child_of(parent),
        )
        WebAclLog(
            f"{name}-waf-{key}",
            {
                "resourceArn": acl.arn,
                "logDestinationConfigs": [group.arn],
                "redactedFields": [{"singleHeader": {"name": header}} for header in _SECRET_HEADERS],
                "loggingFilter": {
                    "defaultBehavior": "DROP",
                    "filters": [
                        {
                            "behavior": "KEEP",
                            "requirement": "MEETS_ANY",
                            "conditions": [{"actionCondition": {"action": "BLOCK"}}],
                        }
                    ],
                },
            },
            child_of(parent),
        )


def _visible(metric: str) -> dict[str, Any]:
    return {"cloudwatchMetricsEnabled": True, "metricName": metric, "sampledRequestsEnabled": True}


def _rate_limit(plan: WafPlan, metric: str) -> dict[str, Any]:
    return {
        "name": "rate-limit",
        "priority": 0,
        "action": {"block": {}},
        "statement": {
            "rateBasedStatement": {
                "aggregateKeyType": "IP",
                "limit": plan.requests_per_5_minutes,
                "evaluationWindowSec": 300,
            }
        },
        "visibilityConfig": _visible(f"{metric}-rate-limit"),
    }


def _managed_rules(metric: str) -> list[dict[str, Any]]:
    return [
        {
            "name": group,
            "priority": priority,
            "overrideAction": {"none": {}},
            "statement": {
                "managedRuleGroupStatement": {
                    "vendorName": "AWS",
                    "name": group,
                    "ruleActionOverrides": [{"name": rule, "actionToUse": {"count": {}}} for rule in counted],
                }
            },
            "visibilityConfig": _visible(f"{metric}-{group}"),
        }
        for priority, (group, counted) in enumerate(_MANAGED, start=1)
    ]
