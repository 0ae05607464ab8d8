"""The grammar of IAM's policy documents.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, cast

from poolwright.engine.sandbox.rules.rule import Refusal
from poolwright.engine.sandbox.rules.service_prefixes import SERVICE_PREFIXES
from poolwright.engine.sandbox.values import Value, text

VERSIONS: Final = ("2012-10-17", "2008-10-17")
_TOP: Final = frozenset({"Version", "Id", "Statement"})
_PARTS_TEXT: Final = """
Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition
"""
_PARTS: Final = frozenset(_PARTS_TEXT.split())
_SID: Final = re.compile(r"^[A-Za-z0-9]*$")
_ACTION: Final = re.compile(r"^([a-z0-9-]+|\*):[A-Za-z0-9*?_]+$|^\*$", re.IGNORECASE)
_ARN: Final = re.compile(r"^(arn:[\w*?${}-]*:[\w*?${}.-]*:[\w*?${}-]*:[\w*?${}-]*:.+|\*|\$\{.+\}.*)$")
_OPERATOR: Final = re.compile(
    r"^(ForAnyValue:|ForAllValues:)?("
    r"String(Not)?(Equals(IgnoreCase)?|Like)|Numeric(Not)?Equals|Numeric(LessThan|GreaterThan)(Equals)?|"
    r"Date(Not)?Equals|Date(LessThan|GreaterThan)(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null"
    r")(IfExists)?$"
)
_PRINCIPALS: Final = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
_ACCOUNT: Final = re.compile(r"^(\d{12}|\*|arn:[\w-]+:(iam|sts)::(\d{12}|cloudfront):.+)$")
_SERVICE_PRINCIPAL: Final = re.compile(r"^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal|amazon\.com)$")


class PolicyKind(Enum):
    """Where a document stands, which says what its statements have."""

    IDENTITY = "identity"
    """At a role: resources, no principals."""
    TRUST = "trust"
    """Who may take a role: principals, no resources."""
    RESOURCE = "resource"
    """At a bucket, key, repository or the like: principals."""
    ENDPOINT = "endpoint"
    """At a VPC endpoint: principals."""


def policy_refusals(
    value: Value, kind: PolicyKind, path: str, code: str = "MalformedPolicyDocument"
) -> Iterator[Refusal]:
    """What AWS says against a policy document; unknown ones are left alone."""
    document = text(value)
    if document is None:
        return
    try:
        parsed: Value = cast("Value", json.loads(document, object_pairs_hook=_distinct))
    except _RepeatedKey as repeated:
        yield Refusal(code, f"This policy contains a repeated key: {repeated}", path)
        return
    except ValueError as error:
        yield Refusal(code, f"This policy contains invalid Json: {error}", path)
        return
    if not isinstance(parsed, dict):
        yield Refusal(code, "Syntax errors in policy: an object is expected.", path)
        return
    for words in _faults(parsed, kind):
        yield Refusal(code, words, path)


def _faults(document: dict[str, Value], kind: PolicyKind) -> Iterator[str]:
    for key in sorted(document.keys() - _TOP):
        yield f"Syntax errors in policy: unknown element {key}."
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        yield f"The policy must contain a valid version string: {version}; {VERSIONS[0]} is the current one."
    found = document.get("Statement")
    statements = [found] if isinstance(found, dict) else found
    if not isinstance(statements, list) or not statements:
        yield "Syntax errors in policy: a statement is missing."
        return
    sids: set[str] = set()
    for index, statement in enumerate(statements):
        where = f"Statement[{index}]"
        if not isinstance(statement, dict):
            yield f"Syntax errors in policy: {where} is no object."
            continue
        sid = text(statement.get("Sid"))
        if sid is not None and sid in sids:
            yield f"Statement IDs (SID) in a single policy must be unique: {sid}"
        sids.add(sid or "")
        if sid is not None and kind is PolicyKind.IDENTITY and not _SID.match(sid):
            yield f"Statement IDs (SID) must be alpha-numeric: {sid}. Check that your input satisfies [0-9A-Za-z]*"
        for words in _statement_faults(statement, kind):
            yield f"{words} ({where}{f' {sid}' if sid else ''})"


def _statement_faults(statement: dict[str, Value], kind: PolicyKind) -> Iterator[str]:
    for key in sorted(statement.keys() - _PARTS):
        yield f"Syntax errors in policy: unknown element {key}."
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Syntax errors in policy: Effect must be Allow or Deny, found {statement.get('Effect')}."
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")):
        if one in statement and other in statement:
            yield f"Syntax errors in policy: {one} and {other} can't stand together."
    actions = _strings(statement.get("Action", statement.get("NotAction")))
    if not actions:
        yield "Policy statement must contain actions."
    for action in actions:
        yield from _action_faults(action)
    if kind is PolicyKind.TRUST:
        if "Resource" in statement or "NotResource" in statement:
            yield "Has prohibited field Resource"
        yield from (
            f"AssumeRole policy may only specify STS AssumeRole actions: {a}" for a in actions if not _may_trust(a)
        )
    elif "Resource" not in statement and "NotResource" not in statement and kind is PolicyKind.IDENTITY:
        yield "Policy statement must contain resources."
    for resource in _strings(statement.get("Resource", statement.get("NotResource"))):
        if not _ARN.match(resource):
            yield f'Resource {resource} must be in ARN format or "*".'
    yield from _principal_faults(statement, kind)
    yield from _condition_faults(statement.get("Condition"))


def _action_faults(action: str) -> Iterator[str]:
    if not _ACTION.match(action):
        yield f"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: {action}"
        return
    prefix = action.partition(":")[0].lower()
    if prefix != "*" and prefix not in SERVICE_PREFIXES:
        # IAM itself takes unknown prefixes; Access Analyzer calls them an error, and they never do what was meant.
        yield f"Invalid service prefix in action: The service {prefix} specified in the action does not exist: {action}"


def _may_trust(action: str) -> bool:
    return action.lower().startswith("sts:") or action == "*"


def _principal_faults(statement: dict[str, Value], kind: PolicyKind) -> Iterator[str]:
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if kind is PolicyKind.IDENTITY:
        if principal is not None:
            yield "Policy document should not specify a principal."
        return
    if principal is None:
        yield "Missing required field Principal"
        return
    if principal == "*":
        return
    if not isinstance(principal, dict) or not principal:
        yield f"Invalid principal in policy: {principal}"
        return
    for key, value in principal.items():
        if key not in _PRINCIPALS:
            yield f"Invalid principal in policy: {key}; {', '.join(sorted(_PRINCIPALS))} are allowed"
        names = _strings(value)
        if not names:
            yield f"Invalid principal in policy: {key} names nobody"
        for name in names:
            if key == "AWS" and not _ACCOUNT.match(name):
                yield f'Invalid principal in policy: "AWS":"{name}"'
            if key == "Service" and name != "*" and not _SERVICE_PRINCIPAL.match(name):
                yield f'Invalid principal in policy: "SERVICE":"{name}"'


def _condition_faults(condition: Value) -> Iterator[str]:
    if condition is None:
        return
    if not isinstance(condition, dict):
        yield "Syntax errors in policy: Condition is no object."
        return
    for operator, tests in condition.items():
        if not _OPERATOR.match(operator):
            yield f"Invalid Condition type : {operator}."
        if not isinstance(tests, dict) or not tests:
            yield f"Syntax errors in policy: condition {operator} has no keys."
            continue
        for key in tests:
            if ":" not in key:
                yield f"Condition keys must be prefaced by a vendor, e.g., aws, s3: {key}"


def _strings(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


class _RepeatedKey(Exception):
    """An object that names a key twice, of which JSON readers would drop one."""


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKey(key)
        found[key] = value
    return found
