"""The plan's replicas of an hour, as CloudWatch works them out: its expressions are run with Python's own words."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from components.aws.monitoring.needs import MOST_CHARACTERS, hour_of_week, need

WEEK = tuple(2 + (8 <= hour % 24 < 20) + 3 * (hour == 40) for hour in range(168))


def worked_out(expression: str, when: datetime, **ids: float) -> float:
    """The value of an expression at a time of UTC; Monday is CloudWatch's day 1."""

    def chosen(true: bool, one: float, other: float) -> float:
        return one if true else other

    clock: dict[str, Any] = {"DAY": when.isoweekday(), "HOUR": when.hour, "MONTH": when.month}
    words: dict[str, Any] = {name: [value].__getitem__ for name, value in clock.items()}
    words |= {"FLOOR": math.floor, "IF": chosen, "runs": 0, **ids}
    return float(eval(expression.replace("AND", "and"), {"__builtins__": {}}, words))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Dublin", "America/New_York", "Asia/Singapore", "Pacific/Auckland"])
@pytest.mark.parametrize("month", [1, 7])
def test_the_hour_is_that_of_the_plans_time_zone(zone: str, month: int) -> None:
    start = datetime(2026, month, 12, tzinfo=UTC)
    for hours in range(168):
        when = start + timedelta(hours=hours)
        there = when.astimezone(ZoneInfo(zone))
        found = worked_out(hour_of_week("runs", zone), when)
        assert found == there.weekday() * 24 + there.hour


def test_the_need_of_each_hour_is_the_plans() -> None:
    expression = need("hour", WEEK)
    assert expression is not None
    assert [worked_out(expression, datetime(2026, 1, 5, tzinfo=UTC), hour=hour) for hour in range(168)] == list(WEEK)


def test_a_week_with_too_many_steps_has_no_expression() -> None:
    assert need("hour", tuple(hour % 7 for hour in range(168))) is None
    constant = need("hour", (4,) * 168)
    assert constant == "4+0*hour" and len(constant) <= MOST_CHARACTERS
