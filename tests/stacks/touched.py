"""What an `up` would do to each resource of a site when its plan becomes another, by the sandbox's own rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from poolwright.engine.sandbox.diff import differences
from poolwright.engine.sandbox.schema import resource_schema
from poolwright.engine.sandbox.tokens import short_type
from solver.plan.plan import Plan
from stacks.program import aws_pools
from tests.components.aws.provider_check import whole_numbers
from tests.recorder import ACCOUNT_ID, Record, record

Resources = dict[tuple[str, str], Record]


@dataclass(frozen=True)
class Touched:
    """One resource that does not stay as it is."""

    name: str
    """Its logical name."""
    what: Literal["create", "delete", "update", "replace"]
    properties: tuple[str, ...] = ()
    """Paths that change."""


def resources_of(plan: Plan, site: str = "main") -> Resources:
    """What the program makes of one site, by type and name."""
    recorded = record(lambda: aws_pools(site, plan.aws_sites[site], plan, ACCOUNT_ID), stack=plan.stack)
    return {(each.type, each.name): each for each in recorded.custom()}


def touched(before: Resources, after: Resources) -> list[Touched]:
    """All that differs, by name."""
    found: list[Touched] = []
    for key in sorted(before.keys() | after.keys(), key=lambda key: (key[1], key[0])):
        if key not in after:
            found.append(Touched(key[1], "delete"))
        elif key not in before:
            found.append(Touched(key[1], "create"))
        elif (change := _change(before[key], after[key])) is not None:
            found.append(change)
    return found


def _change(before: Record, after: Record) -> Touched | None:
    schema = resource_schema(after.type)
    assert schema is not None, after.type
    old, new = whole_numbers(dict(before.inputs)), whole_numbers(dict(after.inputs))
    for name in after.ignore_changes:
        new[name] = old.get(name)
    found = differences(short_type(after.type), schema, old, new)
    if not found:
        return None
    what = "replace" if any(each.replaces for each in found) else "update"
    return Touched(after.name, what, tuple(each.path for each in found))
