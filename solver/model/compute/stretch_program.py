"""StretchProgram: the least that machines and their starts cost in a stretch of hours, as an integer program.

    min   Σ over steps t, blocks b:  hours(t) · cost(t, b) · y(t, b)   +   usd_per_start · Σ rise(t, j)
    s.t.  Σ_b worth(b, r) · y(t, b)  ≥  required(t, r)                               every step and row r
          rise(t, j)  ≥  machines(t, j) − machines(t − 1, j)                         every step but the first, column j
          y whole

Of a plan that costs at most so much in the stretch no block runs that the relaxation makes dearer by more than what is
left: most are so gone before the integer program. What costs more is no less than that, so the bound is the lower one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.compute.blocks import Blocks
from solver.model.compute.stretches import Stretch
from solver.model.solution import Outcome

_pulp: Any = pulp
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_GAP = 2e-3
_NODES = 20
_GIVEN_AWAY = 1e-6
"""A solver's tolerances let rows and whole numbers be off by this much: a bound gives it away."""


@dataclass(frozen=True)
class StretchProgram:
    """For services that share machines with no others."""

    blocks: Blocks
    """Of all columns that hold them."""
    required: Integers
    """Hour classes × the blocks' rows."""
    cost: Floats
    """Hour classes × blocks: USD an hour."""
    usd_per_start: float
    backend: Backend

    def least(self, stretch: Stretch, most: float) -> float:
        """What no machines cost less in the stretch, USD, as far as that is below `most`."""
        every = np.ones((len(stretch), self.blocks.count), dtype=np.bool_)
        relaxed = self.backend.run(self._problem(stretch, every), relaxed=True)
        if relaxed.outcome is not Outcome.OPTIMAL:
            return -np.inf if relaxed.outcome is Outcome.LIMIT else most
        if relaxed.objective >= most:
            return most
        room = most - relaxed.objective + _GIVEN_AWAY * most
        kept = self._reduced(stretch, relaxed.duals) <= room
        found = self.backend.run(self._problem(stretch, kept), gap_rel=_GAP, node_limit=_NODES, prove=True)
        return min(most, max(found.bound - _GIVEN_AWAY * most, relaxed.objective - _GIVEN_AWAY * most))

    def _problem(self, stretch: Stretch, kept: Flags) -> Any:
        problem: Any = _pulp.LpProblem("stretch", _pulp.LpMinimize)
        objective: dict[Any, float] = {}
        rows: list[tuple[str, dict[Any, float], float]] = []
        before: dict[int, dict[Any, float]] = {}
        for place, step in enumerate(stretch):
            used = np.nonzero(kept[place])[0].tolist()
            runs = {block: _pulp.LpVariable(f"y{place}_{block:05d}", 0, None, _pulp.LpInteger) for block in used}
            machines: dict[int, dict[Any, float]] = {}
            for block, variable in runs.items():
                objective[variable] = float(self.cost[step.number, block]) * step.hours
                machines.setdefault(int(self.blocks.column[block]), {})[variable] = float(self.blocks.machines[block])
            share = self._share(step.number)
            for row in np.nonzero(self.required[step.number] > 0)[0].tolist():
                terms = {runs[block]: float(share[block, row]) for block in used if share[block, row]}
                rows.append((f"row{place}_{row}", terms, 1.0))
            for column, here in machines.items() if place else ():
                rise = _pulp.LpVariable(f"rise{place}_{column:05d}", 0)
                objective[rise] = self.usd_per_start
                less = {variable: -count for variable, count in here.items()}
                rows.append((f"rise{place}_{column:05d}", {rise: 1.0, **less, **before.get(column, {})}, 0.0))
            before = machines
        problem += _pulp.LpAffineExpression(objective)
        for name, terms, least in rows:
            problem += _pulp.LpConstraint(_pulp.LpAffineExpression(terms), _pulp.LpConstraintGE, f"r_{name}", least)
        return problem

    def _share(self, number: int) -> Floats:
        """Blocks × rows: of what a class requires."""
        required = np.maximum(self.required[number], 1)
        share: Floats = np.minimum(self.blocks.worth, required) / required
        return share

    def _reduced(self, stretch: Stretch, duals: Any) -> Floats:
        """Steps × blocks: what one more block costs above what the relaxation's rows pay for it."""
        columns = self.blocks.column.tolist()
        paid = np.array(
            [[duals.get(f"r_rise{place}_{column:05d}", 0.0) for column in columns] for place in range(len(stretch) + 1)]
        )
        found = np.zeros((len(stretch), self.blocks.count))
        for place, step in enumerate(stretch):
            rows = np.array([duals.get(f"r_row{place}_{row}", 0.0) for row in range(self.required.shape[1])])
            found[place] = (
                self.cost[step.number] * step.hours
                - self._share(step.number) @ rows
                + (paid[place] - paid[place + 1]) * self.blocks.machines
            )
        return found
