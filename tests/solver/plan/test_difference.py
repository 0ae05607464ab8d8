"""What a new lock would change, as a reviewer reads it."""

from __future__ import annotations

from solver.plan.difference import ChangeKind, difference
from solver.plan.lock import Lock, lock_of
from solver.plan.schedule import WeekSchedule
from tests.components.plans import full_site
from tests.components.plans import plan as plan_of


def lock_with(*, machines: int | None = None, drop_group: bool = False) -> Lock:
    plan = plan_of("prod", main=full_site())
    name, site = next(iter(plan.aws_sites.items()))
    first, *others = site.compute.node_groups
    if machines is not None:
        first = first.model_copy(update={"machines": WeekSchedule(constant=machines)})
    groups = tuple(others) if drop_group else (first, *others)
    compute = site.compute.model_copy(update={"node_groups": groups})
    sites = {**plan.aws_sites, name: site.model_copy(update={"compute": compute})}
    return lock_of(plan.model_copy(update={"sites": sites}))


def test_the_same_lock_differs_in_nothing() -> None:
    assert difference(lock_with(), lock_with()).changes == ()


def test_one_number_is_one_change() -> None:
    (change,) = difference(lock_with(machines=2), lock_with(machines=3)).changes
    assert (change.kind, change.old, change.new) == (ChangeKind.CHANGED, "2", "3")
    assert change.path.endswith(".machines")


def test_a_group_that_goes_is_one_change() -> None:
    (change,) = difference(lock_with(machines=2), lock_with(drop_group=True)).changes
    assert change.kind is ChangeKind.REMOVED


def test_without_a_lock_everything_is_new() -> None:
    new = difference(None, lock_with())
    assert new.old_usd_per_month is None
    assert {change.kind for change in new.changes} == {ChangeKind.ADDED}


def test_a_tag_may_have_any_name() -> None:
    plan = plan_of("prod", main=full_site())
    tagged = plan.model_copy(update={"tags": {**plan.tags, "reason": "audit"}})
    (change,) = difference(lock_of(plan), lock_of(tagged)).changes
    assert (change.kind, change.path, change.new) == (ChangeKind.ADDED, "tags.reason", "audit")
