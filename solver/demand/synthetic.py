"""SyntheticCheck: a public path that is asked from outside of the stack, and the answer that is expected."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from solver.demand.names import Distinct, UrlPath
from solver.quantity import Written
from solver.schema import Schema
from solver.vocabulary import CheckerRegion

FEWEST_REGIONS = 3
"""Route 53 takes no fewer, so that one region's trouble is not taken for the service's."""

ExpectedText = Annotated[
    str,
    StringConstraints(pattern=r"^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$", max_length=255),
    Written("at most 255 printable characters of an answer"),
]
"""What an answer must have in its first 5,120 bytes, in just these letters."""


class SyntheticCheck(Schema):
    """What Route 53's checkers ask of a public service, by HTTPS.

    A good answer is 2xx or 3xx, two seconds after the connection at the latest.
    """

    path: UrlPath
    """The whole path, on the name of the public load balancer; it must lead to the service."""
    text: ExpectedText | None = None
    """What the answer must contain; None: any good answer will do."""
    interval_seconds: Literal[10, 30] = 30
    """Between two requests of one checker; there are two to three checkers in each region."""
    regions: Annotated[tuple[CheckerRegion, ...], Field(min_length=FEWEST_REGIONS), Distinct] = tuple(CheckerRegion)
    """Where checkers are."""
    failures: Annotated[int, Field(ge=1, le=10)] = 3
    """Bad answers in a row after which a checker finds the path unhealthy."""
    measure_latency: bool = False
    """The checkers' times to connect, for TLS and to the first byte are metrics too."""
