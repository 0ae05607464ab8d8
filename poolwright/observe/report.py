"""ObserveReport: measured and planned side by side, findings and anomalies; a published format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from poolwright.checks.check import Severity
from poolwright.observe.findings.observation import Observation, clock_words, month_of
from poolwright.observe.findings.registry import RULES
from poolwright.observe.forecast.forecaster import Hours
from poolwright.observe.metrics import Metric, SubjectKind, metrics_of
from poolwright.observe.named_anomalies import anomalies
from poolwright.observe.utilisation import DIMENSIONS, GroupUse, ServiceUse, mean, quantile
from solver.schema import Schema, is_empty


class ServiceRecord(Schema):
    """One service; null for what was not measured."""

    workload: str
    """Its key."""
    measured_hours: int
    """Hours with a load."""
    peak_per_second: float | None
    """Highest hour."""
    planned_peak_per_second: float
    """Highest hour of the demand's week, without headroom and events."""
    mean_per_second: float | None
    """Of the measured hours."""
    planned_mean_per_second: float
    """Of the demand's week."""
    hours_above_demand: int
    """Hours above the demand's load with its headroom."""
    hours_above_schedule: int
    """Hours above what the schedule's replicas are asked for."""
    needed_replicas: float | None
    """Mean, for the measured load."""
    replicas: float | None
    """Mean that ran."""
    planned_replicas: float
    """Mean of the schedule in the measured hours."""
    used: dict[str, float]
    """Dimension → part of the request that 99 of 100 hours' peaks stay below."""
    throughput_ratio: float | None
    """Measured throughput of a full replica / the stated one."""
    latency_ms: float | None
    """What 99 of 100 hours stay below."""
    latency_target_ms: float | None
    """The demand's."""


class GroupRecord(Schema):
    """One node group; null for what was not measured."""

    node_group: str
    """Its key."""
    site: str
    """Where."""
    machines: float | None
    """Mean that ran."""
    planned_machines: float
    """Mean of the schedule."""
    interruptions: float | None
    """Spot machines that were taken back."""


class FindingRecord(Schema):
    """What a rule found."""

    rule: str
    """Its id."""
    severity: Severity
    """refuse: users feel it; warn: someone should decide."""
    subject: str
    """What it is about."""
    evidence: str
    """Figures and hours."""
    cause: str
    """The likely one."""
    act: str
    """The command, or the change."""
    usd_per_month: float | None
    """What acting saves; null: a plan has to say."""


class AnomalyRecord(Schema):
    """Hours that were not as usual."""

    metric: Metric
    """What was measured."""
    subject: str
    """Of what."""
    first: datetime
    """When it began, in UTC."""
    hours: int
    """How long."""
    when: str
    """In the stack's time zone."""
    measured: float
    """Mean of these hours; of interruptions their sum."""
    usual: float
    """The same as it usually is."""
    score: float
    """How far from usual; a usual hour is about 1."""
    cause: str
    """The likely one."""
    act: str
    """The command that acts."""


class ForecastRecord(Schema):
    """What one service will be asked for in the week after its measured hours."""

    workload: str
    """Its key."""
    peak_per_second: float
    """Highest hour of the median, with events."""
    sure_per_second: float
    """Highest of the hours that 95 % of such hours stay below."""
    held_share: float
    """Part of all usual hours in which the demand's load and headroom will be enough."""
    because: str
    """How it is known."""


class ObserveReport(Schema):
    """What measurements say of a stack."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """Its name."""
    first: datetime
    """When the window begins, in UTC."""
    end: datetime
    """When it ends."""
    hours: int
    """Its length."""
    services: tuple[ServiceRecord, ...]
    """By key."""
    node_groups: tuple[GroupRecord, ...]
    """By site and key."""
    billed_usd_per_month: float | None
    """What was billed, for a month of 730 hours."""
    planned_usd_per_month: float
    """What the approved plan costs."""
    findings: tuple[FindingRecord, ...]
    """Those that users feel first, then by rule."""
    anomalies: tuple[AnomalyRecord, ...]
    """Oldest first."""
    forecasts: Annotated[tuple[ForecastRecord, ...], Field(exclude_if=is_empty)] = ()
    """By key, where it was asked for."""
    not_measured: tuple[str, ...]
    """What nothing can be said of."""
    notes: tuple[str, ...]
    """Of the source."""

    @property
    def worst(self) -> Severity | None:
        """The worst finding's severity."""
        found = {finding.severity for finding in self.findings}
        return next((severity for severity in Severity if severity in found), None)


def observe_report(seen: Observation) -> ObserveReport:
    """The report of a stack."""
    found = [
        FindingRecord(
            rule=rule.id,
            severity=each.severity,
            subject=each.subject,
            evidence=each.evidence,
            cause=each.cause,
            act=each.act,
            usd_per_month=None if each.usd_per_month is None else round(each.usd_per_month, 2),
        )
        for rule in RULES
        for each in rule.find(seen)
    ]
    order = list(Severity)
    cost = seen.use.measured.get(Metric.COST, seen.stack)
    return ObserveReport(
        stack=seen.stack,
        first=seen.use.first,
        end=seen.use.end,
        hours=seen.use.hours,
        services=tuple(_service(each) for each in seen.use.services),
        node_groups=tuple(_group(each) for each in seen.use.groups),
        billed_usd_per_month=None
        if cost is None
        else round(month_of(float(np.nansum(cost.total)), len(cost.total)), 2),
        planned_usd_per_month=seen.plan.proof.cost_usd_per_month,
        findings=tuple(sorted(found, key=lambda each: order.index(each.severity))),
        anomalies=tuple(
            AnomalyRecord(
                metric=each.metric,
                subject=each.subject,
                first=each.stretch.first,
                hours=each.stretch.hours,
                when=clock_words(each.stretch.first, seen.demand.time_zone),
                measured=_digits(each.stretch.measured),
                usual=_digits(each.stretch.usual),
                score=_digits(each.stretch.score),
                cause=each.cause,
                act=each.act,
            )
            for each in anomalies(seen)
        ),
        not_measured=tuple(_missing(seen)),
        notes=seen.use.measured.notes,
    )


def _service(each: ServiceUse) -> ServiceRecord:
    load = each.load
    planned = each.planned
    over_demand = over_schedule = 0
    if load is not None:
        ceiling = each.of_plan(planned.load_per_second) * (1 + planned.headroom)
        over_demand = int((each.usual & (load > ceiling * (1 + 1e-9))).sum())
        over_schedule = int((~np.isnan(load) & (load > each.of_plan(planned.held_per_second) * (1 + 1e-9))).sum())
    throughput = each.throughput
    said = each.of_plan(planned.throughput_per_replica)
    ratio = None
    if throughput is not None and (said > 0).any():
        ratio = quantile(np.divide(throughput, said, out=np.full(len(said), np.nan), where=said > 0), 0.5)
    return ServiceRecord(
        workload=planned.workload,
        measured_hours=0 if load is None else int((~np.isnan(load)).sum()),
        peak_per_second=_of(load, 1.0),
        planned_peak_per_second=_digits(float(planned.load_per_second.max())),
        mean_per_second=_mean_of(load),
        planned_mean_per_second=_digits(float(planned.load_per_second.mean())),
        hours_above_demand=over_demand,
        hours_above_schedule=over_schedule,
        needed_replicas=_mean_of(each.need),
        replicas=_mean_of(each.replicas),
        planned_replicas=_digits(float(each.of_plan(planned.replicas).mean())),
        used={DIMENSIONS[metric]: _digits(found) for metric, found in _peaks(each)},
        throughput_ratio=None if ratio is None else _digits(ratio),
        latency_ms=_of(each.latency, 0.99),
        latency_target_ms=planned.latency_ms,
    )


def _peaks(each: ServiceUse) -> Iterator[tuple[Metric, float]]:
    for metric, peaks in each.used_peak.items():
        found = quantile(peaks, 0.99)
        if found is not None:
            yield metric, found


def _group(each: GroupUse) -> GroupRecord:
    return GroupRecord(
        node_group=each.key,
        site=each.site,
        machines=_mean_of(each.machines),
        planned_machines=_digits(float(each.planned.mean())),
        interruptions=None if each.interruptions is None else float(np.nansum(each.interruptions)),
    )


def _missing(seen: Observation) -> Iterator[str]:
    """What was not measured, by what it is about."""
    measured = seen.use.measured
    for metric in metrics_of(SubjectKind.WORKLOAD):
        wanted = [
            each.planned.workload
            for each in seen.use.services
            if metric is not Metric.LATENCY or each.planned.latency_ms is not None
        ]
        if metric is Metric.ACCELERATOR:
            continue
        missing = [key for key in wanted if measured.get(metric, key) is None]
        if missing:
            yield f"{metric} of {', '.join(missing)}"
    groups = [each.key for each in seen.use.groups if each.machines is None]
    if groups:
        yield f"{Metric.MACHINES} of {', '.join(groups)}"
    if measured.get(Metric.COST, seen.stack) is None:
        yield f"{Metric.COST} of {seen.stack}"


def _of(values: Hours | None, level: float) -> float | None:
    found = None if values is None else quantile(values, level)
    return None if found is None else _digits(found)


def _mean_of(values: Hours | None) -> float | None:
    found = None if values is None else mean(values)
    return None if found is None else _digits(found)


def _digits(number: float) -> float:
    """Six digits, which is more than any of these is known to."""
    return float(f"{number:.6g}")
