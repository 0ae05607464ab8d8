"""`poolwright explain STACK [WORKLOAD]`: why these sizes, what binds, and what the next best would cost."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from poolwright.cli.console import print_json
from poolwright.cli.plan import solved
from poolwright.engine.project import find_project
from solver.errors import ConfigError, Problem
from solver.inputs import read_inputs
from solver.plan.explanation import Reason
from solver.plan.plan import Plan


def run(
    stack: str,
    workload: str | None = None,
    *,
    as_json: bool = False,
    demand: Path | None = None,
    catalog: Path | None = None,
) -> None:
    """Prints the reasons of a stack's plan, or of what serves one workload.

    The plan is solved anew from the demand as it stands, so the answer is about today's files, not the lock.
    """
    inputs = read_inputs(find_project().root, stack, demand_file=demand, catalog_path=catalog)
    workloads = tuple(inputs.loaded.demand.workloads)
    if workload is not None and workload not in workloads:
        near = get_close_matches(workload, workloads, n=1)
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="WORKLOAD",
                    found=workload,
                    allowed=f"one of {', '.join(workloads)} is allowed",
                    hint=f"Did you mean {near[0]}?" if near else None,
                )
            ]
        )
    plan, _, _ = solved(stack, inputs)
    reasons = reasons_of(plan, workload)
    if as_json:
        shown = [reason.model_dump(mode="json") for reason in reasons]
        print_json({"stack": stack, "workload": workload, "reasons": shown})
        return
    from poolwright.render.plan_view import reasons_view, verdict
    from poolwright.render.screen import screen

    screen().print(verdict(plan))
    for line in reasons_view(reasons):
        screen().print(line)


def reasons_of(plan: Plan, workload: str | None) -> tuple[Reason, ...]:
    """The plan's reasons; with a workload, its own and those of the node groups that hold it."""
    if workload is None:
        return plan.reasons
    groups = {
        group.key
        for site in plan.sites.values()
        for group in site.compute.node_groups
        if any(slot.partition(".")[0] == workload for slot in group.slots)
    }
    subjects = {f"workload {workload}", *(f"node-group {group}" for group in groups)}
    return tuple(reason for reason in plan.reasons if reason.subject in subjects)
