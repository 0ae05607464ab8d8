"""Asks CloudWatch for values of metrics: batches, pages, the period that is kept for their age.

All that is asked are metrics by name and dimensions; nothing is searched for or listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, cast

from components.metric_names import Metric
from poolwright.price_tables.asking import Client, client_of, pages
from solver.errors import ConfigError, Problem

ACTIONS = ("cloudwatch:GetMetricData", "sts:GetCallerIdentity")
"""All that is asked of AWS; both read only, and the second needs no right."""
FINE_DAYS = 63
"""For so long CloudWatch keeps a value each five minutes; after that one an hour."""
_KEPT_DAYS = 455
_FINE_SECONDS, _HOUR_SECONDS, _DAY_SECONDS = 300, 3600, 86400
_MOST_QUERIES = 500
_COMPLETE, _FORBIDDEN = "Complete", "Forbidden"

ClientOf = Callable[[str, str], Client]
"""A client by service and region."""


@dataclass(frozen=True)
class Query:
    """One metric of one resource."""

    region: str
    metric: Metric
    values: tuple[str, ...]
    """Of the metric's dimensions."""
    statistic: str
    """The metric's own, another one, or a percentile like p99."""
    daily: bool = False
    """It has one value a day."""


@dataclass
class Answers:
    """Values by query and moment (seconds since 1970, when its period begins), each with its period in seconds."""

    values: dict[Query, dict[float, tuple[float, int]]] = field(
        default_factory=dict[Query, dict[float, tuple[float, int]]]
    )
    incomplete: list[Query] = field(default_factory=list[Query])
    """Of which CloudWatch gave only a part, and says so."""
    notes: list[str] = field(default_factory=list[str])

    def of(self, query: Query) -> Mapping[float, tuple[float, int]]:
        """Of one query; empty where nothing was measured."""
        return self.values.get(query, {})


def patient_client(service: str, region: str) -> Client:
    """boto3's; ConfigError where it is not installed, or knows no such region."""
    try:
        return client_of(service, region)
    except ConfigError:
        raise
    except Exception as error:
        # botocore can be named only once it is known to be there.
        from botocore import exceptions

        if not isinstance(error, cast("Any", exceptions).BotoCoreError):
            raise
        allowed = "a region of AWS and a profile that exists are allowed"
        raise ConfigError([Problem(file="", path=region, found=str(error), allowed=allowed)]) from error


def ask(
    queries: Sequence[Query],
    *,
    first: datetime,
    end: datetime,
    now: datetime,
    client: ClientOf = patient_client,
) -> Answers:
    """All values of a window; ConfigError (2) without credentials or rights, CloudError (6) where AWS fails."""
    answers = Answers()
    oldest = _hour(now - timedelta(days=_KEPT_DAYS)) + timedelta(hours=1)
    if first < oldest:
        answers.notes.append(
            f"CloudWatch keeps {_KEPT_DAYS} days: what was before {_day(oldest)} is not there any more"
        )
        first = oldest
    fine = _hour(now - timedelta(days=FINE_DAYS)) + timedelta(hours=1)
    if first < fine:
        answers.notes.append(
            f"CloudWatch keeps one value an hour before {_day(fine)}: peaks of these hours are their means"
        )
    ordered = sorted(dict.fromkeys(queries), key=lambda query: (query.region, query.daily))
    for (region, daily), group in groupby(ordered, key=lambda query: (query.region, query.daily)):
        asked = list(group)
        cloudwatch = client("cloudwatch", region)
        for start, stop, period in _windows(first, end, fine, daily=daily):
            for place in range(0, len(asked), _MOST_QUERIES):
                _batch(cloudwatch, asked[place : place + _MOST_QUERIES], start, stop, period, answers)
    return answers


def refuse_other_account(expected: str, region: str, client: ClientOf = patient_client) -> None:
    """ConfigError where the credentials are those of another account than the stack's."""
    for page in _pages(client("sts", region), "get_caller_identity"):
        found = str(page.get("Account"))
        if found != expected:
            allowed = f"those of account {expected}, where the stack is, are allowed"
            raise ConfigError([Problem(file="", path="credentials", found=f"account {found}", allowed=allowed)])


def _windows(
    first: datetime, end: datetime, fine: datetime, *, daily: bool
) -> Iterator[tuple[datetime, datetime, int]]:
    """Begin, end and period in seconds of each question."""
    if daily:
        yield first.replace(hour=0, minute=0, second=0, microsecond=0), end, _DAY_SECONDS
        return
    if first < fine:
        yield first, min(end, fine), _HOUR_SECONDS
    if end > fine:
        yield max(first, fine), end, _FINE_SECONDS


def _batch(
    client: Client, queries: Sequence[Query], start: datetime, stop: datetime, period: int, answers: Answers
) -> None:
    named = {f"q{place}": query for place, query in enumerate(queries)}
    last: dict[str, str] = {}
    asked = {
        "MetricDataQueries": [_query(key, query, period) for key, query in named.items()],
        "StartTime": start,
        "EndTime": stop,
        "ScanBy": "TimestampAscending",
    }
    for page in _pages(client, "get_metric_data", **asked):
        for message in page.get("Messages") or ():
            answers.notes.append(f"CloudWatch says: {message.get('Code')}: {message.get('Value')}")
        for result in page.get("MetricDataResults") or ():
            last[result["Id"]] = result.get("StatusCode", _COMPLETE)
            values = answers.values.setdefault(named[result["Id"]], {})
            for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
                values[moment.timestamp()] = (float(value), period)
    if _FORBIDDEN in last.values():
        raise ConfigError([_not_allowed("CloudWatch answers GetMetricData with Forbidden")])
    answers.incomplete += [named[key] for key, status in last.items() if status != _COMPLETE]


def _query(key: str, query: Query, period: int) -> dict[str, Any]:
    dimensions = query.metric.dimensions_of(*query.values)
    return {
        "Id": key,
        "ReturnData": True,
        "MetricStat": {
            "Metric": {
                "Namespace": query.metric.namespace,
                "MetricName": query.metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            },
            "Period": period,
            "Stat": query.statistic,
        },
    }


def _pages(client: Client, operation: str, **asked: Any) -> Iterator[dict[str, Any]]:
    try:
        yield from pages(client, operation, **asked)
    except ConfigError as error:
        raise ConfigError([_not_allowed(problem.allowed) for problem in error.problems]) from error


def _not_allowed(words: str) -> Problem:
    return Problem(file="", allowed=words, hint=f"Log in (aws sso login, AWS_PROFILE, …) as who may {ACTIONS[0]}.")


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
