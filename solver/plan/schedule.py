"""WeekSchedule: a number for each hour of the week, written as few steps as possible.

168 hourly values become steps like `mon-fri 08:00 → 4`: at that hour, on those days, the number changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, cast

from pydantic import ModelWrapValidatorHandler, model_serializer, model_validator

from solver.quantity import HOURS_PER_WEEK, format_clock, parse_clock
from solver.schema import Schema
from solver.vocabulary import Weekday

_DAYS = tuple(Weekday)


class ScheduleStep(Schema):
    """From this hour of these days on, the number is `value`."""

    days: tuple[Weekday, ...]
    """Monday first."""
    hour: int
    """0 to 23, in the stack's time zone."""
    value: int
    """The number from then on."""


class WeekSchedule(Schema):
    """Changes of a number over the week; a week without changes has one constant and no steps.

    In files it is that number, or a mapping `{mon-fri 08:00: 4, mon-fri 20:00: 2}`.
    """

    constant: int | None = None
    """The number in every hour, when it never changes."""
    steps: tuple[ScheduleStep, ...] = ()
    """Changes, by first day and hour; the last change of Sunday holds until the first of Monday."""

    def hourly(self) -> tuple[int, ...]:
        """168 values, hour 0 is Monday 00:00."""
        if self.constant is not None:
            return (self.constant,) * HOURS_PER_WEEK
        steps, week = self._written_out
        # A copy with other steps has taken along what was worked out for these.
        return week if steps is self.steps else _week_of(self.steps)

    @cached_property
    def _written_out(self) -> tuple[tuple[ScheduleStep, ...], tuple[int, ...]]:
        """The steps and their week, kept: of one plan it is asked for some hundred thousand times."""
        return self.steps, _week_of(self.steps)

    @model_validator(mode="wrap")
    @classmethod
    def _read_short_form(cls, value: Any, handler: ModelWrapValidatorHandler[WeekSchedule]) -> WeekSchedule:
        if isinstance(value, int) and not isinstance(value, bool):
            return handler({"constant": value})
        entries = cast("dict[object, Any]", value) if isinstance(value, dict) else {}
        if entries and not {"constant", "steps"} & entries.keys():
            return handler({"steps": [_read_step(str(key), number) for key, number in entries.items()]})
        return handler(value)

    @model_serializer
    def _write_short_form(self) -> int | dict[str, int]:
        if self.constant is not None:
            return self.constant
        return {f"{format_days(step.days)} {format_clock(step.hour)}": step.value for step in self.steps}

    @property
    def mean(self) -> float:
        """Mean of the week's hours."""
        return sum(self.hourly()) / HOURS_PER_WEEK

    @property
    def starts_per_week(self) -> int:
        """How many are started: the sum of the rises around the week."""
        hourly = self.hourly()
        return sum(max(0, hourly[hour] - hourly[hour - 1]) for hour in range(HOURS_PER_WEEK))

    @property
    def low(self) -> int:
        """Least value of the week."""
        return min(self.hourly())

    @property
    def high(self) -> int:
        """Greatest value of the week."""
        return max(self.hourly())


def _week_of(steps: Sequence[ScheduleStep]) -> tuple[int, ...]:
    changes = {_DAYS.index(day) * 24 + step.hour: step.value for step in steps for day in step.days}
    value = changes[max(changes)]
    week: list[int] = []
    for hour in range(HOURS_PER_WEEK):
        value = changes.get(hour, value)
        week.append(value)
    return tuple(week)


def week_schedule(values: Sequence[int]) -> WeekSchedule:
    """The schedule with the given 168 values; `week_schedule(v).hourly() == v`."""
    if len(values) != HOURS_PER_WEEK:
        raise ValueError(f"a week has {HOURS_PER_WEEK} hours, not {len(values)}")
    if len(set(values)) == 1:
        return WeekSchedule(constant=values[0])
    changed = [hour for hour in range(HOURS_PER_WEEK) if values[hour] != values[hour - 1]]
    keyed = sorted((hour % 24, values[hour], hour // 24) for hour in changed)
    steps = [
        ScheduleStep(days=tuple(_DAYS[day] for _, _, day in group), hour=hour, value=value)
        for (hour, value), group in groupby(keyed, key=lambda change: change[:2])
    ]
    return WeekSchedule(steps=tuple(sorted(steps, key=lambda step: (_DAYS.index(step.days[0]), step.hour, step.value))))


def format_days(days: Sequence[Weekday]) -> str:
    """`mon-fri`, `sat`, `mon,wed`, `daily`."""
    if len(days) == len(_DAYS):
        return "daily"
    numbers = [_DAYS.index(day) for day in days]
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    names = [
        _DAYS[run[0]].value if len(run) == 1 else f"{_DAYS[run[0]]}{',' if len(run) == 2 else '-'}{_DAYS[run[-1]]}"
        for run in runs
    ]
    return ",".join(names)


def parse_days(text: str) -> tuple[Weekday, ...]:
    """The days that format_days wrote; ValueError for anything else."""
    if text == "daily":
        return _DAYS
    numbers: list[int] = []
    for part in text.split(","):
        first, *rest = (_DAYS.index(Weekday(name)) for name in part.split("-"))
        last = rest[-1] if rest else first
        if len(rest) > 1 or last < first or (numbers and first <= numbers[-1]):
            raise ValueError(f"{text}: days in order, like mon-fri or mon,wed, are allowed")
        numbers.extend(range(first, last + 1))
    return tuple(_DAYS[number] for number in numbers)


def _read_step(key: str, value: object) -> dict[str, object]:
    days, _, clock = key.rpartition(" ")
    return {"days": parse_days(days), "hour": parse_clock(clock), "value": value}
