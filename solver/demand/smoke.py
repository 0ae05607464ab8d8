"""SmokeTest: a question that what `up` built must answer before it counts as good."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from solver.demand.names import Text
from solver.quantity import Written
from solver.schema import Schema, is_empty

SmokeUrl = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$", max_length=1000), Written("an http or https address")
]
OutputPath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", max_length=200),
    Written("the path of a stack output like main.urls.public"),
]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/\S*$", max_length=500), Written("a path like /health")]


class SmokeTest(Schema):
    """An address and the status that it must answer with, or a command that must end with 0."""

    output: OutputPath | None = Field(default=None, exclude_if=is_empty)
    """A stack output that has the address, or names one: main.urls.public."""
    url: SmokeUrl | None = Field(default=None, exclude_if=is_empty)
    """Or the address itself."""
    path: UrlPath = "/"
    """Below the output's address."""
    status: Annotated[int, Field(ge=100, le=599)] = 200
    """The answer's status; redirects are not followed."""
    command: Annotated[tuple[Text, ...], Field(exclude_if=is_empty)] = ()
    """Or a command, run in the project's folder; POOLWRIGHT_OUTPUTS names a JSON file of the stack's outputs."""
    attempts: Annotated[int, Field(ge=1, le=100)] = 5
    """It is good when one of so many succeeds."""
    wait_seconds: Annotated[float, Field(ge=0, le=600)] = 10.0
    """Between two attempts."""
    timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """Of one attempt."""

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if sum((self.output is not None, self.url is not None, bool(self.command))) != 1:
            raise ValueError("one of output, url and command is allowed")
        if self.output is None and self.path != "/":
            raise ValueError("path is allowed with output: an url has its own")
        return self
