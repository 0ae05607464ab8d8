"""Comments of a pull request on GitHub: https://docs.github.com/en/rest/issues/comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from poolwright.forge.comments import Comment
from poolwright.forge.connection import Connection, ForgeError, Token, hinting

HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "poolwright",
}
_NO_RIGHT = (
    "The token needs the right to write comments: `permissions: pull-requests: write` in a workflow. "
    "A job of a pull request from a fork never has it: write the report into the job's summary there"
)


def token(value: str) -> Token:
    """The token as GitHub takes it."""
    return Token("Authorization", f"Bearer {value}")


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """The comments of one pull request."""

    connection: Connection
    repository: str
    """`owner/name`."""
    number: int
    """Of the pull request."""

    def own(self) -> Iterator[Comment]:
        """Comments of the token's user; of an app's token, which may not ask who it is, those of bots."""
        login = self._login()
        for entry in self._checked(f"/repos/{self.repository}/issues/{self.number}/comments?per_page=100"):
            user = cast("dict[str, Any]", entry.get("user") or {})
            if user.get("login") == login if login else user.get("type") == "Bot":
                yield _comment(entry)

    def create(self, body: str) -> Comment:
        """A new comment."""
        return self._written("POST", f"/repos/{self.repository}/issues/{self.number}/comments", body)

    def update(self, comment: Comment, body: str) -> Comment:
        """The comment with another body."""
        return self._written("PATCH", f"/repos/{self.repository}/issues/comments/{comment.id}", body)

    def _login(self) -> str | None:
        try:
            return str(self.connection.get("/user")["login"])
        except ForgeError as error:
            if error.status in (403, 404):
                return None
            raise

    def _checked(self, path: str) -> Iterator[dict[str, Any]]:
        hint = f"Is there a pull request {self.number} in {self.repository}, and may the token read it?"
        with hinting(hint, 404):
            yield from self.connection.pages(path)

    def _written(self, method: str, path: str, body: str) -> Comment:
        with hinting(_NO_RIGHT, 403, 404):
            return _comment(self.connection.send(method, path, {"body": body}))


def _comment(entry: dict[str, Any]) -> Comment:
    return Comment(id=int(entry["id"]), body=str(entry.get("body") or ""), url=str(entry.get("html_url") or ""))
