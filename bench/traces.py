"""Recorded loads of real systems, as hourly series: those of `bench/data/traces`, or of another folder.

A file has a first column of times, `timestamp` (ISO 8601), `hour_from_start` or `seconds_from_start`, and the first
other column is the load. Hours have the mean of what was measured in them. Files of another kind, and series of less
than two weeks, are left out with a line.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import numpy as np

from poolwright.observe.forecast.forecaster import WEEK, Hours

SHIPPED = Path(__file__).with_name("data") / "traces"
_HOUR_OF: dict[str, Callable[[str], float]] = {
    "timestamp": lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() / 3600,
    "hour_from_start": float,
    "seconds_from_start": lambda text: float(text) / 3600,
}


@dataclass(frozen=True)
class Trace:
    """One series."""

    name: str
    first_hour: int
    """Since 1970 where the file has times, else 0."""
    hours: Hours
    """nan where nothing was measured."""


def read_traces(folder: Path) -> Iterator[Trace]:
    """The series of a folder and of those below it, by name."""
    for path in sorted(folder.rglob("*.csv")):
        trace = _read(path)
        if trace is None:
            print(f"{path.name}: left out, no times in order ({', '.join(_HOUR_OF)}) and numbers in its first columns")
        elif len(trace.hours) < 2 * WEEK:
            print(f"{path.name}: left out, {len(trace.hours)} hours are less than two weeks")
        else:
            yield trace


def _read(path: Path) -> Trace | None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))
    hour_of = _HOUR_OF.get(rows[0][0]) if rows else None
    if hour_of is None:
        return None
    found: dict[int, list[float]] = defaultdict(list)
    last = -np.inf
    for row in rows[1:]:
        time = hour_of(row[0])
        if time < last:
            return None
        last = time
        if row[1]:
            try:
                found[int(time)].append(float(row[1]))
            except ValueError:
                return None
    first = min(found)
    hours = np.full(max(found) - first + 1, np.nan)
    for hour, values in found.items():
        hours[hour - first] = fmean(values)
    return Trace(path.stem, first, hours)
