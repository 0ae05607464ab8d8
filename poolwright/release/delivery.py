"""What a project's pipelines are made of: its stacks in the order of promotion, with regions, roles and approvals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from components.naming import NameKind, SiteNames, partition_of
from poolwright.engine.environment import project_name
from poolwright.engine.project import Project
from poolwright.render.pipeline import AUTOPILOT_MINUTE, PipelineContext, Stage
from solver.demand.autopilot import AutopilotWish
from solver.demand.demand import Demand
from solver.demand.loader import find_stack, load_demand
from solver.demand.promotion import FILE, read_rules
from solver.errors import ConfigError, Problem

_NIGHT: Final = 3
"""UTC hour at which an autopilot without a window runs."""


def pipeline_context(
    project: Project, *, stacks: Sequence[str], approve: Sequence[str] = (), branch: str = "main"
) -> PipelineContext:
    """The context for stacks in this order, or in that of `stacks/promotion.yaml` where none is named.

    Stacks of which that file asks approvals are approved too. ConfigError names what is missing or said twice.
    """
    read = read_rules(project.root)
    rules = None if read is None else read[0]
    if rules is not None:
        stacks = stacks or rules.order
        approve = (*approve, *(each for each in stacks if rules.of(each).approvals and each not in approve))
    problems = [*_problems(project, stacks, approve)]
    if problems:
        raise ConfigError(problems)
    stages = tuple(
        _stage(
            stack,
            load_demand(find_stack(project.root, stack)).demand,
            follows=stacks[place - 1] if place else None,
            approvals=0 if stack not in approve else 1 if rules is None else max(1, rules.of(stack).approvals),
            soak_hours=0.0 if rules is None else rules.of(stack).soak_hours,
        )
        for place, stack in enumerate(stacks)
    )
    refused = [_no_approval(stage) for stage in stages if stage.approvals and not stage.environment]
    if refused:
        raise ConfigError(refused)
    return PipelineContext(project=project_name(project), branch=branch, stages=stages)


def _problems(project: Project, stacks: Sequence[str], approve: Sequence[str]) -> list[Problem]:
    known = ", ".join(project.stack_names())
    found: list[Problem] = []
    if not stacks:
        allowed = f"stacks in the order of promotion, of {known}; or an order in stacks/{FILE}"
        found.append(Problem(file="", path="--stack", found="none", allowed=allowed))
    for stack in dict.fromkeys(stacks):
        project.require_stack(stack)
        if stacks.count(stack) > 1:
            found.append(Problem(file="", path="--stack", found=f"{stack} twice", allowed="each stack once"))
    of_stacks = f"one of {', '.join(stacks)}"
    others = [stack for stack in approve if stack not in stacks]
    return [*found, *(Problem(file="", path="--approve", found=stack, allowed=of_stacks) for stack in others)]


def _stage(stack: str, demand: Demand, *, follows: str | None, approvals: int, soak_hours: float) -> Stage:
    site, region = next(((key, each.region) for key, each in demand.aws_sites.items()), ("", None))
    names = SiteNames(stack=stack, site=site, region=region or "", account_id="")
    return Stage(
        stack=stack,
        follows=follows,
        approvals=approvals,
        soak_hours=soak_hours,
        region=region,
        partition=partition_of(region or ""),
        preview_role=names.physical(NameKind.ROLE, "ci-preview"),
        up_role=names.physical(NameKind.ROLE, "ci-up"),
        environment=environment_of(stack, demand),
        autopilot_hours=autopilot_hours(demand.autopilot, demand.time_zone),
    )


def autopilot_hours(wish: AutopilotWish | None, time_zone: str) -> tuple[int, ...]:
    """UTC hours at which a nightly run of it may change something: one that is in its window in summer and winter, or
    one for each where no hour is in both. A run at the other's does nothing."""
    if wish is None:
        return ()
    if wish.window is None:
        return (_NIGHT,)
    window, zone = wish.window, ZoneInfo(time_zone)
    # Which year doesn't matter: the same files give the same pipelines on any day.
    offsets = {datetime(2026, month, 1, tzinfo=zone).utcoffset() or timedelta() for month in (1, 7)}
    moments = {
        hour: [_minute(timedelta(hours=hour, minutes=AUTOPILOT_MINUTE) + offset) for offset in sorted(offsets)]
        for hour in range(24)
    }
    inside = {hour: [window.opens * 60 <= each < window.closes * 60 for each in at] for hour, at in moments.items()}
    # The earliest, since a CI system begins late rather than early.
    whole = [hour for hour in moments if all(inside[hour])]
    if whole:
        return (min(whole, key=lambda hour: moments[hour]),)
    # A window is open for an hour at least, so each season has one.
    return tuple(
        sorted(
            min((hour for hour in moments if inside[hour][season]), key=lambda hour: moments[hour][season])
            for season in range(len(offsets))
        )
    )


def _minute(since_midnight: timedelta) -> int:
    """Of the day, whichever it is."""
    return int(since_midnight.total_seconds() // 60) % (24 * 60)


def environment_of(stack: str, demand: Demand) -> str:
    """The CI system's environment whose rules hold for the stack's `up`; empty for jobs that name none."""
    up = None if demand.ci is None else demand.ci.up
    # A role for jobs of a branch is refused to jobs that name an environment.
    return stack if up is None else (up.environment or "")


def _no_approval(stage: Stage) -> Problem:
    return Problem(
        file=f"stacks/{stage.stack}.yaml",
        path="ci.up.branch",
        found="a stack that somebody approves",
        allowed="its role is for jobs of an environment, whose rules say who approves",
        hint=f"ci.up: {{environment: {stage.stack}}}",
    )
