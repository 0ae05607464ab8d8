"""Reviews of the shipped stacks without an engine: previews made from what the program registers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from poolwright.checks.evidence import Evidence
from poolwright.checks.judging import judge
from poolwright.checks.registry import CHECKS
from poolwright.checks.report import report_of
from poolwright.engine.preview import DiffKind, Operation, Preview, PropertyChange, ResourceChange
from poolwright.review.against import Against, loads_of
from poolwright.review.assemble import Sources, review_of
from poolwright.review.drivers import Side
from poolwright.review.review import Review
from solver.inputs import read_inputs
from solver.plan.lock import Lock, lock_of
from tests import golden
from tests.poolwright.checks.estate import ROOT, shipped

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


@cache
def review_of_case(story: str) -> Review:
    """The review of a golden case that was built as planned."""
    case = golden.told(story)
    lock = lock_of(case.plan)
    built = tuple(
        ResourceChange(
            urn=each.urn,
            type=each.type,
            name=each.name,
            parent=each.parent,
            operation=Operation.SAME,
            inputs=each.inputs,
        )
        for each in golden.resources(case.plan)
    )
    verdict = judge((), Evidence(lock=lock, demand=case.demand), waivers={}, on=ON)
    sources = Sources(
        demand=case.demand,
        lock=lock,
        lock_digest="sha256:" + "0" * 64,
        plan=case.plan,
        preview=Preview(stack=lock.stack, changes=built, outputs={}),
        checked=report_of(verdict, stack=lock.stack, cloud="sandbox", on=ON, place=lambda _: None),
        against=Against(
            words="itself",
            side=Side(lock=lock, loads=loads_of(case.demand)),
            usd_per_month=lock.proof.cost_usd_per_month,
        ),
        catalog=golden.catalog(),
        cloud="sandbox",
        on=ON,
    )
    return review_of(sources)


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
        catalog=read_inputs(ROOT, stack).catalog(),
        cloud="sandbox",
        on=ON,
    )
    return review_of(replace(sources, **changed))
