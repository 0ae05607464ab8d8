"""Exact: every filling that a cheaper packing could use, and the cheapest choice among them with zones in it.

At values that are a solution of the dual, a packing costs at least the bound plus the reduced costs of its fillings. A
filling whose reduced cost is not below the distance of bound and packing is in no cheaper packing. Where the others are
few, an integer program over them proves the packing or finds a better one:

    n(k, z)  replicas of a spread class in each zone:  ⌊count / Z⌋ + extra(k, z),  Σ_z extra(k, z) = count mod Z
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp

from solver.model.backend import Backend
from solver.model.packing import beam
from solver.model.packing.columns import cheapest
from solver.model.packing.problem import Floats, Integers, Problem, Reading
from solver.model.solution import Outcome

_pulp: Any = pulp
_WIDTH = 1500
"""Partial fillings of one machine type at most."""
_COLUMNS = 1500
"""Of the program, over all zones."""


@dataclass(frozen=True)
class Dual:
    """Values whose bound holds once they are scaled to it."""

    values: Floats
    """By class."""
    bound: float
    multipliers: Floats
    """Machine types × dimensions."""


@dataclass(frozen=True)
class Fillings:
    """Columns of the problem without zones."""

    types: Integers
    patterns: Integers


@dataclass(frozen=True)
class Choice:
    """What the program said: machines with their zones and what they cover, if it found any, and a bound."""

    types: Integers
    zones: Integers
    patterns: Integers
    numbers: Integers
    """How many machines of each."""
    shares: Integers
    """Classes × zones: replicas of the classes that are spread."""
    bound: float
    """In price units: no packing of these fillings is below."""


def every_filling(problem: Problem, dual: Dual, price: int) -> Fillings | None:
    """All fillings that a packing cheaper than `price` could use; None where they are too many to list."""
    worth = float(dual.values @ problem.count)
    values = dual.values * min(1.0, dual.bound / worth) if worth > 0 else dual.values
    slack = price - float(values @ problem.count)
    limit = np.minimum(problem.count, problem.most)
    found: list[Integers] = []
    for machine in range(len(problem.price)):
        chosen = np.array([machine])
        floor = problem.cost[chosen] - slack - 1e-6 * price
        if floor[0] < 0:
            return None
        result = beam.search(problem, values, dual.multipliers[chosen], chosen, limit, floor, _WIDTH, answers=_WIDTH)
        if not result.complete:
            return None
        found.append(result.patterns)
    patterns = np.unique(np.concatenate(found), axis=0)
    patterns = patterns[patterns.sum(axis=1) > 0]
    if len(patterns) == 0 or len(patterns) > 20 * _COLUMNS:
        return None
    types = cheapest(problem, patterns)
    return _largest(types, patterns)


def _largest(types: Integers, patterns: Integers) -> Fillings | None:
    """Without fillings that another one on the same machine type contains: what is too much comes off afterwards."""
    kept: list[int] = []
    for kind in np.unique(types).tolist():
        places = np.nonzero(types == kind)[0]
        if len(places) > _COLUMNS * 2:
            return None
        order = places[np.argsort(-patterns[places].sum(axis=1), kind="stable")]
        tops: list[int] = []
        for place in order.tolist():
            if not tops or not (patterns[tops] >= patterns[place]).all(axis=1).any():
                tops.append(place)
        kept += tops
    kept.sort()
    return Fillings(types[kept], patterns[kept])


def choose_exactly(
    reading: Reading, fillings: Fillings, backend: Backend, *, below: int, node_limit: int
) -> Choice | None:
    """The cheapest packing of these fillings below a price; None where the program would be too large."""
    problem = reading.problem
    zones = range(reading.zones.shape[1]) if reading.spread.any() else range(1)
    sold = reading.zones if reading.spread.any() else np.ones((len(problem.price), 1), dtype=np.bool_)
    pairs = [(place, zone) for place, kind in enumerate(fillings.types.tolist()) for zone in zones if sold[kind, zone]]
    if len(pairs) > _COLUMNS:
        return None
    program: Any = _pulp.LpProblem("packing", _pulp.LpMinimize)
    number = [_pulp.LpVariable(f"x{n:05d}", 0, None, _pulp.LpInteger) for n in range(len(pairs))]
    cost = {
        variable: float(problem.price[fillings.types[place]])
        for variable, (place, _) in zip(number, pairs, strict=True)
    }
    program += _pulp.LpAffineExpression(cost)
    program += _pulp.LpConstraint(_pulp.LpAffineExpression(cost), _pulp.LpConstraintLE, "below", float(below - 1))
    for group in range(len(problem.count)):
        terms = [
            (variable, zone, float(fillings.patterns[place, group]))
            for variable, (place, zone) in zip(number, pairs, strict=True)
            if fillings.patterns[place, group]
        ]
        if reading.spread[group]:
            least, extra = divmod(int(problem.count[group]), len(zones))
            more = [_pulp.LpVariable(f"e{group:04d}_{z:02d}", 0, 1, _pulp.LpInteger) for z in zones]
            for zone in zones:
                row = {variable: entry for variable, where, entry in terms if where == zone}
                row[more[zone]] = -1.0
                name = f"r{group:04d}_{zone:02d}"
                program += _pulp.LpConstraint(_pulp.LpAffineExpression(row), _pulp.LpConstraintGE, name, float(least))
            total = _pulp.LpAffineExpression(dict.fromkeys(more, 1.0))
            program += _pulp.LpConstraint(total, _pulp.LpConstraintEQ, f"s{group:04d}", float(extra))
        else:
            row = {variable: entry for variable, _, entry in terms}
            right = float(problem.count[group])
            program += _pulp.LpConstraint(_pulp.LpAffineExpression(row), _pulp.LpConstraintGE, f"r{group:04d}", right)
    found = backend.run(program, node_limit=node_limit, gap_rel=1e-6, prove=True)
    shares = np.zeros((len(problem.count), len(zones)), dtype=np.int64)
    if not found.values:
        bound = float(below) if found.outcome is Outcome.INFEASIBLE else 0.0
        none = np.zeros(0, dtype=np.int64)
        return Choice(none, none, np.zeros((0, len(problem.count)), dtype=np.int64), none, shares, bound)
    times = np.round([found.values[f"x{n:05d}"] for n in range(len(pairs))]).astype(np.int64)
    for group in np.nonzero(reading.spread)[0].tolist():
        for zone in zones:
            extra = round(found.values[f"e{group:04d}_{zone:02d}"])
            shares[group, zone] = int(problem.count[group]) // len(zones) + extra
    rows = np.nonzero(times > 0)[0]
    places = np.array([place for place, _ in pairs], dtype=np.int64)[rows]
    where = np.array([zone for _, zone in pairs], dtype=np.int64)[rows]
    return Choice(fillings.types[places], where, fillings.patterns[places], times[rows], shares, found.bound)
