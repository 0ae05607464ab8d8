"""`poolwright hosts STACK`: what runs on the hosts of its Docker sites, what it uses, which addresses answer."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from poolwright.cli import console
from poolwright.cli.engine_commands import parse_cloud
from poolwright.engine.environment import Cloud
from poolwright.engine.project import find_project
from solver.errors import ConfigError, ExitCode, Problem
from solver.inputs import fresh_lock

if TYPE_CHECKING:
    from poolwright.engine.docker.hosts_status import HostsStatus
    from solver.plan.plan import Plan

_PAUSE_SECONDS = 1.0
_SETTLING_SECONDS = 20.0
"""A proxy that has just started makes its certificates first."""


def run(stack: str, *, cloud: str, wait_seconds: float, as_json: bool) -> int:
    """Prints what runs; 1 when something that the lock places is away, unwell, or does not answer.

    With `wait_seconds` it asks again until all is well, or so long.
    """
    stood_in = parse_cloud(cloud) is Cloud.SANDBOX
    plan = fresh_lock(find_project().root, stack).as_plan()
    if not plan.docker_sites:
        problem = Problem(
            file=f"stacks/{stack}.yaml",
            path="sites",
            found="no site of kind docker",
            allowed="a stack with hosts is allowed",
            hint="docs/docker-sites.md says how hosts are named",
        )
        raise ConfigError([problem])
    status = _waited(plan, stood_in=stood_in, seconds=wait_seconds)
    if as_json:
        console.print_json({"stack": stack, "well": status.well, **status.model_dump(mode="json")})
    else:
        _show(status)
    return int(ExitCode.DONE if status.well else ExitCode.FAILED)


def after_up(root: Path, stack: str, *, cloud: str) -> None:
    """What an `up` ends with where the stack has Docker sites: what runs there now, and which addresses answer."""
    plan = fresh_lock(root, stack).as_plan()
    if plan.docker_sites:
        stood_in = parse_cloud(cloud) is Cloud.SANDBOX
        _show(_waited(plan, stood_in=stood_in, seconds=_SETTLING_SECONDS))


def _waited(plan: Plan, *, stood_in: bool, seconds: float) -> HostsStatus:
    from poolwright.engine.docker.hosts_status import hosts_status

    until = monotonic() + seconds
    status = hosts_status(plan, stood_in=stood_in)
    while not status.well and monotonic() < until:
        sleep(_PAUSE_SECONDS)
        status = hosts_status(plan, stood_in=stood_in)
    return status


def _show(status: HostsStatus) -> None:
    from poolwright.render.hosts_status_view import hosts_status_view
    from poolwright.render.screen import screen

    screen().print(hosts_status_view(status))
