"""CiWish: the repository whose pull requests may look at the account, without a key that is kept anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from solver.demand.contradiction import Contradiction
from solver.quantity import Written
from solver.schema import Schema, is_empty

MOST_SITES = 3
"""AWS sites of a stack whose role for `up` fits into what AWS lets a policy have."""

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


JobEnvironment = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"),
    Written("an environment of the repository like production"),
]
"""An environment of GitHub, whose rules say who approves a job."""

BranchName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$"),
    Written("a branch like main, without wildcards,"),
]
"""A branch of the repository."""


class CiUp(Schema):
    """Whose jobs may run `up`: those of one environment, or those of one branch that name no environment."""

    environment: JobEnvironment | None = None
    """Jobs of this environment."""
    branch: BranchName | None = None
    """Jobs on this branch."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.environment is None) == (self.branch is None):
            raise ValueError("either environment or branch is allowed")
        return self


class CiWish(Schema):
    """A role to preview with, for pull requests of a repository and jobs on a branch, by the token of their run."""

    provider: Literal["github"] = "github"
    """Who signs the tokens."""
    repository: Repository
    """The repository, with its owner; no other one gets in."""
    issuer_exists: bool = False
    """The account has the provider of GitHub's tokens already; an account has one for all its stacks."""
    branch: Annotated[BranchName | None, Field(exclude_if=is_empty)] = None
    """Jobs on this branch that name no environment may look too: nightly, and before someone approves. None: none."""
    up: Annotated[CiUp | None, Field(exclude_if=is_empty)] = None
    """A second role, with which jobs apply the stack; it needs `permissions_boundary`. None: no role."""


def ci_contradictions(wish: CiWish | None, boundary: str | None, regions: int) -> Iterator[Contradiction]:
    """A role for `up` that could make roles with more rights than its own, or that has too much to name."""
    if wish is None or wish.up is None:
        return
    if boundary is None:
        yield Contradiction(
            path=("ci", "up"),
            found="no permissions_boundary",
            allowed="it is allowed beside permissions_boundary, which each role has that it makes",
            hint="Name a policy of the account: permissions_boundary: arn:aws:iam::111122223333:policy/workloads",
        )
    if not 1 <= regions <= MOST_SITES:
        yield Contradiction(
            path=("ci", "up"),
            found=f"{regions} sites of the kind aws",
            allowed=f"1 to {MOST_SITES} of them are allowed: AWS bounds what a role's policies may hold",
        )
