"""CiWish: the repository whose pull requests may look at the account, without a key that is kept anywhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from solver.quantity import Written
from solver.schema import Schema

Repository = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"),
    Written("a repository with its owner like example/ai-platform, without wildcards,"),
]


PolicyArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,128}$"
    ),
    Written("a policy's ARN like arn:aws:iam::111122223333:policy/workloads"),
]
"""A managed policy of IAM that exists."""


class CiWish(Schema):
    """A role that pull requests of a repository take with a token of their run, to preview."""

    provider: Literal["github"] = "github"
    """Who signs the tokens."""
    repository: Repository
    """The repository, with its owner; no other one gets in."""
    issuer_exists: bool = False
    """The account has the provider of GitHub's tokens already; an account has one for all its stacks."""
