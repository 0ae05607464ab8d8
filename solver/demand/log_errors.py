"""LogErrors: lines of a workload's log that say that something is wrong."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from solver.quantity import Written
from solver.schema import Schema

FilterPattern = Annotated[
    str,
    StringConstraints(pattern=r"^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$", max_length=1024),
    Written("a filter pattern of CloudWatch Logs like ?ERROR ?CRITICAL"),
]
"""What CloudWatch looks for in each line."""


class LogErrors(Schema):
    """Which lines are counted, and how many are too many; `monitoring.alarms` of the stack switches the alarm on."""

    pattern: FilterPattern
    """What makes a line one of them, in CloudWatch's words: `?ERROR ?CRITICAL`, `{ $.level = "error" }`."""
    more_than: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Lines in five minutes above which the alarm rings."""
