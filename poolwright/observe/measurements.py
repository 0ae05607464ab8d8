"""Measurements: what was measured of a stack, hour by hour; samples of any interval become hours here.

    mean     of an hour's samples; nan where there is none
    peak     the highest of them
    total    their sum, for what is counted

Samples may come in any order. Of samples of one series and one moment the last one stands, so that exports may overlap.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from poolwright.observe.forecast.forecaster import Hours
from poolwright.observe.metrics import Metric

MOST_HOURS = 3 * 366 * 24
"""Between the first and the last sample of a series; more is a mistake in a time."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One metric of one thing."""

    first: datetime
    """When its first hour begins, in UTC."""
    mean: Hours
    peak: Hours
    total: Hours

    @property
    def end(self) -> datetime:
        """When its last hour ends."""
        return self.first + timedelta(hours=len(self.mean))

    @property
    def measured(self) -> int:
        """Hours with a sample."""
        return int((~np.isnan(self.mean)).sum())

    def between(self, first: datetime, end: datetime) -> Series | None:
        """The hours of it that are in a window; None where none is."""
        start = max(int((first - self.first).total_seconds() // 3600), 0)
        stop = min(int((end - self.first).total_seconds() // 3600), len(self.mean))
        if start >= stop:
            return None
        part = slice(start, stop)
        return Series(
            first=self.first + timedelta(hours=start),
            mean=self.mean[part],
            peak=self.peak[part],
            total=self.total[part],
        )


@dataclass(frozen=True)
class Measurements:
    """All series, by metric and what they are about, and what a person should know of them."""

    series: Mapping[tuple[Metric, str], Series]
    notes: tuple[str, ...] = ()

    def get(self, metric: Metric, subject: str) -> Series | None:
        """One series; None where it was not measured."""
        return self.series.get((metric, subject))

    def subjects(self, metric: Metric) -> tuple[str, ...]:
        """What a metric was measured of, in the order of names."""
        return tuple(sorted(subject for each, subject in self.series if each is metric))

    @property
    def first(self) -> datetime | None:
        """When the first hour of any series begins."""
        return min((series.first for series in self.series.values()), default=None)

    @property
    def end(self) -> datetime | None:
        """When the last hour of any series ends."""
        return max((series.end for series in self.series.values()), default=None)

    def between(self, first: datetime, end: datetime) -> Measurements:
        """What is in a window."""
        parts = {key: series.between(first, end) for key, series in self.series.items()}
        return Measurements({key: part for key, part in parts.items() if part is not None}, self.notes)


@dataclass
class Samples:
    """Samples while they are read: seconds since 1970 and values, by series, in the order in which they came."""

    _seconds: dict[tuple[Metric, str], array[float]] = field(default_factory=dict[tuple[Metric, str], "array[float]"])
    _values: dict[tuple[Metric, str], array[float]] = field(default_factory=dict[tuple[Metric, str], "array[float]"])

    def add(self, metric: Metric, subject: str, seconds: float, value: float) -> None:
        """One sample; its value is finite and not below 0."""
        key = (metric, subject)
        if key not in self._seconds:
            self._seconds[key], self._values[key] = array("d"), array("d")
        self._seconds[key].append(seconds)
        self._values[key].append(value)

    def spans_hours(self) -> Mapping[tuple[Metric, str], int]:
        """Hours from the first to the last sample, by series."""
        return {key: int(max(seconds) // 3600 - min(seconds) // 3600) + 1 for key, seconds in self._seconds.items()}

    def measurements(self, notes: tuple[str, ...] = ()) -> Measurements:
        """The hours of all series."""
        series: dict[tuple[Metric, str], Series] = {}
        twice = 0
        for key in sorted(self._seconds):
            series[key], again = _by_hour(np.array(self._seconds[key]), np.array(self._values[key]))
            twice += again
        if twice:
            notes = (*notes, f"{twice:,} samples of a moment that has another one: the last one stands")
        return Measurements(series, notes)


def _by_hour(seconds: Hours, values: Hours) -> tuple[Series, int]:
    """A series, and how many samples were of a moment that had one already."""
    # The first of equals from behind is the last that came.
    moments, places = np.unique(seconds[::-1], return_index=True)
    kept = values[::-1][places]
    hours = (moments // 3600).astype(np.int64)
    first = int(hours[0])
    places = hours - first
    count = np.bincount(places)
    total = np.bincount(places, weights=kept)
    peak = np.zeros(len(count))
    np.maximum.at(peak, places, kept)
    seen = count > 0
    mean = np.full(len(count), np.nan)
    mean[seen] = total[seen] / count[seen]
    return (
        Series(
            first=datetime.fromtimestamp(first * 3600, UTC),
            mean=mean,
            peak=np.where(seen, peak, np.nan),
            total=np.where(seen, total, np.nan),
        ),
        len(values) - len(kept),
    )
