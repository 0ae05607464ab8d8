"""Who may do what: roles and their policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from poolwright.checks.check import Fault, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, listed, part, statements, words

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
USER_POLICY = "aws:iam/userPolicy:UserPolicy"
GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy"
ATTACHMENTS = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
)
IDENTITY_POLICIES = (ROLE_POLICY, POLICY, USER_POLICY, GROUP_POLICY)
USER = "aws:iam/user:User"
ACCESS_KEY = "aws:iam/accessKey:AccessKey"

_TRUST = "assumeRolePolicy"
_ROLES = "components/aws/security/roles.py"
_TOO_MUCH = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
_DECRYPTING = ("kms:decrypt", "kms:reencryptfrom", "kms:reencrypt*", "kms:*", "*")
_NAMELESS = ("ec2.amazonaws.com",)
"""Services that take a role without saying for whom: a condition on the source would shut them out."""


def _allowed(policy: Resource) -> list[Mapping[str, Any]]:
    return [each for each in statements(policy.document("policy")) if each.get("Effect") == "Allow"]


@on_each(
    *IDENTITY_POLICIES,
    id="IAM.1",
    title="No policy allows everything on everything",
    controls=("IAM.1", "CIS 1.16"),
    remedy=f"Name the actions and the resources in {_ROLES}",
)
def nothing_may_do_everything(policy: Resource) -> Iterator[str]:
    for statement in _allowed(policy):
        if {"*", "*:*"} & set(listed(statement.get("Action"))) and "*" in listed(statement.get("Resource")):
            yield "allows every action on every resource"


@on_each(
    *IDENTITY_POLICIES,
    id="IAM.21",
    title="Policies name actions one by one, never all of a service",
    controls=("IAM.21",),
    remedy=f"Name the actions in {_ROLES}",
)
def actions_are_named(policy: Resource) -> Iterator[str]:
    for statement in _allowed(policy):
        broad = [action for action in listed(statement.get("Action")) if action == "*" or action.endswith(":*")]
        if broad:
            yield f"allows {', '.join(broad)}"
        if "NotAction" in statement:
            yield f"allows everything but {', '.join(listed(statement.get('NotAction')))}"


@on_each(
    *IDENTITY_POLICIES,
    id="KMS.2",
    title="No policy decrypts with any key that there is",
    controls=("KMS.1", "KMS.2"),
    remedy=f"Name the stack's own keys in {_ROLES}",
)
def decryption_names_its_keys(policy: Resource) -> Iterator[str]:
    for statement in _allowed(policy):
        decrypts = [each for each in listed(statement.get("Action")) if each.lower() in _DECRYPTING]
        keys = [
            each for each in listed(statement.get("Resource")) if each == "*" or each.endswith((":key/*", ":alias/*"))
        ]
        if decrypts and keys:
            yield f"allows {', '.join(decrypts)} with every key"


@on_each(
    *IDENTITY_POLICIES,
    id="iam.pass-role",
    title="No policy hands any role to a service",
    remedy=f"Name the roles that may be passed in {_ROLES}",
)
def roles_to_pass_are_named(policy: Resource) -> Iterator[str]:
    for statement in _allowed(policy):
        passes = {"iam:passrole", "iam:*", "*"} & {action.lower() for action in listed(statement.get("Action"))}
        if passes and any(each == "*" or each.endswith(":role/*") for each in listed(statement.get("Resource"))):
            yield "may pass every role of the account, those with more rights than its own among them"


@on_each(
    ROLE,
    id="iam.trust",
    title="A role is taken by named services or roles, never by anyone",
    remedy=f"Name the service in the trust policy: components/aws/security/policies.py and {_ROLES}",
)
def roles_trust_named_principals(role: Resource) -> Iterator[str]:
    for statement in statements(role.document("assumeRolePolicy")):
        principal = statement.get("Principal")
        names = (
            [principal] if isinstance(principal, str) else [*words(principal, "AWS"), *words(principal, "Federated")]
        )
        if statement.get("Effect") == "Allow" and "*" in names:
            yield "anyone may take it"
        strangers = [name for name in names if name.startswith("arn:") and ":root" in name]
        if statement.get("Effect") == "Allow" and strangers and not statement.get("Condition"):
            yield f"all of account {', '.join(strangers)} may take it"


@on_each(
    ROLE,
    id="iam.source-account",
    title="A service takes a role for this account's resources only",
    remedy="Pass a condition on aws:SourceAccount to trust() of components/aws/security/policies.py",
)
def services_act_for_this_account(role: Resource) -> Iterator[str]:
    for statement in statements(role.document("assumeRolePolicy")):
        principal = statement.get("Principal")
        services = words(principal, "Service")
        named = [service for service in services if service not in _NAMELESS]
        condition = str(statement.get("Condition") or "").lower()
        if named and not any(key in condition for key in ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid")):
            yield f"{', '.join(named)} may take it on behalf of any account"


@on_each(
    ROLE,
    id="iam.web-identity",
    title="A role for tokens of others names whose tokens, for what audience and of which subjects",
    remedy="Keep trust_jobs() of components/aws/security/ci.py: StringEquals on aud and sub, without wildcards",
)
def tokens_name_their_subjects(role: Resource) -> Iterator[str]:
    for statement in statements(role.document("assumeRolePolicy")):
        if statement.get("Effect") != "Allow":
            continue
        issuers = [name for name in words(statement.get("Principal"), "Federated") if ":oidc-provider/" in name]
        # ForAllValues and …IfExists hold where the token has no such claim.
        tests = part(statement, "Condition")
        for issuer in (name.partition(":oidc-provider/")[2] for name in issuers):
            for claim in ("aud", "sub"):
                key = f"{issuer}:{claim}"
                values = [*words(tests.get("StringEquals"), key), *words(tests.get("StringLike"), key)]
                if not values:
                    yield f"takes tokens of {issuer} with any {claim}"
                broad = [value for value in values if "*" in value or "?" in value]
                if broad:
                    yield f"takes tokens of {issuer} whose {claim} is like {', '.join(broad)}"


@on_stack(
    ROLE,
    id="iam.boundary",
    title="Where the plan has a boundary of roles, every role has it",
    remedy="Give aws.iam.Role the permissions_boundary of its SiteNames, as components/aws/security/roles.py does",
)
def roles_have_the_boundary(evidence: Evidence) -> Iterator[Fault]:
    # IAM is the whole account's, so all sites have the same one.
    wanted = next((site.security.permissions_boundary for _, site in evidence.sites()), None)
    for role in evidence.of_type(ROLE) if wanted is not None else ():
        # Roles of CI work on the stack, not for it.
        of_ci = any(words(part(each, "Principal"), "Federated") for each in statements(role.document(_TRUST)))
        if not of_ci and role.get("permissionsBoundary") != wanted:
            yield Fault(text=f"may do more than {wanted} allows, which the plan has as its boundary", resource=role)


@on_each(
    *ATTACHMENTS,
    id="iam.managed-policies",
    title="No role has one of AWS's policies that allow almost everything",
    controls=("IAM.1", "CIS 1.16"),
    remedy=f"Write a policy with the actions that are needed in {_ROLES}",
)
def no_almighty_policies(attachment: Resource) -> Iterator[str]:
    arn = str(attachment.get("policyArn", ""))
    name = arn.rpartition("/")[2]
    if name in _TOO_MUCH or name.endswith("FullAccess"):
        yield f"attaches {name}"


@on_each(
    USER,
    ACCESS_KEY,
    USER_POLICY,
    id="iam.users",
    title="A stack makes no users and no access keys",
    controls=("IAM.2", "IAM.3", "CIS 1.14"),
    remedy="Use a role: workloads get theirs from `uses` and `secrets` in stacks/",
)
def no_users(user: Resource) -> Iterator[str]:
    del user
    yield "is a lasting credential, which no role needs"
