"""Sharing: node groups of machines that many services share, improved a few at a time.

A few requirements stand for the week. The machines of the groups so far hold each of them at some price: the duals of
that program. Fillings that would earn more than they cost at these duals, in all requirements together, are the ones
that could replace a group. An integer program chooses among the groups and the best of these:

    min   Σ_h hours(h) · Σ_b cost(b) · y(b, h)
    s.t.  Σ_b min(worth(b, r), required(h, r)) · y(b, h)  ≥  required(h, r)         every requirement h and row r
          y(b, h)  ≤  most(b, h) · z(group of b)                                    every block b
          Σ_g z(g)  ≤  limit,   y whole,  z 0 or 1

as often as it finds better ones. It is a search, with no claim to be best.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from solver.model.compute.commitments import Good
from solver.model.compute.hourly import Hourly
from solver.model.compute.joint_bound import gathered
from solver.model.compute.joint_program import Block, Filled, JointProgram
from solver.model.compute.valuation import valuation
from solver.model.deadline import NEVER, Deadline

_pulp: Any = pulp
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_REQUIREMENTS = 3
"""That stand for all hour classes."""
_ADDED = 14
"""Fillings that are tried beside the groups at once."""
_MIXES = (0.7, 1.0, 0.4)
"""Parts of the groups' own prices in those that fillings are sought at."""
_OF_A_MACHINE = 3
"""Of these, of one machine type."""
_ROUNDS = 5
"""Choices, at most."""
_NODES = 20
"""Of the search for a choice."""
_GAP = 1e-2
_BETTER = 1 - 5e-4


@dataclass
class Sharing:
    """The search for one site at given prices of machines."""

    program: JointProgram
    price: Floats
    """USD an hour of each machine."""
    limit: int
    """Node groups."""
    deadline: Deadline = NEVER

    def __post_init__(self) -> None:
        weight = self.program.hourly.task.weight
        required = self.program.required
        groups = gathered(required, weight, _REQUIREMENTS)
        self.hours = np.array([float(weight[group].sum()) for group in groups])
        self.required = np.array(
            [np.ceil(np.average(required[group], axis=0, weights=weight[group]) - 1e-9) for group in groups],
            dtype=np.int64,
        )
        self.pool: dict[Filled, None] = {}

    def improve(self, groups: Sequence[Filled]) -> list[Filled]:
        """Groups that hold the services for less, or these."""
        chosen = [each for each in dict.fromkeys(groups) if self.program.holds(each)]
        free: list[Floats] = []
        for required in self.required:
            point = self.program.solve(required, self.price, exact=False)
            free.append(point.duals)
            self.pool |= dict.fromkeys(filled for filled, _ in point.filled)
        best, failed = np.inf, 0
        for number in range(_ROUNDS):
            if self.deadline.has_passed():
                break
            mix = _MIXES[number % len(_MIXES)]
            usd, better = self._chosen([*chosen, *self._promising(chosen, free, mix)])
            if usd < best * _BETTER:
                best, chosen, failed = usd, better, 0
            else:
                failed += 1
            if failed == len(_MIXES):
                break
        return chosen

    def _promising(self, groups: Sequence[Filled], free: Sequence[Floats], mix: float) -> list[Filled]:
        """Fillings that would earn most at what these groups make the requirements cost.

        Where a group holds several services, one of them decides how many machines it has, and the others have no
        price: so these prices are mixed with those of machines without a limit.
        """
        duals = [
            mix * self.program.priced(required, self.price, groups) + (1 - mix) * each
            for required, each in zip(self.required, free, strict=True)
        ]
        for required, mine in zip(self.required, duals, strict=True):
            self.pool |= dict.fromkeys(self.program.earning(required, self.price, mine))
        listed = [each for each in self.pool if each not in groups and self.program.holds(each)]
        gain = np.zeros(len(listed))
        for hours, required, mine in zip(self.hours, self.required, duals, strict=True):
            gain += hours * np.array([self.program.gain(each, required, self.price, mine) for each in listed])
        found: list[Filled] = []
        by_machine: dict[int, int] = {}
        order: list[int] = np.argsort(-np.round(gain, 9), kind="stable").tolist()
        for place in order:
            machine = listed[place][0]
            if len(found) == _ADDED:
                break
            if by_machine.get(machine, 0) < _OF_A_MACHINE:
                by_machine[machine] = by_machine.get(machine, 0) + 1
                found.append(listed[place])
        return found

    def _chosen(self, candidates: Sequence[Filled]) -> tuple[float, list[Filled]]:
        """The best of these within the limit, and what they cost; none where none were found."""
        problem: Any = _pulp.LpProblem("groups", _pulp.LpMinimize)
        opened = [_pulp.LpVariable(f"z{group:03d}", 0, 1, _pulp.LpInteger) for group in range(len(candidates))]
        objective: dict[Any, float] = {}
        rows: list[tuple[str, dict[Any, float], float]] = [("limit", dict.fromkeys(opened, -1.0), -float(self.limit))]
        for hour, (hours, required) in enumerate(zip(self.hours.tolist(), self.required, strict=True)):
            terms: list[dict[Any, float]] = [{} for _ in required]
            for group, filled in enumerate(candidates):
                blocks = self.program.blocks(filled, required, self.price)
                smaller: dict[Any, float] = {opened[group]: 1.0}
                for place, block in enumerate(blocks):
                    last = place == len(blocks) - 1
                    most = _most(block) if last else 1
                    name = f"y{hour}_{group:03d}_{block.machines}"
                    variable = _pulp.LpVariable(name, 0, most, _pulp.LpInteger)
                    objective[variable] = hours * block.usd
                    if last:
                        rows.append((f"open_{name}", {opened[group]: float(most), variable: -1.0}, 0.0))
                    else:
                        smaller[variable] = -1.0
                    for row in np.nonzero(block.share)[0].tolist():
                        terms[row][variable] = float(block.share[row])
                if len(smaller) > 1:
                    rows.append((f"open{hour}_{group:03d}", smaller, 0.0))
            rows += [(f"row{hour}_{row}", mine, 1.0) for row, mine in enumerate(terms) if required[row] > 0]
        problem += _pulp.LpAffineExpression(objective)
        for name, mine, least in rows:
            problem += _pulp.LpConstraint(_pulp.LpAffineExpression(mine), _pulp.LpConstraintGE, name, least)
        backend = self.program.hourly.backend
        found = backend.run(problem, gap_rel=_GAP, node_limit=_NODES)
        if not found.values:
            return np.inf, []
        chosen = [each for group, each in enumerate(candidates) if found.values.get(f"z{group:03d}", 0.0) > 0.5]
        return found.objective, chosen


def _most(block: Block) -> int:
    """Blocks that meet every row that one of them helps to meet."""
    helped = block.share[block.share > 0]
    return int(np.ceil(1 / helped - 1e-9).max(initial=1.0))


def usual_prices(hourly: Hourly, good: Good | None, prices: Mapping[str, float], others: Iterable[str]) -> Floats:
    """USD an hour of each machine where a USD of the savings plan's level is worth about one."""
    value = valuation(hourly.columns, good, prices, others, hourly.held)
    full = np.nonzero(value.worths == value.worths[int(np.argmin(np.abs(value.worths - 1.0)))])[0]
    found: Floats = value.machine[:, int(full[-1])]
    return found
