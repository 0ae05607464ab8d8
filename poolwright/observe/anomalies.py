"""Anomalies: stretches of hours of a series that are far from what is usual at that time.

    usual(h)    median of the same hour of the week, in the stack's time zone, over all measured weeks; where there are
                less than three, of the same hour of working days, or of Saturdays and Sundays
    error(h)    (measured − usual) / spread, in units in which a load's errors are alike at all heights
    score(h)    error / (1.4826 · median of |error|): about 1 for a usual hour; an error below 5 % of the usual is none

An hour with a score of 6 or more begins or goes on a stretch; stretches less than three hours apart are one. A stretch
of a single hour counts from 12 on. Events of the demand are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from poolwright.observe.forecast.errors import spread
from poolwright.observe.forecast.forecaster import DAY, WEEK, Hours
from poolwright.observe.forecast.week import hours_of_week
from poolwright.observe.utilisation import Flags, runs

SCORE = 6.0
_LONELY = 12.0
_APART = 3
_LEAST_DAYS = 4
_LEAST_WEEKS = 3
_SATURDAY = 5 * DAY
_NOISE = 0.05
_NORMAL = 1.4826
"""Standard deviation of a normal distribution / its median absolute deviation."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Hours in which a series was not as usual."""

    first: datetime
    hours: int
    score: float
    """The greatest of its hours; below 0 for less than usual."""
    measured: float
    """Mean of its hours."""
    usual: float
    """The same, as it usually is."""

    @property
    def end(self) -> datetime:
        """When its last hour ends."""
        return self.first + timedelta(hours=self.hours)


def stretches(values: Hours, first: datetime, time_zone: str, ignored: Flags | None = None) -> Iterator[Stretch]:
    """The stretches of a series of hours that may have holes, oldest first; none where there are too few days."""
    counted = ~np.isnan(values)
    if ignored is not None:
        counted &= ~ignored
    known = np.where(counted, values, np.nan)
    if counted.sum() < _LEAST_DAYS * DAY:
        return
    usual = usual_hours(known, first, time_zone)
    counted &= ~np.isnan(usual)
    mean = float(np.nanmean(known))
    if mean <= 0:
        return
    missed = np.where(counted, known - np.nan_to_num(usual), 0.0)
    errors = missed / spread(np.nan_to_num(usual), mean)
    typical = _NORMAL * float(np.median(np.abs(errors[counted])))
    scores = errors / max(typical, _NOISE)
    far = counted & (np.abs(scores) >= SCORE)
    for start, end in _joined(far, np.sign(scores)):
        part = slice(start, end)
        greatest = float(scores[part][np.argmax(np.abs(scores[part]))])
        if int(far[part].sum()) == 1 and abs(greatest) < _LONELY:
            continue
        yield Stretch(
            first=first + timedelta(hours=start),
            hours=end - start,
            score=greatest,
            measured=float(np.nanmean(known[part])),
            usual=float(np.nanmean(usual[part])),
        )


def usual_hours(values: Hours, first: datetime, time_zone: str) -> Hours:
    """For each hour the median of all hours like it, its own too; nan where none of them was measured."""
    like = np.array(hours_of_week(first, len(values), time_zone))
    if len(values) < _LEAST_WEEKS * WEEK:
        like = like % DAY + np.where(like >= _SATURDAY, DAY, 0)
    usual = np.full(len(values), np.nan)
    for each in np.unique(like):
        here = like == each
        known = values[here][~np.isnan(values[here])]
        if len(known):
            usual[here] = np.median(known)
    return usual


def _joined(far: Flags, signs: Hours) -> Iterator[tuple[int, int]]:
    """Stretches of far hours of one sign; those close to each other are one."""
    found: list[tuple[int, int]] = []
    for sign in (1, -1):
        begun: list[tuple[int, int]] = []
        for start, end in runs(far & (signs == sign)):
            if begun and start - begun[-1][1] < _APART:
                begun[-1] = (begun[-1][0], end)
            else:
                begun.append((start, end))
        found += begun
    yield from sorted(found)
