"""What a rule is, and where the rules of a type are found.

A validation looks at the inputs alone and speaks in Check, so a preview shows it. An objection also looks at what
exists; it speaks when the resource is created, changed or deleted, as AWS does.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias, TypeVar

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.tokens import service_of
from poolwright.engine.sandbox.values import Properties


class Action(Enum):
    """What is asked of the cloud; the value begins AWS's names of such operations."""

    CREATE = "creating"
    UPDATE = "updating"
    DELETE = "deleting"


@dataclass(frozen=True)
class Refusal:
    """AWS's no: its error code, and the message in its words."""

    code: str
    message: str
    property: str = ""
    """The input's path, where one input is to blame."""

    def __str__(self) -> str:
        return f"api error {self.code}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One request to the cloud."""

    action: Action
    type: str
    inputs: Properties
    """The inputs that are to hold; for a deletion, those that held."""
    existing: Resource | None = None
    """What is changed or deleted; None for a creation."""

    @property
    def id(self) -> str:
        """The id of what is changed or deleted; empty for a creation."""
        return "" if self.existing is None else self.existing.id


Validation: TypeAlias = Callable[[Properties], Iterator[Refusal]]
Objection: TypeAlias = Callable[[Change, Cloud], Iterator[Refusal]]

Remarks: TypeAlias = Callable[[Change, Cloud], Iterator[str]]

_EVERY_TYPE: Final = ("tags", "references", "dependencies", "limits")
"""Modules whose rules hold for many types."""
_MODULES: Final[dict[str, tuple[str, ...]]] = {
    "ec2": (
        "addressing",
        "routing",
        "network_acls",
        "endpoints",
        "security_groups",
        "launching",
        "reservations",
        "watching",
        "free_addresses",
        "ipv6",
        "beyond",
    ),
    "ec2transitgateway": ("beyond",),
    "vpc": ("security_groups",),
    "ebs": ("addressing", "volumes"),
    "lb": ("balancers", "security_groups", "free_addresses", "grants", "ipv6"),
    "acm": ("names",),
    "route53": ("names", "health_checks"),
    "servicediscovery": ("names",),
    "iam": ("identities",),
    "kms": ("keys",),
    "secretsmanager": ("keys",),
    "cloudwatch": ("watching", "dashboards", "schedules", "grants"),
    "budgets": ("money",),
    "costexplorer": ("money",),
    "scheduler": ("schedules",),
    "autoscaling": ("groups", "renewals", "reservations", "scaling", "schedules", "warm_pools"),
    "appautoscaling": ("scaling", "schedules"),
    "ecs": ("clusters", "tasks", "services", "deployments", "security_groups", "free_addresses"),
    "ecr": ("registries",),
    "batch": ("batches",),
    "s3": ("buckets", "bucket_copies"),
    "efs": ("file_systems", "security_groups", "free_addresses"),
    "fsx": ("file_systems", "lustre_links", "free_addresses"),
    "cloudformation": ("stacks",),
    "backup": ("schedules", "file_systems", "backups"),
    "cloudtrail": ("watching", "grants"),
    "cfg": ("watching", "grants"),
    "guardduty": ("watching",),
    "accessanalyzer": ("watching",),
    "securityhub": ("watching",),
    "inspector2": ("watching",),
    "wafv2": ("watching",),
    "sns": ("messages",),
    "sqs": ("messages",),
}
_Rule = TypeVar("_Rule", Validation, Objection)
_VALIDATIONS: dict[str, list[Validation]] = {}
_OBJECTIONS: dict[tuple[str, Action], list[Objection]] = {}
_REMARKS: dict[str, list[Remarks]] = {}
ANY_TYPE: Final = "*"


def validates(*types: str) -> Callable[[Validation], Validation]:
    """Register a rule over the inputs of resource types."""

    def register(rule: Validation) -> Validation:
        for name in types:
            _VALIDATIONS.setdefault(name, []).append(rule)
        return rule

    return register


def refuses(*types: str, on: tuple[Action, ...] = (Action.CREATE, Action.UPDATE)) -> Callable[[Objection], Objection]:
    """Register a rule over what exists."""

    def register(rule: Objection) -> Objection:
        for name in types:
            for action in on:
                _OBJECTIONS.setdefault((name, action), []).append(rule)
        return rule

    return register


def remarks(*types: str) -> Callable[[Remarks], Remarks]:
    """Register what is said of a resource that AWS makes although it will not work."""

    def register(rule: Remarks) -> Remarks:
        for name in types:
            _REMARKS.setdefault(name, []).append(rule)
        return rule

    return register


def remarks_on(change: Change, cloud: Cloud) -> list[str]:
    """What a reader should know of a resource that AWS has just made."""
    _load(change.type)
    return [remark for rule in _REMARKS.get(change.type, ()) for remark in rule(change, cloud)]


def invalid_inputs(kind: str, inputs: Properties) -> list[Refusal]:
    """What AWS says against the inputs alone, unknown values left out of account."""
    _load(kind)
    rules = [*_VALIDATIONS.get(ANY_TYPE, ()), *_in_order(kind, _VALIDATIONS.get(kind, []))]
    return [refusal for rule in rules for refusal in rule(inputs)]


def refusal_of(change: Change, cloud: Cloud) -> Refusal | None:
    """The first thing that AWS says against the request; None when it would do it."""
    _load(change.type)
    own = _in_order(change.type, _OBJECTIONS.get((change.type, change.action), []))
    # What is named is looked for first; quotas are counted last.
    shared = sorted(_OBJECTIONS.get((ANY_TYPE, change.action), []), key=lambda rule: _EVERY_TYPE.index(_module(rule)))
    first = [rule for rule in shared if _module(rule) == "references"]
    rules = [*first, *own, *(rule for rule in shared if rule not in first)]
    return next((refusal for rule in rules for refusal in rule(change, cloud)), None)


def _in_order(kind: str, rules: list[_Rule]) -> list[_Rule]:
    """In the order of their modules in the table, whichever was loaded first: the first refusal is what AWS says."""
    names = _MODULES.get(service_of(kind), ())
    places = {name: place for place, name in enumerate(names)}
    return sorted(rules, key=lambda rule: places.get(_module(rule), len(places)))


def _module(rule: Callable[..., object]) -> str:
    return rule.__module__.rpartition(".")[2]


def _load(kind: str) -> None:
    for name in (*_EVERY_TYPE, *_MODULES.get(service_of(kind), ())):
        importlib.import_module(f"poolwright.engine.sandbox.rules.{name}")
