"""HourProgram: the cheapest machines for one hour class, as an integer program.

    min   Σ_b cost(b) · y(b)  +  Σ_m excess(m) · price(m)
    s.t.  Σ_b worth(b, r) · y(b)  ≥  required(r)                                  every row r
          Σ_b vcpus(b, q) · y(b)  ≤  quota(q)                                     every quota q
          beside(m) + Σ_b machines(b, m) · y(b)  ≤  excess(m) + Σ_g covered(g, m)   every m that commitments cover
          Σ_m rate(g, m) · covered(g, m)  ≤  level(g)                             every commitment g
          y whole

The last two rows are there when commitments are given: what they cover costs nothing more in the hour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.solution import Outcome, Solution, whole

_pulp: Any = pulp
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_GIVEN_AWAY = 1e-6
"""A solver's tolerances let rows and whole numbers be off by this much: a bound gives it away."""


@dataclass(frozen=True)
class Ceiling:
    """Σ over blocks of use × number ≤ most."""

    use: Integers
    """By block."""
    most: int


@dataclass(frozen=True)
class Cover:
    """What bought commitments cover in the hour."""

    machines: Sequence[tuple[int, Floats, float, float]]
    """Number, machines in each block, their on-demand price, and machines that run beside; or groups of machines."""
    levels: Sequence[tuple[float, Mapping[int, float]]]
    """USD an hour that were committed, and the rate of each machine number."""


@dataclass(frozen=True)
class HourTask:
    """One hour class with the blocks that may be used."""

    cost: Floats
    """USD of each block in all hours of the class, without what `cover` counts."""
    worth: Integers
    """Blocks × rows."""
    required: Integers
    """By row."""
    ceilings: tuple[Ceiling, ...] = ()
    """Quotas."""
    cover: Cover | None = None
    """Commitments, where they are given."""


@dataclass(frozen=True)
class HourAnswer:
    """Blocks for the hour, and what is proved."""

    outcome: Outcome
    bound: float
    """No choice costs less."""
    cost: float
    """Of `counts`; infinite without an answer."""
    counts: Mapping[int, int] = field(default_factory=dict[int, int])
    """How many of each block."""


def solve_hour(
    task: HourTask,
    backend: Backend,
    *,
    gap: float,
    start: Mapping[int, int] | None = None,
    prove: bool = False,
    node_limit: int = 5000,
) -> HourAnswer:
    """The cheapest choice within `gap`; with `start` and `prove` mainly its bound.

    Answers are read as whole numbers and checked against the rows in integers.
    """
    started = _started(task, start or {})
    bound = -np.inf
    # An answer may miss a row by the solver's tolerance, 1e-6 of the requirement; then a hair more is asked for.
    for asked in (1.0, 1.0 + 1e-5):
        problem, variables = _build(task, asked)
        found = backend.run(problem, gap_rel=gap, node_limit=node_limit, start=started, prove=prove and bool(started))
        if asked == 1.0:
            bound = found.bound - _GIVEN_AWAY * abs(found.bound) if found.values else found.bound
        if not found.values:
            return HourAnswer(found.outcome, bound, np.inf)
        counts = _read(found, variables)
        if holds(task, counts):
            return HourAnswer(found.outcome, bound, found.objective, counts)
    return HourAnswer(Outcome.LIMIT, bound, np.inf)


def _started(task: HourTask, counts: Mapping[int, int]) -> dict[str, float]:
    """The start by variable name; commitments cover what they save most on."""
    found = {f"y{block:05d}": float(count) for block, count in counts.items()}
    if task.cover is None or not counts:
        return found
    left = [usd for usd, _ in task.cover.levels]
    for machine, each, _, beside in sorted(
        task.cover.machines, key=lambda item: (_saving(task.cover, item[0], item[2]), item[0])
    ):
        open_ = beside + sum(float(each[block]) * count for block, count in counts.items())
        for level, (_, rates) in enumerate(task.cover.levels):
            if machine in rates:
                covered = min(open_, left[level] / rates[machine])
                found[f"covered_{level}_{machine}"] = covered
                left[level] -= covered * rates[machine]
                open_ -= covered
        found[f"excess_{machine}"] = open_
    return found


def _saving(cover: Cover | None, machine: int, price: float) -> float:
    rates = [rates[machine] for _, rates in cover.levels if machine in rates] if cover is not None else []
    return min(rates, default=price) / price


def holds(task: HourTask, counts: Mapping[int, int]) -> bool:
    """Whether the choice meets every row and quota, in integers."""
    if not counts:
        return not bool((task.required > 0).any())
    blocks = np.array(list(counts), dtype=np.int64)
    number = np.array(list(counts.values()), dtype=np.int64)
    met = bool((number @ task.worth[blocks] >= task.required).all())
    return met and all(int(number @ ceiling.use[blocks]) <= ceiling.most for ceiling in task.ceilings)


def _read(found: Solution, variables: Sequence[str]) -> dict[int, int]:
    counts = {block: whole(found.values.get(name, 0.0), tolerance=1e-4) for block, name in enumerate(variables)}
    return {block: count for block, count in counts.items() if count}


def _build(task: HourTask, asked: float) -> tuple[Any, list[str]]:
    problem: Any = _pulp.LpProblem("hour", _pulp.LpMinimize)
    names = [f"y{block:05d}" for block in range(len(task.cost))]
    variables = [_pulp.LpVariable(name, 0, None, _pulp.LpInteger) for name in names]
    objective = dict(zip(variables, task.cost.tolist(), strict=True))
    rows: list[tuple[str, dict[Any, float], float]] = []
    required = task.required.tolist()
    for row, needed in enumerate(required):
        if needed > 0:
            held = np.nonzero(task.worth[:, row])[0].tolist()
            share = np.minimum(task.worth[:, row] / needed, 1.0)
            rows.append((f"row_{row}", {variables[block]: float(share[block]) for block in held}, asked))
    for number, ceiling in enumerate(task.ceilings):
        used = np.nonzero(ceiling.use)[0].tolist()
        scale = max(ceiling.most, 1)
        terms = {variables[block]: -float(ceiling.use[block]) / scale for block in used}
        rows.append((f"quota_{number}", terms, -ceiling.most / scale))
    if task.cover is not None:
        _add_cover(task.cover, variables, objective, rows)
    problem += _pulp.LpAffineExpression(objective)
    for name, terms, least in rows:
        problem += _pulp.LpConstraint(_pulp.LpAffineExpression(terms), _pulp.LpConstraintGE, name, least)
    return problem, names


def _add_cover(
    cover: Cover, variables: Sequence[Any], objective: dict[Any, float], rows: list[tuple[str, dict[Any, float], float]]
) -> None:
    spent: list[dict[Any, float]] = [{} for _ in cover.levels]
    for machine, counts, price, beside in cover.machines:
        terms: dict[Any, float] = {variables[block]: -float(counts[block]) for block in np.nonzero(counts)[0].tolist()}
        excess = _pulp.LpVariable(f"excess_{machine}", 0)
        objective[excess] = price
        terms[excess] = 1.0
        for level, (_, rates) in enumerate(cover.levels):
            if machine in rates:
                covered = _pulp.LpVariable(f"covered_{level}_{machine}", 0)
                terms[covered] = 1.0
                spent[level][covered] = -rates[machine]
        rows.append((f"bought_{machine}", terms, beside))
    for level, (usd, _) in enumerate(cover.levels):
        if spent[level]:
            rows.append((f"level_{level}", spent[level], -usd))
