from __future__ import annotations

import json
from typing import Any

import pytest

from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.values import UNKNOWN

GOOD = {"Effect": "Allow", "Action": ["s3:GetObject", "kms:*"], "Resource": "arn:aws:s3:::b/*"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
AT_BUCKET = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def words(statement: dict[str, Any], kind: PolicyKind = PolicyKind.IDENTITY, **top: Any) -> str:
    document = {"Version": "2012-10-17", "Statement": [statement], **top}
    return " ".join(refusal.message for refusal in policy_refusals(json.dumps(document), kind, "policy"))


def test_policies_that_aws_takes_pass() -> None:
    assert words(GOOD) == ""
    assert words(GOOD | {"Condition": {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalTag/team": "x"}}}) == ""
    assert words({"Effect": "Deny", "NotAction": "iam:*", "NotResource": "*"}) == ""
    assert words(TRUST, PolicyKind.TRUST) == ""
    assert (
        words(
            TRUST
            | {
                "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/a.b"},
                "Action": "sts:AssumeRoleWithWebIdentity",
            },
            PolicyKind.TRUST,
        )
        == ""
    )
    assert words(AT_BUCKET, PolicyKind.RESOURCE) == ""
    assert (
        words(
            AT_BUCKET | {"Principal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:root"]}}, PolicyKind.RESOURCE
        )
        == ""
    )


def test_a_statement_may_stand_alone() -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": GOOD})
    assert list(policy_refusals(document, PolicyKind.IDENTITY, "policy")) == []


def test_a_policy_that_is_not_known_yet_is_left_alone() -> None:
    assert list(policy_refusals(UNKNOWN, PolicyKind.IDENTITY, "policy")) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Effect": "allow"}, "Effect must be Allow or Deny"),
        ({"Effect": None}, "Effect must be Allow or Deny"),
        ({"NotAction": "s3:*"}, "Action and NotAction can't stand together"),
        ({"Action": None}, "must contain actions"),
        ({"Action": "GetObject"}, "must be prefaced by a vendor"),
        ({"Action": "s4:GetObject"}, "The service s4 specified in the action does not exist"),
        ({"Resource": None}, "must contain resources"),
        ({"Resource": "b/*"}, "must be in ARN format"),
        ({"Principal": "*"}, "should not specify a principal"),
        ({"Resources": "*"}, "unknown element Resources"),
        ({"Sid": "read objects"}, "must be alpha-numeric"),
        ({"Condition": {"StringEqual": {"aws:x": "1"}}}, "Invalid Condition type : StringEqual"),
        ({"Condition": {"StringEquals": {"x": "1"}}}, "Condition keys must be prefaced by a vendor"),
        ({"Condition": {"StringEquals": {}}}, "has no keys"),
    ],
)
def test_what_breaks_the_grammar_is_named(change: dict[str, Any], said: str) -> None:
    statement = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    assert said in words(statement)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Principal": None}, "Missing required field Principal"),
        ({"Principal": {"AWS": "me"}}, 'Invalid principal in policy: "AWS":"me"'),
        ({"Principal": {"Service": "ecs-tasks"}}, 'Invalid principal in policy: "SERVICE":"ecs-tasks"'),
        ({"Principal": {"Services": "ecs-tasks.amazonaws.com"}}, "Invalid principal in policy: Services"),
        ({"Principal": {"AWS": []}}, "AWS names nobody"),
        ({"Resource": "*"}, "Has prohibited field Resource"),
        ({"Action": "s3:GetObject"}, "AssumeRole policy may only specify STS AssumeRole actions"),
    ],
)
def test_a_trust_policy_names_who_may_take_the_role(change: dict[str, Any], said: str) -> None:
    statement = {name: value for name, value in {**TRUST, **change}.items() if value is not None}
    assert said in words(statement, PolicyKind.TRUST)


def test_the_version_is_one_of_two() -> None:
    assert "valid version string" in words(GOOD, Version="2012-10-18")


def test_statement_ids_differ() -> None:
    twice = [GOOD | {"Sid": "A"}, GOOD | {"Sid": "A"}]
    assert "must be unique: A" in words(GOOD, Statement=twice)


def test_text_that_is_no_json_is_refused() -> None:
    (refusal,) = policy_refusals("{Version: 1}", PolicyKind.IDENTITY, "policy")
    assert refusal.code == "MalformedPolicyDocument"
    assert "contains invalid Json" in refusal.message


def test_a_repeated_key_is_refused() -> None:
    (refusal,) = policy_refusals('{"Version": "2012-10-17", "Version": "2012-10-17"}', PolicyKind.IDENTITY, "policy")
    assert "repeated key: Version" in refusal.message
