"""Roles, policies and profiles: names, documents, their sizes, who may take a role."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, cast

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, Value, items, objects, text, texts, whole

_NAME: Final = re.compile(r"^[\w+=,.@-]+$", re.ASCII)
_PATH: Final = re.compile(r"^/([\x21-\x7e]+/)?$")
_ROLE_DESCRIPTION: Final = 1000
LONGEST_NAME: Final = {"iam.Role": 64, "iam.Policy": 128, "iam.InstanceProfile": 128, "iam.RolePolicy": 128}
MANAGED_POLICY_CHARACTERS: Final = 6144
INLINE_POLICIES_CHARACTERS: Final = 10240
"""All inline policies of one role together; those of a user have 2,048, of a group 5,120."""
TRUST_POLICY_CHARACTERS: Final = 2048
"""White space does not count in any of these."""
_GITHUB: Final = "token.actions.githubusercontent.com"


def _names(kind: str) -> None:
    @validates(kind)
    def name_fits(inputs: Properties) -> Iterator[Refusal]:
        """A name of plain characters, no longer than the kind allows."""
        name, longest = text(inputs.get("name")), LONGEST_NAME[kind]
        if name is None:
            return
        if len(name) > longest:
            words = (
                f"1 validation error detected: Value '{name}' at '{kind[4].lower()}{kind[5:]}Name' failed to satisfy "
            )
            yield Refusal(
                "ValidationError", f"{words}constraint: Member must have length less than or equal to {longest}", "name"
            )
        if not _NAME.match(name):
            words = f"The specified value for {kind[4].lower()}{kind[5:]}Name is invalid. It must contain only "
            yield Refusal("ValidationError", f"{words}alphanumeric characters and/or the following: +=,.@_-", "name")


for _kind in LONGEST_NAME:
    _names(_kind)


@validates("iam.Role", "iam.Policy", "iam.InstanceProfile")
def path_fits(inputs: Properties) -> Iterator[Refusal]:
    """A path begins and ends with a slash."""
    path = text(inputs.get("path"))
    if path is not None and (len(path) > 512 or not _PATH.match(path)):
        words = "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
        yield Refusal("ValidationError", f"{words}characters and/or / characters: {path}", "path")


@validates("iam.Role")
def trust_policy_names_who(inputs: Properties) -> Iterator[Refusal]:
    """A trust policy follows the grammar, names principals, and is short."""
    yield from policy_refusals(inputs.get("assumeRolePolicy"), PolicyKind.TRUST, "assumeRolePolicy")
    yield from _shared_issuers(inputs.get("assumeRolePolicy"))
    size = characters(inputs.get("assumeRolePolicy"))
    if size > TRUST_POLICY_CHARACTERS:
        words = f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY_CHARACTERS}"
        yield Refusal("LimitExceeded", f"{words}, found {size}", "assumeRolePolicy")
    seconds = whole(inputs.get("maxSessionDuration"))
    if seconds is not None and not 3600 <= seconds <= 43200:
        words = f"The requested MaxSessionDuration {seconds} must be between 3600 and 43200 seconds"
        yield Refusal("ValidationError", words, "maxSessionDuration")
    description = text(inputs.get("description")) or ""
    if len(description) > _ROLE_DESCRIPTION:
        words = f"The description has {len(description)} characters; {_ROLE_DESCRIPTION} are allowed"
        yield Refusal("ValidationError", words, "description")
    total = 0
    for index, policy in enumerate(objects(inputs.get("inlinePolicies"))):
        path = f"inlinePolicies[{index}].policy"
        yield from policy_refusals(policy.get("policy"), PolicyKind.IDENTITY, path)
        total += characters(policy.get("policy"))
    if total > INLINE_POLICIES_CHARACTERS:
        words = f"Maximum policy size of {INLINE_POLICIES_CHARACTERS} bytes exceeded for role"
        yield Refusal("LimitExceeded", f"{words}: {total}", "inlinePolicies")
    managed = len(items(inputs.get("managedPolicyArns")))
    if managed > 10:
        words = f"Cannot exceed quota for PoliciesPerRole: 10, found {managed}"
        yield Refusal("LimitExceeded", words, "managedPolicyArns")


_BOUNDARY: Final = re.compile(r"^arn:[\w-]+:iam::(\d{12}|aws):policy/.+$")


@validates("iam.Role")
def boundary_is_a_policy(inputs: Properties) -> Iterator[Refusal]:
    """A permissions boundary is named by a policy's ARN."""
    arn = text(inputs.get("permissionsBoundary"))
    if arn and not _BOUNDARY.match(arn):
        yield Refusal("InvalidInput", f"ARN {arn} is not valid.", "permissionsBoundary")


@refuses("iam.Role", on=(Action.CREATE, Action.UPDATE))
def boundary_is_of_this_account(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A permissions boundary is a policy of the role's account, or of AWS."""
    arn = text(change.inputs.get("permissionsBoundary")) or ""
    match = _BOUNDARY.match(arn)
    if match and match.group(1) not in ("aws", cloud.identity.account):
        yield Refusal("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", "permissionsBoundary")


def _shared_issuers(document: object) -> Iterator[Refusal]:
    """Whose tokens all of GitHub's users get must be asked for their subject, and not for any.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html; the words are ours.
    """
    for statement in _statements(document):
        principal, condition = statement.get("Principal"), statement.get("Condition")
        federated = principal.get("Federated") if isinstance(principal, dict) else None
        names = [federated] if isinstance(federated, str) else texts(federated)
        if statement.get("Effect") != "Allow" or not any(name.endswith(f":oidc-provider/{_GITHUB}") for name in names):
            continue
        subjects: list[str] = []
        for tests in condition.values() if isinstance(condition, dict) else ():
            asked = tests.get(f"{_GITHUB}:sub") if isinstance(tests, dict) else None
            subjects += [asked] if isinstance(asked, str) else texts(asked)
        if not subjects or any(set(subject) <= set("*?") for subject in subjects):
            words = f"The trust policy must evaluate {_GITHUB}:sub, which is shared by many customers of AWS"
            yield Refusal("MalformedPolicyDocument", words, "assumeRolePolicy")


def _statements(document: object) -> list[dict[str, Value]]:
    """The statements of a document that follows the grammar; none of any other."""
    try:
        parsed = cast("Value", json.loads(document)) if isinstance(document, str) else None
    except ValueError:
        return []
    found = parsed.get("Statement") if isinstance(parsed, dict) else None
    return [found] if isinstance(found, dict) else objects(found)


@validates("iam.Policy")
def managed_policy_fits(inputs: Properties) -> Iterator[Refusal]:
    """A managed policy follows the grammar and has at most 6,144 characters."""
    yield from policy_refusals(inputs.get("policy"), PolicyKind.IDENTITY, "policy")
    size = characters(inputs.get("policy"))
    if size > MANAGED_POLICY_CHARACTERS:
        words = f"Cannot exceed quota for PolicySize: {MANAGED_POLICY_CHARACTERS}"
        yield Refusal("LimitExceeded", f"{words}, found {size}", "policy")


@validates("iam.RolePolicy")
def inline_policy_fits(inputs: Properties) -> Iterator[Refusal]:
    """An inline policy follows the grammar and has at most 10,240 characters by itself."""
    yield from policy_refusals(inputs.get("policy"), PolicyKind.IDENTITY, "policy")
    size = characters(inputs.get("policy"))
    if size > INLINE_POLICIES_CHARACTERS:
        words = f"Maximum policy size of {INLINE_POLICIES_CHARACTERS} bytes exceeded for role {inputs.get('role')}"
        yield Refusal("LimitExceeded", f"{words}: {size}", "policy")


@refuses("iam.RolePolicy")
def inline_policies_fit_together(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A role's inline policies share 10,240 characters."""
    role = change.inputs.get("role")
    others = [other for other in cloud.where("iam.RolePolicy", "role", role) if other.id != change.id]
    total = characters(change.inputs.get("policy")) + sum(characters(other.outputs.get("policy")) for other in others)
    if total > INLINE_POLICIES_CHARACTERS:
        words = f"Maximum policy size of {INLINE_POLICIES_CHARACTERS} bytes exceeded for role {role}"
        yield Refusal("LimitExceeded", f"{words}: {total}", "policy")


@refuses("iam.Role", "iam.Policy", "iam.InstanceProfile", on=(Action.CREATE,))
def name_is_new_whatever_its_case(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Names differ in more than the case of their letters."""
    name = (text(change.inputs.get("name")) or "").lower()
    for other in cloud.all(change.type):
        if name and str(other.outputs.get("name")).lower() == name:
            kind = change.type.partition(".")[2]
            yield Refusal(
                "EntityAlreadyExists", f"{kind} with name {change.inputs.get('name')} already exists.", "name"
            )


@refuses("iam.RolePolicyAttachment", on=(Action.CREATE,))
def attachment_counts_with_the_role(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Policies that are written at the role count as attached ones do."""
    role = next(iter(cloud.where("iam.Role", "name", change.inputs.get("role"))), None)
    own = [] if role is None else texts(role.outputs.get("managedPolicyArns"))
    attached = cloud.where("iam.RolePolicyAttachment", "role", change.inputs.get("role"))
    if len(own) + len(attached) >= 10 and own:
        yield Refusal("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", "policyArn")


@validates("iam.RolePolicyAttachment")
def policy_arn_is_one(inputs: Properties) -> Iterator[Refusal]:
    """What is attached is a policy's ARN, to a role's name."""
    arn, role = text(inputs.get("policyArn")), text(inputs.get("role"))
    if arn is not None and not re.match(r"^arn:[\w-]+:iam::(\d{12}|aws):policy/.+$", arn):
        yield Refusal("InvalidInput", f"ARN {arn} is not valid.", "policyArn")
    if role is not None and not _NAME.match(role):
        words = f"The specified value for roleName is invalid: {role}; a role's name is expected, not its ARN"
        yield Refusal("ValidationError", words, "role")


@validates("iam.OpenIdConnectProvider")
def issuer_is_an_address(inputs: Properties) -> Iterator[Refusal]:
    """A token issuer is known by an https address without a port."""
    url = text(inputs.get("url"))
    if url is not None and not re.match(r"^https://[\w.-]+(/[\w./-]*)?$", url):
        yield Refusal(
            "InvalidInput", f"OpenIDConnect provider's URL must begin with https:// and name a host: {url}", "url"
        )
    for index, thumbprint in enumerate(texts(inputs.get("thumbprintLists"))):
        if not re.match(r"^[0-9A-Fa-f]{40}$", thumbprint):
            words = f"Thumbprint {thumbprint} must be 40 hexadecimal digits"
            yield Refusal("InvalidInput", words, f"thumbprintLists[{index}]")


def characters(document: object) -> int:
    """How AWS counts a policy: without white space between its parts."""
    if not isinstance(document, str):
        return 0
    try:
        return len(json.dumps(json.loads(document), separators=(",", ":"), ensure_ascii=False))
    except ValueError:
        return len(document)
