"""`poolwright report --all-stacks`: one review of several stacks, each made in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poolwright.cli import console
from poolwright.cli.all_stacks import worst
from poolwright.cli.report import Post, comments_of_post, put, write
from poolwright.cli.report_form import Written
from poolwright.cli.stack_order import stacks_in_order
from poolwright.cli.stack_runs import Run, process, run_all
from poolwright.engine.project import Project, find_project
from solver.errors import ConfigError, ExitCode, Problem
from solver.inputs import read_inputs
from solver.plan.lock import read_lock

if TYPE_CHECKING:
    from poolwright.render.report.page import Picture
    from poolwright.review.review import Review


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What each stack's report is asked."""

    against: str | None
    cloud: str
    previews: Path | None
    """Folder with each stack's saved preview, `<stack>.json`."""
    without_cloud: bool
    on: str | None
    max_age_days: int | None

    def options(self, stack: str) -> list[str]:
        """As a user types them."""
        previews = None if self.previews is None else self.previews / f"{stack}.json"
        given = {
            "--against": self.against,
            "--cloud": self.cloud,
            "--preview": previews,
            "--on": self.on,
            "--max-age-days": self.max_age_days,
        }
        words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
        return [*words, *(["--no-cloud"] if self.without_cloud else [])]


def run(
    asked: Asked,
    *,
    stack: str | None,
    but: Sequence[str],
    jobs: int,
    post: Post | None,
    forms: Sequence[Written],
    everything: bool,
    gate: bool,
) -> int:
    """Prints or writes the one report, and posts it; 5 with `gate` when a gate of any stack says no.

    Where a stack has no report, as with a stale lock, there is none at all: its exit code says why.
    """
    from poolwright.render.report.several import NAME, document_of_all
    from poolwright.review.review import Review

    project = find_project()
    names = _names(project, stack, but)
    comments = None if post is None else comments_of_post(post)
    runs = run_all(
        "report",
        (),
        dict.fromkeys(stacks_in_order(project, names), ()),
        jobs=jobs,
        begin=lambda command, _, stack: process(command, asked.options(stack), stack),
    )
    missing = [each for each in runs if each.exit_code]
    for each in missing:
        console.say(f"{each.stack}: {each.summary}")
    if missing:
        return worst([each.exit_code for each in missing if each.exit_code is not None])
    reviews = [Review.model_validate(each.answer) for each in runs]
    document = document_of_all(reviews)
    write(document, forms, everything=everything, pictures=_pictures(project, reviews), record=_record(runs))
    if post is not None and comments is not None:
        put(document, post, comments, name=NAME)
    return int(ExitCode.REFUSED if gate and not all(review.passed for review in reviews) else ExitCode.DONE)


def _names(project: Project, stack: str | None, but: Sequence[str]) -> tuple[str, ...]:
    if stack is not None:
        allowed = "either a stack or all of them is allowed"
        raise ConfigError([Problem(file="", path="--all-stacks", found=stack, allowed=allowed)])
    known = project.stack_names()
    wrong = [name for name in but if name not in known]
    left = tuple(name for name in known if name not in but)
    if wrong or not left:
        found = wrong[0] if wrong else "every stack"
        allowed = f"one of {', '.join(known)} is allowed" if wrong else "not all stacks are allowed"
        raise ConfigError([Problem(file="", path="--but", found=found, allowed=allowed)])
    return left


def _record(runs: Sequence[Run]) -> dict[str, object]:
    return {"schema_version": console.SCHEMA_VERSION, "stacks": [each.answer for each in runs]}


def _pictures(project: Project, reviews: Sequence[Review]) -> Callable[[], tuple[Picture, ...]]:
    def drawn() -> tuple[Picture, ...]:
        from poolwright.render.report.pictures import Told, pictures_of
        from poolwright.render.report.several import pictures_of_stack
        from poolwright.review.plan_at_hand import plan_of

        made: list[Picture] = []
        told = Told()
        for review in reviews:
            if review.quiet:
                continue
            inputs = read_inputs(project.root, review.stack)
            plan = plan_of(project, inputs, read_lock(inputs.lock_path), review.lock_digest)
            made += pictures_of_stack(review, pictures_of(review, plan, inputs.loaded.demand, told))
        return tuple(made)

    return drawn
