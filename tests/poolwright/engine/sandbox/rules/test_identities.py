from __future__ import annotations

import json

from tests.poolwright.engine.sandbox.estate import ALLOW, TRUST
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

AWS_POLICY = "arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy"


def policy_of(characters: int) -> str:
    """A policy of so many characters without white space."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    short = len(json.dumps(document, separators=(",", ":")))
    statement["Resource"] += "a" * (characters - short)
    return json.dumps(document, indent=4)


def jobs(**claims: str) -> str:
    """A trust policy for tokens of GitHub with these claims."""
    issuer = "token.actions.githubusercontent.com"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {f"{issuer}:{claim}": value for claim, value in claims.items()}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ROLE = {"assumeRolePolicy": TRUST}
LONG_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::123456789012:role/{'r' * 40}{n}"},
                "Action": "sts:AssumeRole",
            }
            for n in range(20)
        ],
    }
)


@cases(
    a_role_name_has_64_characters=Case(
        "iam.Role", ROLE | {"name": "r" * 64}, {"name": "r" * 65}, "ValidationError", "name"
    ),
    a_policy_name_has_128=Case(
        "iam.Policy", {"policy": ALLOW, "name": "p" * 128}, {"name": "p" * 129}, "ValidationError", "name"
    ),
    a_name_is_plain=Case("iam.Role", ROLE | {"name": "web"}, {"name": "web role"}, "ValidationError", "name"),
    a_path_begins_and_ends_with_a_slash=Case(
        "iam.Role", ROLE | {"path": "/a/"}, {"path": "/a"}, "ValidationError", "path"
    ),
    a_trust_policy_names_somebody=Case(
        "iam.Role", ROLE, {"assumeRolePolicy": ALLOW}, "MalformedPolicyDocument", "assumeRolePolicy"
    ),
    a_trust_policy_has_2048_characters=Case(
        "iam.Role", ROLE, {"assumeRolePolicy": LONG_TRUST}, "LimitExceeded", "assumeRolePolicy"
    ),
    a_trust_in_githubs_tokens_asks_for_their_subject=Case(
        "iam.Role",
        {"assumeRolePolicy": jobs(sub="repo:example/shop:pull_request", aud="sts.amazonaws.com")},
        {"assumeRolePolicy": jobs(aud="sts.amazonaws.com")},
        "MalformedPolicyDocument",
        "assumeRolePolicy",
    ),
    a_trust_in_githubs_tokens_is_not_for_any_subject=Case(
        "iam.Role",
        {"assumeRolePolicy": jobs(sub="repo:example/*")},
        {"assumeRolePolicy": jobs(sub="*")},
        "MalformedPolicyDocument",
        "assumeRolePolicy",
    ),
    a_session_lasts_an_hour_to_twelve=Case(
        "iam.Role", ROLE, {"maxSessionDuration": 1800}, "ValidationError", "maxSessionDuration"
    ),
    a_managed_policy_has_6144_characters=Case(
        "iam.Policy", {"policy": policy_of(6144)}, {"policy": policy_of(6145)}, "LimitExceeded", "policy"
    ),
    a_boundary_is_a_policy=Case(
        "iam.Role",
        ROLE | {"permissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
        {"permissionsBoundary": "arn:aws:iam::123456789012:role/web"},
        "InvalidInput",
        "permissionsBoundary",
    ),
    an_inline_policy_has_10240_characters=Case(
        "iam.RolePolicy",
        {"role": "web", "policy": policy_of(10240)},
        {"policy": policy_of(10241)},
        "LimitExceeded",
        "policy",
    ),
    what_is_attached_is_a_policy=Case(
        "iam.RolePolicyAttachment",
        {"role": "web", "policyArn": AWS_POLICY},
        {"policyArn": "AmazonECSTaskExecutionRolePolicy"},
        "InvalidInput",
        "policyArn",
    ),
    it_is_attached_to_a_roles_name=Case(
        "iam.RolePolicyAttachment",
        {"role": "web", "policyArn": AWS_POLICY},
        {"role": "arn:aws:iam::123456789012:role/web"},
        "ValidationError",
        "role",
    ),
    a_token_issuer_has_an_https_address=Case(
        "iam.OpenIdConnectProvider",
        {"url": "https://token.example.com/a", "clientIdLists": ["sts.amazonaws.com"]},
        {"url": "http://token.example.com"},
        "InvalidInput",
        "url",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_names_differ_in_more_than_case(sandbox: Sandbox) -> None:
    sandbox.create("iam.Role", "one", name="Web", **ROLE)
    assert "EntityAlreadyExists: Role with name web already exists." in sandbox.refusal(
        "iam.Role", "two", name="web", **ROLE
    )


def test_a_roles_inline_policies_share_their_characters(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", name="web", **ROLE)
    sandbox.create("iam.RolePolicy", "one", role=role["name"], policy=policy_of(6000))
    words = sandbox.refusal("iam.RolePolicy", "two", role=role["name"], policy=policy_of(4241))
    assert "LimitExceeded: Maximum policy size of 10240 bytes exceeded for role web" in words
    sandbox.create("iam.RolePolicy", "three", role=role["name"], policy=policy_of(4240))


def test_a_role_has_ten_managed_policies(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", name="web", **ROLE)["name"]
    for number in range(10):
        sandbox.create("iam.RolePolicyAttachment", f"a{number}", role=role, policyArn=f"{AWS_POLICY}{number}")
    words = sandbox.refusal("iam.RolePolicyAttachment", "more", role=role, policyArn=AWS_POLICY)
    assert "LimitExceeded: Cannot exceed quota for PoliciesPerRole" in words


def test_policies_at_the_role_count_as_attached_ones(sandbox: Sandbox) -> None:
    arns = [f"{AWS_POLICY}{number}" for number in range(10)]
    role = sandbox.create("iam.Role", name="web", managedPolicyArns=arns, **ROLE)["name"]
    assert "LimitExceeded" in sandbox.refusal("iam.RolePolicyAttachment", "more", role=role, policyArn=AWS_POLICY)


def test_a_boundary_is_a_policy_of_the_account(sandbox: Sandbox) -> None:
    for account in ("123456789012", "999999999999"):
        arn = f"arn:aws:iam::{account}:policy/workloads"
        words = sandbox.refusal("iam.Role", name="web", permissionsBoundary=arn, **ROLE)
        assert f"NoSuchEntity: Scope ARN: {arn} does not exist or is not attachable." in words
    policy = sandbox.create("iam.Policy", name="workloads", policy=ALLOW)
    role = sandbox.create("iam.Role", name="web", permissionsBoundary=policy["arn"], **ROLE)
    assert role["permissionsBoundary"] == policy["arn"]
