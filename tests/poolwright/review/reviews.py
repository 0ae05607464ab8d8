"""Reviews of the shipped stacks without an engine: previews made from what the program registers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from poolwright.checks.judging import judge
from poolwright.checks.registry import CHECKS
from poolwright.checks.report import report_of
from poolwright.engine.preview import DiffKind, Operation, Preview, PropertyChange, ResourceChange
from poolwright.review.against import Against, loads_of
from poolwright.review.assemble import Sources, review_of
from poolwright.review.drivers import Side
from poolwright.review.review import Review
from solver.plan.lock import Lock
from tests.poolwright.checks.estate import shipped

ON = date(2026, 11, 2)
Edit = Callable[[ResourceChange], ResourceChange]


@cache
def unchanged(stack: str) -> tuple[ResourceChange, ...]:
    """Each resource of a shipped stack, as a preview has it to which nothing happens."""
    return tuple(
        ResourceChange(
            urn=resource.urn,
            type=resource.type,
            name=resource.name,
            parent="",
            operation=Operation.SAME,
            protected=resource.protected,
            inputs=resource.inputs,
            before=resource.inputs,
        )
        for resource in sorted(shipped(stack).resources, key=lambda each: each.urn)
    )


def preview(stack: str, edit: Edit | None = None) -> Preview:
    """A preview of a shipped stack in which `edit` changed some resources."""
    return Preview(stack=stack, changes=tuple(map(edit, unchanged(stack))) if edit else unchanged(stack), outputs={})


def happening(operation: Operation, *types: str, because: str = "") -> Edit:
    """An edit by which this happens to all resources of some types."""
    properties = (
        (PropertyChange(path=because, kind=DiffKind.CHANGE, replaces=True, old="a", new="b"),) if because else ()
    )

    def edit(change: ResourceChange) -> ResourceChange:
        if change.type not in types:
            return change
        return replace(change, operation=operation, properties=properties)

    return edit


def lock_of_shipped(stack: str) -> Lock:
    """The lock of a shipped stack."""
    lock = shipped(stack).lock
    assert lock is not None
    return lock


def review(stack: str = "dev", edit: Edit | None = None, old: Lock | None = None, **changed: Any) -> Review:
    """A review of a shipped stack, compared with a lock; without one, with its own."""
    evidence = shipped(stack)
    lock, demand = lock_of_shipped(stack), evidence.demand
    assert demand is not None
    before = lock if old is None else old
    verdict = judge(CHECKS, evidence, waivers=demand.compliance.waivers, on=ON)
    sources = Sources(
        demand=demand,
        lock=lock,
        lock_digest="sha256:" + "0" * 64,
        plan=lock.as_plan(),
        preview=preview(stack, edit),
        checked=report_of(verdict, stack=stack, cloud="sandbox", on=ON, place=lambda _: None),
        against=Against(
            words="the lock before",
            side=Side(lock=before, loads=loads_of(demand)),
            usd_per_month=before.proof.cost_usd_per_month,
        ),
        list_price=lambda region, machine: 1.0,
        cloud="sandbox",
        on=ON,
    )
    return review_of(replace(sources, **changed))
