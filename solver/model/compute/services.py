"""Services: node groups and machines by hour for all services of a site, with a bound.

The relaxation gives prices, the shortlist what is worth considering, the local search the groups; then every hour class
is solved for these groups and bounded over all columns. Where commitments may be bought, hours and commitments take
turns: machines at the relaxation's prices, the best commitments for them, machines again with what these cover free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.compute.blocks import build_blocks
from solver.model.compute.capacity import capacity_row
from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good
from solver.model.compute.estimate import Estimate
from solver.model.compute.groups import choose_columns
from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.needs import Needs
from solver.model.compute.purchase import Bought, best_commitments, usd_per_week, week_of
from solver.model.compute.relaxation import HourlyTask, JobTask, relax
from solver.model.compute.replicas import floor_rows
from solver.model.compute.rows import Row, without_implied
from solver.model.compute.shortlist import shortlist
from solver.model.compute.spot import steady_rows
from solver.model.compute.survival import survival_rows

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_LEAST_LEVEL = 1e-4


@dataclass(frozen=True)
class Choice:
    """Machines of each column in each hour class."""

    hours: tuple[HourPlan, ...]
    """By hour class."""
    bought: tuple[Bought, ...]
    """Commitments."""
    usd_per_week: float
    """Machine hours, their volumes and commitments."""

    @property
    def columns(self) -> list[int]:
        """Columns that run, in order."""
        return sorted({column for hour in self.hours for column in hour.machines})


def promise_rows(needs: Needs, zones: int) -> tuple[Row, ...]:
    """All promises of all services, without those that others imply."""
    rows = [
        row
        for service in needs.services
        for row in (
            *survival_rows(needs, service),
            capacity_row(needs, service),
            *floor_rows(needs, service),
            *steady_rows(needs, service),
        )
    ]
    return tuple(without_implied(rows, zones))


def hourly_problem(
    needs: Needs,
    columns: Columns,
    goods: Sequence[Good],
    jobs: JobTask,
    free: Mapping[str, Integers],
    zones: int,
    backend: Backend,
) -> Hourly:
    """The relaxation, solved."""
    rows = promise_rows(needs, zones)
    required = np.array(
        [[row.required[hour] for row in rows] for hour in range(len(needs.hours))], dtype=np.int64
    ).reshape(len(needs.hours), len(rows))
    weight = np.array([hour.weight for hour in needs.hours], dtype=np.int64)
    task = HourlyTask(columns, build_blocks(columns, rows), required, weight)
    relaxed = relax(task, goods, jobs, backend)
    return Hourly(needs, rows, task, relaxed, free, least_machines(needs, columns), tuple(goods), backend)


def least_machines(needs: Needs, columns: Columns) -> Integers:
    """Fewest machines of a spot column, if any run: as many as its services ask for pools."""
    pools = np.array(
        [needs.services[each.service].service.spot_pools for each in needs.runnables] or [1], dtype=np.int64
    )
    held = np.where(columns.slots > 0, pools[np.newaxis, :], 1).max(axis=1, initial=1)
    return np.where(columns.on_demand, 1, held).astype(np.int64)


def choose_groups(hourly: Hourly, limit: int, *, starts: Sequence[Sequence[int]] = ()) -> list[list[int]]:
    """Columns for at most `limit` node groups: several sets, the cheapest by the estimate first."""
    candidates = sorted({*shortlist(hourly), *(column for start in starts for column in start)})
    task, relaxed, columns = hourly.task, hourly.relaxed, hourly.columns
    blocks = build_blocks(columns, hourly.rows, np.array(candidates, dtype=np.int64), hourly.least)
    weight = task.weight.astype(np.float64)
    mean_price = relaxed.machine_price.sum(axis=1) / weight.sum()
    cost = (mean_price[columns.machine[blocks.column]] + columns.fixed[blocks.column]) * blocks.machines
    peak = task.required.max(axis=0)
    by_hour = relaxed.duals / weight[:, np.newaxis] * peak / np.maximum(task.required, 1)
    estimate = Estimate(
        blocks=blocks,
        services={
            column: frozenset(
                hourly.needs.runnables[variant].service for variant in np.nonzero(columns.slots[column])[0].tolist()
            )
            for column in candidates
        },
        rows=tuple(
            tuple(number for number, row in enumerate(hourly.rows) if row.service == service.number)
            for service in hourly.needs.services
        ),
        required=task.required,
        weight=weight,
        cost=cost,
        duals=by_hour.max(axis=0),
    )
    return choose_columns(estimate, candidates, limit, starts)


def plan_hours(
    hourly: Hourly, columns: Sequence[int], *, gap: float, bought: Sequence[Bought]
) -> tuple[HourPlan, ...] | None:
    """Every hour class for these columns, with these commitments; None when one of them can't be held."""
    blocks = build_blocks(hourly.columns, hourly.rows, np.array(columns, dtype=np.int64), hourly.least)
    plans: list[HourPlan] = []
    for hour in range(len(hourly.task.weight)):
        plan = hourly.plan_hour(blocks, hour, gap=gap, bought=bought)
        if plan is None:
            return None
        plans.append(plan)
    return tuple(plans)


def expected_commitments(hourly: Hourly) -> tuple[Bought, ...]:
    """What the relaxation commits to."""
    return tuple(
        Bought(good, 0, float(level))
        for good, level in zip(hourly.goods, hourly.relaxed.levels, strict=True)
        if level > _LEAST_LEVEL
    )


def on_demand_usage(columns: Columns, hours: Sequence[HourPlan]) -> list[dict[str, int]]:
    """On-demand machines by type, in each hour class."""
    found: list[dict[str, int]] = []
    for hour in hours:
        usage: dict[str, int] = {}
        for column, count in hour.machines.items():
            machine = columns.machines[int(columns.machine[column])]
            if machine.on_demand:
                usage[machine.machine.name] = usage.get(machine.machine.name, 0) + count
        found.append(usage)
    return found


@dataclass(frozen=True)
class Besides:
    """What else uses on-demand machines of the site."""

    usage: Sequence[Mapping[str, int]]
    """Machines by type in each of the 168 hours."""
    prices: Mapping[str, float]
    """On-demand USD an hour of every machine type of the region."""


def priced(hourly: Hourly, plans: tuple[HourPlan, ...], besides: Besides) -> Choice:
    """The plans with their best commitments, and what it all costs."""
    columns = hourly.columns
    by_class = on_demand_usage(columns, plans)
    usage: list[dict[str, int]] = []
    for hour, number in enumerate(hourly.needs.hour_of_week):
        here = dict(by_class[number])
        for name, count in besides.usage[hour].items():
            here[name] = here.get(name, 0) + count
        usage.append(here)
    week = week_of(usage, besides.prices)
    bought = best_commitments(week, hourly.goods, hourly.backend)
    usd = usd_per_week(week, bought)
    for plan, weight in zip(plans, hourly.task.weight.tolist(), strict=True):
        for column, count in plan.machines.items():
            machine = columns.machines[int(columns.machine[column])]
            spot = 0.0 if machine.on_demand else machine.usd_per_hour
            usd += (spot + float(columns.fixed[column])) * count * weight
    return Choice(plans, bought, usd)


def bounds(hourly: Hourly, plans: Sequence[HourPlan | None], *, gap: float) -> list[float]:
    """USD a week below which no plan holds each hour class, at the relaxation's prices."""
    return [hourly.bound_hour(hour, plan, gap=gap) for hour, plan in enumerate(plans)]
