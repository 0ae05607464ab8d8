"""Resources: a lower bound from prices of room that no machine type is cheaper than.

    max  Σ_d price(d) Σ_k count(k) request(k, d)   subject to   Σ_d price(d) room(m, d) ≤ price(m),  price ≥ 0

Whatever a machine holds fits its room, so at these prices it is worth no more than the machine costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp

from solver.model.backend import Backend
from solver.model.packing.problem import Floats, Problem

_pulp: Any = pulp


@dataclass(frozen=True)
class Resources:
    """A bound in price units, and the prices that give it."""

    bound: float
    prices: Floats
    """By dimension, of the largest room."""


def resource_bound(problem: Problem, backend: Backend) -> Resources:
    """The right-hand sides hold in floating point, whatever the solver's tolerance."""
    dearest = float(problem.cost.max())
    wanted = problem.count @ problem.share
    program: Any = _pulp.LpProblem("resources", _pulp.LpMaximize)
    prices = [_pulp.LpVariable(f"price_{place:03d}", 0) for place in range(len(wanted))]
    gain = (wanted / max(float(wanted.sum()), 1e-12)).tolist()
    program += _pulp.LpAffineExpression(dict(zip(prices, gain, strict=True)))
    for number, (row, cost) in enumerate(zip(problem.space.tolist(), (problem.cost / dearest).tolist(), strict=True)):
        terms = {price: part for price, part in zip(prices, row, strict=True) if part}
        program += _pulp.LpConstraint(
            _pulp.LpAffineExpression(terms), _pulp.LpConstraintLE, f"machine_{number:04d}", float(cost)
        )
    found = backend.run(program, relaxed=True)
    values = np.array([max(found.values.get(f"price_{place:03d}", 0.0), 0.0) for place in range(len(wanted))])
    values = np.where(problem.space.max(axis=0) > 0, values, 0.0) * dearest
    paid = problem.space @ values
    with np.errstate(divide="ignore", over="ignore"):
        part = float(np.where(paid > 0, problem.cost / np.maximum(paid, 1e-300), np.inf).min(initial=np.inf))
    values = values * min(1.0, part)
    return Resources(float(wanted @ values), values)
