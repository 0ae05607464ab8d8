"""Web application firewall: managed rules and a rate limit in front of a load balancer; the log of what it blocks."""

from __future__ import annotations

from collections.abc import Sequence

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
    acl = aws.wafv2.WebAcl(
        f"{name}-waf-{key}",
        name=metric,
        description=f"In front of load balancer {key}",
        scope="REGIONAL",
        default_action={"allow": {}},
        rules=[_rate_limit(plan, metric), *_managed_rules(metric)],
        visibility_config=_visible(metric),
        tags=names.tags("waf", key),
        opts=child_of(parent),
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
        aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-waf-{key}",
            resource_arn=acl.arn,
            log_destination_configs=[group.arn],
            redacted_fields=[{"single_header": {"name": header}} for header in _SECRET_HEADERS],
            logging_filter={
                "default_behavior": "DROP",
                "filters": [
                    {
                        "behavior": "KEEP",
                        "requirement": "MEETS_ANY",
                        "conditions": [{"action_condition": {"action": "BLOCK"}}],
                    }
                ],
            },
            opts=child_of(parent),
        )


def _visible(metric: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}


def _rate_limit(plan: WafPlan, metric: str) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": "rate-limit",
        "priority": 0,
        "action": {"block": {}},
        "statement": {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "limit": plan.requests_per_5_minutes,
                "evaluation_window_sec": 300,
            }
        },
        "visibility_config": _visible(f"{metric}-rate-limit"),
    }


def _managed_rules(metric: str) -> Sequence[aws.wafv2.WebAclRuleArgsDict]:
    return [
        {
            "name": group,
            "priority": priority,
            "override_action": {"none": {}},
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": group,
                    "rule_action_overrides": [{"name": rule, "action_to_use": {"count": {}}} for rule in counted],
                }
            },
            "visibility_config": _visible(f"{metric}-{group}"),
        }
        for priority, (group, counted) in enumerate(_MANAGED, start=1)
    ]
