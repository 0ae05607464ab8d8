"""Anomalies of load, cost and spot machines, each with its likely cause and the command that acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from poolwright.observe.anomalies import Stretch, stretches
from poolwright.observe.findings.observation import Observation
from poolwright.observe.metrics import Metric
from poolwright.observe.utilisation import ServiceUse

_MANY = 3
"""Interruptions within a day that are a wave."""


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """Hours of one series that were not as usual."""

    metric: Metric
    subject: str
    stretch: Stretch
    cause: str
    act: str


def anomalies(seen: Observation) -> tuple[Anomaly, ...]:
    """All of the window, oldest first."""
    loads = list(_loads(seen))
    found = [*loads, *_costs(seen, loads), *_interruptions(seen)]
    return tuple(sorted(found, key=lambda each: (each.stretch.first, each.metric, each.subject)))


def _loads(seen: Observation) -> Iterator[Anomaly]:
    for each in seen.use.services:
        if each.load is None:
            continue
        key = each.planned.workload
        for stretch in stretches(each.load, seen.use.first, seen.demand.time_zone, each.special):
            more = stretch.score > 0
            cause = _load_cause(seen, each, stretch)
            act = (
                f"name it in workloads.{key}.load.events when it comes again; poolwright replay {seen.stack} "
                f"says what is served"
                if more
                else f"poolwright drift {seen.stack}; poolwright history {seen.stack}"
            )
            yield Anomaly(metric=Metric.LOAD, subject=key, stretch=stretch, cause=cause, act=act)


def _load_cause(seen: Observation, each: ServiceUse, stretch: Stretch) -> str:
    start = int((stretch.first - seen.use.first).total_seconds() // 3600)
    part = slice(start, start + stretch.hours)
    if stretch.score < 0:
        if each.errors is not None and np.nanmax(np.append(each.errors[part], 0)) > 0.01:
            return "requests failed at the same time: an outage"
        callers = [
            key
            for key, entry in sorted(seen.demand.workloads.items())
            if each.planned.workload in getattr(entry, "calls", ())
        ]
        return "a holiday, or an outage before the service" + (f" or in {', '.join(callers)}" if callers else "")
    others = [
        other.planned.workload
        for other in seen.use.services
        if other is not each
        and other.load is not None
        and any(
            found.score > 0 and found.first < stretch.end and stretch.first < found.end
            for found in stretches(other.load, seen.use.first, seen.demand.time_zone, other.special)
        )
    ]
    return f"more users: {', '.join(others)} had more too" if others else "a campaign, a client that repeats, or misuse"


def _costs(seen: Observation, loads: Sequence[Anomaly]) -> Iterator[Anomaly]:
    series = seen.use.measured.get(Metric.COST, seen.stack)
    if series is None:
        return
    for stretch in stretches(series.total, series.first, seen.demand.time_zone):
        together = sorted(
            {
                each.subject
                for each in loads
                if each.stretch.first < stretch.end and stretch.first < each.stretch.end and each.stretch.score > 0
            }
        )
        if stretch.score < 0:
            cause, act = "machines were missing, or a bill that is not whole yet", f"poolwright drift {seen.stack}"
        elif together:
            cause = f"load: {', '.join(together)} had more at the same time"
            act = f"poolwright replay {seen.stack}"
        else:
            cause = "no load explains it: resources beside the plan, bytes, or spot machines replaced by others"
            act = f"poolwright drift {seen.stack}"
        yield Anomaly(metric=Metric.COST, subject=seen.stack, stretch=stretch, cause=cause, act=act)


def _interruptions(seen: Observation) -> Iterator[Anomaly]:
    """Days in which a group lost several machines, counted from the first of them."""
    for group in seen.use.groups:
        if group.interruptions is None:
            continue
        taken = np.nan_to_num(group.interruptions)
        usual = float(taken.mean()) * 24
        hour = 0
        while hour < len(taken):
            day = float(taken[hour : hour + 24].sum())
            if taken[hour] == 0 or day < max(_MANY, 3 * usual):
                hour += 1
                continue
            last = int(np.flatnonzero(taken[hour : hour + 24])[-1]) + 1
            yield Anomaly(
                metric=Metric.INTERRUPTIONS,
                subject=group.key,
                stretch=Stretch(
                    first=seen.hour(hour), hours=last, score=day / max(usual, 1.0), measured=day, usual=usual
                ),
                cause=f"{group.machine_type} was short in {', '.join(group.zones)}",
                act=f"raise spot_pools of the workloads on {group.key}; poolwright replay {seen.stack} --pools "
                f"says what is left",
            )
            hour += 24
