"""Schedules: cron and rate expressions, and time zones, in each service's own form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, objects, text, whole

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_RATE: Final = re.compile(r"^rate\((\d+) (minute|minutes|hour|hours|day|days)\)$")
_AT: Final = re.compile(r"^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$")
_CRON: Final = re.compile(r"^cron\((.+)\)$")
_DAY_OF_MONTH: Final = re.compile(r"^(L|LW|\d{1,2}W)$")
_DAY_OF_WEEK: Final = re.compile(r"^([1-7]L|[1-7]#[1-5]|[A-Z]{3}#[1-5]|[A-Z]{3}L|L)$")


def cron_fault(expression: str) -> str | None:
    """What is wrong with AWS's six-field cron text: minutes hours day-of-month month day-of-week year."""
    parts = expression.upper().split()
    if len(parts) != 6:
        return f"six fields are expected, found {len(parts)}"
    minutes, hours, day, month, weekday, year = parts
    if (day == "?") == (weekday == "?"):
        return "one of day-of-month and day-of-week must be ?"
    for name, part, low, high, names in (
        ("minutes", minutes, 0, 59, ()),
        ("hours", hours, 0, 23, ()),
        ("day-of-month", day, 1, 31, ()),
        ("month", month, 1, 12, _MONTHS),
        ("day-of-week", weekday, 1, 7, _DAYS),
        ("year", year, 1970, 2199, ()),
    ):
        special = (name == "day-of-month" and (part == "?" or _DAY_OF_MONTH.match(part))) or (
            name == "day-of-week" and (part == "?" or _DAY_OF_WEEK.match(part))
        )
        if not special and not _field_fits(part, low, high, names):
            return f"{name} {part}"
    return None


def unix_cron_fault(expression: str) -> str | None:
    """What is wrong with the five-field cron text that Auto Scaling takes."""
    parts = expression.upper().split()
    if len(parts) != 5:
        return f"five fields are expected, found {len(parts)}"
    for name, part, low, high, names in zip(
        ("minute", "hour", "day-of-month", "month", "day-of-week"),
        parts,
        (0, 0, 1, 1, 0),
        (59, 23, 31, 12, 7),
        ((), (), (), _MONTHS, _DAYS),
        strict=True,
    ):
        if not _field_fits(part, low, high, names):
            return f"{name} {part}"
    return None


def schedule_fault(expression: str, *, once: bool) -> str | None:
    """What is wrong with `cron(…)`, `rate(…)` or, where single moments are allowed, `at(…)`."""
    rate = _RATE.match(expression)
    if rate:
        number, unit = int(rate.group(1)), rate.group(2)
        if number == 0 or (number == 1) == unit.endswith("s"):
            return f"rate {number} {unit}: a positive number, with a singular unit for 1 and a plural one for others"
        return None
    moment = _AT.match(expression)
    if moment and once:
        try:
            datetime.fromisoformat(moment.group(1))
        except ValueError:
            return f"{moment.group(1)} is no date and time"
        return None
    cron = _CRON.match(expression)
    if cron:
        return cron_fault(cron.group(1))
    return f"cron(…), rate(…){' or at(…)' if once else ''} is expected"


def zone_exists(name: str) -> bool:
    """Whether the tz database has the time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@validates("autoscaling.Schedule")
def group_schedule_fits(inputs: Properties) -> Iterator[Refusal]:
    """Five fields of cron, a time zone that exists, at least one number, numbers in order."""
    recurrence, zone = text(inputs.get("recurrence")), text(inputs.get("timeZone"))
    fault = None if recurrence is None else unix_cron_fault(recurrence)
    if fault is not None:
        words = f"Given recurrence string: {recurrence} is invalid ({fault})"
        yield Refusal("ValidationError", words, "recurrence")
    if zone is not None and not zone_exists(zone):
        yield Refusal("ValidationError", f"Time zone {zone} is invalid", "timeZone")
    if all(inputs.get(name) is None for name in ("minSize", "maxSize", "desiredCapacity")):
        words = "At least one of min size, max size or desired capacity must be specified"
        yield Refusal("ValidationError", words)
    low, high, wanted = (_number(inputs.get(name)) for name in ("minSize", "maxSize", "desiredCapacity"))
    if low is not None and high is not None and low > high:
        words = f"Max bound, {high}, must be greater than or equal to min bound, {low}"
        yield Refusal("ValidationError", words, "maxSize")
    if wanted is not None and ((low is not None and wanted < low) or (high is not None and wanted > high)):
        words = f"Desired capacity:{wanted} must be between the specified min size:{low} and max size:{high}"
        yield Refusal("ValidationError", words, "desiredCapacity")
    if inputs.get("recurrence") is None and inputs.get("startTime") is None:
        words = "Either a start time or a recurrence must be specified"
        yield Refusal("ValidationError", words, "recurrence")


@validates("appautoscaling.ScheduledAction")
def target_schedule_fits(inputs: Properties) -> Iterator[Refusal]:
    """An expression and a time zone that exist, at least one number, numbers in order."""
    yield from _expression(inputs, "schedule", "timezone", "ValidationException", once=True)
    action = fields(inputs.get("scalableTargetAction"))
    low, high = whole(action.get("minCapacity")), whole(action.get("maxCapacity"))
    if action.get("minCapacity") is None and action.get("maxCapacity") is None:
        words = "Either MinCapacity or MaxCapacity must be specified"
        yield Refusal("ValidationException", words, "scalableTargetAction")
    if low is not None and high is not None and low > high:
        words = f"Maximum capacity {high} cannot be less than minimum capacity {low}"
        yield Refusal("ValidationException", words, "scalableTargetAction.maxCapacity")


@validates("scheduler.Schedule")
def scheduler_schedule_fits(inputs: Properties) -> Iterator[Refusal]:
    """An expression and a time zone that exist; a window of 1 to 1,440 minutes exactly when it is flexible."""
    yield from _expression(inputs, "scheduleExpression", "scheduleExpressionTimezone", "ValidationException", once=True)
    window = fields(inputs.get("flexibleTimeWindow"))
    minutes, mode = whole(window.get("maximumWindowInMinutes")), window.get("mode")
    if mode == "FLEXIBLE" and (minutes is None or not 1 <= minutes <= 1440):
        words = "MaximumWindowInMinutes of 1 to 1440 must be given when the mode is FLEXIBLE"
        yield Refusal("ValidationException", words, "flexibleTimeWindow.maximumWindowInMinutes")
    if mode == "OFF" and minutes is not None:
        words = "MaximumWindowInMinutes must not be given when the mode is OFF"
        yield Refusal("ValidationException", words, "flexibleTimeWindow.maximumWindowInMinutes")
    if text(mode) is not None and mode not in ("OFF", "FLEXIBLE"):
        yield Refusal("ValidationException", f"Mode {mode}: OFF or FLEXIBLE is allowed", "flexibleTimeWindow.mode")


@validates("cloudwatch.EventRule")
def event_rule_fits(inputs: Properties) -> Iterator[Refusal]:
    """A pattern or a schedule, in UTC and on the default bus alone."""
    if inputs.get("eventPattern") is None and inputs.get("scheduleExpression") is None:
        words = "Parameter(s) EventPattern or ScheduleExpression must be specified."
        yield Refusal("ValidationException", words)
    expression = text(inputs.get("scheduleExpression"))
    fault = None if expression is None else schedule_fault(expression, once=False)
    if fault is not None:
        words = f"Parameter ScheduleExpression is not valid: {expression} ({fault})"
        yield Refusal("ValidationException", words, "scheduleExpression")
    if expression is not None and inputs.get("eventBusName") not in (None, "default"):
        words = "ScheduleExpression is supported only on the default event bus."
        yield Refusal("ValidationException", words, "scheduleExpression")


@validates("backup.Plan")
def backup_rules_fit(inputs: Properties) -> Iterator[Refusal]:
    """Each rule's schedule; points that were cooled stay 90 days longer at least."""
    code = "InvalidParameterValueException"
    for index, rule in enumerate(objects(inputs.get("rules"))):
        path = f"rules[{index}]"
        expression, zone = text(rule.get("schedule")), text(rule.get("scheduleExpressionTimezone"))
        fault = None if expression is None else schedule_fault(expression, once=False)
        if fault is not None:
            yield Refusal(code, f"Invalid schedule expression: {expression} ({fault})", f"{path}.schedule")
        if zone is not None and not zone_exists(zone):
            yield Refusal(code, f"Invalid time zone: {zone}", f"{path}.scheduleExpressionTimezone")
        life = fields(rule.get("lifecycle"))
        cold, gone = whole(life.get("coldStorageAfter")), whole(life.get("deleteAfter"))
        if cold is not None and gone is not None and gone < cold + 90:
            words = (
                f"DeleteAfterDays ({gone}) cannot be less than 90 days apart from MoveToColdStorageAfterDays ({cold})"
            )
            yield Refusal(code, words, f"{path}.lifecycle")
        start, end = whole(rule.get("startWindow")), whole(rule.get("completionWindow"))
        if start is not None and start < 60:
            yield Refusal(code, f"Start window {start} must be at least 60 minutes", f"{path}.startWindow")
        if end is not None and end < (start or 480) + 60:
            words = f"Completion window {end} must be at least 60 minutes greater than the start window {start or 480}"
            yield Refusal(code, words, f"{path}.completionWindow")


@refuses("scheduler.Schedule", on=(Action.CREATE,))
def schedule_name_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A group has a schedule of a name once."""
    name, group = change.inputs.get("name"), change.inputs.get("groupName") or "default"
    for other in cloud.where("scheduler.Schedule", "name", name):
        if other.outputs.get("groupName") == group:
            yield Refusal("ConflictException", f"Schedule {name} already exists.", "name")


def _expression(inputs: Properties, name: str, zone_name: str, code: str, *, once: bool) -> Iterator[Refusal]:
    expression, zone = text(inputs.get(name)), text(inputs.get(zone_name))
    fault = None if expression is None else schedule_fault(expression, once=once)
    if fault is not None:
        yield Refusal(code, f"Invalid Schedule Expression {expression} ({fault})", name)
    if zone is not None and not zone_exists(zone):
        yield Refusal(code, f"Invalid time zone {zone}", zone_name)


def _number(value: object) -> int | None:
    """A capacity of a scheduled action; the provider writes -1 for one that is left alone."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _field_fits(field: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    return bool(field) and all(_item_fits(item, low, high, names) for item in field.split(","))


def _item_fits(item: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    span, slash, step = item.partition("/")
    if slash and not (step.isdigit() and 1 <= int(step) <= high):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    ends = [_position(part, low, names) for part in ((first, last) if dash else (first,))]
    return all(end is not None and low <= end <= high for end in ends)


def _position(part: str, low: int, names: tuple[str, ...]) -> int | None:
    if part in names:
        return names.index(part) + low
    return int(part) if part.isdigit() else None
