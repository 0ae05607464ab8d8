"""The forges by name; nothing else, so that a command line can be read without the rest."""

from __future__ import annotations

from enum import StrEnum


class Forge(StrEnum):
    """Where pull requests are."""

    GITHUB = "github"
    GITLAB = "gitlab"
