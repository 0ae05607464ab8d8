"""Hours of the week as AWS's schedulers write them; the time zone goes beside them."""

from __future__ import annotations

from collections.abc import Sequence

from solver.plan.schedule import ScheduleStep, format_days
from solver.vocabulary import Weekday

_DAYS = tuple(Weekday)


def step_key(step: ScheduleStep) -> str:
    """`mon-fri-08`: no two steps of a schedule share it, and a change of the value alone does not change it."""
    return f"{format_days(step.days).replace(',', '+')}-{step.hour:02d}"


def unix_cron(days: Sequence[Weekday], hour: int) -> str:
    """Five fields, as scheduled actions of Auto Scaling groups have them: `0 8 * * 1-5`; Sunday is 0."""
    return f"0 {hour} * * {_days(days, [str((index + 1) % 7) for index in range(7)])}"


def aws_cron(days: Sequence[Weekday], hour: int) -> str:
    """Six fields, as Application Auto Scaling and EventBridge Scheduler have them: `cron(0 8 ? * MON-FRI *)`."""
    week = _days(days, [day.value.upper() for day in _DAYS])
    return f"cron(0 {hour} * * ? *)" if week == "*" else f"cron(0 {hour} ? * {week} *)"


def _days(days: Sequence[Weekday], names: Sequence[str]) -> str:
    """`*`, or days by name, joined to a range where three or more follow each other before Sunday.

    Sunday stands alone: it is AWS's first day of the week, so a range that ends in it would run backwards.
    """
    numbers = sorted(_DAYS.index(day) for day in days)
    if len(numbers) == len(_DAYS):
        return "*"
    parts: list[str] = []
    run: list[int] = []
    for number in [*numbers, -1]:
        if run and (number != run[-1] + 1 or number == len(_DAYS) - 1):
            parts += [f"{names[run[0]]}-{names[run[-1]]}"] if len(run) > 2 else [names[day] for day in run]
            run = []
        run.append(number)
    return ",".join(parts)
