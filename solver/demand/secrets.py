"""SecretWish: how a secret of the stack changes by itself, by a function that somebody else runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from solver.demand.contradiction import Contradiction, near, one_of
from solver.quantity import Written
from solver.schema import Schema

LambdaArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$"
    ),
    Written("a Lambda function's ARN"),
]
"""A function of AWS Lambda."""


class SecretWish(Schema):
    """Rotation of one secret."""

    rotation_days: Annotated[int, Field(ge=1, le=1000)]
    """The function changes the secret that often."""
    rotation_lambda_arn: LambdaArn
    """The function, in the site's region; its own policy must let Secrets Manager call it."""

    @property
    def region(self) -> str:
        """Where the function is."""
        return self.rotation_lambda_arn.split(":")[3]


def secret_contradictions(
    wishes: Mapping[str, SecretWish], used: Collection[str], regions: Collection[str]
) -> Iterator[Contradiction]:
    """Names that no workload uses, and functions in regions where the stack has no secrets."""
    names = sorted(used)
    for name, wish in wishes.items():
        if name not in used:
            yield Contradiction(
                path=("secrets", name),
                found=f'the secret "{name}"',
                allowed=one_of(names),
                hint=near(name, names) or "Secrets are those that workloads name in `secrets`",
            )
        if wish.region not in regions:
            yield Contradiction(
                path=("secrets", name, "rotation_lambda_arn"),
                allowed=f"a function in {' or '.join(sorted(regions))} is allowed; this one is in {wish.region}",
            )
