"""Reads measurements from Prometheus, or from what answers as it does (Thanos, Mimir, VictoriaMetrics).

A sample of a moment is about the five minutes before it, as a rate or an increase over them is: here it has the moment
at which these begin, so that the one of 15:00 is the last of the hour from 14:00.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from poolwright.observe.measurements import Measurements, Samples
from poolwright.observe.metrics import KINDS, Metric, SubjectKind, most
from poolwright.observe.sources.prometheus_server import STEP_SECONDS, Line, PrometheusServer, WrongQueryError
from poolwright.observe.sources.promql import QUANTILE, STACK, MetricQuery, Queries
from solver.errors import ConfigError, Problem, first_of

_POINTS = 28 * 24 * 3600 // STEP_SECONDS
"""Of one request: four weeks. Prometheus gives at most 11,000 of a series."""
_MOST_MISTAKES = 20
_MOST_NAMES = 5


def read_prometheus(
    server: PrometheusServer,
    queries: Queries,
    *,
    stack: str,
    subjects: Mapping[SubjectKind, Collection[str]],
    percentiles: Mapping[str, float],
    first: datetime,
    end: datetime,
) -> Measurements:
    """What the queries give for a window; `percentiles` are those of latency targets, by service.

    A kind of which no subjects are known takes any name; one of which there is none is not asked. ConfigError where the
    answers can't be read as the metrics, CloudError where there are none.
    """
    reading = _Reading(server=server, stack=stack, subjects=subjects, first=first.timestamp(), end=end.timestamp())
    without: list[Metric] = []
    for metric, query in queries.by_metric():
        names = subjects.get(KINDS[metric].subject)
        if names is not None and not names:
            continue
        if query is None:
            without.append(metric)
        elif metric is Metric.LATENCY and QUANTILE in query.query:
            for percentile in sorted(set(percentiles.values())):
                wanted = {key for key, each in percentiles.items() if each == percentile}
                reading.read(metric, query, quantile=percentile / 100, wanted=wanted)
        else:
            reading.read(metric, query)
    return reading.result(without)


@dataclass
class _Reading:
    """Answers while they are read."""

    server: PrometheusServer
    stack: str
    subjects: Mapping[SubjectKind, Collection[str]]
    first: float
    end: float
    samples: Samples = field(default_factory=Samples)
    problems: list[Problem] = field(default_factory=list[Problem])
    notes: list[str] = field(default_factory=list[str])
    empty: list[Metric] = field(default_factory=list[Metric])
    strangers: dict[str, None] = field(default_factory=dict[str, None])

    def read(
        self, metric: Metric, query: MetricQuery, *, quantile: float = 0.99, wanted: Collection[str] | None = None
    ) -> None:
        """Takes all series of a query; of the wanted subjects alone where these are named."""
        text = query.query.replace(STACK, self.stack).replace(QUANTILE, f"{quantile:.10g}")
        strange: dict[str, None] = {}
        seen = unnamed = 0
        for first, last in self._windows():
            lines = self._asked(metric, text, first, last)
            if lines is None:
                return
            taken: set[str] = set()
            for line in lines:
                subject = line.metric.get(query.label, "")
                seen += 1
                if not subject:
                    unnamed += 1
                    if unnamed == 1:
                        self._unnamed(metric, query, line)
                elif not self._is_known(metric, subject):
                    strange[subject] = None
                elif wanted is not None and subject not in wanted:
                    continue
                elif subject in taken:
                    self._twice(metric, query, subject)
                    return
                else:
                    taken.add(subject)
                    self._take(metric, subject, line)
            if unnamed:
                return
        if not seen:
            self.empty.append(metric)
        if strange:
            listed = _listed(list(strange))
            self.notes.append(f"{metric}: left out is what the stack does not have: {listed}")
            self.strangers |= strange

    def result(self, without: Sequence[Metric]) -> Measurements:
        """The hours of all series, with what there is none of."""
        if self.problems:
            raise ConfigError(first_of(self.problems, _MOST_MISTAKES))
        if without:
            self.notes.append(f"Prometheus was not asked, for want of a query: {', '.join(without)}")
        if self.empty:
            self.notes.append(f"Prometheus has no series of: {', '.join(dict.fromkeys(self.empty))}")
        measured = self.samples.measurements(tuple(dict.fromkeys(self.notes)))
        if not measured.series:
            allowed = f"series of stack {self.stack} in the window are allowed"
            hint = "Have targets the labels stack and workload? --queries names a file with queries of your own"
            found = f"those of {_listed(list(self.strangers))} alone" if self.strangers else "none"
            raise ConfigError([Problem(file="", path=self.server.base, found=found, allowed=allowed, hint=hint)])
        return measured

    def _windows(self) -> Iterator[tuple[float, float]]:
        """First and last moment of each request."""
        moment = self.first + STEP_SECONDS
        while moment <= self.end:
            last = min(moment + (_POINTS - 1) * STEP_SECONDS, self.end)
            yield moment, last
            moment += _POINTS * STEP_SECONDS

    def _asked(self, metric: Metric, text: str, first: float, last: float) -> list[Line] | None:
        """None after adding a problem with the query itself; what else is wrong is so of all queries."""
        try:
            found = self.server.lines(text, first, last)
        except WrongQueryError as error:
            self.problems += [replace(problem, path=metric) for problem in error.problems]
            return None
        self.notes += [f"{metric}: Prometheus warns: {warning}" for warning in found.warnings]
        return found.lines

    def _is_known(self, metric: Metric, subject: str) -> bool:
        names = self.subjects.get(KINDS[metric].subject)
        return names is None or subject in names

    def _take(self, metric: Metric, subject: str, line: Line) -> None:
        bound = most(metric)
        for seconds, value in line.values:
            if not math.isfinite(value):
                continue
            if not 0 <= value <= bound:
                hint = "Is it a percentage?" if value > bound else None
                found, allowed = f"{value:g} of {subject}", f"{KINDS[metric].what} is allowed"
                self.problems.append(Problem(file="", path=metric, found=found, allowed=allowed, hint=hint))
                return
            self.samples.add(metric, subject, seconds - STEP_SECONDS, value)

    def _unnamed(self, metric: Metric, query: MetricQuery, line: Line) -> None:
        labels = ", ".join(f"{name}={value}" for name, value in sorted(line.metric.items())) or "no labels"
        self.problems.append(
            Problem(
                file="",
                path=metric,
                found=f"a series with {labels[:120]}",
                allowed=f"series whose label {query.label} names a {KINDS[metric].subject} are allowed",
                hint=f"Sum by ({query.label}), or name another label beside the query",
            )
        )

    def _twice(self, metric: Metric, query: MetricQuery, subject: str) -> None:
        self.problems.append(
            Problem(
                file="",
                path=metric,
                found=f"several series with {query.label}={subject}",
                allowed="one of each is allowed",
                hint=f"Sum by ({query.label})",
            )
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(sorted(names)[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"
