"""Reviews of the shipped stacks without an engine: previews made from what the program registers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from solver.plan.plan import Plan
from solver.solve import solve
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


@cache
def sixty() -> tuple[Review, Plan]:
    """A change of prod with sixty resources: one that serves is replaced, and the assistant has more load."""
    evidence = shipped("prod")
    lock, demand = lock_of_shipped("prod"), evidence.demand
    assert demand is not None
    catalog = read_inputs(ROOT, "prod").catalog()
    plan = solve(demand, catalog, previous=lock.as_plan())
    happens = dict(_sixty(unchanged("prod")))
    changes = tuple(replace(each, **happens.get(each.urn, {})) for each in unchanged("prod"))
    cost = {pool: dict(items) for pool, items in lock.cost_usd_per_month.items()}
    item = next(name for name in cost["compute"] if name.startswith("node-group inf2-xlarge-spot"))
    cost["compute"][item] -= 163.63
    proof = lock.proof.model_copy(update={"cost_usd_per_month": lock.proof.cost_usd_per_month - 163.63})
    old = lock.model_copy(update={"cost_usd_per_month": cost, "proof": proof})
    loads = {**loads_of(demand), "assistant": tuple(each / 1.07 for each in loads_of(demand)["assistant"])}
    found = review(
        "prod",
        plan=plan,
        preview=Preview(stack="prod", changes=changes, outputs={}),
        against=Against(
            words="the lock before", side=Side(lock=old, loads=loads), usd_per_month=old.proof.cost_usd_per_month
        ),
    )
    return found, plan


def _sixty(changes: Sequence[ResourceChange]) -> Iterator[tuple[str, dict[str, Any]]]:
    """URN → what happens to it."""

    def some(type_: str, count: int, name: str = "") -> list[str]:
        return [each.urn for each in changes if each.type == type_ and name in each.name][:count]

    def because(path: str) -> tuple[PropertyChange, ...]:
        return (PropertyChange(path=path, kind=DiffKind.CHANGE, replaces=True, old="8501", new="8500"),)

    serving = some("aws:lb/targetGroup:TargetGroup", 1, "recommender")
    revisions = some("aws:ecs/taskDefinition:TaskDefinition", 3)
    deleted = some("aws:autoscaling/schedule:Schedule", 28)
    changed = some("aws:ecs/service:Service", 4) + some("aws:appautoscaling/target:Target", 4)
    created = some("aws:appautoscaling/scheduledAction:ScheduledAction", 60)
    for urn in serving:
        yield urn, {"operation": Operation.REPLACE, "properties": because("port")}
    for urn in revisions:
        yield urn, {"operation": Operation.REPLACE, "properties": because("containerDefinitions")}
    for urn in deleted:
        yield urn, {"operation": Operation.DELETE}
    for urn in changed:
        yield urn, {"operation": Operation.UPDATE}
    for urn in created[: 60 - len(serving + revisions + deleted + changed)]:
        yield urn, {"operation": Operation.CREATE}
