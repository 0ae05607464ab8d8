"""Stack files → Demand: reads, merges what is inherited, checks, and names every mistake by file, line and path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from solver.demand.demand import Demand, Site
from solver.demand.inherits import STACK, merged_stack
from solver.demand.located import Located, Steps, shown_path
from solver.demand.problems import contradiction_problems, problem_at, validation_problems
from solver.demand.references import CONTRADICTIONS, find_contradictions
from solver.demand.storage import StorageClaim
from solver.demand.trace import read_trace
from solver.demand.workloads import Workload
from solver.errors import ConfigError, DemandError, Problem
from solver.quantity import HOURS_PER_WEEK

FOLDER = "stacks"
"""Where the stack files of a project are."""

_SUFFIX = ".yaml"
_NOT_STACKS = ("base",)

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class LoadedDemand:
    """A demand with where it came from."""

    demand: Demand
    files: tuple[Path, ...]
    """Every file read: parents before children, the stack file, then load traces."""
    digest: str
    """SHA-256 of the validated content with all defaults and traces; comments, order and formatting don't count."""
    tree: Located = field(repr=False)
    """The merged files, which know the line of each value."""

    def problem(self, path: Steps, allowed: str, *, found: str | None = None, hint: str | None = None) -> Problem:
        """A problem with the value at a path of the demand, at its file and line."""
        return problem_at(self.tree, path, allowed, found=found, hint=hint)


def find_stack(root: Path, stack: str) -> Path:
    """The stack's file in a project folder; ConfigError names the near misses and the stacks that exist."""
    folder = root / FOLDER
    names = stack_names(root)
    if stack in names:
        return folder / f"{stack}{_SUFFIX}"
    near = get_close_matches(stack, names, n=3)
    exist = f"one of {', '.join(names)} is allowed" if names else f"{shown_path(folder)} holds no stack file"
    hint = f"Did you mean {' or '.join(near)}?" if near else f"A stack is a file {FOLDER}/<stack>{_SUFFIX}"
    raise ConfigError([Problem(file="", path="stack", found=f'"{stack}"', allowed=exist, hint=hint)])


def stack_names(root: Path) -> list[str]:
    """The stacks of a project folder, in the order of the alphabet."""
    return sorted(
        path.stem
        for path in (root / FOLDER).glob(f"*{_SUFFIX}")
        if "." not in path.stem and path.stem not in _NOT_STACKS
    )


def load_demand(path: Path) -> LoadedDemand:
    """The demand of a stack file with all that it inherits; DemandError holds every mistake."""
    problems: list[Problem] = []
    if not path.is_file():
        raise DemandError([Problem(file=shown_path(path), allowed="an existing stack file is allowed")])
    tree, files = merged_stack(path, problems)
    if tree is None:
        raise DemandError(problems)
    if tree.child(STACK) is None:
        tree = Located({STACK: Located(path.stem, path, 1, text=path.stem), **(tree.mapping or {})}, path, 1)
    plain = cast("dict[str, Any]", tree.plain())
    traces = _fill_traces(tree, plain, problems)
    demand: Demand | None = None
    try:
        # JSON, since pydantic's strict mode takes a list for a tuple and a word for an enum there, but no true for 1.
        demand = Demand.model_validate_json(json.dumps(plain), strict=True)
    except ValidationError as error:
        problems += validation_problems(tree, Demand, error)
        if all(detail["type"] != CONTRADICTIONS for detail in error.errors(include_url=False)):
            problems += _contradictions_of_what_is_right(tree, plain)
    if demand is None or problems:
        raise DemandError(problems)
    content = json.dumps(demand.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return LoadedDemand(demand, (*files, *traces), sha256(content.encode()).hexdigest(), tree)


def _fill_traces(tree: Located, plain: dict[str, Any], problems: list[Problem]) -> tuple[Path, ...]:
    """Puts each trace's loads in as the shape of its load profile; a trace that can't be read gets a flat one."""
    read: dict[Path, tuple[float, ...] | None] = {}
    workloads = tree.child("workloads")
    for name in (workloads.mapping or {}) if workloads is not None else {}:
        path = ("workloads", name, "load", "trace")
        given = tree.at(path)
        if given is None or not isinstance(given.value, str):
            continue
        load = cast("dict[str, Any]", plain["workloads"][name]["load"])
        if "shape" in load:
            allowed = "a trace or a shape is allowed; both are given"
            problems.append(problem_at(tree, path, allowed, hint="Write null for the one that is not meant"))
            continue
        file = given.file.parent / given.value
        if not file.is_file():
            hint = "The path counts from the folder of the file that names it"
            problems.append(problem_at(tree, path, "an existing CSV file is allowed", hint=hint))
        elif file not in read:
            read[file] = read_trace(file, problems)
        load["shape"] = read.get(file) or (1.0,) * HOURS_PER_WEEK
    return tuple(read)


def _contradictions_of_what_is_right(tree: Located, plain: Mapping[str, Any]) -> list[Problem]:
    """Where some entries are wrong: the contradictions among the others, so that one reading shows all mistakes."""
    sites = _entries(plain.get("sites"), TypeAdapter(Site))
    workloads = _entries(plain.get("workloads"), TypeAdapter[Workload](Workload))
    storage = _entries(plain.get("storage"), TypeAdapter[StorageClaim](StorageClaim))
    return contradiction_problems(tree, find_contradictions(sites, workloads, storage))


def _entries(section: object, adapter: TypeAdapter[Entry]) -> dict[str, Entry | None]:
    entries: dict[str, Entry | None] = {}
    if isinstance(section, dict):
        for name, entry in cast("dict[str, object]", section).items():
            try:
                entries[name] = adapter.validate_json(json.dumps(entry), strict=True)
            except ValidationError:
                entries[name] = None
    return entries
