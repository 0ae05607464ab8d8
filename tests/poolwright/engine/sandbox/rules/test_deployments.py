from __future__ import annotations

from typing import Any

import pytest

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases
from tests.poolwright.engine.sandbox.rules.test_services import SERVICE, Shop

CODE = "InvalidParameterException"
SET = "deploymentConfiguration"
ADVANCED = "loadBalancers[0].advancedConfiguration"
GREEN = {"alternateTargetGroupArn": "b", "productionListenerRule": "r", "roleArn": "x"}
TARGET = {"targetGroupArn": "a", "containerName": "web", "containerPort": 80, "advancedConfiguration": GREEN}
CANARY: dict[str, Any] = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 10}}
HOOK: dict[str, Any] = {
    "lifecycleStages": ["POST_SCALE_UP"],
    "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:smoke",
    "roleArn": "x",
}
GOOD: dict[str, Any] = {
    "name": "web",
    "taskDefinition": "web:1",
    "desiredCount": 1,
    "loadBalancers": [TARGET],
    "deploymentConfiguration": CANARY,
}
LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/abc123/def456"


def deployed(**changes: Any) -> dict[str, Any]:
    return {"deploymentConfiguration": {**CANARY, **changes}}


def behind(**changes: Any) -> dict[str, Any]:
    return {"loadBalancers": [{**TARGET, "advancedConfiguration": {**GREEN, **changes}}]}


@cases(
    a_strategy_exists=Case(SERVICE, GOOD, deployed(strategy="GREEN"), CODE, "deploymentConfiguration.strategy"),
    a_hook_has_a_stage_that_there_is=Case(
        SERVICE,
        GOOD | deployed(lifecycleHooks=[HOOK]),
        deployed(lifecycleHooks=[HOOK | {"lifecycleStages": ["AFTER"]}]),
        CODE,
        f"{SET}.lifecycleHooks[0].lifecycleStages",
    ),
    a_hook_calls_a_function=Case(
        SERVICE,
        GOOD | deployed(lifecycleHooks=[HOOK]),
        deployed(lifecycleHooks=[HOOK | {"hookTargetArn": "smoke"}]),
        CODE,
        f"{SET}.lifecycleHooks[0].hookTargetArn",
    ),
    a_hook_has_a_role=Case(
        SERVICE,
        GOOD | deployed(lifecycleHooks=[HOOK]),
        deployed(lifecycleHooks=[{key: value for key, value in HOOK.items() if key != "roleArn"}]),
        CODE,
        f"{SET}.lifecycleHooks[0].roleArn",
    ),
    a_canary_has_its_figures=Case(
        SERVICE,
        GOOD,
        {"deploymentConfiguration": {"strategy": "CANARY"}},
        CODE,
        f"{SET}.canaryConfiguration",
    ),
    figures_are_the_strategys=Case(SERVICE, GOOD, deployed(strategy="BLUE_GREEN"), CODE, f"{SET}.canaryConfiguration"),
    a_canary_has_a_thousandth=Case(
        SERVICE,
        GOOD,
        deployed(canaryConfiguration={"canaryPercent": 0.01}),
        CODE,
        f"{SET}.canaryConfiguration.canaryPercent",
    ),
    a_linear_step_is_three_percent=Case(
        SERVICE,
        GOOD,
        {"deploymentConfiguration": {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 2}}},
        CODE,
        f"{SET}.linearConfiguration.stepPercent",
    ),
    a_day_is_the_longest_wait=Case(SERVICE, GOOD, deployed(bakeTimeInMinutes="1441"), CODE, f"{SET}.bakeTimeInMinutes"),
    requests_move_at_a_load_balancer=Case(SERVICE, GOOD, {"loadBalancers": []}, CODE, f"{SET}.strategy"),
    two_groups_are_named=Case(
        SERVICE,
        GOOD,
        {"loadBalancers": [{name: value for name, value in TARGET.items() if name != "advancedConfiguration"}]},
        CODE,
        ADVANCED,
    ),
    a_rule_is_no_listener=Case(
        SERVICE, GOOD, behind(productionListenerRule=LISTENER), CODE, f"{ADVANCED}.productionListenerRule"
    ),
    tests_have_a_rule_of_their_own=Case(
        SERVICE, GOOD, behind(testListenerRule="r"), CODE, f"{ADVANCED}.testListenerRule"
    ),
    alarms_are_named=Case(
        SERVICE,
        GOOD,
        {"alarms": {"alarmNames": [], "enable": True, "rollback": True}},
        CODE,
        "alarms.alarmNames",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


@pytest.fixture
def shop(estate: Estate) -> Shop:
    return Shop(estate)


def group(shop: Shop, name: str, kind: str = "ip") -> Made:
    return shop.estate.add("lb.TargetGroup", name, targetType=kind, port=80, protocol="HTTP", vpcId=shop.estate.vpc.id)


def rule_over(shop: Shop, *groups: Made) -> Made:
    """A listener whose default is the first group, with a rule over all of them."""
    add, first = shop.estate.add, groups[0]
    balancer = add("lb.LoadBalancer", "web", subnets=[subnet.id for subnet in shop.estate.subnets])
    action = {"type": "forward", "targetGroupArn": first["arn"]}
    listener = add(
        "lb.Listener", "web", loadBalancerArn=balancer["arn"], port=80, protocol="HTTP", defaultActions=[action]
    )
    weighed = [{"arn": each["arn"], "weight": 0 if place else 100} for place, each in enumerate(groups)]
    return add(
        "lb.ListenerRule",
        "web",
        listenerArn=listener["arn"],
        priority=7,
        actions=[{"type": "forward", "forward": {"targetGroups": weighed}}],
        conditions=[{"pathPattern": {"values": ["/*"]}}],
    )


def moving(shop: Shop, first: Made, second: Made, rule: Made) -> dict[str, Any]:
    role = shop.estate.add("iam.Role", "shifting", assumeRolePolicy=TRUST)
    advanced = {
        "alternateTargetGroupArn": second["arn"],
        "productionListenerRule": rule["arn"],
        "roleArn": role["arn"],
    }
    target = {"targetGroupArn": first["arn"], "containerName": "web", "containerPort": 80}
    return {
        "loadBalancers": [{**target, "advancedConfiguration": advanced}],
        "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "10"},
    }


TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, '
    '"Action": "sts:AssumeRole"}]}'
)


def remarks_of(shop: Shop, **changes: Any) -> str:
    sandbox, task = shop.estate.sandbox, shop.task("web")
    inputs = sandbox.checked(SERVICE, "web", shop.service(task, **changes))
    return " ".join(sandbox.provider.create(sandbox.subject(SERVICE, "web"), inputs, frozenset()).remarks)


def test_requests_move_between_two_groups_of_one_sort(shop: Shop) -> None:
    first, second = group(shop, "first"), group(shop, "second", "instance")
    rule = rule_over(shop, first, second)
    task = shop.task("a")
    assert "must have the same target type" in shop.refusal(task, **moving(shop, first, second, rule))
    same = moving(shop, first, first, rule)
    assert "must be different" in shop.refusal(task, **same)


def test_what_moves_requests_exists(shop: Shop) -> None:
    first, second = group(shop, "first"), group(shop, "second")
    wanted = moving(shop, first, second, rule_over(shop, first, second))
    for name, words in (
        ("alternateTargetGroupArn", "Unable to find the target group"),
        ("productionListenerRule", "Unable to find the listener rule"),
        ("roleArn", "unable to assume the role"),
    ):
        (target,) = wanted["loadBalancers"]
        gone = {**target["advancedConfiguration"], name: f"{target['advancedConfiguration'][name]}0"}
        other = [{**target, "advancedConfiguration": gone}]
        assert words in shop.refusal(shop.task(name.lower()), **{**wanted, "loadBalancers": other})


def test_a_rule_that_leads_to_one_group_is_reported(shop: Shop) -> None:
    first, second = group(shop, "first"), group(shop, "second")
    alone = moving(shop, first, second, rule_over(shop, first))
    assert "Both targetGroup and alternateTargetGroup must be associated" in remarks_of(shop, **alone)


def test_a_rule_that_leads_to_both_groups_is_right(shop: Shop) -> None:
    first, second = group(shop, "first"), group(shop, "second")
    assert remarks_of(shop, **moving(shop, first, second, rule_over(shop, first, second))) == ""
