"""A stack's content before it is validated: files merged, traces read. It loads no pydantic, so a digest costs little.

Two stacks with the same content digest mean the same to one version of Poolwright: comments, formatting, key order and
how the content is spread over files don't count. What a field's default is, is not part of it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from solver.demand.filling import fill_forecasts
from solver.demand.inherits import STACK, merged_stack
from solver.demand.located import Located, problem_at, shown_path
from solver.demand.release_overlay import ReleaseName, with_release
from solver.demand.trace import TRACE_ROWS, read_trace
from solver.errors import DemandError, Problem

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Content:
    """What a stack file says with all that it inherits."""

    tree: Located
    """The merged files, which know the line of each value."""
    plain: dict[str, Any]
    """The same as dictionaries, lists and scalars, with what traces and forecasts say in the loads that name them."""
    files: tuple[Path, ...]
    """Every file read: parents before children, the stack file, its release, then traces and forecasts."""
    digest: str
    """SHA-256 of `plain` as JSON with ordered keys."""
    release: ReleaseName | None = None
    """The release that the stack has; None: its own files say all."""


def content_digest(path: Path) -> str:
    """The content digest of a stack file; DemandError when it, or what it inherits, can't be read."""
    problems: list[Problem] = []
    content = read_content(path, problems)
    if problems:
        raise DemandError(problems)
    return content.digest


def read_content(path: Path, problems: list[Problem], *, to_come: Path | None = None) -> Content:
    """The content of a stack file, which may have added problems; DemandError where nothing can be read. `to_come` is
    a forecast that is about to be made."""
    if not path.is_file():
        raise DemandError([Problem(file=shown_path(path), allowed="an existing stack file is allowed")])
    tree, files = merged_stack(path, problems)
    if tree is None:
        raise DemandError(problems)
    if tree.child(STACK) is None:
        named = Located(path.stem, path, 1, text=path.stem)
        tree = Located({STACK: named, **(tree.mapping or {})}, tree.file, tree.line)
    released = with_release(path, tree, problems)
    if released is None:
        return content_of(tree, files, problems, to_come=to_come)
    tree, file, release = released
    return content_of(tree, (*files, file), problems, release, to_come=to_come)


def content_of(
    tree: Located,
    files: tuple[Path, ...],
    problems: list[Problem],
    release: ReleaseName | None = None,
    *,
    to_come: Path | None = None,
) -> Content:
    """The content of a merged tree; its traces are read."""
    plain = cast("dict[str, Any]", tree.plain())
    traces = (*_fill_traces(tree, plain, problems), *fill_forecasts(tree, plain, problems, to_come=to_come))
    _fill_week(tree, plain)
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return Content(tree, plain, (*files, *traces), sha256(text.encode()).hexdigest(), release)


def _fill_week(tree: Located, plain: dict[str, Any]) -> None:
    """Puts the stack's week in each load that has events of its own days."""
    week = plain.get("week_of")
    workloads = tree.child("workloads")
    if workloads is None or not isinstance(week, str) or not _DATE.fullmatch(week):
        return  # What is wrong with it is told of the stack's own.
    for name in workloads.mapping or {}:
        events = tree.at(("workloads", name, "load", "events"))
        if events is not None and events.mapping and tree.at(("workloads", name, "load", "week_of")) is None:
            plain["workloads"][name]["load"]["week_of"] = week


def _fill_traces(tree: Located, plain: dict[str, Any], problems: list[Problem]) -> tuple[Path, ...]:
    """Puts each trace's loads in as the shape of its load; a trace that can't be read gets a flat one."""
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
        load["shape"] = read.get(file) or (1.0,) * TRACE_ROWS
    return tuple(read)
