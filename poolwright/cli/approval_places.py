"""Where approvals are read; nothing else, so that a command line can be read without the rest."""

from __future__ import annotations

from enum import StrEnum


class ApprovalPlace(StrEnum):
    """Where people approve."""

    GITHUB = "github"
    """Reviews of the pull request, and of the deployment."""
    GITLAB = "gitlab"
    """Approvals of the merge request."""
    CODEPIPELINE = "codepipeline"
    """Manual approval actions."""
