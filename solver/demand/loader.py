"""Stack files → Demand: reads, merges what is inherited, checks, and names every mistake by file, line and path."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from solver.demand.content import Content, read_content
from solver.demand.demand import Demand
from solver.demand.located import Located, Steps, problem_at, shown_path
from solver.demand.release_overlay import ReleaseName
from solver.errors import ConfigError, DemandError, Problem

FOLDER = "stacks"
"""Where the stack files of a project are."""

_SUFFIX = ".yaml"
_NOT_STACKS = ("base", "promotion")


@dataclass(frozen=True, slots=True)
class LoadedDemand:
    """A demand with where it came from."""

    demand: Demand
    files: tuple[Path, ...]
    """Every file read: parents before children, the stack file, its release, then load traces."""
    digest: str
    """SHA-256 of the validated content with all defaults and traces; comments, order and formatting don't count."""
    content_digest: str
    """As `solver.demand.content.content_digest` gives it without validating."""
    tree: Located = field(repr=False, compare=False)
    """The merged files, which know the line of each value."""
    release: ReleaseName | None = None
    """The release that the stack has; None: its own files say all."""

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


def load_demand(path: Path, *, to_come: Path | None = None) -> LoadedDemand:
    """The demand of a stack file with all that it inherits; DemandError holds every mistake. `to_come` is a forecast
    that is about to be made: loads that it does not have yet are flat."""
    problems: list[Problem] = []
    return validated(read_content(path, problems, to_come=to_come), problems)


def validated(content: Content, problems: list[Problem]) -> LoadedDemand:
    """The demand of a stack's content; DemandError holds the problems given and every mistake."""
    try:
        # JSON, since pydantic's strict mode takes a list for a tuple and a word for an enum there, but no true for 1.
        demand = Demand.model_validate_json(json.dumps(content.plain), strict=True)
    except ValidationError as error:
        # Words for mistakes are loaded where there is one: they take longer than reading the files.
        from solver.demand.mistakes import mistakes

        raise DemandError([*problems, *mistakes(content, error)]) from None
    if problems:
        raise DemandError(problems)
    text = json.dumps(demand.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    digest = sha256(text.encode()).hexdigest()
    return LoadedDemand(demand, content.files, digest, content.digest, content.tree, content.release)
