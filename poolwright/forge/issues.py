"""One open issue of a repository that is found again by its first line, written anew while it lasts, and closed.

https://docs.github.com/en/rest/issues/issues, https://docs.gitlab.com/api/issues/. Closed issues are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import quote

from poolwright.forge.comments import Comment
from poolwright.forge.connection import Connection, ForgeError, hinting

_GITHUB_RIGHT = "The token needs the right to write issues: `permissions: issues: write` in a workflow"
_GITLAB_RIGHT = "The token needs the scope `api` and the role Reporter; a job's own token may not write issues"

Entry = dict[str, Any]


class Issues(Protocol):
    """The open issues of a repository, as comments with a title."""

    def own(self) -> Iterator[Comment]:
        """Those that whoever holds the token opened."""
        ...

    def create(self, body: str) -> Comment:
        """Opens one; raises Unsure where nobody knows whether it was opened."""
        ...

    def update(self, comment: Comment, body: str) -> Comment:
        """Writes one anew."""
        ...

    def close(self, comment: Comment) -> None:
        """It is done."""
        ...


@dataclass(frozen=True, kw_only=True)
class GitHubIssues:
    """Those of a repository on GitHub."""

    connection: Connection
    repository: str
    """`owner/name`."""
    title: str
    """Of a new one."""

    def own(self) -> Iterator[Comment]:
        """Open issues of the token's user; of an app's token, which may not ask who it is, those of bots."""
        login = self._login()
        with hinting(_GITHUB_RIGHT, 403, 404):
            for entry in self.connection.pages(f"/repos/{self.repository}/issues?state=open&per_page=100"):
                user = cast("Entry", entry.get("user") or {})
                mine = user.get("login") == login if login else user.get("type") == "Bot"
                if mine and "pull_request" not in entry:
                    yield _github(entry)

    def create(self, body: str) -> Comment:
        """A new issue."""
        with hinting(_GITHUB_RIGHT, 403, 404):
            path = f"/repos/{self.repository}/issues"
            return _github(self.connection.send("POST", path, {"title": self.title, "body": body}))

    def update(self, comment: Comment, body: str) -> Comment:
        """The issue with another text."""
        return self._change(comment, {"body": body})

    def close(self, comment: Comment) -> None:
        """It is done."""
        self._change(comment, {"state": "closed"})

    def _change(self, comment: Comment, values: dict[str, str]) -> Comment:
        with hinting(_GITHUB_RIGHT, 403, 404):
            return _github(self.connection.send("PATCH", f"/repos/{self.repository}/issues/{comment.id}", values))

    def _login(self) -> str | None:
        try:
            return str(self.connection.get("/user")["login"])
        except ForgeError as error:
            if error.status in (403, 404):
                return None
            raise


@dataclass(frozen=True, kw_only=True)
class GitLabIssues:
    """Those of a project on GitLab."""

    connection: Connection
    project: str
    """Its number, or `group/name`."""
    title: str
    """Of a new one."""

    def own(self) -> Iterator[Comment]:
        """Open issues of the token's user."""
        with hinting(_GITLAB_RIGHT, 401, 403, 404):
            user = cast("Entry", self.connection.get("/user")).get("id")
            for entry in self.connection.pages(f"{self._issues}?state=opened&author_id={user}&per_page=100"):
                if cast("Entry", entry.get("author") or {}).get("id") == user:
                    yield _gitlab(entry)

    def create(self, body: str) -> Comment:
        """A new issue."""
        with hinting(_GITLAB_RIGHT, 401, 403, 404):
            return _gitlab(self.connection.send("POST", self._issues, {"title": self.title, "description": body}))

    def update(self, comment: Comment, body: str) -> Comment:
        """The issue with another text."""
        return self._change(comment, {"description": body})

    def close(self, comment: Comment) -> None:
        """It is done."""
        self._change(comment, {"state_event": "close"})

    @property
    def _issues(self) -> str:
        return f"/projects/{quote(self.project, safe='')}/issues"

    def _change(self, comment: Comment, values: dict[str, str]) -> Comment:
        with hinting(_GITLAB_RIGHT, 401, 403, 404):
            return _gitlab(self.connection.send("PUT", f"{self._issues}/{comment.id}", values))


def _github(entry: Entry) -> Comment:
    return Comment(id=int(entry["number"]), body=str(entry.get("body") or ""), url=str(entry.get("html_url") or ""))


def _gitlab(entry: Entry) -> Comment:
    return Comment(id=int(entry["iid"]), body=str(entry.get("description") or ""), url=str(entry.get("web_url") or ""))
