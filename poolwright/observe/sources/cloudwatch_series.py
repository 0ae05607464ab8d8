"""Wanted: a series of measurements, and the values of CloudWatch that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from poolwright.observe.metrics import Metric
from poolwright.observe.sources.cloudwatch_server import Query


class Joined(Enum):
    """What becomes of the values of one moment."""

    SUM = "sum"
    HIGHEST = "highest"


@dataclass(frozen=True)
class Part:
    """A query's value × factor; of a value that counts over its period, the part of so many seconds."""

    query: Query
    factor: float = 1.0
    per_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One series, and the values that it is made of."""

    metric: Metric
    subject: str
    parts: tuple[Part, ...]
    over: tuple[Part, ...] = ()
    """The sum of the parts is divided by the sum of these; without any of the parts it is 0."""
    joined: Joined = Joined.SUM


@dataclass
class Asked:
    """All that is wanted of a stack, and what can't be asked, by reason."""

    wanted: list[Wanted] = field(default_factory=list[Wanted])
    missing: dict[str, list[tuple[Metric, str]]] = field(default_factory=dict[str, list[tuple[Metric, str]]])

    elsewhere: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Services that run in AWS and on owned hosts too, by the site of these."""

    def miss(self, reason: str, metric: Metric, subject: str) -> None:
        """One series that can't be asked for."""
        self.missing.setdefault(reason, []).append((metric, subject))

    def notes(self) -> Iterator[str]:
        """What can't be asked, in words."""
        for reason, series in self.missing.items():
            yield f"CloudWatch was not asked, since {reason}: {series_words(series)}"
        for site, services in self.elsewhere.items():
            yield f"CloudWatch does not see site {site}: what it has of {', '.join(services)} is what runs in AWS"


def series_words(series: Iterable[tuple[Metric, str]]) -> str:
    """`load_per_second of fraud, shop; machines of c7g-large-spot`."""
    subjects: dict[Metric, dict[str, None]] = {}
    for metric, subject in series:
        subjects.setdefault(metric, {})[subject] = None
    return "; ".join(f"{metric} of {', '.join(found)}" for metric, found in subjects.items())
