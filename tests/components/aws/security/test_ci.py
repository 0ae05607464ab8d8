"""The role for CI: who may take it, and what it may do."""

from __future__ import annotations

from typing import Any

from components.aws.security.ci import ISSUER, preview_statements, stack_statements
from poolwright.engine.sandbox.rules.identities import MANAGED_POLICY_CHARACTERS, characters
from tests.components import plans
from tests.components.aws.early import Early, early
from tests.recorder import Recording

ROLE = "aws:iam/role:Role"


def trusted(full: Recording[Early], role: str) -> dict[str, Any]:
    """The claims that a role's trust policy asks for."""
    (statement,) = full.one(ROLE, f"main-security-{role}").document("assumeRolePolicy")["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::{plans.ACCOUNT_ID}:oidc-provider/{ISSUER}"}
    assert set(statement["Condition"]) == {"StringEquals"}
    return statement["Condition"]["StringEquals"]


def test_pull_requests_of_the_repository_alone_take_the_role(full: Recording[Early]) -> None:
    assert trusted(full, "ci-preview") == {
        f"{ISSUER}:aud": "sts.amazonaws.com",
        f"{ISSUER}:sub": ["repo:example/shop:pull_request"],
    }


def test_the_role_has_a_boundary(full: Recording[Early]) -> None:
    boundary = full.one("aws:iam/policy:Policy", "main-security-ci-preview")
    assert full.one(ROLE, "main-security-ci-preview").inputs["permissionsBoundary"] == boundary.arn
    assert characters(boundary.inputs["policy"]) <= MANAGED_POLICY_CHARACTERS


def test_previews_read_settings_alone_and_neither_data_nor_secrets() -> None:
    actions = {action for statement in preview_statements(plans.names()) for action in statement["Action"]}
    verbs = ("Describe", "Get", "List", "View", "BatchGet")
    assert [action for action in sorted(actions) if not action.partition(":")[2].startswith(verbs)] == []
    reading_data = {
        "s3:GetObject",
        "s3:Get*",
        "secretsmanager:GetSecretValue",
        "logs:GetLogEvents",
        "ecr:BatchGetImage",
    }
    assert actions & reading_data == set()
    assert [action for action in actions if action.endswith((":*", ":Get*", ":List*", ":BatchGet*"))] == []


def test_what_is_measured_may_be_read_for_an_autopilot() -> None:
    statements = [each for each in preview_statements(plans.names()) if "cloudwatch:GetMetricData" in each["Action"]]
    assert [each["Condition"] for each in statements] == [{"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}]


def test_only_named_cloudformation_stacks_are_read() -> None:
    assert stack_statements([plans.names()], ()) == []
    (listing,) = stack_statements([plans.names()], (), exports=True)
    assert listing["Action"] == ["cloudformation:ListExports"]
    assert listing["Condition"] == {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    (statement,) = stack_statements([plans.names()], ("network-prod",))
    assert statement["Resource"] == [f"arn:aws:cloudformation:eu-west-1:{plans.ACCOUNT_ID}:stack/network-prod/*"]


def test_what_is_named_after_the_stack_is_read_by_its_name() -> None:
    made = {statement["Sid"]: statement for statement in preview_statements(plans.names())}
    assert made["Buckets"]["Resource"] == ["arn:aws:s3:::prod-main-*"]
    assert made["Secrets"]["Resource"] == [f"arn:aws:secretsmanager:eu-west-1:{plans.ACCOUNT_ID}:secret:prod/main/*"]
    assert all(":role/prod-main-*" in arn or "/prod-main-*" in arn for arn in made["Roles"]["Resource"])
    assert made["Settings"]["Condition"] == {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}


def test_an_issuer_that_the_account_has_is_not_made_again() -> None:
    site = plans.full_site()
    assert site.security.ci is not None
    has = site.security.ci.model_copy(update={"builds_issuer": False})
    security = site.security.model_copy(update={"ci": has})
    made = early(site.model_copy(update={"security": security}))
    assert made.of_type(":OpenIdConnectProvider") == ()
    assert made.names(ROLE).count("main-security-ci-preview") == 1
