"""The two classic models of elastic resources, as they stand in the literature; the pools' models contain both.

Both are linear programs, solved through PuLP, with the duals that say what one more unit of demand costs. Infeasible,
unbounded and degenerate inputs are told apart by `Standing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf, isfinite
from typing import Any

import pulp

from solver.model.backend import Backend
from solver.model.solution import Outcome, Solution

_pulp: Any = pulp
_TOLERANCE = 1e-6
"""CBC prints eight digits."""


class Standing(StrEnum):
    """What kind of problem it was."""

    OPTIMAL = "optimal"
    """One basis is optimal: amounts and duals are unique."""
    DEGENERATE = "degenerate"
    """Optimal, but amounts or duals are not unique: a basic amount or a slack price is zero."""
    INFEASIBLE = "infeasible"
    """No amounts meet the demand."""
    UNBOUNDED = "unbounded"
    """The cost has no lower end: something is paid for being used."""


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """Elastic allocation, solved."""

    standing: Standing
    usd: float
    """Cost; infinite when infeasible, minus infinite when unbounded."""
    units: Mapping[str, float] = field(default_factory=dict[str, float])
    """α: units of each resource."""
    usd_per_demand: float = 0.0
    """Dual of the demand: what one more unit of it costs."""


@dataclass(frozen=True, kw_only=True)
class PurchaseOffer:
    """One way to buy usage."""

    usd_per_unit: float
    """p: for each unit used."""
    usd_per_capacity: float = 0.0
    """c: for each unit of capacity bought, used or not."""
    yield_per_capacity: float = 1.0
    """b: usage that a unit of capacity allows."""
    most: float = inf
    """cap: most usage of this option."""


@dataclass(frozen=True, kw_only=True)
class Billing:
    """On-demand billing, solved."""

    standing: Standing
    usd: float
    """Cost; infinite when infeasible, minus infinite when unbounded."""
    usage: Mapping[str, float] = field(default_factory=dict[str, float])
    """x: usage by option, over all hours."""
    hourly: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    """x by option and hour."""
    capacity: Mapping[str, float] = field(default_factory=dict[str, float])
    """Capacity bought of each option."""
    usd_per_demand: tuple[float, ...] = ()
    """Dual of each hour's demand."""


def elastic_allocation(
    usd_per_unit: Mapping[str, float], performance: Mapping[str, float], demand: float, backend: Backend
) -> Allocation:
    """min Σ cᵢ αᵢ  subject to  Σ sᵢ αᵢ ≥ d,  α ≥ 0: which resources carry a load most cheaply.

    The optimum puts all on a resource with the least cᵢ / sᵢ; the dual is that ratio. Without a resource that performs,
    a demand above 0 is infeasible; a resource with a negative cost makes it unbounded.
    """
    names = sorted(usd_per_unit)
    problem: Any = _pulp.LpProblem("elastic_allocation", _pulp.LpMinimize)
    variables = {name: _pulp.LpVariable(f"alpha_{number:05d}", 0) for number, name in enumerate(names)}
    problem += _pulp.LpAffineExpression({variables[name]: usd_per_unit[name] for name in names})
    carried = _pulp.LpAffineExpression({variables[name]: performance.get(name, 0.0) for name in names})
    problem += _pulp.LpConstraint(carried, _pulp.LpConstraintGE, "demand", demand)
    found = backend.run(problem, relaxed=True)
    if found.outcome is not Outcome.OPTIMAL:
        return Allocation(standing=_without_answer(found), usd=_usd_without_answer(found))
    units = {name: found.values.get(f"alpha_{number:05d}", 0.0) for number, name in enumerate(names)}
    dual = found.duals.get("demand", 0.0)
    slack = [usd_per_unit[name] - dual * performance.get(name, 0.0) for name in names]
    # One row: exactly one amount is in the basis, all others have a positive reduced cost, unless it is degenerate.
    tight = sum(abs(price) <= _TOLERANCE * max(1.0, abs(dual)) for price in slack)
    degenerate = tight != 1 or abs(demand) <= _TOLERANCE
    standing = Standing.DEGENERATE if degenerate else Standing.OPTIMAL
    return Allocation(standing=standing, usd=found.objective, units=units, usd_per_demand=dual)


def on_demand_billing(offers: Mapping[str, PurchaseOffer], demand: Sequence[float], backend: Backend) -> Billing:
    """min Σ pᵢ xᵢ(h) + Σ cᵢ kᵢ  subject to  xᵢ(h) ≤ min(capᵢ, bᵢ kᵢ),  Σᵢ xᵢ(h) = d(h): how usage is bought.

    Capacity k is bought once and used in every hour; an option without a price of capacity needs none. The dual of an
    hour's demand is what one more unit costs in that hour.
    """
    names = sorted(offers)
    problem: Any = _pulp.LpProblem("on_demand_billing", _pulp.LpMinimize)
    cost: dict[Any, float] = {}
    rows: list[tuple[str, dict[Any, float], int, float]] = []
    meets: list[dict[Any, float]] = [{} for _ in demand]
    for number, name in enumerate(names):
        offer = offers[name]
        capacity: Any = None
        if offer.usd_per_capacity != 0.0:
            capacity = _pulp.LpVariable(f"k_{number:03d}", 0)
            cost[capacity] = offer.usd_per_capacity
        for hour in range(len(demand)):
            most = offer.most if isfinite(offer.most) else None
            usage = _pulp.LpVariable(f"x_{number:03d}_{hour:05d}", 0, most)
            cost[usage] = offer.usd_per_unit
            meets[hour][usage] = 1.0
            if capacity is not None:
                terms = {usage: 1.0, capacity: -offer.yield_per_capacity}
                rows.append((f"bought_{number:03d}_{hour:05d}", terms, _pulp.LpConstraintLE, 0.0))
    for hour, wanted in enumerate(demand):
        rows.append((f"demand_{hour:05d}", meets[hour], _pulp.LpConstraintEQ, wanted))
    problem += _pulp.LpAffineExpression(cost)
    for name, terms, sense, right in rows:
        problem += _pulp.LpConstraint(_pulp.LpAffineExpression(terms), sense, name, right)
    found = backend.run(problem, relaxed=True)
    if found.outcome is not Outcome.OPTIMAL:
        return Billing(standing=_without_answer(found), usd=_usd_without_answer(found))
    hourly = {
        name: tuple(found.values.get(f"x_{number:03d}_{hour:05d}", 0.0) for hour in range(len(demand)))
        for number, name in enumerate(names)
    }
    bought = {name: found.values.get(f"k_{number:03d}", 0.0) for number, name in enumerate(names)}
    return Billing(
        standing=Standing.OPTIMAL if _is_unique(offers, hourly, bought, found.duals) else Standing.DEGENERATE,
        usd=found.objective,
        usage={name: sum(week) for name, week in hourly.items()},
        hourly=hourly,
        capacity=bought,
        usd_per_demand=tuple(found.duals.get(f"demand_{hour:05d}", 0.0) for hour in range(len(demand))),
    )


def _is_unique(
    offers: Mapping[str, PurchaseOffer],
    hourly: Mapping[str, tuple[float, ...]],
    bought: Mapping[str, float],
    duals: Mapping[str, float],
) -> bool:
    """Whether amounts and duals are the only optimal ones.

    They are when each row has one amount strictly between its bounds, slack of rows among them, and every other amount
    a reduced cost that is not zero.
    """
    hours = len(next(iter(hourly.values()), ()))
    rows, inside = hours, 0
    reduced: list[float] = []
    for number, name in enumerate(sorted(offers)):
        offer, capacity = offers[name], bought[name]
        with_capacity = offer.usd_per_capacity != 0.0
        price_of_capacity = offer.usd_per_capacity
        for hour, usage in enumerate(hourly[name]):
            price = offer.usd_per_unit - duals.get(f"demand_{hour:05d}", 0.0)
            if with_capacity:
                dual = duals.get(f"bought_{number:03d}_{hour:05d}", 0.0)
                price -= dual
                price_of_capacity += offer.yield_per_capacity * dual
                rows += 1
                if offer.yield_per_capacity * capacity - usage > _TOLERANCE:
                    inside += 1
                else:
                    reduced.append(dual)
            if _TOLERANCE < usage < offer.most - _TOLERANCE:
                inside += 1
            else:
                reduced.append(price)
        if with_capacity:
            if capacity > _TOLERANCE:
                inside += 1
            else:
                reduced.append(price_of_capacity)
    return inside == rows and all(abs(price) > _TOLERANCE for price in reduced)


def _usd_without_answer(found: Solution) -> float:
    return -inf if found.outcome is Outcome.UNBOUNDED else inf


def _without_answer(found: Solution) -> Standing:
    return Standing.UNBOUNDED if found.outcome is Outcome.UNBOUNDED else Standing.INFEASIBLE
