"""Approvals on GitHub: reviews of the pull request that brought a commit, and of a run's deployment.

https://docs.github.com/en/rest/pulls/reviews, https://docs.github.com/en/rest/actions/workflow-runs. A review counts
when it is its author's last word and of the commit that was merged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from poolwright.forge.approvals import Approval, Approvals
from poolwright.forge.connection import Connection, hinting

_WORDS = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
"""States of a review that say yes or no; a comment takes neither back."""
_NO_RIGHT = (
    "The token needs the right to read them: `permissions: pull-requests: read` and, for approvals of a "
    "deployment, `actions: read` in a workflow"
)

Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class GitHubApprovals:
    """Those of one repository."""

    connection: Connection
    repository: str
    """`owner/name`."""
    run: str | None
    """Number of the workflow's run; None: at a desk, where nothing was deployed."""

    def of(self, revision: str, environment: str) -> Approvals:
        """Reviews of the merged pull requests with this commit, then approvals of the run's deployment."""
        given: list[Approval] = []
        words: list[str] = []
        with hinting(_NO_RIGHT, 403, 404):
            merged = [
                each
                for each in self.connection.pages(f"/repos/{self.repository}/commits/{revision}/pulls?per_page=100")
                if each.get("merged_at")
            ]
            if not merged:
                words.append(f"commit {revision[:12]} came with no pull request")
            for each in merged:
                for approval, old in self._reviews(each):
                    if old:
                        words.append(f"{approval.name} approved {approval.where} before its last commit")
                    else:
                        given.append(approval)
            if self.run is not None:
                given += self._deployment(self.run, environment)
        promoters = (_login(each) for each in merged)
        return Approvals(given=tuple(given), promoters=tuple(dict.fromkeys(promoters)), words=tuple(words))

    def _reviews(self, pull: Entry) -> Iterator[tuple[Approval, bool]]:
        """Each reviewer's last word where it is a yes, and whether it is of another commit than the one merged."""
        last: dict[str, Entry] = {}
        path = f"/repos/{self.repository}/pulls/{pull['number']}/reviews?per_page=100"
        for review in self.connection.pages(path):
            user = cast("Entry", review.get("user") or {})
            if review.get("state") in _WORDS and user.get("type") != "Bot":
                last[_login(review)] = review
        head = cast("Entry", pull.get("head") or {}).get("sha")
        for name, review in last.items():
            if review["state"] == "APPROVED":
                yield Approval(name=name, where=f"pull request {pull['number']}"), review.get("commit_id") != head

    def _deployment(self, run: str, environment: str) -> Iterator[Approval]:
        path = f"/repos/{self.repository}/actions/runs/{run}/approvals"
        for entry in cast("list[Entry]", self.connection.get(path)):
            names = [each.get("name") for each in cast("list[Entry]", entry.get("environments") or [])]
            if entry.get("state") == "approved" and environment in names:
                yield Approval(name=_login(entry), where=f"environment {environment}")


def _login(entry: Entry) -> str:
    return str(cast("Entry", entry.get("user") or {}).get("login") or "")
