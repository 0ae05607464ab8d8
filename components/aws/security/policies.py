"""IAM policy documents: statements in, JSON out.

A document of plain values is plain text, so that a preview shows it whole; one that names a resource which AWS has not
named yet becomes text once it has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi

Statement = dict[str, Any]
Condition = Mapping[str, Mapping[str, Any]]


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]],
    *,
    condition: Condition | None = None,
) -> Statement:
    """A statement of an identity's policy."""
    return _statement("Allow", sid, actions, condition, Resource=list(resources))


def deny(sid: str, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """A statement of an identity's policy that takes rights away, whatever else gives them."""
    return _statement("Deny", sid, actions, None, Resource=list(resources))


def allow_principal(
    sid: str,
    principal: Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]],
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]],
    *,
    condition: Condition | None = None,
) -> Statement:
    """A statement of a resource's policy that lets a principal in."""
    return _statement("Allow", sid, actions, condition, Principal=dict(principal), Resource=list(resources))


def deny_everyone(
    sid: str, actions: Sequence[str], resources: Sequence[pulumi.Input[str]], *, condition: Condition
) -> Statement:
    """A statement of a resource's policy that keeps all principals out under a condition."""
    # "*" as the principal of a Deny takes rights away and gives none.
    return _statement("Deny", sid, actions, condition, Principal="*", Resource=list(resources))


def trust(service: str, *, condition: Condition | None = None) -> str:
    """Trust policy of a role that one AWS service assumes."""
    statement: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def document(statements: Sequence[Statement]) -> pulumi.Input[str]:
    """The JSON text of the statements, in their order."""
    content = {"Version": "2012-10-17", "Statement": list(statements)}
    if _has_outputs(content):
        return pulumi.Output.json_dumps(content)
    return json.dumps(content)


def _statement(effect: str, sid: str, actions: Sequence[str], condition: Condition | None, **more: Any) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": effect}
    if "Principal" in more:
        statement["Principal"] = more["Principal"]
    statement["Action"] = list(actions)
    statement["Resource"] = more["Resource"]
    if condition:
        statement["Condition"] = condition
    return statement


def _has_outputs(value: object) -> bool:
    if isinstance(value, pulumi.Output):
        return True
    if isinstance(value, Mapping):
        return any(_has_outputs(entry) for entry in cast("Mapping[str, object]", value).values())
    if isinstance(value, list | tuple):
        return any(_has_outputs(entry) for entry in cast("Sequence[object]", value))
    return False
