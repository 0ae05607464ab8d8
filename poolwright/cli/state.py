"""`poolwright state bootstrap`: a bucket for Pulumi's state, with a key for the secrets of each stack."""

from __future__ import annotations

import re
from collections.abc import Sequence

from components.naming import NameKind, SiteNames
from poolwright.cli import console
from poolwright.engine.environment import project_name
from poolwright.engine.project import Project, find_project
from poolwright.engine.state_bucket import StateBucket, StateOf
from poolwright.engine.state_making import account_of, clients, make_state
from solver.demand.loader import find_stack, load_demand
from solver.errors import ConfigError, Problem

_BUCKET = re.compile(r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")


def run(
    *,
    bucket: str | None,
    region: str,
    stacks: Sequence[str],
    grant: Sequence[str],
    account: str | None,
    object_lock_days: int,
    as_json: bool,
) -> None:
    """Makes bucket and keys, or what of them is not as wanted, and prints how the stacks use them."""
    project = find_project()
    problems = list(_problems(project, bucket, stacks, grant))
    if problems:
        raise ConfigError(problems)
    made = clients(region)
    owner = account_of(made, account)
    wanted = StateBucket(
        bucket=bucket or f"poolwright-state-{owner}-{region}",
        region=region,
        account_id=owner,
        project=project_name(project),
        stacks=tuple(_state_of(project, stack) for stack in stacks),
        granted=frozenset(grant),
        object_lock_days=object_lock_days,
    )
    steps = [*make_state(wanted, made)]
    if as_json:
        record = {
            "bucket": wanted.bucket,
            "account": owner,
            "backend_url": wanted.url,
            "secrets_providers": {stack: wanted.secrets_provider(stack) for stack in stacks},
            "steps": [{"what": step.what, "done": step.done} for step in steps],
        }
        console.print_json(record)
        return
    for step in steps:
        print(f"{step.done:<10}{step.what}")
    print(f"export PULUMI_BACKEND_URL='{wanted.url}'")
    for stack in stacks:
        print(f"pulumi stack init {stack} --secrets-provider '{wanted.secrets_provider(stack)}'")


def _problems(project: Project, bucket: str | None, stacks: Sequence[str], grant: Sequence[str]) -> Sequence[Problem]:
    found: list[Problem] = []
    if bucket is not None and not _BUCKET.match(bucket):
        allowed = "3 to 63 small letters, digits and hyphens"
        found.append(Problem(file="", path="--bucket", found=bucket, allowed=allowed))
    if not stacks:
        known = ", ".join(project.stack_names())
        found.append(Problem(file="", path="--stack", found="none", allowed=f"one or more of {known}"))
    for stack in stacks:
        project.require_stack(stack)
    others = [stack for stack in grant if stack not in stacks]
    of_stacks = f"one of {', '.join(stacks)}"
    return [*found, *(Problem(file="", path="--grant", found=stack, allowed=of_stacks) for stack in others)]


def _state_of(project: Project, stack: str) -> StateOf:
    demand = load_demand(find_stack(project.root, stack)).demand
    site, region = next(((key, each.region) for key, each in demand.aws_sites.items()), ("main", ""))
    names = SiteNames(stack=stack, site=site, region=region, account_id="")
    return StateOf(
        stack=stack,
        look_role=names.physical(NameKind.ROLE, "ci-preview"),
        up_role=names.physical(NameKind.ROLE, "ci-up"),
    )
