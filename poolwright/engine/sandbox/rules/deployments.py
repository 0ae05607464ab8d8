"""Deployments of ECS services: strategies with their times, and what moves requests from a version to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.rule import Change, Refusal, refuses, remarks, validates
from poolwright.engine.sandbox.values import Properties, fields, flag, items, number, objects, text, texts

_INVALID: Final = "InvalidParameterException"
_STRATEGIES: Final = ("ROLLING", "BLUE_GREEN", "CANARY", "LINEAR")
_MOST_MINUTES: Final = 1440
_STEPS: Final = {
    "CANARY": ("canaryConfiguration", "canaryPercent", 0.1, "canaryBakeTimeInMinutes"),
    "LINEAR": ("linearConfiguration", "stepPercent", 3.0, "stepBakeTimeInMinutes"),
}
"""Strategy → its part of the configuration, its percent with the least one, its minutes."""
_STAGES: Final = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
)
_FUNCTION: Final = re.compile(r"^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:")
_RULE: Final = re.compile(r"^arn:[\w-]+:elasticloadbalancing:[^:]+:\d+:listener-rule/app/")


@validates("ecs.Service")
def deployment_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A strategy that exists, with its own figures in range; load balancers have all that it needs."""
    configuration = fields(inputs.get("deploymentConfiguration"))
    strategy = text(configuration.get("strategy")) or "ROLLING"
    if strategy not in _STRATEGIES:
        words = f"Invalid deployment strategy {strategy}: {', '.join(_STRATEGIES)} are allowed"
        yield Refusal(_INVALID, words, "deploymentConfiguration.strategy")
        return
    for owner, (part, percent, least, minutes) in _STEPS.items():
        given = fields(configuration.get(part))
        if owner == strategy and not given:
            yield Refusal(_INVALID, f"{part} is required for the {owner} strategy", f"deploymentConfiguration.{part}")
        if owner != strategy and given:
            words = f"{part} can only be specified with the {owner} strategy"
            yield Refusal(_INVALID, words, f"deploymentConfiguration.{part}")
        share = number(given.get(percent))
        if share is not None and not least <= share <= 100:
            words = f"{percent} {share:g} must be between {least:g} and 100"
            yield Refusal(_INVALID, words, f"deploymentConfiguration.{part}.{percent}")
        yield from _minutes(given, minutes, f"deploymentConfiguration.{part}")
    yield from _minutes(configuration, "bakeTimeInMinutes", "deploymentConfiguration")
    yield from _hooks(configuration)
    targets = objects(inputs.get("loadBalancers"))
    if strategy in _STEPS and not targets and not fields(inputs.get("serviceConnectConfiguration")):
        words = f"The {strategy} strategy requires a load balancer or Service Connect"
        yield Refusal(_INVALID, words, "deploymentConfiguration.strategy")
    for index, target in enumerate(targets):
        path = f"loadBalancers[{index}].advancedConfiguration"
        if strategy != "ROLLING" and not fields(target.get("advancedConfiguration")):
            words = f"advancedConfiguration is required for load balancers with the {strategy} strategy"
            yield Refusal(_INVALID, words, path)
        yield from _rules(fields(target.get("advancedConfiguration")), path)
    alarms = fields(inputs.get("alarms"))
    if flag(alarms.get("enable")) and not items(alarms.get("alarmNames")):
        yield Refusal(
            _INVALID, "At least one alarm name must be specified when alarms are enabled", "alarms.alarmNames"
        )


def _hooks(configuration: Properties) -> Iterator[Refusal]:
    """Moments that there are, and for a function its ARN and the role that may call it."""
    for index, hook in enumerate(objects(configuration.get("lifecycleHooks"))):
        path = f"deploymentConfiguration.lifecycleHooks[{index}]"
        for stage in texts(hook.get("lifecycleStages")):
            if stage not in _STAGES:
                words = f"Invalid lifecycle stage {stage}: {', '.join(_STAGES)} are allowed"
                yield Refusal(_INVALID, words, f"{path}.lifecycleStages")
        if text(hook.get("targetType")) == "PAUSE":
            continue
        arn = text(hook.get("hookTargetArn"))
        if "hookTargetArn" not in hook or (arn is not None and not _FUNCTION.match(arn)):
            words = f"hookTargetArn must be the ARN of a Lambda function. Got: {arn}"
            yield Refusal(_INVALID, words, f"{path}.hookTargetArn")
        if "roleArn" not in hook:
            yield Refusal(_INVALID, "roleArn is required for lifecycle hooks of functions", f"{path}.roleArn")


def _minutes(given: Properties, name: str, path: str) -> Iterator[Refusal]:
    value = text(given.get(name))
    if value is not None and not (value.isdecimal() and int(value) <= _MOST_MINUTES):
        yield Refusal(_INVALID, f"{name} {value} must be between 0 and {_MOST_MINUTES}", f"{path}.{name}")


def _rules(advanced: Properties, path: str) -> Iterator[Refusal]:
    for name in ("productionListenerRule", "testListenerRule"):
        arn = text(advanced.get(name))
        if arn is not None and arn.startswith("arn:") and ":listener/app/" in arn and not _RULE.match(arn):
            words = f"{name} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: {arn}"
            yield Refusal(_INVALID, words, f"{path}.{name}")
    production = text(advanced.get("productionListenerRule"))
    if production is not None and production == text(advanced.get("testListenerRule")):
        words = f"The following rules cannot be used as both production and test listener rules: {production}"
        yield Refusal(_INVALID, words, f"{path}.testListenerRule")


@refuses("ecs.Service")
def both_groups_are_alike(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The other target group is another one, for the same sort of targets."""
    for index, target in enumerate(objects(change.inputs.get("loadBalancers"))):
        path = f"loadBalancers[{index}].advancedConfiguration.alternateTargetGroupArn"
        other = text(fields(target.get("advancedConfiguration")).get("alternateTargetGroupArn"))
        if other is None:
            continue
        first = cloud.by_arn("lb.TargetGroup", target.get("targetGroupArn"))
        second = cloud.by_arn("lb.TargetGroup", other)
        if other == text(target.get("targetGroupArn")):
            yield Refusal(_INVALID, f"targetGroupArn and alternateTargetGroupArn must be different: {other}", path)
        if first is not None and second is not None and first.outputs["targetType"] != second.outputs["targetType"]:
            words = f"The target groups {first.id} and {second.id} must have the same target type"
            yield Refusal(_INVALID, words, path)


@remarks("ecs.Service")
def a_rule_leads_to_both_groups(change: Change, cloud: Cloud) -> Iterator[str]:
    """ECS takes a service whose production rule knows one of its groups, and rolls every deployment back."""
    for target in objects(change.inputs.get("loadBalancers")):
        advanced = fields(target.get("advancedConfiguration"))
        rule = cloud.by_arn("lb.ListenerRule", advanced.get("productionListenerRule"))
        if rule is None or advanced.get("testListenerRule") is not None:
            continue
        known = {*texts_at(rule.outputs, "actions.targetGroupArn")}
        known |= {*texts_at(rule.outputs, "actions.forward.targetGroups.arn")}
        if not {text(target.get("targetGroupArn")), text(advanced.get("alternateTargetGroupArn"))} <= known:
            yield (
                f"service {change.inputs.get('name')}: its deployments will be rolled back. Both targetGroup and "
                "alternateTargetGroup must be associated with the productionListenerRule or testListenerRule."
            )
