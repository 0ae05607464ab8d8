"""Which pull request a comment is for: what a user says, and what a job's environment says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from poolwright.forge import github, gitlab
from poolwright.forge.comments import Comments
from poolwright.forge.connection import Connection
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
    variable, usual = _ADDRESSES[forge]
    base = (address or environment.get(variable) or usual).rstrip("/")
    where = repository or environment.get(_PLACES[forge])
    found = number or _number(forge, environment)
    secret = environment.get(_TOKENS[forge], "").strip()
    problems = list(_problems(forge, base, where, found, secret))
    if problems:
        raise ConfigError(problems)
    if forge is Forge.GITHUB:
        connection = Connection(base=base, token=github.token(secret), headers=github.HEADERS)
        return github.PullRequest(connection=connection, repository=where or "", number=found or 0)
    connection = Connection(base=base, token=gitlab.token(secret), headers=gitlab.HEADERS)
    return gitlab.MergeRequest(connection=connection, project=where or "", number=found or 0)


def _problems(forge: Forge, base: str, where: str | None, number: int | None, secret: str) -> list[Problem]:
    found: list[Problem] = []

    def missing(path: str, allowed: str, value: str | None = None) -> None:
        found.append(Problem(file="", path=path, found=value, allowed=allowed))

    parts = urlsplit(base)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL)):
        missing("--api-url", "an address that begins with https:// is allowed: the token is sent there", base)
    if not where or (forge is Forge.GITHUB and not _REPOSITORY.fullmatch(where)):
        form = "owner/name" if forge is Forge.GITHUB else "a project's number, or group/name,"
        missing("--repository", f"{form} is allowed; jobs have it in {_PLACES[forge]}", where)
    if not number:
        name = "GITHUB_REF" if forge is Forge.GITHUB else "CI_MERGE_REQUEST_IID"
        missing("--pull-request", f"its number is needed; jobs of a pull request have it in {name}")
    if not secret:
        missing(_TOKENS[forge], "an environment variable with a token that may write comments is needed")
    return found


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
