"""Solution: what a solver says about one PuLP problem, and what such a problem is made of.

Nothing here names a solver; `backend.py` runs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf, isfinite
from typing import Any

import pulp

# pulp has no complete types: what it returns enters here as Any and leaves as plain values.
_pulp: Any = pulp


class Outcome(StrEnum):
    """Why a solver stopped."""

    OPTIMAL = "optimal"
    """Proved within the gap asked for."""
    LIMIT = "limit"
    """A work limit ended the search; `values` hold the best answer found, if there is one."""
    INFEASIBLE = "infeasible"
    """No values satisfy all rows."""
    UNBOUNDED = "unbounded"
    """The objective has no end."""


@dataclass(frozen=True, kw_only=True)
class Solution:
    """What a solver said about one problem."""

    outcome: Outcome
    """Why it stopped."""
    objective: float
    """Of `values`; infinite (for a maximum: minus infinite) without them."""
    bound: float
    """No answer is better."""
    values: Mapping[str, float]
    """By variable name; empty when there is no answer."""
    duals: Mapping[str, float] = field(default_factory=dict[str, float])
    """By row name, of a problem without integers: change of the objective for one more unit of the right-hand side."""

    @property
    def gap(self) -> float:
        """Distance of objective and bound, as a part of the objective; infinite without an answer."""
        if not isfinite(self.objective) or not isfinite(self.bound):
            return inf
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-9)


def rows_without_terms(problem: Any) -> dict[str, bool]:
    """By name of the rows in which no variable has a factor: whether they hold."""
    found: dict[str, bool] = {}
    for name, row in problem.constraints.items():
        if not any(factor for factor in row.values()):
            # PuLP's row is expression + constant, compared with 0.
            left = float(row.constant)
            found[str(name)] = (
                left <= 0
                if row.sense == _pulp.LpConstraintLE
                else left >= 0
                if row.sense == _pulp.LpConstraintGE
                else left == 0
            )
    return found


def without_rows(problem: Any, names: Mapping[str, bool]) -> Any:
    """The problem without these rows, with the same variables; CBC gives up at a linear program that has one."""
    if not names:
        return problem
    fewer: Any = problem.copy()
    for name in names:
        del fewer.constraints[name]
    return fewer


def no_answer(problem: Any, outcome: Outcome) -> Solution:
    worst = worst_of(problem)
    return Solution(
        outcome=outcome, objective=worst, bound=worst if outcome is Outcome.INFEASIBLE else -worst, values={}
    )


def worst_of(problem: Any) -> float:
    return -inf if problem.sense == _pulp.LpMaximize else inf


def constant_of(problem: Any) -> float:
    return float(getattr(problem.objective, "constant", 0.0) or 0.0)


def values_of(problem: Any) -> dict[str, float]:
    return {str(variable.name): float(variable.varValue or 0.0) for variable in problem.variables()}


def duals_of(problem: Any, sign: float) -> dict[str, float]:
    rows: Mapping[str, Any] = problem.constraints
    return {str(name): sign * float(row.pi or 0.0) for name, row in rows.items()}


def whole(value: float, *, tolerance: float = 1e-5) -> int:
    """The integer that a solver meant; ValueError when the value is none."""
    nearest = round(value)
    if abs(value - nearest) > tolerance * max(1.0, abs(value)):
        raise ValueError(f"a solver gave {value!r} where an integer was asked for")
    return nearest
