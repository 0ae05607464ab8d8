"""Approvals on GitLab: those of the merge request that brought a commit.

https://docs.gitlab.com/api/merge_request_approvals/. Whether a new commit takes them back, the project's settings say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from poolwright.forge.approvals import Approval, Approvals
from poolwright.forge.connection import Connection, hinting

_NO_RIGHT = "The token needs the scope `read_api` and the role Reporter; a job's own token may not read approvals"

Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class GitLabApprovals:
    """Those of one project."""

    connection: Connection
    project: str
    """Its number, or `group/name`."""

    def of(self, revision: str, environment: str) -> Approvals:
        """Approvals of the merged merge requests with this commit; who starts a protected job, the job itself knows."""
        del environment
        base = f"/projects/{quote(self.project, safe='')}"
        given: list[Approval] = []
        with hinting(_NO_RIGHT, 401, 403, 404):
            merged = [
                each
                for each in self.connection.pages(f"{base}/repository/commits/{revision}/merge_requests?per_page=100")
                if each.get("state") == "merged"
            ]
            for each in merged:
                answer = cast("Entry", self.connection.get(f"{base}/merge_requests/{each['iid']}/approvals"))
                where = f"merge request {each['iid']}"
                people = cast("list[Entry]", answer.get("approved_by") or [])
                given += (Approval(name=_name(entry, "user"), where=where) for entry in people)
        words = () if merged else (f"commit {revision[:12]} came with no merge request",)
        promoters = tuple(dict.fromkeys(_name(each, "author") for each in merged))
        return Approvals(given=tuple(given), promoters=promoters, words=words)


def _name(entry: Entry, role: str) -> str:
    return str(cast("Entry", entry.get(role) or {}).get("username") or "")
