"""Resource prices: what a replica costs at least on machines of which not all patterns can be listed.

    max   Σ_v wanted(v) · Σ_r request(v, r) · price(r)
    s.t.  Σ_r room(m, r) · price(r)  ≤  cost(m)            every machine m,   price ≥ 0

Whatever a machine holds together, its replicas' prices then add up to no more than its cost. So services may be planned
apart, each replica at its price, for a lower bound: the dual of a model that pools the resources of equal machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.compute.columns import Columns
from solver.model.compute.needs import Needs

_pulp: Any = pulp
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_GIVEN_AWAY = 1e-6
"""The solver's tolerance: prices are that much lower."""


def replica_prices(
    columns: Columns, needs: Needs, cost: Floats, backend: Backend
) -> Iterator[tuple[int, list[int], Floats]]:
    """For each kind of machine with unlisted patterns: one of them, the variants it runs, and their USD an hour.

    Prices are variants × worths of a USD of the level; `cost` has machines × worths, without volumes of claims.
    Machines of one kind are bought the same way and have the same architecture and accelerators.
    """
    kinds: dict[tuple[object, ...], list[int]] = {}
    for number, machine in enumerate(columns.machines):
        if not columns.complete[number]:
            accelerator = machine.machine.accelerator
            model = "" if accelerator is None else accelerator.model
            kinds.setdefault((not machine.on_demand, str(machine.machine.architecture), model), []).append(number)
    for _, machines in sorted(kinds.items(), key=lambda kind: str(kind[0])):
        runs = np.nonzero(columns.fitting[machines].any(axis=0))[0].tolist()
        wanted = np.array([_wanted(needs, variant) for variant in runs])
        # A resource takes at least what the machine that runs the variant with the smallest request counts for it.
        request = np.array([_smallest(columns, machines, variant) for variant in runs], dtype=np.float64)
        usd = [
            request
            @ _prices(columns.room[machines].astype(np.float64), request, wanted, cost[machines, worth], backend)
            for worth in range(cost.shape[1])
        ]
        yield machines[0], [int(variant) for variant in runs], np.array(usd).T


def _wanted(needs: Needs, variant: int) -> float:
    runnable = needs.runnables[variant]
    service = needs.services[runnable.service]
    hours = sum(hour.weight * needed for hour, needed in zip(needs.hours, service.needed, strict=True))
    return hours / max(runnable.capacity, 1)


def _smallest(columns: Columns, machines: list[int], variant: int) -> Integers:
    running = [number for number in machines if columns.fitting[number, variant]]
    smallest: Integers = np.min(columns.requests[running, variant], axis=0)
    return smallest


def _prices(room: Floats, request: Floats, wanted: Floats, cost: Floats, backend: Backend) -> Floats:
    # In parts of the largest machine, and of the dearest: all numbers are near 1.
    most: Floats = np.maximum(np.max(room, axis=0), 1.0)
    dearest = float(cost.max(initial=0.0))
    if dearest <= 0:
        return 0.0 * most
    problem: Any = _pulp.LpProblem("resource_prices", _pulp.LpMaximize)
    prices = [_pulp.LpVariable(f"price_{resource:02d}", 0) for resource in range(room.shape[1])]
    gain = wanted @ (request / most) / max(float(wanted.sum()), 1.0)
    problem += _pulp.LpAffineExpression(dict(zip(prices, gain.tolist(), strict=True)))
    for number, (row, usd) in enumerate(zip(room / most, cost / dearest, strict=True)):
        terms = {price: float(part) for price, part in zip(prices, row.tolist(), strict=True) if part}
        problem += _pulp.LpConstraint(
            _pulp.LpAffineExpression(terms), _pulp.LpConstraintLE, f"machine_{number:04d}", float(usd)
        )
    found = backend.run(problem, relaxed=True)
    values = np.array([max(found.values.get(f"price_{place:02d}", 0.0), 0.0) for place in range(room.shape[1])])
    # Resources that no machine of the kind has would have any price; and a solver's answer may be a hair too high.
    values = np.where(room.max(axis=0) > 0, values, 0.0)
    paid = (room / most) @ values
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(paid > 0, (cost / dearest) / paid, np.inf).min(initial=1.0)
    found_prices: Floats = values * min(1.0, float(scale)) * (1 - _GIVEN_AWAY) * dearest / most
    return found_prices
