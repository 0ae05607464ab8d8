"""Who approved a change: reviews of the merged pull request that brought it, and approvals of its deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One person's yes."""

    name: str
    """As the forge calls whoever gave it."""
    where: str = ""
    """What was approved: `pull request 12`, `environment prod`; empty: a job was told so."""


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """What a forge says of a change."""

    given: tuple[Approval, ...]
    """Oldest first; the same person may be there more than once."""
    promoters: tuple[str, ...] = ()
    """Who asked for the change: their own approval counts for nothing."""
    words: tuple[str, ...] = ()
    """What else a reader wants to know: that there was no pull request, that an approval is of older commits."""


class Approved(Protocol):
    """Where approvals are given."""

    def of(self, revision: str, environment: str) -> Approvals:
        """Those of what a commit brought, before it is applied in an environment."""
        ...
