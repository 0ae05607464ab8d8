"""Hours of the week that share one plan: folded, rounded up, merged where every service has the same load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from solver.quantity import HOURS_PER_WEEK

_SATURDAY = 5 * 24


@dataclass(frozen=True)
class Hours:
    """Hours with equal load."""

    hours: tuple[int, ...]
    """0 to 167; hour 0 is Monday 00:00."""
    load: tuple[Fraction, ...]
    """Units a second, by service, in the order of the services."""

    @property
    def weight(self) -> int:
        """How many hours of the week they are."""
        return len(self.hours)


def exact(number: float) -> Fraction:
    """The decimal number that the user wrote, without the error of its binary form."""
    return Fraction(Decimal(repr(number)))


def hour_classes(
    weeks: Mapping[str, tuple[float, ...]], *, fold: Literal["week", "workdays", "day"], tolerance: float
) -> tuple[Hours, ...]:
    """Classes by their first hour, from 168 loads of each service.

    Folded hours take the highest load among them. Then each load is rounded up to the next multiple of
    peak × tolerance, at most to the peak: loads closer than that count as equal, at the higher of them. A stack
    without services has one class of 168 hours.
    """
    merged: dict[tuple[Fraction, ...], list[int]] = {}
    rounded = [_rounded_up(week, fold, exact(tolerance)) for week in weeks.values()]
    for hour in range(HOURS_PER_WEEK):
        merged.setdefault(tuple(week[hour] for week in rounded), []).append(hour)
    classes = [Hours(tuple(hours), load) for load, hours in merged.items()]
    return tuple(sorted(classes, key=lambda each: each.hours))


def _rounded_up(
    week: tuple[float, ...], fold: Literal["week", "workdays", "day"], tolerance: Fraction
) -> tuple[Fraction, ...]:
    peak = exact(max(week))
    step = peak * tolerance
    highest: dict[int, Fraction] = {}
    for hour, load in enumerate(week):
        key = _folded(hour, fold)
        highest[key] = max(highest.get(key, Fraction(0)), exact(load))
    if step > 0:
        highest = {key: min(peak, ceil(load / step) * step) for key, load in highest.items()}
    return tuple(highest[_folded(hour, fold)] for hour in range(HOURS_PER_WEEK))


def _folded(hour: int, fold: Literal["week", "workdays", "day"]) -> int:
    if fold == "week":
        return hour
    if fold == "day":
        return hour % 24
    return hour % 24 + (_SATURDAY if hour >= _SATURDAY else 0)
