"""With few node groups no week costs less than the bound says, and more is proved than without the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from solver.model.compute.group_limit import GroupLimit
from solver.model.compute.lowest import Lowest
from solver.model.compute.options import Options
from solver.model.compute.valuation import Valuation
from solver.model.compute.week import Way, Week
from tests.strategies import Held, Hours, Ways, best_level, every_way, savings_plan, services

Floats = NDArray[np.float64]
GRID = (0.0, 1.25, 2.0)
FULL = 10_000
"""Weeks; more than any of these problems takes."""


@dataclass(frozen=True)
class Problem:
    """Services in a week of some hour classes."""

    services: list[Held]
    weight: tuple[int, ...]
    value: Valuation
    ways: list[list[Way]]
    """Of one job, or none."""

    @property
    def columns(self) -> list[int]:
        return sorted({int(column) for each in self.services for column in each.options.column})

    def least(self, columns: Sequence[int]) -> float:
        """What the week costs with machines of these columns only; infinite where they can't hold it."""
        by_class: list[Floats] = []
        for number in range(len(self.weight)):
            total = np.zeros((1, len(GRID)))
            for each in self.services:
                mine = [option for option, column in enumerate(each.options.column.tolist()) if column in columns]
                ways = every_way(each.options, each.required[number], mine)
                if len(ways.cost) == 0:
                    return np.inf
                total = sums(total, ways)
            by_class.append(total)
        runs = self.ways[0] if self.ways else [Way((), (), 0.0)]
        return min(best_level(self.value.worths, self._parts(by_class, run))[0] + run.fixed_usd for run in runs)

    def _parts(self, by_class: Sequence[Floats], run: Way) -> list[Hours]:
        beside = self.value.beside(run.beside)
        parts: list[Hours] = []
        for number, hours in enumerate(self.weight):
            busy = run.hours.count(number)
            parts += [Hours(hours - busy, by_class[number]), Hours(busy, by_class[number] + beside)]
        return parts

    def best(self, limit: int) -> float:
        """What the week costs with the best columns, at most so many."""
        return min(self.least(some) for some in combinations(self.columns, min(limit, len(self.columns))))

    def bound(self, limit: int, target: float, *, work: int = FULL) -> float | None:
        """What the module proves; None where no columns hold the services."""
        lowest = [Lowest(each.options, each.required) for each in self.services]
        vectors = [each.vectors() for each in lowest]
        full = [each for each in vectors if each is not None]
        if len(full) < len(lowest):
            return None
        joint = [
            np.array([np.sum(each, axis=0) for each in product(*(mine[number] for mine in full))])
            for number in range(len(self.weight))
        ]
        week = Week(self.value, self.weight, joint)
        cap = 1.1 * float(week.usd(np.zeros(1), self.ways)[0]) / 168
        spans = week.spans_below(self.ways, cap, target)
        _, level = week.least(self.ways, cap)
        limited = GroupLimit(lowest, full, self.value, self.weight, self.ways, spans, limit, target)
        return limited.bound(level, work=work)


def sums(cost: Floats, ways: Ways) -> Floats:
    """All sums, without those that another one is nowhere above."""
    total = np.unique(np.round((cost[:, np.newaxis] + ways.cost[np.newaxis]).reshape(-1, len(GRID)), 12), axis=0)
    kept: list[Floats] = []
    for point in total:
        if not any(bool((other <= point).all()) for other in kept):
            kept.append(point)
    return np.array(kept)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    weight = draw(st.sampled_from([(168,), (120, 48)]))
    found: list[Held] = []
    for number in range(draw(st.integers(1, 2))):
        held = draw(services(most_options=3, most_replicas=3, most_least=1, grid=GRID, first_column=10 * number))
        # A service has some load in some hour: a demand of none is refused.
        assume(held.required[0].any())
        required = [held.required[0], *[draw(less(held)) for _ in weight[1:]]]
        found.append(Held(held.options, np.array(required)))
    if len(found) == 2 and draw(st.booleans()):
        # The last column of both is one and the same machine, which costs each of them a part.
        found = [Held(sharing(each.options), each.required) for each in found]
    prices = {"a": 2.0}
    value = Valuation(np.array(GRID), np.zeros((0, len(GRID))), savings_plan({"a": 1.6}), prices)
    run = Way((("a", draw(st.integers(1, 2))),), (0, 0, len(weight) - 1), 3.0)
    job = [[run, replace(run, hours=(0,) * 5, fixed_usd=draw(st.sampled_from([0.0, 9.0])))]]
    return Problem(found, weight, value, draw(st.sampled_from([[], job])))


def less(held: Held) -> st.SearchStrategy[list[int]]:
    return st.tuples(*(st.integers(0, int(each)) for each in held.required[0])).map(list)


def sharing(options: Options) -> Options:
    shared, column = options.shared.copy(), options.column.copy()
    shared[-1], column[-1] = True, 99
    return replace(options, shared=shared, column=column)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(problems(), st.integers(1, 3), st.sampled_from([0.9, 1.0, 1.3]))
def test_no_week_of_so_few_groups_costs_less_than_the_bound(problem: Problem, limit: int, part: float) -> None:
    best = problem.best(limit)
    target = part * (best if np.isfinite(best) else problem.best(len(problem.columns)))
    if not np.isfinite(target):
        return
    bound = problem.bound(limit, target)
    assert bound is not None
    assert bound <= min(best, target) + 1e-6


@settings(max_examples=40, derandomize=True, deadline=None)
@given(problems(), st.integers(1, 3))
def test_the_bound_holds_wherever_the_search_stops_and_grows_with_its_work(problem: Problem, limit: int) -> None:
    best = problem.best(limit)
    target = 1.2 * problem.best(len(problem.columns))
    if not np.isfinite(target):
        return
    found = [problem.bound(limit, target, work=work) for work in (1, 4, 12, FULL)]
    assert all(each is not None and each <= min(best, target) + 1e-6 for each in found)
    known = [each for each in found if each is not None]
    assert all(more >= less - 1e-9 for less, more in pairwise(known))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(problems())
def test_fewer_groups_never_prove_less(problem: Problem) -> None:
    target = 2.0 * problem.best(len(problem.columns))
    if not np.isfinite(target):
        return
    bounds = [problem.bound(limit, target) for limit in (len(problem.columns), 3, 2, 1)]
    known = [each for each in bounds if each is not None]
    assert len(known) == len(bounds)
    assert all(fewer >= more - 1e-6 for more, fewer in pairwise(known))


def two_sizes() -> Problem:
    """A service of 5 replicas on machines of 4 or of 1, at 4 USD and at 1.5 USD an hour."""
    options = Options(
        service=0,
        rows=np.array([0]),
        surviving=np.array([False]),
        in_rounds=np.array([False]),
        column=np.array([0, 1]),
        on_demand=np.array([True, True]),
        shared=np.array([False, False]),
        worth=np.array([[4], [1]]),
        worth_of_replica=np.array([[1]]),
        zones=np.array([1, 1]),
        least=np.array([1, 1]),
        cost=np.array([[4.0], [1.5]]),
    )
    value = Valuation(np.array([0.0]), np.zeros((0, 1)), None, {})
    return Problem([Held(options, np.array([[5]]))], (168,), value, [])


@pytest.mark.parametrize(("limit", "usd_per_hour"), [(2, 5.5), (1, 7.5)])
def test_a_size_that_must_do_alone_costs_more(limit: int, usd_per_hour: float) -> None:
    assert two_sizes().bound(limit, 2000.0) == pytest.approx(168 * usd_per_hour)


def test_nothing_is_proved_beyond_the_target() -> None:
    assert two_sizes().bound(1, 1000.0) == 1000.0
