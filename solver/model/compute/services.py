"""Services: rows of all promises, node groups, machines by hour class, and what a week of them costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.compute.blocks import build_blocks
from solver.model.compute.capacity import capacity_row
from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good
from solver.model.compute.estimate import Estimate
from solver.model.compute.groups import choose_columns
from solver.model.compute.hour_bounds import Relaxed
from solver.model.compute.hourly import Hourly, HourlyTask, HourPlan
from solver.model.compute.needs import Needs
from solver.model.compute.purchase import Bought, best_commitments, usd_per_week, week_of
from solver.model.compute.replicas import floor_rows
from solver.model.compute.rows import Row, without_implied
from solver.model.compute.spot import steady_rows
from solver.model.compute.survival import survival_rows
from solver.model.running import side_by_side

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_SHORTLISTED = 20
"""Columns of each hour class that node groups are chosen from, by reduced cost."""


@dataclass(frozen=True)
class Choice:
    """Machines of each column in each hour class."""

    hours: tuple[HourPlan, ...]
    """By hour class."""
    bought: tuple[Bought, ...]
    """Commitments."""
    usd_per_week: float
    """Machine hours, also those of jobs on demand, volumes of the services' machines, and commitments."""

    @property
    def columns(self) -> list[int]:
        """Columns that run, in order."""
        return sorted({column for hour in self.hours for column in hour.machines})


@dataclass(frozen=True)
class Besides:
    """What else uses on-demand machines of the site."""

    usage: Sequence[Mapping[str, int]]
    """Machines by type in each of the 168 hours."""
    prices: Mapping[str, float]
    """On-demand USD an hour of every machine type of the region."""


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
    free: Mapping[str, Integers],
    zones: int,
    backend: Backend,
    held: Sequence[Bought] = (),
) -> Hourly:
    """All hour classes over all columns."""
    rows = promise_rows(needs, zones)
    required = np.array(
        [[row.required[hour] for row in rows] for hour in range(len(needs.hours))], dtype=np.int64
    ).reshape(len(needs.hours), len(rows))
    weight = np.array([hour.weight for hour in needs.hours], dtype=np.int64)
    task = HourlyTask(columns, build_blocks(columns, rows), required, weight)
    return Hourly(needs, rows, task, free, least_machines(needs, columns), tuple(goods), backend, tuple(held))


def with_columns(hourly: Hourly, columns: Columns) -> Hourly:
    """The same hour classes over other columns."""
    task = HourlyTask(columns, build_blocks(columns, hourly.rows), hourly.task.required, hourly.task.weight)
    return replace(hourly, task=task, least=least_machines(hourly.needs, columns))


def least_machines(needs: Needs, columns: Columns) -> Integers:
    """Fewest machines of a spot column, if any run: as many as its services ask for pools."""
    pools = np.array(
        [needs.services[each.service].service.spot_pools for each in needs.runnables] or [1], dtype=np.int64
    )
    slots = columns.slots if len(needs.runnables) else np.zeros((columns.count, 1), dtype=np.int64)
    held = np.where(slots > 0, pools[np.newaxis, :], 1).max(axis=1, initial=1)
    return np.where(columns.on_demand, 1, held).astype(np.int64)


def choose_groups(
    hourly: Hourly,
    limit: int,
    price: Sequence[Floats],
    relaxed: Sequence[Relaxed],
    starts: Sequence[Sequence[int]] = (),
) -> list[list[int]]:
    """Columns for at most `limit` node groups: several sets, the cheapest by the estimate first.

    `price` and `relaxed` have each class's prices of machines and its relaxation at them. Candidates are the columns of
    the lowest reduced costs in each class, and those of `starts`.
    """
    task, columns = hourly.task, hourly.columns
    candidates = {column for start in starts for column in start}
    for hour in relaxed:
        order = np.argsort(hour.reduced, kind="stable")[: 4 * _SHORTLISTED]
        candidates |= set(list(dict.fromkeys(task.blocks.column[order].tolist()))[:_SHORTLISTED])
    listed = sorted(candidates)
    blocks = build_blocks(columns, hourly.rows, np.array(listed, dtype=np.int64), hourly.least)
    # What a row's peak would cost at the relaxation's value, were it the only row.
    peak = task.required.max(axis=0)
    duals = np.zeros(len(peak))
    for number, hour in enumerate(relaxed):
        share = peak / np.maximum(task.required[number], 1)
        duals = np.maximum(duals, np.where(task.required[number] > 0, hour.value * share, 0.0))
    services = {
        column: frozenset(
            hourly.needs.runnables[variant].service for variant in np.nonzero(columns.slots[column])[0].tolist()
        )
        for column in listed
    }
    rows = tuple(
        tuple(number for number, row in enumerate(hourly.rows) if row.service == service.number)
        for service in hourly.needs.services
    )
    weight = task.weight.astype(np.float64)
    mean = np.sum([each * hours for each, hours in zip(price, weight, strict=True)], axis=0) / weight.sum()
    cost = (mean[columns.machine[blocks.column]] + columns.fixed[blocks.column]) * blocks.machines
    return choose_columns(Estimate(blocks, services, rows, task.required, weight, cost, duals), listed, limit, starts)


def plan_hours(
    hourly: Hourly,
    columns: Sequence[int],
    *,
    gap: float,
    bought: Sequence[Bought] = (),
    price: Sequence[Floats] | None = None,
    starts: Sequence[Mapping[tuple[int, int], int] | None] | None = None,
) -> tuple[HourPlan, ...] | None:
    """Every hour class for these columns, with these commitments or prices; None when one of them can't be held.

    Without prices the held commitments cover what they can, too.

    `starts` has for each class blocks of these columns to begin with.
    """
    blocks = build_blocks(hourly.columns, hourly.rows, np.array(columns, dtype=np.int64), hourly.least)
    covering = (*hourly.held, *bought) if price is None else ()

    def task(hour: int) -> Callable[[], HourPlan | None]:
        prices = None if price is None else price[hour]
        start = None if starts is None else starts[hour]
        return lambda: hourly.plan_hour(blocks, hour, gap=gap, bought=covering, price=prices, start=start)

    plans = side_by_side([task(hour) for hour in range(len(hourly.task.weight))])
    held = tuple(plan for plan in plans if plan is not None)
    return held if len(held) == len(plans) else None


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


def priced(
    hourly: Hourly, plans: tuple[HourPlan, ...], besides: Besides, bought: Sequence[Bought] | None = None
) -> Choice:
    """The plans with their best commitments, or with the given ones, and what it all costs."""
    columns = hourly.columns
    by_class = on_demand_usage(columns, plans)
    usage: list[dict[str, int]] = []
    for hour, number in enumerate(hourly.needs.hour_of_week):
        here = dict(by_class[number])
        for name, count in besides.usage[hour].items():
            here[name] = here.get(name, 0) + count
        usage.append(here)
    week = week_of(usage, besides.prices)
    bought = tuple(best_commitments(week, hourly.goods, hourly.backend, hourly.held) if bought is None else bought)
    usd = usd_per_week(week, bought, hourly.held)
    for plan, weight in zip(plans, hourly.task.weight.tolist(), strict=True):
        usd += beside_on_demand(columns, plan) * weight
    return Choice(plans, bought, usd)


def beside_on_demand(columns: Columns, hour: HourPlan) -> float:
    """USD an hour of the spot machines, and of the volumes of all machines."""
    usd = 0.0
    for column, count in hour.machines.items():
        machine = columns.machines[int(columns.machine[column])]
        spot = 0.0 if machine.on_demand else machine.usd_per_hour
        usd += (spot + float(columns.fixed[column])) * count
    return usd
