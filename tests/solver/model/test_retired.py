"""A node group that leaves the plan stays for one more, empty, so that its tasks can move first."""

from __future__ import annotations

from solver.model.retired import is_retired, with_retired, without_retired
from solver.plan.compute import ComputePlan
from tests.components.plans import full_site

APPROVED = full_site().compute
ZONES = full_site().network.zones
SERVICES = [group.key for group in APPROVED.node_groups if group.runtime == "ecs"]


def without(plan: ComputePlan, key: str) -> ComputePlan:
    return plan.model_copy(update={"node_groups": tuple(group for group in plan.node_groups if group.key != key)})


def test_a_group_that_leaves_is_kept_empty() -> None:
    plan = with_retired(without(APPROVED, SERVICES[0]), APPROVED, ZONES, same_inputs=False)
    (kept,) = [group for group in plan.node_groups if group.key == SERVICES[0]]
    assert is_retired(kept)
    assert kept.machines.high == 0
    assert [group.key for group in plan.node_groups] == sorted(group.key for group in APPROVED.node_groups)


def test_planning_again_from_the_same_inputs_keeps_it() -> None:
    once = with_retired(without(APPROVED, SERVICES[0]), APPROVED, ZONES, same_inputs=False)
    again = with_retired(without_retired(once), once, ZONES, same_inputs=True)
    assert again == once


def test_the_next_plan_from_other_inputs_drops_it() -> None:
    once = with_retired(without(APPROVED, SERVICES[0]), APPROVED, ZONES, same_inputs=False)
    later = with_retired(without_retired(once), once, ZONES, same_inputs=False)
    assert SERVICES[0] not in [group.key for group in later.node_groups]


def test_machines_of_jobs_are_not_kept() -> None:
    job = next(group.key for group in APPROVED.node_groups if group.runtime == "batch")
    plan = with_retired(without(APPROVED, job), APPROVED, ZONES, same_inputs=False)
    assert job not in [group.key for group in plan.node_groups]


def test_without_an_approved_plan_nothing_is_retired() -> None:
    assert with_retired(APPROVED, None, ZONES, same_inputs=False) == APPROVED


def test_a_group_leaves_in_the_zones_that_the_network_still_has() -> None:
    (zones,) = {group.zones for group in APPROVED.node_groups if group.key == SERVICES[0]}
    plan = with_retired(without(APPROVED, SERVICES[0]), APPROVED, zones[:1], same_inputs=False)
    assert [group.zones for group in plan.node_groups if group.key == SERVICES[0]] == [zones[:1]]
    plan = with_retired(without(APPROVED, SERVICES[0]), APPROVED, ("use1-az9",), same_inputs=False)
    assert SERVICES[0] not in [group.key for group in plan.node_groups]
