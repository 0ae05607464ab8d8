"""A week is never said to cost more than it does at its best level, and little less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from solver.model.compute.valuation import Valuation
from solver.model.compute.week import Way, Week, added, fewer
from tests.strategies import Hours, best_level, by_worth, covered, hour_vectors, usd_at, valuations

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A week of one or two hour classes, and ways to run jobs in it."""

    value: Valuation
    weight: tuple[int, ...]
    vectors: list[Floats]
    jobs: list[list[Way]]
    together: bool = True
    """Jobs work in the same hours of a class; else the first ones in its first hours and the last one in its last."""

    @property
    def week(self) -> Week:
        return Week(self.value, self.weight, self.vectors)

    def cap(self) -> float:
        """Levels above it cost more than all hours without a savings plan."""
        return 1.1 * min(usd_at(0.0, self.value.worths, parts) + fixed for parts, fixed in self.runs()) / 168

    def beside(self, machines: Sequence[tuple[str, int]]) -> Floats:
        """Of an hour, by worth."""
        assert self.value.good is not None
        rates, total = self.value.good.rates, np.zeros(len(self.value.worths))
        for name, count in machines:
            price = self.value.prices[name]
            ratio = price / rates[name] if name in rates else None
            total += count * np.array(by_worth(self.value.worths.tolist(), price, ratio))
        return total

    def runs(self) -> list[tuple[list[Hours], float]]:
        """For each choice of one way for each job: the hours of the week as they are with it, and what it costs."""
        found: list[tuple[list[Hours], float]] = []
        for ways in product(*self.jobs):
            slots: dict[tuple[int, tuple[tuple[str, int], ...]], int] = {}
            for number, hours in enumerate(self.weight):
                for hour in range(hours):
                    at_work = [
                        each
                        for place, way in enumerate(ways)
                        for each in way.beside
                        if way.hours.count(number) > (hour if self.together or place == 0 else hours - 1 - hour)
                    ]
                    slot = (number, tuple(sorted(at_work)))
                    slots[slot] = slots.get(slot, 0) + 1
            parts = [
                Hours(hours, self.vectors[number] + self.beside(machines))
                for (number, machines), hours in slots.items()
            ]
            found.append((parts, sum(way.fixed_usd for way in ways)))
        return found

    def least(self) -> float:
        """What the week costs at its best level with the best runs."""
        return min(best_level(self.value.worths, parts)[0] + fixed for parts, fixed in self.runs())

    def at(self, level: float) -> float:
        """What the week costs at a level with the best runs."""
        return min(usd_at(level, self.value.worths, parts) + fixed for parts, fixed in self.runs())


@st.composite
def problems(draw: st.DrawFn, jobs: int = 0) -> Problem:
    value = draw(valuations())
    grid = tuple(value.worths.tolist())
    weight = draw(st.sampled_from([(168,), (100, 68), (160, 8)]))
    vectors = [draw(hour_vectors(grid)) for _ in weight]
    found: list[list[Way]] = []
    for _ in range(jobs):
        ways: list[Way] = []
        for _ in range(draw(st.integers(1, 3))):
            machines = draw(st.sampled_from([(), (("a", 1),), (("b", 2),), (("a", 1), ("c", 1))]))
            hours = sorted(draw(st.lists(st.integers(0, len(weight) - 1), min_size=1, max_size=6)))
            ways.append(Way(machines, tuple(hours), float(draw(st.integers(0, 20)))))
        found.append(ways)
    return Problem(value, weight, vectors, found, draw(st.booleans()))


def grid_of(problem: Problem) -> list[float]:
    return np.linspace(0.0, 1.5 * problem.cap(), 50).tolist()


@settings(max_examples=40, derandomize=True, deadline=None)
@given(problems())
def test_the_bound_is_the_least_over_all_levels_within_a_thousandth(problem: Problem) -> None:
    bound, level = problem.week.least([], problem.cap())
    assert bound <= min(problem.at(each) for each in grid_of(problem)) + 1e-9
    assert problem.least() * 0.999 - 1e-9 <= bound <= problem.least() + 1e-9
    assert problem.at(level) <= problem.least() * 1.001 + 1e-9


@settings(max_examples=40, derandomize=True, deadline=None)
@given(problems(jobs=1))
def test_a_job_runs_where_it_costs_least_with_the_hours(problem: Problem) -> None:
    bound, level = problem.week.least(problem.jobs, problem.cap())
    assert bound <= min(problem.at(each) for each in grid_of(problem)) + 1e-9
    assert problem.least() * 0.999 - 1e-9 <= bound <= problem.least() + 1e-9
    assert problem.at(level) <= problem.least() * 1.001 + 1e-9


@settings(max_examples=40, derandomize=True, deadline=None)
@given(problems(jobs=2))
def test_with_several_jobs_no_week_costs_less_than_the_bound(problem: Problem) -> None:
    bound, _ = problem.week.least(problem.jobs, problem.cap())
    assert bound <= problem.least() + 1e-9


@settings(max_examples=25, derandomize=True, deadline=None)
@given(problems(jobs=1))
def test_a_week_costs_at_each_level_what_its_hours_do(problem: Problem) -> None:
    levels = grid_of(problem)
    usd = problem.week.usd(np.array(levels), problem.jobs)
    assert np.allclose(usd, [problem.at(level) for level in levels], rtol=1e-9, atol=1e-9)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(problems(jobs=1), st.sampled_from([0.9, 1.02, 1.2]))
def test_every_level_at_which_a_week_costs_less_than_the_target_lies_in_a_span(problem: Problem, part: float) -> None:
    target = problem.least() * part
    spans = problem.week.spans_below(problem.jobs, problem.cap(), target)
    inside = list(zip(spans.start.tolist(), spans.end.tolist(), strict=True))
    for level in grid_of(problem):
        if problem.at(level) < target - 1e-6:
            assert any(start - 1e-9 <= level <= end + 1e-9 for start, end in inside)
    low, kept = problem.week.inside(spans, problem.jobs, target)
    assert low <= min(target, problem.least()) + 1e-9
    assert set(kept.start.tolist()) <= set(spans.start.tolist())


@settings(max_examples=40, derandomize=True, deadline=None)
@given(problems(), st.floats(0.0, 20.0))
def test_an_hours_worth_of_a_usd_is_what_its_line_falls_by(problem: Problem, level: float) -> None:
    week, worths = problem.week, problem.value.worths
    for number, vectors in enumerate(problem.vectors):
        chosen = vectors[week.chosen(number, (), level)]
        usd = usd_at(level, worths, [Hours(1, vectors)]) - 168 * level
        assert float(np.max(chosen - worths * level)) == pytest.approx(usd, abs=1e-8)
        worth = week.worth(number, level)
        assert float(chosen[worths.tolist().index(worth)] - worth * level) == pytest.approx(usd, abs=1e-8)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(hour_vectors((0.0, 1.25, 1.5)), min_size=1, max_size=3))
def test_every_sum_of_one_vector_of_each_part_has_one_that_is_nowhere_above_it(parts: list[Floats]) -> None:
    found = added(parts)
    sums = np.array([np.sum(each, axis=0) for each in product(*parts)])
    assert covered(sums, found)
    assert covered(found, sums)


def test_where_there_are_too_many_vectors_each_has_one_that_is_nowhere_above_it() -> None:
    every = np.array([[float(number % 37), 50.0 - number % 37 + number / 100, float(number)] for number in range(900)])
    few = fewer(every, 100)
    assert len(few) <= 100
    assert covered(every, few)


def test_without_a_savings_plan_a_week_costs_what_its_hours_do() -> None:
    value = Valuation(np.array([0.0]), np.zeros((0, 1)), None, {"a": 2.0})
    week = Week(value, (100, 68), [np.array([[3.0], [2.0]]), np.array([[5.0]])])
    assert week.least([], 10.0) == (540.0, 0.0)
    assert week.least([[Way((("a", 1),), (0, 0, 1), 1.0)]], 10.0) == (547.0, 0.0)
