"""The order of a project's stacks: after those whose outputs they read, and along the way of a release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from poolwright.engine.project import Project
from solver.errors import ConfigError, PoolwrightError, Problem

PROMOTION = "promotion.yaml"
"""The file in `stacks/` whose `order` names the stacks that a release goes through."""


def stacks_in_order(project: Project, names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The stacks in an order that never depends on chance, each with those of them that come before it.

    ConfigError where stacks wait for each other.
    """
    way = [name for name in promotion_order(project.stacks / PROMOTION) if name in names]
    before = {name: {*read_stacks(project, name)} & {*names} - {name} for name in names}
    for earlier, later in pairwise(way):
        before[later].add(earlier)
    return ordered(before, way)


def ordered(before: Mapping[str, set[str]], way: Sequence[str] = ()) -> Mapping[str, tuple[str, ...]]:
    """Each name after those before it; of what may come next, the promotion's order first, then by name."""
    sorter = TopologicalSorter({name: sorted(before[name]) for name in sorted(before)})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " → ".join(cast("list[str]", error.args[1]))
        problem = Problem(file="stacks", found=circle, allowed="stacks that don't wait for each other are allowed")
        raise ConfigError([problem]) from None
    found: dict[str, tuple[str, ...]] = {}
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: (way.index(name) if name in way else len(way), name))
        for name in ready:
            found[name] = tuple(sorted(before[name]))
        sorter.done(*ready)
    return found


def promotion_order(path: Path) -> tuple[str, ...]:
    """The stacks that a release goes through; none where no such file can be read."""
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return ()
    rules = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    order = rules.get("order")
    return tuple(str(name) for name in cast("list[object]", order)) if isinstance(order, list) else ()


def read_stacks(project: Project, stack: str) -> tuple[str, ...]:
    """The stacks of this project that own a VPC which a stack stands in; a file that can't be read names none: the
    stack's own command tells its mistakes."""
    from poolwright.engine.environment import project_name
    from solver.inputs import read_inputs
    from solver.vocabulary import StackKind

    try:
        demand = read_inputs(project.root, stack).loaded.demand
        own = project_name(project)
    except PoolwrightError:
        return ()
    vpcs = (site.network.existing for site in demand.aws_sites.values())
    sources = (vpc.stack for vpc in vpcs if vpc is not None and vpc.stack is not None)
    names = (source.name for source in sources if source.kind is StackKind.PULUMI and source.name is not None)
    return tuple(sorted({found for name in names if (found := stack_of_project(name, own)) is not None}))


def stack_of_project(name: str, project: str) -> str | None:
    """`organization/poolwright/network` is `network` of the project poolwright; None for another project's."""
    *before, stack = name.split("/")
    return stack if not before or before[-1] == project else None
