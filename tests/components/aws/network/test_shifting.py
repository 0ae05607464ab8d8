"""Services whose requests move: two target groups, a rule over both, and a role for exactly these."""

from __future__ import annotations

import pytest

from solver.plan.deployment import DeploymentPlan
from solver.vocabulary import DeploymentStrategy
from tests.components import plans
from tests.components.aws import edits
from tests.components.aws.early import Early, early
from tests.recorder import Recording

BLUE_GREEN = DeploymentPlan(strategy=DeploymentStrategy.BLUE_GREEN, bake_minutes=10)


@pytest.fixture(scope="module")
def moving() -> Recording[Early]:
    """The full site, whose recommender's and assistant's requests move."""
    site = edits.deployed(plans.full_site(), "recommender", BLUE_GREEN)
    return early(edits.deployed(site, "assistant", BLUE_GREEN))


def test_a_second_group_is_like_the_first_under_another_name(moving: Recording[Early]) -> None:
    first = dict(moving.one(":TargetGroup", "main-network-public-recommender").inputs)
    second = dict(moving.one(":TargetGroup", "main-network-public-recommender-second").inputs)
    assert first.pop("name") != second["name"] and len(second.pop("name")) <= 32
    assert (first.pop("tags"), second.pop("tags")) and first == second


def test_a_rule_leads_to_both_groups(moving: Recording[Early]) -> None:
    rule = moving.one(":ListenerRule", "main-network-public-recommender-moving")
    (action,) = rule.inputs["actions"]
    assert [group["weight"] for group in action["forward"]["targetGroups"]] == [100, 0]


def test_a_service_at_the_root_has_a_rule_too_and_stays_the_default_meanwhile(moving: Recording[Early]) -> None:
    rule = moving.one(":ListenerRule", "main-network-public-assistant-moving").inputs
    assert rule["conditions"][0]["pathPattern"]["values"] == ["/*"]
    (default,) = moving.one(":Listener", "main-network-public-https").inputs["defaultActions"]
    assert default["type"] == "forward"


def test_a_rule_that_begins_to_move_requests_is_another_with_a_place_of_its_own(
    full: Recording[Early], moving: Recording[Early]
) -> None:
    plain = full.one(":ListenerRule", "main-network-public-recommender").inputs
    rule = moving.one(":ListenerRule", "main-network-public-recommender-moving").inputs
    assert plain["priority"] != rule["priority"]
    assert plain["conditions"] == rule["conditions"]


def test_ecs_may_change_these_rules_and_groups_and_no_others(moving: Recording[Early], full: Recording[Early]) -> None:
    policy = moving.one(":RolePolicy", "main-network-shifting").document("policy")
    by_sid = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert by_sid["FindTargets"]["Resource"] == ["*"]
    assert all(action.startswith("elasticloadbalancing:Describe") for action in by_sid["FindTargets"]["Action"])
    assert (len(by_sid["Register"]["Resource"]), len(by_sid["Weigh"]["Resource"])) == (6, 3)
    assert by_sid["Weigh"]["Action"] == ["elasticloadbalancing:ModifyRule"]
    trust = moving.one(":Role", "main-network-shifting").document("assumeRolePolicy")
    assert trust["Statement"][0]["Principal"] == {"Service": "ecs.amazonaws.com"}
    assert "main-network-shifting" not in full.names(":Role")
