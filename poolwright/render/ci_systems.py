"""CISystem: where a pipeline runs."""

from __future__ import annotations

from enum import StrEnum


class CISystem(StrEnum):
    """Where a pipeline runs."""

    GITHUB = "github"
    GITLAB = "gitlab"
    JENKINS = "jenkins"
    CODEBUILD = "codebuild"
