"""`poolwright report STACK`: the review of a stack, for a terminal, a pull request, a browser, a program."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poolwright.cli import engine_commands
from poolwright.cli.check import report_on
from poolwright.cli.console import say
from poolwright.cli.report_form import Format, Written
from poolwright.cli.waiver_day import day_of
from poolwright.engine.project import find_project
from poolwright.forge.names import Forge
from solver.errors import ConfigError, ExitCode, Problem
from solver.inputs import read_inputs, refuse_stale, shown

if TYPE_CHECKING:
    from poolwright.forge.comments import Comments
    from poolwright.render.report.document import Document
    from poolwright.render.report.page import Picture
    from poolwright.review.review import Review


@dataclass(frozen=True, kw_only=True)
class Post:
    """Where a report is posted; what is None, a job's environment says."""

    forge: Forge
    number: int | None
    repository: str | None
    address: str | None


def run(
    stack: str,
    *,
    against: str | None,
    cloud: str,
    preview_file: Path | None,
    without_cloud: bool,
    post: Post | None,
    forms: Sequence[Written],
    everything: bool,
    gate: bool,
    on: str | None,
    max_age_days: int | None,
) -> int:
    """Prints or writes the report, and posts it; 5 with `gate` when a gate says no.

    With a preview's file neither engine nor cloud is asked. What a post lacks is said before anything is.
    """
    comments = None if post is None else comments_of_post(post)
    review, pictures = review_of_stack(
        stack,
        against=against,
        cloud=cloud,
        preview_file=preview_file,
        without_cloud=without_cloud,
        on=on,
        max_age_days=max_age_days,
    )
    from poolwright.render.report.sections import document_of

    document = document_of(review)
    write(document, forms, everything=everything, pictures=pictures, record=review.model_dump(mode="json"))
    if post is not None and comments is not None:
        put(document, post, comments, name=review.stack)
    return int(ExitCode.REFUSED if gate and not review.passed else ExitCode.DONE)


def review_of_stack(
    stack: str,
    *,
    against: str | None = None,
    cloud: str = "sandbox",
    preview_file: Path | None = None,
    without_cloud: bool = False,
    on: str | None = None,
    max_age_days: int | None = None,
) -> tuple[Review, Callable[[], tuple[Picture, ...]]]:
    """The review of a fresh lock, and what draws its pictures; StaleError (4) for a lock that is not fresh."""
    if without_cloud:
        _refuse_together(against, preview_file)
    day = day_of(on)
    project = find_project()
    inputs = read_inputs(project.root, stack)
    from poolwright.engine.saved_preview import saved_preview
    from poolwright.release.options import overruled_in
    from poolwright.review.against import against as side
    from poolwright.review.assemble import Sources, review_of
    from poolwright.review.plan_at_hand import explanation_of, plan_of
    from poolwright.review.quotas import quota_uses
    from poolwright.review.review import NO_CLOUD
    from solver.plan.lock import digest_of, read_lock, read_text

    lock = read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path))
    refuse_stale(lock, inputs)
    digest = digest_of(read_text(inputs.lock_path) or "", file=shown(inputs.lock_path), stack=stack)
    if without_cloud:
        preview, cloud = engine_commands.described(stack), NO_CLOUD
    elif preview_file is None:
        preview = engine_commands.previewed(stack, cloud=cloud)
    else:
        preview, cloud = saved_preview(preview_file, stack=stack, lock_digest=digest)
    catalog = inputs.catalog()
    overruled = overruled_in(project.root, stack, lock, day)
    plan = plan_of(project, inputs, lock, digest)
    review = review_of(
        Sources(
            demand=inputs.loaded.demand,
            lock=lock,
            lock_digest=digest,
            plan=plan,
            preview=preview,
            checked=report_on(inputs, preview, cloud=cloud, on=day),
            against=side(against, project.root, stack, preview),
            catalog=catalog,
            explanation=explanation_of(project, digest),
            cloud=cloud,
            on=day,
            max_age_days=max_age_days,
            quotas=quota_uses(lock, inputs.loaded.demand, catalog),
            acknowledged=overruled.acknowledged,
            off=overruled.off,
            overrides=overruled.overrides,
        )
    )

    def pictures() -> tuple[Picture, ...]:
        from poolwright.render.report.pictures import pictures_of

        return pictures_of(review, plan, inputs.loaded.demand)

    return review, pictures


def _refuse_together(against: str | None, preview_file: Path | None) -> None:
    """What needs a state or has one, beside --no-cloud."""
    for path, found in (("--against", against if against == "state" else None), ("--preview", preview_file)):
        if found is not None:
            allowed = f"either --no-cloud or {path} {found} is allowed: without a cloud no state is asked"
            raise ConfigError([Problem(file="", path="--no-cloud", found=f"{path} {found}", allowed=allowed)])


def comments_of_post(post: Post) -> Comments:
    """The comments that it goes among; ConfigError with all that is missing."""
    from poolwright.forge.target import comments_of

    return comments_of(post.forge, os.environ, repository=post.repository, number=post.number, address=post.address)


def put(document: Document, post: Post, comments: Comments, *, name: str) -> None:
    """The one comment of this name is made, or written anew."""
    from poolwright.forge import comments as forge
    from poolwright.render.report.markdown import markdown, marker

    outcome, comment = forge.put(comments, markdown(document), marker(name), quiet=document.quiet)
    where = f", {comment.url}" if comment is not None and comment.url else ""
    words = "nothing changes, no comment is needed" if comment is None else f"comment {outcome}{where}"
    say(f"{post.forge}: {words}")


def write(
    document: Document,
    forms: Sequence[Written],
    *,
    everything: bool,
    pictures: Callable[[], tuple[Picture, ...]],
    record: Mapping[str, object],
) -> None:
    """Prints a document, or writes it into files; `record` is the same as data."""
    for each in forms:
        if each.form is Format.TERMINAL:
            from poolwright.render.report.terminal import terminal
            from poolwright.render.screen import screen

            screen().print(terminal(document, everything=everything))
            continue
        text = _text(document, each.form, pictures=pictures, record=record)
        if each.file is None:
            print(text, end="")
            continue
        each.file.parent.mkdir(parents=True, exist_ok=True)
        each.file.write_text(text, encoding="utf-8")
        say(f"{shown(each.file.resolve())}: written")


def _text(
    document: Document, form: Format, *, pictures: Callable[[], tuple[Picture, ...]], record: Mapping[str, object]
) -> str:
    if form is Format.MARKDOWN:
        from poolwright.render.report.markdown import markdown

        return markdown(document)
    if form is Format.HTML:
        from poolwright.render.report.page import page

        return page(document, pictures())
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"
