"""StretchProgram: the least that machines and their starts cost in a stretch of hours, as an integer program.

    min   Σ over steps t, blocks b:  hours(t) · cost(t, b) · y(t, b)   +   usd_per_start · Σ rise(t, j)
    s.t.  Σ_b worth(b, r) · y(t, b)  ≥  required(t, r)                               every step and row r
          rise(t, j)  ≥  machines(t, j) − machines(t − 1, j)                         every step but the first, column j
          y whole

Of a plan that costs at most so much in the stretch no block runs that the relaxation makes dearer by more than what is
left: most are so gone before the integer program. What costs more is no less than that, so the bound is the lower one.
For whole blocks a row also holds in multiples of any d, rounded up (Chvátal–Gomory cuts; Chvátal, 1973):

          Σ_b ⌈worth(b, r) / d⌉ · y(t, b)  ≥  ⌈required(t, r) / d⌉

In the relaxation, where a few machines would else run in parts, these rows close most of the distance to whole ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
_SIZES, _PARTS = 16, 5
"""A row is rounded to multiples of blocks' worths, at most so many, and of the whole to a fifth of what it requires."""
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
    _covers: dict[int, list[tuple[str, Floats]]] = field(default_factory=dict[int, list[tuple[str, Floats]]])
    """By hour class: names and shares (by block) of the rows."""
    _cuts: dict[int, list[tuple[str, Floats]]] = field(default_factory=dict[int, list[tuple[str, Floats]]])
    """The same of what is rounded up of them."""

    def least(self, stretch: Stretch, most: float) -> float:
        """What no machines cost less in the stretch, USD, as far as that is below `most`."""
        every = np.ones((len(stretch), self.blocks.count), dtype=np.bool_)
        relaxed = self.backend.run(self._problem(stretch, every, rounded=True), relaxed=True)
        if relaxed.outcome is not Outcome.OPTIMAL:
            return -np.inf if relaxed.outcome is Outcome.LIMIT else most
        if relaxed.objective >= most:
            return most
        room = most - relaxed.objective + _GIVEN_AWAY * most
        kept = self._reduced(stretch, relaxed.duals) <= room
        found = self.backend.run(self._problem(stretch, kept), gap_rel=_GAP, node_limit=_NODES, prove=True)
        # Without some blocks nothing may be left that holds the load: then nothing costs less than `most`.
        whole = most if found.outcome is Outcome.INFEASIBLE else found.bound
        return min(most, max(whole, relaxed.objective) - _GIVEN_AWAY * most)

    def _problem(self, stretch: Stretch, kept: Flags, *, rounded: bool = False) -> Any:
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
            for name, share in self._covers_of(step.number, rounded=rounded):
                terms = {runs[block]: float(share[block]) for block in used if share[block]}
                rows.append((f"{name}_{place}", terms, 1.0))
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

    def _covers_of(self, number: int, *, rounded: bool) -> list[tuple[str, Floats]]:
        """Rows of a class as shares of what it requires, and, `rounded`, what is rounded up of them."""
        if number not in self._covers:
            self._covers[number], self._cuts[number] = [], []
            for row in np.nonzero(self.required[number] > 0)[0].tolist():
                first, *more = _rounded(self.blocks.worth[:, row], int(self.required[number, row]))
                self._covers[number].append((f"row{row}", first))
                self._cuts[number] += [(f"row{row}_cut{place}", share) for place, share in enumerate(more)]
        return [*self._covers[number], *(self._cuts[number] if rounded else ())]

    def _reduced(self, stretch: Stretch, duals: Mapping[str, float]) -> Floats:
        """Steps × blocks: what one more block costs above what the relaxation's rows pay for it."""
        columns = self.blocks.column.tolist()
        paid = np.array(
            [[duals.get(f"r_rise{place}_{column:05d}", 0.0) for column in columns] for place in range(len(stretch) + 1)]
        )
        found = np.zeros((len(stretch), self.blocks.count))
        for place, step in enumerate(stretch):
            found[place] = self.cost[step.number] * step.hours + (paid[place] - paid[place + 1]) * self.blocks.machines
            for name, share in self._covers_of(step.number, rounded=True):
                found[place] -= share * duals.get(f"r_{name}_{place}", 0.0)
        return found


def _rounded(worth: Integers, required: int) -> list[Floats]:
    """Blocks' shares of what is required: as they are, then with both rounded up to multiples of some divisors."""
    worth = np.minimum(worth, required)
    sizes = np.unique(worth[worth > 0])
    sizes = sizes[np.unique(np.linspace(0, max(len(sizes) - 1, 0), min(len(sizes), _SIZES)).astype(np.int64))]
    found: list[Floats] = [worth / required]
    for divisor in (*sizes.tolist(), *(-(-required // part) for part in range(1, _PARTS + 1))):
        share: Floats = -(-worth // divisor) / -(-required // divisor)
        if not any(np.array_equal(share, known) for known in found):
            found.append(share)
    return found
