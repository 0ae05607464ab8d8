"""Relaxation: the linear program over all blocks, hours and commitments, by column generation.

    min   Σ_h Σ_b cost(b, h) · y(b, h)  +  Σ_g 168 · s(g)
    s.t.  Σ_b min(worth(b, r), required(r, h)) · y(b, h)  ≥  required(r, h)          every row r, hour class h
          Σ_b rate(g, b) · y(b, h) covered by g           ≤  s(g)                    every commitment g, hour class h
          Σ_r x(j, r)  ≥  1                                                          every job j, over its runs r

A job's run uses commitments in the hours in which it works, a part of its class; it is priced by `cheapest_run`.

A block is worth at most what is required, which is true of every plan: what it has beyond is of no use in that hour.
Each block of on-demand machines is bought at the on-demand price or covered by one commitment; `s` is in USD an hour.

The duals price a machine hour: with μ(g, h) ≥ 0 the price of what g covers, a machine m costs
min(hours(h) · on-demand(m), min over g of μ(g, h) · rate(g, m)) in hour class h. Dual feasibility is
Σ_h μ(g, h) ≤ 168. For any such μ, the sum over hour classes of the cheapest way to hold that class at these prices is a
lower bound on the cost of every plan: a plan pays at least μ(g, h) for each USD an hour of g that it uses in h, since
what it buys is used in every class at most once. So commitments are dualised, and each hour class stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.demand.workloads import BatchJob, TrainingJob
from solver.errors import InfeasibleError
from solver.model.backend import Backend
from solver.model.column_program import ColumnProgram
from solver.model.compute.blocks import Blocks
from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good
from solver.model.compute.jobs import JobRun, JobSize, cheapest_run
from solver.model.compute.supply import Machine
from solver.quantity import HOURS_PER_WEEK

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_NEW_PER_HOUR = 4
_MOST_ROUNDS = 80
_TOLERANCE = 1e-7


@dataclass(frozen=True)
class HourlyTask:
    """What must hold in every hour class, as arrays."""

    columns: Columns
    blocks: Blocks
    required: Integers
    """Hour classes × rows."""
    weight: Integers
    """Hours of the week in each class."""


@dataclass(frozen=True)
class Relaxed:
    """The optimum of the relaxation and its prices."""

    usd_per_week: float
    """Objective; every plan costs at least as much, once `machine_price` leaves no block with a negative cost."""
    duals: Floats
    """USD for the whole requirement: hour classes × rows."""
    machine_price: Floats
    """USD for one machine in all hours of a class: machines × hour classes."""
    good_price: Floats
    """USD for one USD an hour of a commitment in all hours of a class: commitments × hour classes."""
    levels: Floats
    """USD an hour of each commitment."""
    runs: Mapping[str, Sequence[JobRun]]
    """Runs that the optimum uses, by job, most used first."""
    use: Mapping[tuple[int, int], float]
    """Blocks taken, by block and hour class."""

    def good_price_by_hour(self, weight: Integers, hour_of_week: Sequence[int]) -> Floats:
        """USD for one USD an hour of a commitment in each hour of the week: commitments × 168."""
        return (self.good_price / weight[np.newaxis, :])[:, np.array(hour_of_week)]


@dataclass(frozen=True)
class JobTask:
    """The jobs of the site and how a run is found for prices by hour."""

    sizes: Mapping[str, Sequence[JobSize]]
    """By job."""
    jobs: Mapping[str, BatchJob | TrainingJob]
    hour_of_week: tuple[int, ...]
    """The hour class of each hour."""

    def run(self, key: str, goods: Sequence[Good], good_price: Floats) -> JobRun | None:
        """The cheapest run of a job where a USD an hour of a commitment costs so much in each hour of the week."""
        return cheapest_run(self.sizes[key], self.jobs[key], lambda machine: hourly_price(machine, goods, good_price))


def hourly_price(machine: Machine, goods: Sequence[Good], good_price: Floats) -> Floats:
    """USD of a machine in each hour of the week: on demand, or covered by the commitment that is cheapest then."""
    price = np.full(HOURS_PER_WEEK, machine.usd_per_hour)
    if machine.on_demand:
        for number, good in enumerate(goods):
            rate = good.rates.get(machine.machine.name)
            if rate is not None:
                price = np.minimum(price, good_price[number] * rate)
    return price


def relax(task: HourlyTask, goods: Sequence[Good], jobs: JobTask, backend: Backend) -> Relaxed:
    """Solve; InfeasibleError when some row can't be met by any block."""
    return _Relaxation(task, goods, jobs, backend).solve()


class _Relaxation:
    def __init__(self, task: HourlyTask, goods: Sequence[Good], jobs: JobTask, backend: Backend) -> None:
        self.task = task
        self.jobs = jobs
        self.keys = sorted(jobs.sizes)
        self.goods = goods
        hours, rows = task.required.shape
        self.row_of = np.full((hours, rows), -1, dtype=np.int64)
        real = np.argwhere(task.required > 0)
        for place, (hour, row) in enumerate(real.tolist()):
            self.row_of[hour, row] = place
        self.first_good_row = len(real)
        self.first_job_row = len(real) + len(goods) * hours
        right = np.concatenate([np.ones(len(real)), np.zeros(len(goods) * hours), np.ones(len(self.keys))])
        self.program = ColumnProgram(backend, right)
        machines = task.columns.machines
        self.on_demand_price = np.array([machine.usd_per_hour for machine in machines])
        self.rates = np.array(
            [
                [good.rates.get(machine.machine.name, np.inf) if machine.on_demand else np.inf for machine in machines]
                for good in goods
            ]
        ).reshape(len(goods), len(machines))
        self.block_machine = task.columns.machine[task.blocks.column]
        self.block_fixed = task.columns.fixed[task.blocks.column] * task.blocks.machines
        self.good_price: Floats = np.zeros((len(goods), hours))
        self.taken: dict[tuple[int, int, int], int] = {}
        self.run_columns: dict[tuple[str, str, str, int, int], tuple[int, JobRun]] = {}

    def solve(self) -> Relaxed:
        hours = len(self.task.weight)
        for good in range(len(self.goods)):
            rows = self.first_good_row + good * hours + np.arange(hours)
            self.program.add(float(HOURS_PER_WEEK), rows, np.ones(hours))
        price = np.outer(self.on_demand_price, self.task.weight.astype(np.float64))
        self._start()
        duals = np.zeros(self.task.required.shape)
        objective = 0.0
        values: Floats = np.zeros(0)
        for _ in range(_MOST_ROUNDS):
            point = self.program.solve()
            objective, values = point.objective, point.values
            real = self.row_of >= 0
            duals = np.zeros(self.task.required.shape)
            duals[real] = np.maximum(point.duals[self.row_of[real]], 0.0)
            price = self._prices(np.maximum(point.duals[self.first_good_row : self.first_job_row], 0.0))
            added = self._improve(duals, price)
            if not self._improve_jobs(point.duals[self.first_job_row :]) and not added:
                break
        use: dict[tuple[int, int], float] = {}
        for (block, hour, _), number in self.taken.items():
            if number < len(values) and values[number] > _TOLERANCE:
                use[block, hour] = use.get((block, hour), 0.0) + float(values[number])
        levels = values[: len(self.goods)]
        runs: dict[str, list[tuple[float, JobRun]]] = {key: [] for key in self.keys}
        for (key, *_), (number, run) in self.run_columns.items():
            if number < len(values) and values[number] > _TOLERANCE:
                runs[key].append((float(values[number]), run))
        used = {key: [run for _, run in sorted(found, key=lambda each: -each[0])] for key, found in runs.items()}
        return Relaxed(objective, duals, price, self.good_price, levels, used, use)

    def _prices(self, good_duals: Floats) -> Floats:
        """The cheapest price of a machine in each class; duals above what a commitment costs are scaled down."""
        price = np.outer(self.on_demand_price, self.task.weight.astype(np.float64))
        if not self.goods:
            return price
        by_good = good_duals.reshape(len(self.goods), len(self.task.weight))
        total = by_good.sum(axis=1, keepdims=True)
        by_good = by_good * np.minimum(1.0, HOURS_PER_WEEK / np.maximum(total, 1e-12))
        # What a commitment's duals leave of its price may be spread freely: prices, and with them bounds, only rise.
        spare = np.maximum(HOURS_PER_WEEK - by_good.sum(axis=1, keepdims=True), 0.0)
        by_good = by_good + spare * (self.task.weight / HOURS_PER_WEEK)[np.newaxis, :]
        for good in range(len(self.goods)):
            known = np.isfinite(self.rates[good])
            price[known] = np.minimum(price[known], np.outer(self.rates[good][known], by_good[good]))
        self.good_price = by_good
        return price

    def _start(self) -> None:
        """For each row of each class, the block that meets it at the lowest price for its worth."""
        task = self.task
        cost = (self.on_demand_price[self.block_machine] * task.blocks.machines + self.block_fixed)[:, np.newaxis]
        for hour in range(len(task.weight)):
            capped = np.minimum(task.blocks.worth, task.required[hour])
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(capped > 0, cost / capped, np.inf)
            for row in np.nonzero(task.required[hour] > 0)[0].tolist():
                block = int(np.argmin(ratio[:, row]))
                if not np.isfinite(ratio[block, row]):
                    raise InfeasibleError(f"no machine meets promise {row} of the services")
                self._take(block, hour, -1)
        for key in self.keys:
            run = self.jobs.run(key, (), np.zeros((0, HOURS_PER_WEEK)))
            if run is None:
                raise InfeasibleError(f"{key} has no run")
            self._take_run(run, np.full((len(self.goods), HOURS_PER_WEEK), np.inf))

    def _improve_jobs(self, duals: Floats) -> bool:
        by_hour = (self.good_price / self.task.weight[np.newaxis, :])[:, np.array(self.jobs.hour_of_week)]
        added = False
        for place, key in enumerate(self.keys):
            run = self.jobs.run(key, self.goods, by_hour)
            if run is not None and run.usd_per_week < duals[place] - _TOLERANCE * max(1.0, run.usd_per_week):
                added |= self._take_run(run, by_hour)
        return added

    def _take_run(self, run: JobRun, good_price: Floats) -> bool:
        size = run.size
        machine = size.machine
        rates = np.array(
            [good.rates.get(machine.machine.name, np.inf) if machine.on_demand else np.inf for good in self.goods]
        )
        cost = size.fixed_usd_per_hour * len(run.busy)
        covered: dict[int, float] = {}
        signature = 0
        for hour in run.busy:
            number = self.jobs.hour_of_week[hour]
            best = _cheapest(rates, good_price[:, hour])
            if best >= 0 and good_price[best, hour] * rates[best] < machine.usd_per_hour - 1e-12:
                row = self.first_good_row + best * len(self.task.weight) + number
                covered[row] = covered.get(row, 0.0) - rates[best] * size.machines / self.task.weight[number]
                signature = signature * 31 + row
            else:
                cost += machine.usd_per_hour * size.machines
        key = (size.job, size.variant, f"{machine.name} {size.machines} {size.hours}", run.start, signature)
        if key in self.run_columns:
            return False
        rows = np.array([*covered, self.first_job_row + self.keys.index(size.job)], dtype=np.int64)
        entries = np.array([*covered.values(), 1.0])
        self.run_columns[key] = (self.program.add(float(cost), rows, entries), run)
        return True

    def _improve(self, duals: Floats, price: Floats) -> bool:
        task = self.task
        added = False
        for hour in range(len(task.weight)):
            reduced = self.reduced_costs(hour, duals[hour], price[:, hour])
            order = np.argsort(reduced, kind="stable")[:_NEW_PER_HOUR]
            for block in order[reduced[order] < -_TOLERANCE * task.weight[hour]].tolist():
                added |= self._take(int(block), hour, self._cover(int(block), hour, price))
        return added

    def reduced_costs(self, hour: int, duals: Floats, price: Floats) -> Floats:
        """Cost of each block in the class at these prices, less what its worth earns."""
        task = self.task
        cost = price[self.block_machine] * task.blocks.machines + self.block_fixed * task.weight[hour]
        required = np.maximum(task.required[hour], 1)
        return cost - (np.minimum(task.blocks.worth, task.required[hour]) / required) @ duals

    def _cover(self, block: int, hour: int, price: Floats) -> int:
        """The commitment that gives the block's machine its price in the class; −1 for the on-demand price."""
        machine = int(self.block_machine[block])
        if not self.goods or price[machine, hour] >= self.on_demand_price[machine] * self.task.weight[hour] - 1e-12:
            return -1
        return _cheapest(self.rates[:, machine], self.good_price[:, hour])

    def _take(self, block: int, hour: int, good: int) -> bool:
        if (block, hour, good) in self.taken:
            return False
        task = self.task
        machine = int(self.block_machine[block])
        machines = int(task.blocks.machines[block])
        weight = int(task.weight[hour])
        cost = self.block_fixed[block] * weight
        capped = np.minimum(task.blocks.worth[block], task.required[hour])
        held = np.nonzero(capped)[0]
        rows = self.row_of[hour, held]
        entries = capped[held] / task.required[hour, held]
        if good < 0:
            cost += self.on_demand_price[machine] * machines * weight
        else:
            rows = np.append(rows, self.first_good_row + good * len(task.weight) + hour)
            entries = np.append(entries, -self.rates[good, machine] * machines)
        self.taken[block, hour, good] = self.program.add(float(cost), rows, entries)
        return True


def _cheapest(rates: Floats, prices: Floats) -> int:
    """The commitment that covers a machine at the lowest price; −1 where none covers it."""
    known = np.nonzero(np.isfinite(rates) & np.isfinite(prices))[0]
    return int(known[np.argmin(prices[known] * rates[known])]) if len(known) else -1
