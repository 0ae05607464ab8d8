"""What the plan has in each hour of a week, as an expression of CloudWatch, to be drawn beside what runs.

CloudWatch's clock is UTC, the plan's is the stack's time zone; where clocks are put forward in summer, the expression
takes April to October for summer, so that for days around the change it is an hour off.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MOST_CHARACTERS = 1000
"""Of an expression; CloudWatch refuses longer ones, and a week with more steps is drawn by its bounds alone."""
_YEAR = 2026
"""Any year: which hours a zone has in January and in July is what is asked."""
_WEEK_HOURS = 168


def hour_of_week(clock: str, time_zone: str) -> str:
    """Expression of the hour of the week, 0 to 167, that a metric's value was made in."""
    zone = ZoneInfo(time_zone)
    winter, summer = (_offset_hours(zone, month) for month in (1, 7))
    offset = str(winter) if winter == summer else f"IF(MONTH({clock}) > 3 AND MONTH({clock}) < 11, {summer}, {winter})"
    hours = f"((DAY({clock}) - 1) * 24 + HOUR({clock}) + {_WEEK_HOURS} + {offset})"
    return f"{hours} - {_WEEK_HOURS} * FLOOR({hours} / {_WEEK_HOURS})"


def need(hour: str, week: tuple[int, ...]) -> str | None:
    """Expression of a number by the hour of the week; None where it would be too long.

    `hour` is the id of the expression above. Equal weeks' hours are told by the steps between them alone.
    """
    terms = [f"{week[0]}+0*{hour}"]
    for place in range(1, len(week)):
        step = week[place] - week[place - 1]
        if step:
            terms.append(f"IF({hour}>={place},{step},0)")
    expression = "+".join(terms)
    return expression if len(expression) <= MOST_CHARACTERS else None


def _offset_hours(zone: ZoneInfo, month: int) -> int:
    offset = datetime(_YEAR, month, 15, tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds() // 3600)
