"""Reads measurements from CloudWatch: of a stack's sites in AWS, by the names that its resources have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from poolwright.engine.preview import ResourceRecord
from poolwright.observe.measurements import Measurements, Samples
from poolwright.observe.metrics import Metric, most
from poolwright.observe.sources.cloudwatch_series import Joined, Part, Wanted, series_words
from poolwright.observe.sources.cloudwatch_server import (
    Answers,
    ClientOf,
    Query,
    ask,
    patient_client,
    refuse_other_account,
)
from poolwright.observe.sources.cloudwatch_wanted import asked_of
from solver.errors import ConfigError, Problem
from solver.plan.plan import Plan


def read_cloudwatch(
    plan: Plan,
    state: Sequence[ResourceRecord] | None,
    *,
    percentiles: Mapping[str, float],
    first: datetime,
    end: datetime,
    now: datetime,
    client: ClientOf = patient_client,
) -> Measurements:
    """What was measured in a window; without a state, of what the plan alone has the names.

    ConfigError (2) where boto3, credentials or rights are missing, CloudError (6) where AWS fails.
    """
    asked = asked_of(plan, state, percentiles)
    regions = sorted({site.region for site in plan.aws_sites.values()})
    if not regions:
        raise ConfigError([_problem("no site in AWS", "a stack with a site in AWS is allowed")])
    account = _account(state or ())
    if account is not None:
        refuse_other_account(account, regions[0], client)
    queries = [part.query for wanted in asked.wanted for part in (*wanted.parts, *wanted.over)]
    answers = ask(queries, first=first, end=end, now=now, client=client)
    samples = Samples()
    empty: list[tuple[Metric, str]] = []
    unbelievable: list[tuple[Metric, str]] = []
    for wanted in asked.wanted:
        series, bound = (wanted.metric, wanted.subject), most(wanted.metric)
        taken = refused = 0
        for seconds, value in _joined(wanted, answers):
            if not 0 <= value <= bound:
                refused += 1
            elif seconds >= first.timestamp():
                samples.add(*series, seconds, value)
                taken += 1
        if refused:
            unbelievable.append(series)
        if not taken:
            empty.append(series)
    notes = [*answers.notes, *asked.notes()]
    if empty:
        notes.append(f"CloudWatch has nothing of: {series_words(empty)}")
    if unbelievable:
        notes.append(f"values that can't be are left out: {series_words(unbelievable)}")
    if answers.incomplete:
        notes.append(f"CloudWatch gave only a part of: {series_words(_touched(asked.wanted, answers.incomplete))}")
    measured = samples.measurements(tuple(dict.fromkeys(notes)))
    if not measured.series:
        hint = "Was it built, in this account, and did it run?"
        raise ConfigError([_problem("nothing of the window", f"values of stack {plan.stack} are allowed", hint)])
    return measured


def _joined(wanted: Wanted, answers: Answers) -> Iterator[tuple[float, float]]:
    """Moments and values of one series."""
    parts = [(part, answers.of(part.query)) for part in wanted.parts]
    over = [(part, answers.of(part.query)) for part in wanted.over]
    moments = sorted({moment for _, values in (over or parts) for moment in values})
    for moment in moments:
        found = [_value(part, *values[moment]) for part, values in parts if moment in values]
        if wanted.joined is Joined.HIGHEST:
            yield moment, max(found)
        elif over:
            whole = sum(_value(part, *values[moment]) for part, values in over if moment in values)
            if whole > 0:
                yield moment, sum(found) / whole
        else:
            yield moment, sum(found)


def _value(part: Part, value: float, period: int) -> float:
    scaled = value * part.factor
    return scaled if part.per_seconds is None else scaled * part.per_seconds / period


def _touched(wanted: Sequence[Wanted], incomplete: Sequence[Query]) -> Iterator[tuple[Metric, str]]:
    cut = set(incomplete)
    for each in wanted:
        if any(part.query in cut for part in (*each.parts, *each.over)):
            yield each.metric, each.subject


def _account(state: Sequence[ResourceRecord]) -> str | None:
    """The account that a state's ARNs are of: `arn:aws:ecs:region:account:…`."""
    for record in state:
        parts = str(record.outputs.get("arn", "")).split(":")
        if record.type.startswith("aws:") and len(parts) > 5 and parts[4].isdecimal():
            return parts[4]
    return None


def _problem(found: str, allowed: str, hint: str | None = None) -> Problem:
    return Problem(file="", path="--from cloudwatch", found=found, allowed=allowed, hint=hint)
