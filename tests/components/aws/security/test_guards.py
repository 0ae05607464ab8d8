"""Web application firewalls."""

from __future__ import annotations

from typing import Any

from tests.components import plans
from tests.components.aws.early import Early, early, with_measures
from tests.recorder import Recording


def rules(recorded: Recording[Early]) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in recorded.one(":WebAcl").inputs["rules"]}


def test_a_planned_firewall_stands_in_front_of_its_load_balancer(full: Recording[Early]) -> None:
    association = full.one(":WebAclAssociation").inputs
    assert association["resourceArn"] == full.one(":LoadBalancer", "main-network-public").arn
    assert association["webAclArn"] == full.one(":WebAcl").arn


def test_it_has_a_rate_limit_and_two_managed_rule_groups(full: Recording[Early]) -> None:
    made = rules(full)
    assert made["rate-limit"]["statement"]["rateBasedStatement"]["limit"] == 2000
    assert set(made) == {"rate-limit", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"}
    assert sorted(rule["priority"] for rule in made.values()) == [0, 1, 2]


def test_long_bodies_are_counted_not_blocked(full: Recording[Early]) -> None:
    statement = rules(full)["AWSManagedRulesCommonRuleSet"]["statement"]["managedRuleGroupStatement"]
    assert statement["ruleActionOverrides"] == [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}]


def test_blocked_requests_are_logged_when_that_was_chosen(full: Recording[Early]) -> None:
    assert full.of_type(":WebAclLoggingConfiguration") == ()
    recorded = early(with_measures(plans.full_site(), "waf", "waf-logs"))
    logging = recorded.one(":WebAclLoggingConfiguration").inputs
    assert logging["loggingFilter"]["defaultBehavior"] == "DROP"
    group = recorded.one(":LogGroup", "main-guards-waf-public")
    assert logging["logDestinationConfigs"] == [group.arn]
    assert group.inputs["name"] == "aws-waf-logs-prod-main-public"
    assert group.inputs["kmsKeyId"] == recorded.one(":Key", "main-security-key-logs").arn
    assert [field["singleHeader"]["name"] for field in logging["redactedFields"]] == ["authorization", "cookie"]


def test_no_firewall_without_one_in_the_plan(minimal: Recording[Early]) -> None:
    assert minimal.of_type(":WebAcl") == ()
