"""Stages of made-up projects, for tests of pipelines."""

from __future__ import annotations

from typing import Any

from poolwright.render.ci_systems import CISystem
from poolwright.render.pipeline import PipelineContext, Stage, pipeline_files


def stage(stack: str, *, follows: str | None = None, **other: Any) -> Stage:
    """A stack on AWS without approval."""
    usual: dict[str, Any] = {
        "approvals": 0,
        "soak_hours": 0,
        "region": "eu-west-1",
        "partition": "aws",
        "preview_role": f"{stack}-main-ci-preview",
        "up_role": f"{stack}-main-ci-up",
        "environment": stack,
    }
    return Stage(stack=stack, follows=follows, **{**usual, **other})


def chain(*stacks: str) -> PipelineContext:
    """Stacks one after the other, the last of which somebody approves and has an autopilot."""
    stages = [
        stage(
            stack,
            follows=stacks[place - 1] if place else None,
            approvals=int(place == len(stacks) - 1),
            autopilot_hours=(0, 1) if place == len(stacks) - 1 else (),
        )
        for place, stack in enumerate(stacks)
    ]
    return PipelineContext(project="shop", branch="main", stages=tuple(stages))


THREE = chain("trial", "rehearsal", "live")
"""Names that no template can have been written for."""


def files(system: CISystem, context: PipelineContext = THREE) -> dict[str, str]:
    """What is written for it."""
    return pipeline_files(system, context)
