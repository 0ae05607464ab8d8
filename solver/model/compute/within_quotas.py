"""Node groups within the quotas: for stacks of which the cheapest machines are more than the account may run.

Each of the hours that ask for most is planned over all columns, quotas included, which tells whether it can be held at
all. Where the columns that these hours take are more than the node groups allowed, one program chooses among them and
the best of the other kinds, for all these hours at once:

    Σ over columns c  used(c)  ≤  limit,        blocks(c, h)  ≤  most · used(c)

It is asked last, when groups chosen by cost hold nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from solver.model.compute.blocks import Blocks, build_blocks
from solver.model.compute.hourly import Hourly
from solver.model.solution import whole

_pulp: Any = pulp
Integers = NDArray[np.int64]
_ANY_GAP = 0.5
_MOST_HOURS = 4
_MOST_COLUMNS = 60
"""Among which one program chooses."""


def groups_within(hourly: Hourly, limit: int) -> list[int] | None:
    """Columns, at most `limit`, that hold the hours that ask for most within the quotas; None where none were found."""
    hours = _hardest(hourly)
    blocks = build_blocks(hourly.columns, hourly.rows, None, hourly.least)
    used: dict[int, None] = {}
    for hour in hours:
        plan = hourly.plan_hour(blocks, hour, gap=_ANY_GAP)
        if plan is None:
            return None
        used.update(dict.fromkeys(plan.machines))
    if len(used) <= limit:
        return sorted(used)
    return _chosen(hourly, _candidates(hourly, list(used)), hours, limit)


def _hardest(hourly: Hourly) -> list[int]:
    """Hour classes, none of which asks for as much as another of everything: those with most first."""
    required = hourly.task.required
    peak = np.maximum(required.max(axis=0), 1)
    free = np.array(
        [[int(by_hour[list(each.hours)].min()) for by_hour in hourly.free.values()] for each in hourly.needs.hours]
    ).reshape(len(required), len(hourly.free))
    asked = np.hstack([required / peak, -free])
    order = sorted(range(len(required)), key=lambda hour: (-float((required[hour] / peak).sum()), hour))
    kept: list[int] = []
    for hour in order:
        if not any((asked[other] >= asked[hour]).all() for other in kept):
            kept.append(hour)
    return kept[:_MOST_HOURS]


def _candidates(hourly: Hourly, used: Sequence[int]) -> list[int]:
    """The columns used, then of each quota family and each set of services the one that costs least."""
    columns = hourly.columns
    price = columns.usd_per_hour()
    service_of = np.array([each.service for each in hourly.needs.runnables], dtype=np.int64)
    best: dict[tuple[str, bool, frozenset[int]], int] = {}
    for column in range(columns.count):
        machine = columns.machines[int(columns.machine[column])]
        held = frozenset(int(each) for each in service_of[columns.slots[column] > 0])
        kind = (str(machine.machine.quota), machine.on_demand, held)
        if kind not in best or price[column] < price[best[kind]]:
            best[kind] = column
    widest = sorted(best.items(), key=lambda each: (-len(each[0][2]), float(price[each[1]]), each[1]))
    return list(dict.fromkeys([*used, *(column for _, column in widest)]))[: max(_MOST_COLUMNS, len(used))]


def _chosen(hourly: Hourly, candidates: Sequence[int], hours: Sequence[int], limit: int) -> list[int] | None:
    blocks = build_blocks(hourly.columns, hourly.rows, np.array(sorted(candidates), dtype=np.int64), hourly.least)
    problem: Any = _pulp.LpProblem("groups", _pulp.LpMinimize)
    used = {column: problem.add_variable(f"used_{column:05d}", cat="Binary") for column in sorted(candidates)}
    cost: list[Any] = []
    for hour in hours:
        cost += _add_hour(problem, hourly, blocks, hour, used)
    problem += _pulp.lpSum(cost)
    problem += _pulp.lpSum(used.values()) <= limit, "node_groups"
    found = hourly.backend.run(problem, gap_rel=_ANY_GAP)
    if not found.values:
        return None
    return [column for column, variable in used.items() if whole(found.values.get(variable.name, 0.0))]


def _add_hour(problem: Any, hourly: Hourly, blocks: Blocks, hour: int, used: dict[int, Any]) -> list[Any]:
    """The rows of one hour class; the terms of its cost."""
    required = hourly.task.required[hour]
    worth = np.minimum(blocks.worth, required)
    asked = np.nonzero(required > 0)[0]
    counts: list[Any] = []
    for block in range(blocks.count):
        share = worth[block, asked] / required[asked]
        most = int(np.ceil(1 / share[share > 0]).max()) if (share > 0).any() else 0
        variable = problem.add_variable(f"block_{hour:03d}_{block:05d}", 0, most, cat="Integer")
        column = int(blocks.column[block])
        problem += variable <= most * used[column], f"used_{hour:03d}_{block:05d}"
        counts.append(variable)
    for row in asked.tolist():
        # In parts of what is asked for, so that no number is large.
        terms = [(worth[block, row] / required[row]) * counts[block] for block in np.nonzero(worth[:, row])[0].tolist()]
        problem += _pulp.lpSum(terms) >= 1, f"promise_{hour:03d}_{row:03d}"
    for number, ceiling in enumerate(hourly.ceilings(blocks, hour)):
        terms = [int(ceiling.use[block]) * counts[block] for block in np.nonzero(ceiling.use)[0].tolist()]
        problem += _pulp.lpSum(terms) <= ceiling.most, f"quota_{hour:03d}_{number:02d}"
    prices = hourly.block_costs(blocks, hour)
    return [float(prices[block]) * counts[block] for block in range(blocks.count)]
