"""A trial: the project as it would be after a promotion, in a folder of its own, so that a no leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from poolwright.engine.project import Project
from solver.demand.located import Located, shown_path
from solver.errors import InputError

_NEVER = frozenset({"stacks", ".git", ".venv", ".poolwright"})
_CODE = shutil.ignore_patterns("__pycache__", "*.py")


@contextmanager
def trial_of(project: Project) -> Generator[Project]:
    """A project whose stacks are copies, beside links to all else, and whose state is the real project's.

    An InputError inside names the files of the real project.
    """
    project.home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="trial-", dir=project.home) as folder:
        root = Path(folder).resolve()
        shutil.copytree(project.stacks, root / "stacks", ignore=_CODE)
        for entry in sorted(project.root.iterdir()):
            if entry.name not in _NEVER and entry != project.home:
                (root / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
        try:
            yield Project(root=root, home=project.home)
        except InputError as error:
            raise _of_the_project(error, root, project.root) from error


def _of_the_project(error: InputError, trial: Path, root: Path) -> InputError:
    before, after = shown_path(trial), shown_path(root)
    place = "" if after == "." else f"{after}/"
    problems = [
        replace(
            problem,
            file=problem.file.replace(f"{before}/", place),
            allowed=problem.allowed.replace(f"{before}/", place),
            hint=None if problem.hint is None else problem.hint.replace(f"{before}/", place),
        )
        for problem in error.problems
    ]
    return type(error)(problems)


def relocated(tree: Located, trial: Path, root: Path) -> Located:
    """A tree read in a trial, whose values say that they stand in the project's own files."""
    value = tree.value
    if isinstance(value, dict):
        value = {key: relocated(each, trial, root) for key, each in value.items()}
    elif isinstance(value, list):
        value = [relocated(each, trial, root) for each in value]
    file = root / tree.file.relative_to(trial) if tree.file.is_relative_to(trial) else tree.file
    return replace(tree, value=value, file=file)
