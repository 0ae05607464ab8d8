"""LoadEvent: a day on which a service's load is a multiple of what it is in other weeks."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from solver.quantity import HOURS_PER_WEEK, ClockHour, Written
from solver.schema import Schema

DayOfYear = Annotated[datetime.date, Written("a date like 2026-11-27")]


class LoadEvent(Schema):
    """Hours from a day on in which the load is a multiple; they count in the plan of the week that they are in."""

    date: DayOfYear
    """The day on which it begins, 2026-11-27."""
    times: Annotated[float, Field(gt=0, le=1000)]
    """The load is that many times the same hour's in other weeks."""
    opens: Annotated[ClockHour, Field(validate_default=False)] = 0
    """When it begins; at midnight if not given."""
    hours: Annotated[int, Field(ge=1, le=HOURS_PER_WEEK)] = 24
    """How long it lasts."""

    def hours_of(self, week_of: datetime.date) -> range:
        """Its hours in the week that begins on this Monday; none in other weeks."""
        first = (self.date - week_of).days * 24 + self.opens
        return range(min(max(first, 0), HOURS_PER_WEEK), min(max(first + self.hours, 0), HOURS_PER_WEEK))
