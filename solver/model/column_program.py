"""ColumnProgram: a linear program that grows by columns between two runs.

PuLP builds the first model. On HiGHS later columns go straight into the live model, which then starts from its last
basis; on CBC the model is built anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.live_model import LiveModel, live_model
from solver.model.running import silenced
from solver.model.solution import Outcome

_pulp: Any = pulp
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Point:
    """An optimum of the program as it stands."""

    objective: float
    duals: Floats
    """By row."""
    values: Floats
    """By column, in the order in which they were added."""


@dataclass
class ColumnProgram:
    """min Σ cost × value with Σ entries ≥ right-hand side in each row and values ≥ 0."""

    backend: Backend
    right: Floats
    """Right-hand sides."""
    _costs: list[float] = field(default_factory=list[float])
    _rows: list[Integers] = field(default_factory=list[Integers])
    _entries: list[Floats] = field(default_factory=list[Floats])
    _live: LiveModel | None = None
    _built: int = 0

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self._costs)

    def add(self, cost: float, rows: Integers, entries: Floats) -> int:
        """Add a column; its number."""
        self._costs.append(cost)
        self._rows.append(rows)
        self._entries.append(entries)
        return len(self._costs) - 1

    def change_right(self, right: Floats) -> None:
        """Other right-hand sides; the next run starts from the last basis."""
        self.right = right
        if self._live is not None:
            rows = np.arange(len(right), dtype=np.int32)
            self._live.highs.changeRowsBounds(len(right), rows, right, np.full(len(right), np.inf))

    def solve(self) -> Point:
        """The optimum; ValueError where there is none, which a caller excludes by columns that satisfy every row."""
        if self._live is None or self.backend.name != "highs":
            return self._solve_built()
        new = slice(self._built, None)
        lengths = [len(rows) for rows in self._rows[new]]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if lengths else np.zeros(0)
        self._live.add_columns(
            np.array(self._costs[new]),
            starts.astype(np.int32),
            np.concatenate(self._rows[new]).astype(np.int32) if lengths else np.zeros(0, dtype=np.int32),
            np.concatenate(self._entries[new]) if lengths else np.zeros(0),
        )
        self._built = self.size
        with silenced():
            objective, duals, values = self._live.run()
        return Point(objective, duals, values)

    def _solve_built(self) -> Point:
        problem: Any = _pulp.LpProblem("columns", _pulp.LpMinimize)
        variables = [_pulp.LpVariable(f"x{number:06d}", 0) for number in range(self.size)]
        terms: list[dict[Any, float]] = [{} for _ in self.right]
        for variable, rows, entries in zip(variables, self._rows, self._entries, strict=True):
            for row, entry in zip(rows.tolist(), entries.tolist(), strict=True):
                terms[row][variable] = entry
        problem += _pulp.LpAffineExpression(dict(zip(variables, self._costs, strict=True)))
        for row, right in enumerate(self.right.tolist()):
            expression = _pulp.LpAffineExpression(terms[row])
            problem += _pulp.LpConstraint(expression, _pulp.LpConstraintGE, f"r{row:06d}", right)
        found = self.backend.run(problem, relaxed=True)
        if found.outcome is not Outcome.OPTIMAL:
            raise ValueError(f"the linear program is {found.outcome}")
        if self.backend.name == "highs":
            self._live = live_model(problem)
            self._built = self.size
        duals = np.array([found.duals[f"r{row:06d}"] for row in range(len(self.right))])
        values = np.array([found.values.get(f"x{number:06d}", 0.0) for number in range(self.size)])
        return Point(found.objective, duals, values)
