"""Which pull request or repository is meant: what a user says, and what the environment of a job says of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from poolwright.forge import github, gitlab
from poolwright.forge.approvals import Approved
from poolwright.forge.comments import Comments
from poolwright.forge.connection import Connection
from poolwright.forge.github_approvals import GitHubApprovals
from poolwright.forge.gitlab_approvals import GitLabApprovals
from poolwright.forge.issues import GitHubIssues, GitLabIssues, Issues
from poolwright.forge.names import Forge
from solver.errors import ConfigError, Problem

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_REPOSITORY = re.compile(r"\w[\w-]*/(?!\.\.?$)[\w.-]+")
_REF = re.compile(r"refs/pull/(\d+)/")


_TOKENS = {Forge.GITHUB: "GITHUB_TOKEN", Forge.GITLAB: "GITLAB_TOKEN"}
_ADDRESSES = {
    Forge.GITHUB: ("GITHUB_API_URL", "https://api.github.com"),
    Forge.GITLAB: ("CI_API_V4_URL", "https://gitlab.com/api/v4"),
}
"""Variable, and what counts where it is not set."""
_PLACES = {Forge.GITHUB: "GITHUB_REPOSITORY", Forge.GITLAB: "CI_PROJECT_ID"}


def comments_of(
    forge: Forge,
    environment: Mapping[str, str],
    *,
    repository: str | None = None,
    number: int | None = None,
    address: str | None = None,
) -> Comments:
    """The comments of a pull or merge request; ConfigError with all that is missing."""
    base, where, secret = _place(forge, environment, repository, address)
    found = number or _number(forge, environment)
    problems = [*_problems(forge, base, where, secret, "write comments"), *_no_number(forge, found)]
    if problems:
        raise ConfigError(problems)
    connection = _connection(forge, base, secret)
    if forge is Forge.GITHUB:
        return github.PullRequest(connection=connection, repository=where, number=found or 0)
    return gitlab.MergeRequest(connection=connection, project=where, number=found or 0)


def issues_at(
    forge: Forge,
    environment: Mapping[str, str],
    title: str,
    *,
    repository: str | None = None,
    address: str | None = None,
) -> Issues:
    """The open issues of a repository, new ones with this title; ConfigError with all that is missing."""
    base, where, secret = _place(forge, environment, repository, address)
    problems = list(_problems(forge, base, where, secret, "write issues"))
    if problems:
        raise ConfigError(problems)
    connection = _connection(forge, base, secret)
    if forge is Forge.GITHUB:
        return GitHubIssues(connection=connection, repository=where, title=title)
    return GitLabIssues(connection=connection, project=where, title=title)


def approvals_at(
    forge: Forge, environment: Mapping[str, str], *, repository: str | None = None, address: str | None = None
) -> Approved:
    """Where a forge has approvals of changes and of this job's deployment; ConfigError with all that is missing."""
    base, where, secret = _place(forge, environment, repository, address)
    problems = list(_problems(forge, base, where, secret, "read approvals"))
    if problems:
        raise ConfigError(problems)
    connection = _connection(forge, base, secret)
    if forge is Forge.GITHUB:
        return GitHubApprovals(connection=connection, repository=where, run=environment.get("GITHUB_RUN_ID"))
    return GitLabApprovals(connection=connection, project=where)


def _place(
    forge: Forge, environment: Mapping[str, str], repository: str | None, address: str | None
) -> tuple[str, str, str]:
    """Address of the interface, repository, token; empty for what nobody says."""
    variable, usual = _ADDRESSES[forge]
    base = (address or environment.get(variable) or usual).rstrip("/")
    return base, repository or environment.get(_PLACES[forge], ""), environment.get(_TOKENS[forge], "").strip()


def _connection(forge: Forge, base: str, secret: str) -> Connection:
    kind = github if forge is Forge.GITHUB else gitlab
    return Connection(base=base, token=kind.token(secret), headers=kind.HEADERS)


def _problems(forge: Forge, base: str, where: str, secret: str, right: str) -> Iterator[Problem]:
    parts = urlsplit(base)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL)):
        allowed = "an address that begins with https:// is allowed: the token is sent there"
        yield Problem(file="", path="--api-url", found=base, allowed=allowed)
    if not where or (forge is Forge.GITHUB and not _REPOSITORY.fullmatch(where)):
        form = "owner/name" if forge is Forge.GITHUB else "a project's number, or group/name,"
        allowed = f"{form} is allowed; jobs have it in {_PLACES[forge]}"
        yield Problem(file="", path="--repository", found=where or None, allowed=allowed)
    if not secret:
        allowed = f"an environment variable with a token that may {right} is needed"
        yield Problem(file="", path=_TOKENS[forge], allowed=allowed)


def _no_number(forge: Forge, number: int | None) -> Iterator[Problem]:
    if not number:
        name = "GITHUB_REF" if forge is Forge.GITHUB else "CI_MERGE_REQUEST_IID"
        allowed = f"its number is needed; jobs of a pull request have it in {name}"
        yield Problem(file="", path="--pull-request", allowed=allowed)


def _number(forge: Forge, environment: Mapping[str, str]) -> int | None:
    if forge is Forge.GITLAB:
        text = environment.get("CI_MERGE_REQUEST_IID", "")
        return int(text) if text.isdecimal() else None
    match = _REF.match(environment.get("GITHUB_REF", ""))
    return int(match[1]) if match else _of_event(environment.get("GITHUB_EVENT_PATH"))


def _of_event(path: str | None) -> int | None:
    """The number in the file that says what a workflow was started by."""
    if not path:
        return None
    try:
        event: Any = json.loads(Path(path).read_text(encoding="utf-8"))
        number = cast("dict[str, Any]", event)["pull_request"]["number"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return number if isinstance(number, int) else None
