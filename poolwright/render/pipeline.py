"""Pipelines for CI systems: from a project's stacks and their order to the files that a repository needs.

A context is data of the project (stacks, order, regions, roles, approvals); accounts and addresses of state are
variables of the CI system. Scripts are the same everywhere and read variables alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from poolwright.render.ci_systems import CISystem
from poolwright.render.environment import render

PYTHON = "3.12"
"""The version of Python that jobs use."""
AUTOPILOT_MINUTE = 23
"""Of the hour; GitHub is busiest at full hours."""
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


_FILES: dict[CISystem, dict[str, str]] = {
    CISystem.GITHUB: {
        ".github/actions/poolwright/action.yml": "github/action.yml.j2",
        ".github/workflows/poolwright-autopilot.yml": "github/autopilot.yml.j2",
        ".github/workflows/poolwright-deliver.yml": "github/deliver.yml.j2",
        ".github/workflows/poolwright-drift.yml": "github/drift.yml.j2",
        ".github/workflows/poolwright-promote.yml": "github/promote.yml.j2",
        ".github/workflows/poolwright-review.yml": "github/review.yml.j2",
    },
    CISystem.GITLAB: {".gitlab-ci.yml": "gitlab/gitlab-ci.yml.j2"},
    CISystem.JENKINS: {"Jenkinsfile": "jenkins/Jenkinsfile.j2"},
    CISystem.CODEBUILD: {
        "codebuild/drift.yml": "codebuild/drift.yml.j2",
        "codebuild/look.yml": "codebuild/look.yml.j2",
        "codebuild/promote.yml": "codebuild/promote.yml.j2",
        "codebuild/review.yml": "codebuild/review.yml.j2",
        "codebuild/template.yml": "codebuild/template.yml.j2",
        "codebuild/up.yml": "codebuild/up.yml.j2",
    },
}
"""Path in the repository → template, for each system."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stack in a pipeline."""

    stack: str
    """Its name."""
    follows: str | None
    """The stack whose releases are promoted to it; None for where they begin."""
    approvals: int
    """People who have to agree before an `up`."""
    soak_hours: float
    """How long a release runs there before it may go on; `poolwright promote` counts them."""
    region: str | None
    """The AWS region in which its first site is; None for a stack without one."""
    partition: str
    """AWS's partition of that region."""
    preview_role: str
    """Name of the role with which jobs may look."""
    up_role: str
    """Name of the role with which jobs apply."""
    environment: str
    """The CI system's environment whose rules hold for its `up`; empty for jobs that name none."""
    autopilot_hours: tuple[int, ...] = ()
    """UTC hours at which its autopilot runs; none for a stack without one."""

    @property
    def slug(self) -> str:
        """The name where only small letters, digits and hyphens are allowed; another stack never has the same."""
        return slug(self.stack)

    @property
    def logical_id(self) -> str:
        """The name where CloudFormation allows letters and digits alone."""
        return "Z".join(("stack", *self.slug.split("-")))

    @property
    def account_variable(self) -> str:
        """The CI variable with the number of its AWS account."""
        return _variable("AWS_ACCOUNT_ID", self.slug)

    @property
    def backend_variable(self) -> str:
        """The CI variable that says where its Pulumi state is."""
        return _variable("PULUMI_BACKEND_URL", self.slug)

    @property
    def measured_variable(self) -> str:
        """The CI variable that says where its measurements are; its autopilot is off until someone sets it."""
        return _variable("POOLWRIGHT_MEASURED", self.slug)


@dataclass(frozen=True, kw_only=True)
class PipelineContext:
    """What a project's pipelines are made of."""

    project: str
    """As Pulumi.yaml names it."""
    branch: str
    """Where what is merged is applied from."""
    stages: tuple[Stage, ...]
    """In the order of promotion, at least one."""

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("a pipeline needs a stack")


def slug(text: str) -> str:
    """A name of small letters, digits and hyphens that begins with a letter; a digest keeps what was changed apart."""
    plain = _NOT_PLAIN.sub("-", text.lower()).strip("-")[:40]
    if plain == text and plain[0].isalpha():
        return plain
    return f"{plain if plain[:1].isalpha() else f's-{plain}'.rstrip('-')}-{sha256(text.encode()).hexdigest()[:6]}"


def _variable(beginning: str, name: str) -> str:
    return f"{beginning}_{name.upper().replace('-', '_')}"


def pipeline_files(system: CISystem, context: PipelineContext) -> dict[str, str]:
    """Path in the repository → text, in order of paths; the same bytes for the same context."""
    return {
        path: render(f"pipeline/{template}", _values(system, context)) for path, template in _files(system, context)
    }


def leftover_files(system: CISystem, context: PipelineContext) -> list[str]:
    """Paths that other stacks of the project would need, and these don't."""
    needed = dict(_files(system, context))
    return [path for path in sorted(_FILES[system]) if path not in needed]


def _files(system: CISystem, context: PipelineContext) -> Iterator[tuple[str, str]]:
    # With one stack there is nowhere to promote to, and a workflow without jobs is refused.
    left_out = [word for word, used in (("promote", _promotes(context)), ("autopilot", _tunes(context))) if not used]
    for path, template in sorted(_FILES[system].items()):
        if not any(word in path for word in left_out):
            yield path, template


def _promotes(context: PipelineContext) -> bool:
    return any(stage.follows is not None for stage in context.stages)


def _tunes(context: PipelineContext) -> bool:
    return any(stage.autopilot_hours for stage in context.stages)


def _values(system: CISystem, context: PipelineContext) -> dict[str, object]:
    return {
        "branch": context.branch,
        "autopilot_hours": sorted({hour for stage in context.stages for hour in stage.autopilot_hours}),
        "autopilot_minute": AUTOPILOT_MINUTE,
        "autopilots": _tunes(context),
        "promotes": _promotes(context),
        "project": context.project,
        "python": PYTHON,
        "stages": context.stages,
        "system": system.value,
    }


def variables(system: CISystem, context: PipelineContext) -> Sequence[tuple[str, str]]:
    """Variables that someone sets in the CI system once, each with what it holds."""
    found: list[tuple[str, str]] = []
    for stage in context.stages:
        if stage.region is not None and system is not CISystem.CODEBUILD:
            found.append((stage.account_variable, f"number of the AWS account of {stage.stack}"))
        found.append((stage.backend_variable, f"where Pulumi's state of {stage.stack} is, like s3://…"))
        if stage.autopilot_hours and system in (CISystem.GITHUB, CISystem.GITLAB):
            text = "what its autopilot reads: cloudwatch, prometheus:ADDRESS, or files of the repository"
            found.append((stage.measured_variable, f"of {stage.stack}, {text}; without it, it is off"))
    return found
