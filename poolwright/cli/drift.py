"""`poolwright drift STACK`: where the cloud differs from what the last `up` left, and who did it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from poolwright.cli import engine_commands
from poolwright.cli.console import say
from poolwright.forge.names import Forge
from solver.errors import ExitCode

if TYPE_CHECKING:
    from poolwright.forge.issues import Issues
    from poolwright.review.drift import DriftReport


@dataclass(frozen=True, kw_only=True)
class Post:
    """Where the issue is kept; what is None, a job's environment says."""

    forge: Forge
    repository: str | None
    address: str | None


def run(stack: str, *, cloud: str, post: Post | None, as_json: bool) -> int:
    """Prints each difference with its class; 5 when one is someone's hand or a deletion. Nothing is changed.

    What a post lacks is said before anything is asked.
    """
    from poolwright.review.drift import drift_of

    issues = None if post is None else _issues(post, stack)
    report = drift_of(engine_commands.read_anew(stack, cloud=cloud), stack=stack, cloud=cloud)
    if as_json:
        print(report.model_dump_json(indent=2))
    else:
        from poolwright.render.drift_view import drift_lines

        for line in drift_lines(report):
            print(line)
    if post is not None and issues is not None:
        _put(report, post, issues)
    return int(ExitCode.DONE if report.passed else ExitCode.REFUSED)


def _issues(post: Post, stack: str) -> Issues:
    from poolwright.forge.target import issues_at

    title = f"Drift of {stack}"
    return issues_at(post.forge, os.environ, title, repository=post.repository, address=post.address)


def _put(report: DriftReport, post: Post, issues: Issues) -> None:
    """One open issue while somebody's hand is there; closed once nothing is."""
    from poolwright.forge.comments import put
    from poolwright.render.drift_view import drift_markdown, drift_marker

    outcome, issue = put(issues, drift_markdown(report), drift_marker(report.stack), quiet=report.passed)
    if issue is not None and report.passed:
        issues.close(issue)
    where = f", {issue.url}" if issue is not None and issue.url else ""
    words = "no issue is needed" if issue is None else f"issue {'closed' if report.passed else outcome}{where}"
    say(f"{post.forge}: {words}")
