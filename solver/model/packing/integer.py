"""Integer: the cheapest choice among given columns that covers all replicas, as an integer program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pulp

from solver.model.backend import Backend
from solver.model.packing.columns import Columns
from solver.model.packing.machines import Machines
from solver.model.packing.problem import Floats, Problem

_pulp: Any = pulp
PROVE = True


def choose(
    problem: Problem, columns: Columns, places: list[int], backend: Backend, *, below: int, node_limit: int
) -> tuple[Machines | None, float]:
    """Machines that cost less than `below`, and a lower bound on any that these columns make; both in price units.

    None when none were found within `node_limit` nodes. Prices are whole, so what costs less costs at most `below` − 1.
    """
    types, patterns = columns.table(places)
    program: Any = _pulp.LpProblem("choice", _pulp.LpMinimize)
    variables = [_pulp.LpVariable(f"x{number:05d}", 0, None, _pulp.LpInteger) for number in range(len(places))]
    cost = problem.cost[types]
    program += _pulp.LpAffineExpression(dict(zip(variables, cost.tolist(), strict=True)))
    for row in range(len(problem.count)):
        held = np.nonzero(patterns[:, row])[0].tolist()
        terms = {variables[place]: float(patterns[place, row]) for place in held}
        program += _pulp.LpConstraint(
            _pulp.LpAffineExpression(terms), _pulp.LpConstraintGE, f"r{row:04d}", float(problem.count[row])
        )
    cap = _pulp.LpAffineExpression(dict(zip(variables, cost.tolist(), strict=True)))
    program += _pulp.LpConstraint(cap, _pulp.LpConstraintLE, "below", float(below - 1))
    found = backend.run(program, node_limit=node_limit, gap_rel=1e-6, prove=PROVE)
    if not found.values:
        return None, float(below) if found.outcome == "infeasible" else 0.0
    numbers: Floats = np.array([found.values.get(f"x{number:05d}", 0.0) for number in range(len(places))])
    whole = np.round(numbers).astype(np.int64)
    used = whole > 0
    return Machines(types[used], patterns[used], whole[used]), found.bound
