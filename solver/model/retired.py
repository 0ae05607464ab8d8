"""Retired node groups: what the approved plan used and the new one does not, kept empty for one more plan.

AWS refuses to take a capacity provider from a cluster while tasks still use it, and services can move only when the
cluster has the new ones. So a group that leaves a plan stays in it once, without machines in its schedule: the update
moves the services, the group drains to nothing by itself, and the next plan from other inputs drops it. Planning again
from the same inputs changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from solver.plan.compute import ComputePlan, NodeGroup
from solver.plan.schedule import WeekSchedule


def is_retired(group: NodeGroup) -> bool:
    """Whether a group only waits for its tasks to leave."""
    return group.runtime == "ecs" and not group.slots


def without_retired(plan: ComputePlan) -> ComputePlan:
    """The plan as its solve left it."""
    return plan.model_copy(update={"node_groups": tuple(group for group in plan.node_groups if not is_retired(group))})


def with_retired(
    plan: ComputePlan, approved: ComputePlan | None, zones: Collection[str], *, same_inputs: bool
) -> ComputePlan:
    """The plan with the groups that the approved one used and it does not, in those of the network's `zones`.

    From the inputs of the approved plan, groups that it had retired stay; from others, they are dropped. A group of
    which no zone is left has no subnet to drain in, and is dropped at once.
    """
    if approved is None:
        return plan
    used = {group.key for group in plan.node_groups}
    leaving: list[NodeGroup] = []
    for group in approved.node_groups:
        left = tuple(zone for zone in group.zones if zone in zones)
        if group.runtime == "ecs" and group.key not in used and left and (same_inputs or not is_retired(group)):
            leaving.append(
                group.model_copy(
                    update={
                        "machines": WeekSchedule(constant=0),
                        "slots": dict[str, int](),
                        "shared": None,
                        "zones": left,
                        "warm_machines": 0,
                    }
                )
            )
    groups = sorted((*plan.node_groups, *leaving), key=lambda group: group.key)
    return plan.model_copy(update={"node_groups": tuple(groups)})
