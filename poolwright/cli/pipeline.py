"""`poolwright pipeline SYSTEM`: the files by which a CI system takes the project's stacks from review to production."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolwright.cli import console
from poolwright.engine.project import find_project
from poolwright.render.ci_systems import CISystem
from poolwright.render.pipeline import PipelineContext, leftover_files, pipeline_files, variables
from solver.errors import ConfigError, Problem, StaleError
from solver.inputs import shown


def run(
    system: CISystem,
    *,
    write: Path | None,
    check: Path | None,
    stacks: Sequence[str],
    approve: Sequence[str],
    branch: str,
    as_json: bool,
) -> None:
    """Prints the files, writes them below `write`, or compares them with those below `check`.

    Files that other stacks needed are deleted by `write`. StaleError (4) when a file there is another one, missing or
    such a file; ConfigError (2) for stacks that can't be a pipeline.
    """
    if write is not None and check is not None:
        allowed = "one of the two is allowed"
        raise ConfigError([Problem(file="", path="--check", found="--write and --check", allowed=allowed)])
    from poolwright.release.delivery import pipeline_context

    context = pipeline_context(find_project(), stacks=stacks, approve=approve, branch=branch)
    files = pipeline_files(system, context)
    leftover = leftover_files(system, context)
    if check is not None:
        _compare(system, files, leftover, check)
    if write is not None:
        _write(files, write)
        _delete(leftover, write)
    if as_json:
        console.print_json(_record(system, context, files, with_text=write is None and check is None))
        return
    if check is not None:
        print(f"{len(files)} files are those of the project's stacks")
        return
    if write is None:
        for path, text in files.items():
            print(f"--- {path}")
            print(text, end="")
        return
    for path in files:
        print(shown((write / path).resolve()))
    print(f"Set once in {system}:")
    wanted = variables(system, context)
    width = max(len(name) for name, _ in wanted)
    for name, text in wanted:
        print(f"  {name:<{width}}  {text}")
    print("docs/pipelines.md says what else is set up once.")


def _write(files: dict[str, str], folder: Path) -> None:
    for path, text in files.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        except OSError as failure:
            problem = Problem(file=str(target), path="--write", found=str(failure.strerror), allowed="a folder")
            raise ConfigError([problem]) from failure


def _delete(leftover: Sequence[str], folder: Path) -> None:
    """A workflow that no stack needs any more would go on being run."""
    for path in leftover:
        if _is_ours(folder / path):
            (folder / path).unlink()
            console.say(f"{shown((folder / path).resolve())}: deleted, since no stack needs it")


def _is_ours(path: Path) -> bool:
    return (_text(path) or "").startswith("# Made by `poolwright pipeline ")


def _compare(system: CISystem, files: dict[str, str], leftover: Sequence[str], folder: Path) -> None:
    other = [path for path, text in files.items() if _text(folder / path) != text]
    other += [path for path in leftover if _is_ours(folder / path)]
    if other:
        raise StaleError(
            f"not of the project's stacks: {', '.join(other)}",
            hint=f"Run: poolwright pipeline {system} --write {folder}",
        )


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _record(system: CISystem, context: PipelineContext, files: dict[str, str], *, with_text: bool) -> dict[str, object]:
    return {
        "system": system.value,
        "project": context.project,
        "branch": context.branch,
        "stacks": [
            {
                "stack": stage.stack,
                "follows": stage.follows,
                "approvals": stage.approvals,
                "soak_hours": stage.soak_hours,
                "environment": stage.environment,
            }
            for stage in context.stages
        ],
        "variables": dict(variables(system, context)),
        "files": files if with_text else sorted(files),
    }
