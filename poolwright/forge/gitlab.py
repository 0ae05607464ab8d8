"""Notes of a merge request on GitLab: https://docs.gitlab.com/api/notes/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from poolwright.forge.comments import Comment
from poolwright.forge.connection import Connection, Token, hinting

HEADERS = {"User-Agent": "poolwright"}
_NO_RIGHT = (
    "The token needs the scope `api` and the role Reporter in the project; "
    "a job's own token (CI_JOB_TOKEN) may not write notes"
)


def token(value: str) -> Token:
    """The token as GitLab takes it."""
    return Token("PRIVATE-TOKEN", value)


@dataclass(frozen=True, kw_only=True)
class MergeRequest:
    """The notes of one merge request."""

    connection: Connection
    project: str
    """Its number, or `group/name`."""
    number: int
    """Of the merge request in its project."""

    def own(self) -> Iterator[Comment]:
        """Notes of the token's user."""
        user = self._asked("/user")
        path = f"{self._notes}?per_page=100&sort=asc&order_by=created_at"
        for entry in self._checked(path):
            author = cast("dict[str, Any]", entry.get("author") or {})
            if author.get("id") == user.get("id") and not entry.get("system"):
                yield _comment(entry)

    def create(self, body: str) -> Comment:
        """A new note."""
        return self._written("POST", self._notes, body)

    def update(self, comment: Comment, body: str) -> Comment:
        """The note with another body."""
        return self._written("PUT", f"{self._notes}/{comment.id}", body)

    @property
    def _notes(self) -> str:
        return f"/projects/{quote(self.project, safe='')}/merge_requests/{self.number}/notes"

    def _asked(self, path: str) -> dict[str, Any]:
        with hinting(_NO_RIGHT, 401, 403):
            return cast("dict[str, Any]", self.connection.get(path))

    def _checked(self, path: str) -> Iterator[dict[str, Any]]:
        hint = f"Is there a merge request {self.number} in {self.project}, and may the token read it?"
        with hinting(hint, 404):
            yield from self.connection.pages(path)

    def _written(self, method: str, path: str, body: str) -> Comment:
        with hinting(_NO_RIGHT, 401, 403, 404):
            return _comment(self.connection.send(method, path, {"body": body}))


def _comment(entry: dict[str, Any]) -> Comment:
    return Comment(id=int(entry["id"]), body=str(entry.get("body") or ""), url=str(entry.get("web_url") or ""))
