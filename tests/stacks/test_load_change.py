"""A service whose load grows: what the program makes of the greater plan touches that service alone, and in place."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import pytest

from solver.plan.compute import NodeGroup, VariantPlan
from solver.plan.lock import read_lock
from solver.plan.plan import Plan
from solver.plan.schedule import WeekSchedule, week_schedule
from tests.stacks.touched import Resources, resources_of, touched

ROOT = Path(__file__).resolve().parents[2]


def grown(schedule: WeekSchedule) -> WeekSchedule:
    return week_schedule([ceil(value * 1.1) for value in schedule.hourly()])


def with_more(plan: Plan, service: str) -> tuple[Plan, set[str]]:
    """The plan with a tenth more replicas of one service, and machines of its groups; with the groups' keys."""
    site = plan.aws_sites["main"]
    (chosen,) = (each for each in site.compute.services if each.key == service)
    own = {key for variant in chosen.variants for key in variant.node_groups}

    def more_replicas(variant: VariantPlan) -> VariantPlan:
        most = ceil(variant.max_replicas * 1.1)
        return variant.model_copy(update={"replicas": grown(variant.replicas), "max_replicas": most})

    def more_machines(group: NodeGroup) -> NodeGroup:
        if group.key not in own:
            return group
        most = ceil(group.max_machines * 1.1)
        return group.model_copy(update={"machines": grown(group.machines), "max_machines": most})

    bigger = chosen.model_copy(update={"variants": tuple(more_replicas(each) for each in chosen.variants)})
    compute = site.compute.model_copy(
        update={
            "services": tuple(bigger if each is chosen else each for each in site.compute.services),
            "node_groups": tuple(more_machines(group) for group in site.compute.node_groups),
        }
    )
    return plan.model_copy(update={"sites": {"main": site.model_copy(update={"compute": compute})}}), own


@pytest.fixture(scope="module", params=["dev", "staging"])
def approved(request: pytest.FixtureRequest) -> tuple[Plan, Resources]:
    plan = read_lock(ROOT / "stacks" / f"{request.param}.lock.yaml").as_plan()
    return plan, resources_of(plan)


@pytest.mark.parametrize("service", ["assistant", "recommender", "fraud"])
def test_a_tenth_more_of_a_service_touches_its_own_groups_and_scaling_and_replaces_nothing(
    approved: tuple[Plan, Resources], service: str
) -> None:
    plan, before = approved
    bigger, own = with_more(plan, service)
    changed = touched(before, resources_of(bigger))
    theirs = [
        each.name
        for each in changed
        if f"-{service}-" not in each.name and not any(f"-machines-{key}" in each.name for key in own)
    ]
    assert changed
    assert theirs == []
    assert [each for each in changed if each.what == "replace"] == []
    # Steps of a schedule are resources of AWS, and a week of many floors has many. All else: a group's ceiling, and
    # ceiling and target of the service that runs on it.
    assert len([each for each in changed if not each.name[-2:].isdigit()]) <= 3 * len(own)
