"""Choice: one way for each stack, the cheapest together within limits that hold in every hour.

min  Σ usd(w) · y(w)     s.t.  Σ over the ways of a stack: y(w) = 1,   Σ amount(w, l, h) · y(w) ≤ limit(l)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulp

from solver.model.backend import Backend
from solver.model.solution import whole
from solver.quantity import HOURS_PER_WEEK

_pulp: Any = pulp
_GAP = 1e-4


@dataclass(frozen=True)
class Way:
    """One way to run a stack."""

    usd: float
    amounts: Mapping[int, Sequence[int]]
    """By limit, what it takes in each hour of the week."""


def cheapest_ways(
    options: Mapping[str, Sequence[Way]], limits: Sequence[int], backend: Backend
) -> dict[str, int] | None:
    """The number of the way that each stack takes; None where no choice keeps the limits."""
    problem: Any = _pulp.LpProblem("ways", _pulp.LpMinimize)
    taken = {
        (name, number): problem.add_variable(f"way_{place:05d}_{number:03d}", cat="Binary")
        for place, (name, ways) in enumerate(sorted(options.items()))
        for number in range(len(ways))
    }
    problem += _pulp.lpSum(options[name][number].usd * each for (name, number), each in taken.items())
    for place, (name, ways) in enumerate(sorted(options.items())):
        problem += _pulp.lpSum(taken[name, number] for number in range(len(ways))) == 1, f"one_{place:05d}"
    seen: set[tuple[tuple[int, ...], int]] = set()
    for limit, most in enumerate(limits):
        users = [
            (key, options[key[0]][key[1]].amounts[limit]) for key in taken if limit in options[key[0]][key[1]].amounts
        ]
        for hour in range(HOURS_PER_WEEK):
            row = tuple(int(amounts[hour]) for _, amounts in users)
            if not any(row) or (row, most) in seen:
                continue
            seen.add((row, most))
            terms = [amount * taken[key] for (key, _), amount in zip(users, row, strict=True) if amount]
            problem += _pulp.lpSum(terms) <= most, f"limit_{limit:03d}_h{hour:03d}"
    found = backend.run(problem, gap_rel=_GAP)
    if not found.values:
        return None
    return {name: number for (name, number), each in taken.items() if whole(found.values.get(each.name, 0.0))}
