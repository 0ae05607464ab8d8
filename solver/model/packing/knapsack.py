"""Knapsack: the most valuable filling of one machine type, as an integer program, where the beam is in doubt.

    max Σ v(k) a(k)   subject to   Σ request(k, d) a(k) ≤ room(d),   Σ_k Σ_d u(d) request(k, d) a(k) ≤ Σ_d u(d) room(d)

The last row follows from the others; at the multipliers u it tells the solver how many large replicas fit together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pulp

from solver.model.backend import Backend
from solver.model.packing.problem import Floats, Integers, Problem

_pulp: Any = pulp


def best_filling(
    problem: Problem, machine: int, values: Floats, price: Floats, limit: Integers, backend: Backend, node_limit: int
) -> tuple[Integers | None, float]:
    """The filling, and what no filling of the machine type is worth more than.

    None where no filling was found, or the one found does not fit in whole numbers.
    """
    most = np.minimum(problem.ceiling[machine], limit)
    held = np.nonzero((values > 0) & (most > 0))[0]
    if not len(held):
        return np.zeros(len(values), dtype=np.int64), 0.0
    scale = float(values[held].max())
    program: Any = _pulp.LpProblem("filling", _pulp.LpMaximize)
    number = [_pulp.LpVariable(f"a{place:05d}", 0, int(most[place]), _pulp.LpInteger) for place in held.tolist()]
    program += _pulp.LpAffineExpression(dict(zip(number, (values[held] / scale).tolist(), strict=True)))
    space = np.maximum(problem.room[machine], 1).astype(np.float64)
    weights = price / np.maximum(problem.scale, 1e-300) * space
    rows = [problem.request[held, d] / space[d] for d in range(len(space))]
    rights = [1.0 if room else 0.0 for room in problem.room[machine].tolist()]
    if weights.sum() > 0 and len(rows) > 1:
        weights = weights / weights.sum()
        rows.append(np.sum([w * row for w, row in zip(weights, rows, strict=True)], axis=0))
        rights.append(1.0)
    for place, (row, right) in enumerate(zip(rows, rights, strict=True)):
        terms = {variable: part for variable, part in zip(number, row.tolist(), strict=True) if part}
        if terms:
            program += _pulp.LpConstraint(
                _pulp.LpAffineExpression(terms), _pulp.LpConstraintLE, f"room{place:02d}", right
            )
    _keep_apart(program, dict(zip(held.tolist(), number, strict=True)), most, problem)
    found = backend.run(program, node_limit=node_limit, gap_rel=1e-9)
    upper = max(found.bound * scale, 0.0) * (1 + 1e-9)
    if not found.values:
        return None, upper
    pattern = np.zeros(len(values), dtype=np.int64)
    pattern[held] = [round(found.values.get(f"a{place:05d}", 0.0)) for place in held.tolist()]
    if (pattern @ problem.request > problem.room[machine]).any():
        return None, upper
    return pattern, upper


def _keep_apart(program: Any, number: dict[int, Any], most: Integers, problem: Problem) -> None:
    """Of two classes that may not share a machine only one has replicas."""
    pairs = np.argwhere(np.triu(problem.conflicts)).tolist() if problem.has_conflicts else []
    there: dict[int, Any] = {}
    for first, second in pairs:
        if first not in number or second not in number:
            continue
        for place in (first, second):
            if place not in there:
                there[place] = _pulp.LpVariable(f"y{place:05d}", 0, 1, _pulp.LpInteger)
                row = _pulp.LpAffineExpression({number[place]: 1.0, there[place]: -float(most[place])})
                program += _pulp.LpConstraint(row, _pulp.LpConstraintLE, f"there{place:05d}", 0.0)
        both = _pulp.LpAffineExpression({there[first]: 1.0, there[second]: 1.0})
        program += _pulp.LpConstraint(both, _pulp.LpConstraintLE, f"apart{first:05d}_{second:05d}", 1.0)
