"""Generation: the linear program over all fillings of all machine types, by columns, with a bound in every round.

    min Σ price(column) x(column)   subject to   Σ replicas(k, column) x(column) ≥ count(k),  x ≥ 0

Bound (Farley): when no filling of machine m is worth more than worth(m) at values v ≥ 0, then v divided by the greatest
worth(m) / price(m) is a solution of the dual, so Σ v(k) count(k) / max(1, max worth(m) / price(m)) is a lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

import numpy as np

from solver.model.backend import Backend
from solver.model.column_program import ColumnProgram, Point
from solver.model.packing import beam, multipliers
from solver.model.packing.columns import Columns
from solver.model.packing.filling import fill, fill_balanced, orders
from solver.model.packing.knapsack import best_filling
from solver.model.packing.problem import Floats, Integers, Problem

_SMOOTH = 0.6
"""How much of the values with the best bound is in the values that fillings are looked for at."""
_UNIT = 1e-6
"""Of the price's unit: what sums of floats may be off."""
_HAIR = 1e-7
"""Relative: what a column must be worth more than its price."""


def _whole(bound: float) -> float:
    """Prices are whole numbers, and so is what a packing costs."""
    return float(ceil(bound * (1 - 1e-9) - _UNIT))


@dataclass(frozen=True)
class Effort:
    """Limits of one generation."""

    rounds: int = 60
    variants: int = 6
    """Greedy fillings for each machine type and round."""
    balanced: int = 2
    """Balanced fillings for each machine type and round."""
    columns: int = 40
    """Added in a round."""
    width: int = 24
    """Of the beam, for each of so many machine types; fewer have more."""
    machines: int = 24
    """Machine types that the beam looks at in one go; 0 is no beam."""
    alone: int = 0
    """Machine types that the beam then looks at one by one."""
    knapsacks: int = 0
    """Integer programs for machine types that the beam leaves in doubt, in all rounds together."""
    nodes: int = 500
    """Of each of them."""
    gap: float = 1e-6
    """Relative distance of the program and the bound at which it ends."""


@dataclass
class Generation:
    """The program as it grows; its right-hand sides may change between runs."""

    problem: Problem
    backend: Backend
    columns: Columns
    effort: Effort = field(default_factory=Effort)
    bound: float = 0.0
    """Valid for the counts of the last run."""
    known: float = 0.0
    """Another bound for the first counts; where it meets the program there is nothing to look for."""
    rounds: int = 0
    knapsacks: int = 0
    """Integer programs that looked for a filling."""
    price: Floats | None = None
    """Multipliers, machine types × d, of the last round."""
    values: Floats | None = None
    """What a replica is worth by class, where the bound was best."""
    _program: ColumnProgram | None = None
    _in_program: int = 0

    def _add_columns(self) -> None:
        program = self._program
        if program is None:
            program = self._program = ColumnProgram(self.backend, self.problem.count.astype(np.float64))
        while self._in_program < len(self.columns):
            pattern = self.columns.patterns[self._in_program]
            rows = np.nonzero(pattern)[0]
            cost = float(self.problem.cost[self.columns.machine[self._in_program]])
            program.add(cost, rows, pattern[rows].astype(np.float64))
            self._in_program += 1

    def recount(self, count: Integers) -> None:
        """Ask for other counts from now on."""
        self.problem = self.problem.with_count(count)
        self.bound = self.known = 0.0
        if self._program is not None:
            self._program.change_right(count.astype(np.float64))

    def solve(self) -> Point:
        """The optimum over the columns there are."""
        self._add_columns()
        assert self._program is not None
        return self._program.solve()

    def run(self, draw: np.random.Generator) -> Point:
        """Add columns until the bound meets the program or the rounds are over."""
        problem, effort = self.problem, self.effort
        limit = np.minimum(problem.count, problem.most)
        ceiling = np.minimum(problem.ceiling, limit).astype(np.float64)
        count = problem.count.astype(np.float64)
        if self.price is None:
            self.price = self._first_price()
        self.bound = 0.0
        center = np.zeros(len(count)) if self.values is None else self.values
        point = self.solve()
        for _ in range(effort.rounds):
            self.rounds += 1
            duals = np.maximum(point.duals, 0.0)
            new: list[int] = []
            for part in (_SMOOTH, 0.0) if center.any() else (0.0,):
                values = part * center + (1 - part) * duals
                new, bound = self._price_out(values, ceiling, limit, draw, thorough=part == 0.0)
                if bound > self.bound:
                    self.bound, center = bound, values
                if new:
                    break
            if not new or _whole(max(self.bound, self.known)) >= point.objective * (1 - effort.gap) - _UNIT:
                break
            point = self.solve()
        self.values = center if center.any() else np.maximum(point.duals, 0.0)
        return point

    def _first_price(self) -> Floats:
        """Room at its share of each machine's price."""
        problem = self.problem
        return problem.cost[:, None] / np.maximum(problem.space, 1e-9) / problem.space.shape[1] * (problem.space > 0)

    def _price_out(
        self, values: Floats, ceiling: Floats, limit: Integers, draw: np.random.Generator, *, thorough: bool
    ) -> tuple[list[int], float]:
        """New columns worth more than their price at these values, and the bound that the values give."""
        problem, effort = self.problem, self.effort
        assert self.price is not None
        self.price, upper = multipliers.improve(
            values, problem.space, problem.share, ceiling, self.price, 10 + 15 * problem.space.shape[1]
        )
        total = float(values @ problem.count)
        hopeful = np.nonzero(upper > problem.cost * (1 + _HAIR))[0]
        if len(hopeful) == 0:
            return [], total
        weight = np.maximum(self.price[hopeful] @ problem.share.T, 1e-12)
        order = orders(values / weight, effort.variants, 0.15, draw)
        useful = values > 0
        machines = np.repeat(hopeful, effort.variants)
        patterns = fill(problem, machines, order, np.where(useful, limit, 0))
        noise = np.exp(0.1 * draw.standard_normal((effort.balanced, len(values))))
        noise[0] = 1.0
        shaken = np.repeat((values * noise)[None], len(hopeful), axis=0).reshape(-1, len(values))
        owners = np.repeat(hopeful, effort.balanced)
        patterns = np.concatenate([patterns, fill_balanced(problem, owners, shaken, self.price[owners], limit)])
        machines = np.concatenate([machines, owners])
        worth = patterns @ values
        new = self._add_best(patterns, machines, worth, effort.columns)
        if not new and thorough and effort.machines:
            ratio = upper[hopeful] / problem.cost[hopeful]
            ranked = hopeful[np.argsort(-ratio, kind="stable")]
            parts = [ranked[begin : begin + effort.machines] for begin in range(0, len(ranked), effort.machines)]
            # Then those whose bound is worst, one by one: with all the width that a part has, few are left in doubt.
            parts += [
                ranked[place : place + 1] for place in range(min(effort.alone, len(ranked)) if len(ranked) > 1 else 0)
            ]
            for chosen in parts:
                width = effort.width * effort.machines // len(chosen)
                if len(problem.price) == 1 and effort.alone:
                    width *= 6
                floor = problem.cost[chosen] * (1 + _HAIR)
                found = beam.search(problem, values, self.price[chosen], chosen, limit, floor, width)
                upper[chosen] = np.minimum(upper[chosen], np.maximum(found.upper, floor))
                new = self._add_best(found.patterns, found.machines, found.patterns @ values, effort.columns)
                if new:
                    break
            if not new:
                new = self._settle(values, ranked, limit, upper)
        return new, total / max(1.0, float((upper / problem.cost).max()))

    def _settle(self, values: Floats, machines: Integers, limit: Integers, upper: Floats) -> list[int]:
        """New columns by integer programs, for machine types that may have a filling worth more; `upper` is lowered."""
        problem, cost = self.problem, self.problem.cost
        assert self.price is not None
        for machine in machines[np.argsort(-upper[machines] / cost[machines], kind="stable")].tolist():
            doubtful = upper[machine] > cost[machine] * (1 + 10 * _HAIR)
            if not doubtful or self.knapsacks >= self.effort.knapsacks:
                break
            self.knapsacks += 1
            pattern, most = best_filling(
                problem, machine, values, self.price[machine], limit, self.backend, self.effort.nodes
            )
            upper[machine] = min(upper[machine], max(most, cost[machine]))
            if pattern is not None:
                place = np.array([machine])
                new = self._add_best(pattern[None], place, (pattern @ values)[None], self.effort.columns)
                if new:
                    return new
        return []

    def _add_best(self, patterns: Integers, machines: Integers, worth: Floats, most: int) -> list[int]:
        """Of fillings worth more than their machine, the best of each machine type first, at most `most` of them."""
        ratio = worth / self.problem.cost[machines]
        order = np.argsort(-ratio, kind="stable")
        order = order[ratio[order] > 1 + _HAIR]
        _, first = np.unique(machines[order], return_index=True)
        leaders = order[np.sort(first)]
        rest = order[~np.isin(order, leaders)]
        chosen = np.concatenate([leaders, rest])[:most]
        return self.columns.add(patterns[chosen])
