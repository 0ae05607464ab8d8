"""MeasuredLoad: what a service was asked for, hour by hour; read from a CSV file of `time,workload,load_per_second`.

Times are ISO 8601, with an offset, or of UTC where there is none; rows may stand in any order, and an hour has the mean
of its rows. Lines that begin with # are comments.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from poolwright.observe.forecast.forecaster import Hours
from solver.errors import ConfigError, Problem, first_of
from solver.inputs import shown

HEADER = ("time", "workload", "load_per_second")
MOST_HOURS = 3 * 366 * 24
"""Between the first and the last row of a workload; more is a mistake in a time."""
_MOST_MISTAKES = 20
_HOPELESS = 1000


@dataclass(frozen=True)
class MeasuredLoad:
    """One service."""

    first: datetime
    """When its first hour begins, in UTC."""
    hours: Hours
    """Units of load a second, mean of each hour; nan where nothing was measured."""

    @property
    def end(self) -> datetime:
        """When its last hour ends."""
        return self.first + timedelta(hours=len(self.hours))


def read_loads(path: Path, services: Sequence[str]) -> dict[str, MeasuredLoad]:
    """The services' loads by workload, in their order; ConfigError with the file's mistakes."""
    name = shown(path)
    if not path.is_file():
        raise ConfigError([Problem(file=name, allowed="an existing CSV file is allowed")])
    sums: dict[str, dict[int, list[float]]] = {}
    problems: list[Problem] = []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for number, row in _rows(file, name):
            mistake = _add(row, services, sums)
            if mistake is not None:
                problems.append(Problem(file=name, line=number, found=mistake[0], allowed=mistake[1], hint=mistake[2]))
            if len(problems) >= _HOPELESS:
                break
    problems += _too_long(sums, name)
    if problems:
        raise ConfigError(first_of(problems, _MOST_MISTAKES))
    if not sums:
        raise ConfigError([Problem(file=name, found="no row", allowed="rows of at least one service are allowed")])
    return {key: _by_hour(sums[key]) for key in services if key in sums}


def _rows(file: Iterator[str], name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows below the header, with their lines."""
    begun = False
    for number, line in enumerate(file, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        row = [cell.strip() for cell in next(csv.reader([text]))]
        if begun:
            yield number, row
        elif tuple(row) == HEADER:
            begun = True
        else:
            allowed = f"the header {','.join(HEADER)} is allowed"
            raise ConfigError([Problem(file=name, line=number, found=f'"{text[:60]}"', allowed=allowed)])


def _add(
    row: list[str], services: Sequence[str], sums: dict[str, dict[int, list[float]]]
) -> tuple[str, str, str | None] | None:
    """Counts a row in; else what was found, what is allowed, and the likely remedy."""
    if len(row) != len(HEADER):
        return f"{len(row)} cells", f"{len(HEADER)} cells, {', '.join(HEADER)}, are allowed", None
    time, workload, text = row
    if workload not in services:
        near = get_close_matches(workload, services, n=1)
        known = ", ".join(services)
        return (
            f'"{workload[:60]}"',
            f"a service of the stack, one of {known}, is allowed",
            f"Did you mean {near[0]}?" if near else None,
        )
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return f'"{time[:60]}"', "a time like 2026-11-02T14:05:00+00:00 is allowed", None
    try:
        load = float(text)
    except ValueError:
        load = math.nan
    if not (math.isfinite(load) and load >= 0):
        return f'"{text[:60]}"', "a load of 0 or more is allowed", "Leave the row out where nothing was measured"
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    hour = int(moment.timestamp() // 3600)
    entry = sums.setdefault(workload, defaultdict(lambda: [0.0, 0.0])).setdefault(hour, [0.0, 0.0])
    entry[0] += load
    entry[1] += 1
    return None


def _too_long(sums: Mapping[str, Mapping[int, object]], name: str) -> Iterator[Problem]:
    for workload, hours in sums.items():
        span = max(hours) - min(hours) + 1
        if span > MOST_HOURS:
            found = f"{span:,} hours from the first row of {workload} to its last"
            yield Problem(file=name, found=found, allowed=f"at most {MOST_HOURS:,} are allowed")


def _by_hour(hours: Mapping[int, list[float]]) -> MeasuredLoad:
    first = min(hours)
    values = np.full(max(hours) - first + 1, np.nan)
    for hour, (total, count) in hours.items():
        values[hour - first] = total / count
    return MeasuredLoad(datetime.fromtimestamp(first * 3600, UTC), values)
