"""Reads measurements from CSV files, plain or with gzip, or from a folder of them.

    time,workload,load_per_second,replicas,cpu_used_share
    2026-09-08T00:05:00+00:00,assistant,817.2,4,0.52

The second column says what a row is about, by the kind in its name (`SubjectKind`); the others are metrics of that
kind. Times are ISO 8601, with an offset, or of UTC where there is none. An empty cell was not measured. Lines that
begin with # are comments.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

from poolwright.observe.measurements import MOST_HOURS, Measurements, Samples
from poolwright.observe.metrics import KINDS, MOST_SHARE, Metric, SubjectKind, metrics_of, most
from solver.errors import ConfigError, Problem, first_of
from solver.inputs import shown

_SUFFIXES = (".csv", ".csv.gz")
_MOST_MISTAKES = 20
_HOPELESS = 1000


def read_files(path: Path, subjects: Mapping[SubjectKind, Collection[str]]) -> Measurements:
    """All measurements of a file or of the CSV files of a folder; ConfigError with the mistakes of all of them.

    A kind of which no subjects are known takes any name.
    """
    reading = _Reading(subjects)
    for file in _files(path):
        reading.read(file)
        if len(reading.problems) >= _HOPELESS:
            break
    return reading.result(path)


def _files(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    files = sorted(file for file in path.glob("*.csv*") if file.name.endswith(_SUFFIXES)) if path.is_dir() else []
    if not files:
        found = None if not path.exists() else "a folder without one"
        allowed = "an existing CSV file, or a folder with *.csv or *.csv.gz, is allowed"
        raise ConfigError([Problem(file=shown(path), found=found, allowed=allowed)])
    return files


@dataclass
class _Reading:
    """Files while they are read."""

    subjects: Mapping[SubjectKind, Collection[str]]
    samples: Samples = field(default_factory=Samples)
    problems: list[Problem] = field(default_factory=list[Problem])
    times: dict[str, float] = field(default_factory=dict[str, float])
    """Seconds by how they are written: a time stands in the rows of many subjects."""

    def read(self, file: Path) -> None:
        name = shown(file)
        try:
            with _opened(file) as text:
                self._table(name, text)
        except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            self._problem(name, None, "", str(error), "a CSV file in UTF-8, plain or with gzip, is allowed")

    def result(self, path: Path) -> Measurements:
        for (metric, subject), hours in self.samples.spans_hours().items():
            if hours > MOST_HOURS:
                found = f"{hours:,} hours from the first {metric} of {subject} to the last"
                self._problem(shown(path), None, "", found, f"at most {MOST_HOURS:,} are allowed")
        if self.problems:
            raise ConfigError(first_of(self.problems, _MOST_MISTAKES))
        measured = self.samples.measurements()
        if not measured.series:
            self._problem(shown(path), None, "", "no row", "rows with at least one measured value are allowed")
            raise ConfigError(self.problems)
        return measured

    def _table(self, name: str, text: TextIO) -> None:
        rows = _rows(text)
        header = next(rows, None)
        if header is None:
            self._problem(name, None, "", "no line", "a header like time,workload,load_per_second is allowed")
            return
        line, cells = header
        columns = self._columns(name, line, cells)
        if columns is None:
            return
        kind, metrics = columns
        names = self.subjects.get(kind)
        bounds = [most(metric) for metric in metrics]
        for line, row in rows:
            if len(row) != len(metrics) + 2:
                self._problem(name, line, "", f"{len(row)} cells", f"{len(metrics) + 2} cells are allowed, as above")
            elif names is not None and row[1] not in names:
                self._subject(name, line, kind, row[1], names)
            else:
                self._row(name, line, row, metrics, bounds)
            if len(self.problems) >= _HOPELESS:
                return

    def _columns(self, name: str, line: int, cells: Sequence[str]) -> tuple[SubjectKind, list[Metric]] | None:
        kinds = [kind.value for kind in SubjectKind]
        if len(cells) < 3 or cells[0] != "time" or cells[1] not in kinds:
            allowed = f"a header of time, one of {', '.join(kinds)}, and metrics is allowed"
            self._problem(name, line, "", f'"{",".join(cells)[:60]}"', allowed)
            return None
        kind = SubjectKind(cells[1])
        known = [metric.value for metric in metrics_of(kind)]
        wrong = [cell for cell in cells[2:] if cell not in known]
        for cell in wrong:
            near = get_close_matches(cell, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else None
            allowed = f"metrics of a {kind} are allowed: {', '.join(known)}"
            self._problem(name, line, "", f'"{cell[:60]}"', allowed, hint)
        twice = sorted({cell for cell in cells[2:] if cells.count(cell) > 1} - {*wrong})
        for cell in twice:
            self._problem(name, line, "", f'"{cell}" twice', "one column for each metric is allowed")
        return None if wrong or twice else (kind, [Metric(cell) for cell in cells[2:]])

    def _subject(self, name: str, line: int, kind: SubjectKind, found: str, names: Collection[str]) -> None:
        near = get_close_matches(found, names, n=1)
        allowed = f"a {kind} of the stack, one of {', '.join(sorted(names))}, is allowed"
        self._problem(name, line, kind, f'"{found[:60]}"', allowed, f"Did you mean {near[0]}?" if near else None)

    def _row(
        self, name: str, line: int, row: Sequence[str], metrics: Sequence[Metric], bounds: Sequence[float]
    ) -> None:
        seconds = self.times.get(row[0])
        if seconds is None:
            try:
                moment = datetime.fromisoformat(row[0])
            except ValueError:
                allowed = "a time like 2026-11-02T14:05:00+00:00 is allowed"
                self._problem(name, line, "time", f'"{row[0][:60]}"', allowed)
                return
            seconds = (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).timestamp()
            self.times[row[0]] = seconds
        for metric, cell, bound in zip(metrics, row[2:], bounds, strict=True):
            if not cell:
                continue
            try:
                value = float(cell)
            except ValueError:
                value = math.nan
            if 0 <= value <= bound:
                self.samples.add(metric, row[1], seconds, value)
            else:
                hint = "Leave the cell empty where nothing was measured"
                if bound == MOST_SHARE and value > bound:
                    hint = "Is it a percentage?"
                self._problem(name, line, metric, f'"{cell[:60]}"', f"{KINDS[metric].what} is allowed", hint)

    def _problem(
        self, file: str, line: int | None, path: str, found: str | None, allowed: str, hint: str | None = None
    ) -> None:
        self.problems.append(Problem(file=file, line=line, path=path, found=found, allowed=allowed, hint=hint))


def _opened(file: Path) -> TextIO:
    if file.name.endswith(".gz"):
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _rows(text: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Rows with their lines, without comments and empty lines."""
    reader = csv.reader(text)
    for row in reader:
        if row and not row[0].startswith("#"):
            yield reader.line_num, [cell.strip() for cell in row]
