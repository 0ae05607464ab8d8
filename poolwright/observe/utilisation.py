"""Utilisation: what was measured of each service and node group, beside what the plan has in the same hours.

need(h)         replicas for the measured load: load / load that a replica is asked for, rounded up
throughput(h)   load / replicas / used part of what drives it, accelerator or processor: what one replica does
                when it is fully used; of hours in which that is 30 % or more, so that what it uses without load
                counts for little
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from poolwright.observe.forecast.forecaster import Hours
from poolwright.observe.forecast.week import event_factors, hours_of_week
from poolwright.observe.measurements import Measurements, Series
from poolwright.observe.metrics import Metric
from poolwright.observe.planned import PlannedService, group_subjects, planned_services
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.plan import Plan

Flags = NDArray[np.bool_]
"""Whether something is so, by measured hour."""
Places = NDArray[np.int64]

LEAST_USED = 0.3
"""Below that a replica's fixed work hides what a request takes."""
DIMENSIONS = {Metric.CPU: "cpu", Metric.MEMORY: "memory", Metric.ACCELERATOR: "accelerator"}
"""Dimensions whose use is measured, by metric."""


@dataclass(frozen=True, kw_only=True)
class ServiceUse:
    """One service over the measured hours; arrays have a value for each of them, nan where nothing was measured."""

    planned: PlannedService
    first: datetime
    places: Places
    """Hour of the week of each measured hour."""
    special: Flags
    """Whether an event of the demand was in it."""
    load: Hours | None
    load_peak: Hours | None
    """The highest sample of each hour."""
    replicas: Hours | None
    used: Mapping[Metric, Hours]
    """Mean of each hour."""
    used_peak: Mapping[Metric, Hours]
    latency: Hours | None
    errors: Hours | None

    def of_plan(self, week: Hours) -> Hours:
        """A value of the plan's week for each measured hour."""
        return week[self.places]

    @property
    def usual(self) -> Flags:
        """Which hours have a measured load and no event."""
        assert self.load is not None
        return ~np.isnan(self.load) & ~self.special

    @property
    def need(self) -> Hours | None:
        """Replicas that the measured load asks for, by what the plan asks of a replica."""
        if self.load is None:
            return None
        each = self.of_plan(self.planned.load_per_replica)
        return np.ceil(np.divide(self.load, each, out=np.full(len(each), np.nan), where=each > 0) - 1e-9)

    @property
    def throughput(self) -> Hours | None:
        """Units a second that a replica does when fully used, by hour; nan where it can't be told."""
        used = None if self.planned.driver is None else self.used.get(self.planned.driver)
        if self.load is None or self.replicas is None or used is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self.load / self.replicas / used
        return np.where((used >= LEAST_USED) & (self.replicas > 0), found, np.nan)


@dataclass(frozen=True, kw_only=True)
class GroupUse:
    """One node group over the measured hours."""

    key: str
    """As measurements call it."""
    site: str
    machine_type: str
    spot: bool
    zones: tuple[str, ...]
    machines: Hours | None
    planned: Hours
    """Machines of the schedule in the same hours."""
    interruptions: Hours | None
    """Of each hour."""


@dataclass(frozen=True, kw_only=True)
class Utilisation:
    """All of a stack, over one window."""

    first: datetime
    end: datetime
    services: tuple[ServiceUse, ...]
    groups: tuple[GroupUse, ...]
    measured: Measurements = field(repr=False)

    @property
    def hours(self) -> int:
        """Length of the window."""
        return int((self.end - self.first).total_seconds() // 3600)


def utilisation(measured: Measurements, plan: Plan, demand: Demand, first: datetime, end: datetime) -> Utilisation:
    """Measured and planned side by side, from the first hour to the end."""
    window = measured.between(first, end)
    hours = int((end - first).total_seconds() // 3600)
    places = np.array(hours_of_week(first, hours, demand.time_zone), dtype=np.int64)
    services = [_service(planned, demand, window, first, places) for planned in planned_services(plan, demand).values()]
    return Utilisation(
        first=first,
        end=end,
        services=tuple(services),
        groups=tuple(_groups(plan, window, first, places)),
        measured=window,
    )


def _service(
    planned: PlannedService, demand: Demand, measured: Measurements, first: datetime, places: Places
) -> ServiceUse:
    hours = len(places)
    entry = demand.workloads[planned.workload]
    assert isinstance(entry, Service)
    events = event_factors(entry.load.events.values(), first, hours, demand.time_zone) != 1

    def laid(metric: Metric, *, peak: bool = False) -> Hours | None:
        series = measured.get(metric, planned.workload)
        return None if series is None else spread_out(series, series.peak if peak else series.mean, first, hours)

    used = {metric: laid(metric) for metric in DIMENSIONS}
    peaks = {metric: laid(metric, peak=True) for metric in DIMENSIONS}
    return ServiceUse(
        planned=planned,
        first=first,
        places=places,
        special=events,
        load=laid(Metric.LOAD),
        load_peak=laid(Metric.LOAD, peak=True),
        replicas=laid(Metric.REPLICAS),
        used={metric: values for metric, values in used.items() if values is not None},
        used_peak={metric: values for metric, values in peaks.items() if values is not None},
        latency=laid(Metric.LATENCY),
        errors=laid(Metric.ERRORS),
    )


def _groups(plan: Plan, measured: Measurements, first: datetime, places: Places) -> Iterable[GroupUse]:
    subjects = group_subjects(plan)
    for site, entry in sorted(plan.aws_sites.items()):
        for group in entry.compute.node_groups:
            subject = subjects[site, group.key]
            machines = measured.get(Metric.MACHINES, subject)
            taken = measured.get(Metric.INTERRUPTIONS, subject)
            yield GroupUse(
                key=subject,
                site=site,
                machine_type=group.machine_types[0],
                spot=group.purchase == "spot",
                zones=group.zones,
                machines=None if machines is None else spread_out(machines, machines.mean, first, len(places)),
                planned=np.array(group.machines.hourly(), dtype=float)[places],
                interruptions=None if taken is None else spread_out(taken, taken.total, first, len(places)),
            )


def spread_out(series: Series, values: Hours, first: datetime, hours: int) -> Hours:
    """The values of a series in a window that it is a part of; nan in hours before and after it."""
    start = int((series.first - first).total_seconds() // 3600)
    laid = np.full(hours, np.nan)
    laid[start : start + len(values)] = values
    return laid


def quantile(values: Hours, level: float) -> float | None:
    """Of the measured values; None where there is none."""
    known = values[~np.isnan(values)]
    return float(np.quantile(known, level)) if len(known) else None


def mean(values: Hours) -> float | None:
    """Of the measured values; None where there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def runs(hours: Flags) -> list[tuple[int, int]]:
    """Stretches of hours that are true, each from its first to behind its last."""
    edges = np.diff(np.concatenate([[False], hours, [False]]).astype(int))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
