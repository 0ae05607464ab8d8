"""Hours of the week that share one plan: folded, rounded up, merged where every service has the same load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Literal

from solver.model.compute.day_blocks import day_blocks
from solver.quantity import HOURS_PER_WEEK

HOURS_PER_DAY = 24
Fold = Literal["week", "workdays", "day"]
_SATURDAY = 5 * HOURS_PER_DAY


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


@lru_cache(maxsize=4096)
def exact(number: float) -> Fraction:
    """The decimal number that the user wrote, without the error of its binary form; a few are asked for very often."""
    return Fraction(Decimal(repr(number)))


def hour_classes(
    weeks: Mapping[str, tuple[float, ...]],
    *,
    fold: Fold,
    tolerance: float,
    changes_per_day: int = HOURS_PER_DAY,
) -> tuple[Hours, ...]:
    """Classes by their first hour, from 168 loads of each service.

    Folded hours take the highest load among them. Then each load is rounded up to the next multiple of
    peak × tolerance, at most to the peak: loads closer than that count as equal, at the higher of them. Last, each day
    is cut into at most `changes_per_day` blocks, which take the highest load of their hours. A stack without services
    has one class of 168 hours.
    """
    rounded = [_rounded_up(week, fold, exact(tolerance)) for week in weeks.values()]
    blocked = _in_blocks(rounded, changes_per_day)
    merged: dict[tuple[Fraction, ...], list[int]] = {}
    for hour in range(HOURS_PER_WEEK):
        merged.setdefault(tuple(week[_folded(hour, fold)] for week in blocked), []).append(hour)
    classes = [Hours(tuple(hours), load) for load, hours in merged.items()]
    return tuple(sorted(classes, key=lambda each: each.hours))


def _rounded_up(week: tuple[float, ...], fold: Fold, tolerance: Fraction) -> dict[int, Fraction]:
    """Load by folded hour."""
    peak = exact(max(week))
    step = peak * tolerance
    most: dict[int, float] = {}
    for hour, load in enumerate(week):
        key = _folded(hour, fold)
        most[key] = max(most.get(key, 0.0), load)
    highest = {key: exact(load) for key, load in most.items()}
    if step > 0:
        rounded = {load: min(peak, ceil(load / step) * step) for load in set(highest.values())}
        highest = {key: rounded[load] for key, load in highest.items()}
    return highest


def _in_blocks(services: list[dict[int, Fraction]], changes_per_day: int) -> list[dict[int, Fraction]]:
    """Loads by folded hour, each the highest of its block of the day."""
    if changes_per_day >= HOURS_PER_DAY or not services:
        return services
    peaks = [max(service.values()) or Fraction(1) for service in services]
    blocked: list[dict[int, Fraction]] = [{} for _ in services]
    for day in sorted({hour // HOURS_PER_DAY for hour in services[0]}):
        hours = range(day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY)
        parts = [[float(service[hour] / peak) for hour in hours] for service, peak in zip(services, peaks, strict=True)]
        for block in day_blocks(parts, changes_per_day):
            inside = [hours[hour] for hour in block]
            for service, mine in zip(services, blocked, strict=True):
                highest = max(service[hour] for hour in inside)
                mine.update(dict.fromkeys(inside, highest))
    return blocked


def _folded(hour: int, fold: Fold) -> int:
    if fold == "week":
        return hour
    if fold == "day":
        return hour % 24
    return hour % 24 + (_SATURDAY if hour >= _SATURDAY else 0)
