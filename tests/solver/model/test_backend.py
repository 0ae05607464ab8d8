"""Both solvers give the same answers, say why they stopped, prove what holds, and print nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import inf
from random import Random
from typing import Any, Literal

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import ConfigError
from solver.model.backend import Backend, backend
from solver.model.live_model import live_model
from solver.model.running import side_by_side, silenced
from solver.model.solution import Outcome, Solution, whole

_pulp: Any = pulp
HIGHS, CBC = Backend("highs"), Backend("cbc")
BOTH = pytest.mark.parametrize("engine", [HIGHS, CBC], ids=["highs", "cbc"])
Sense = Literal["<=", ">=", "=="]
Line = tuple[tuple[int, ...], Sense, int]
SENSES: dict[Sense, int] = {"<=": pulp.LpConstraintLE, ">=": pulp.LpConstraintGE, "==": pulp.LpConstraintEQ}


@dataclass(frozen=True)
class Program:
    """The least, or the most, that whole numbers from 0 to `most` come to."""

    cost: tuple[int, ...]
    rows: tuple[Line, ...]
    most: int = 3
    maximum: bool = False
    constant: int = 0

    def problem(self, *, whole_numbers: bool = True) -> Any:
        """For PuLP."""
        kind = _pulp.LpInteger if whole_numbers else _pulp.LpContinuous
        x = [_pulp.LpVariable(f"x{number}", 0, self.most, kind) for number in range(len(self.cost))]
        problem: Any = _pulp.LpProblem("program", _pulp.LpMaximize if self.maximum else _pulp.LpMinimize)
        problem += _pulp.lpSum(c * v for c, v in zip(self.cost, x, strict=True)) + self.constant
        for number, (factors, sense, right) in enumerate(self.rows):
            left = _pulp.lpSum(f * v for f, v in zip(factors, x, strict=True))
            problem += _pulp.LpConstraint(left, SENSES[sense], f"row{number}", right)
        return problem

    def best(self) -> float:
        """By trying everything; infinite (for a maximum: minus infinite) where nothing satisfies all rows."""
        every = np.array(list(product(range(self.most + 1), repeat=len(self.cost))), dtype=np.int64)
        fine = np.ones(len(every), dtype=np.bool_)
        for factors, sense, right in self.rows:
            left = every @ np.array(factors)
            fine &= left <= right if sense == "<=" else left >= right if sense == ">=" else left == right
        usd = (every[fine] @ np.array(self.cost)).tolist()
        if self.maximum:
            return max(usd) + self.constant if usd else -inf
        return min(usd) + self.constant if usd else inf

    def holds(self, values: Sequence[float]) -> bool:
        for factors, sense, right in self.rows:
            left = sum(f * v for f, v in zip(factors, values, strict=True))
            if (sense != ">=" and left > right + 1e-6) or (sense != "<=" and left < right - 1e-6):
                return False
        return True


@st.composite
def programs(draw: st.DrawFn) -> Program:
    width = draw(st.integers(1, 4))
    row = st.tuples(st.tuples(*[st.integers(-4, 7)] * width), st.sampled_from(sorted(SENSES)), st.integers(-6, 20))
    rows: tuple[Line, ...] = tuple(draw(st.lists(row, min_size=1, max_size=3)))
    cost = draw(st.tuples(*[st.integers(-5, 9)] * width))
    return Program(cost, rows, maximum=draw(st.booleans()), constant=draw(st.sampled_from([0, 0, 7])))


def check_answer(program: Program, found: Solution) -> None:
    best = program.best()
    if abs(best) == inf:
        assert found.outcome is Outcome.INFEASIBLE
        assert found.objective == best
        assert not found.values
        return
    assert found.outcome is Outcome.OPTIMAL
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert found.bound == pytest.approx(best, abs=1e-6)
    assert found.gap <= 1e-6
    # PuLP leaves a variable out that stands nowhere.
    values = [found.values.get(f"x{number}", 0.0) for number in range(len(program.cost))]
    assert program.holds([whole(value) for value in values])
    assert sum(c * whole(v) for c, v in zip(program.cost, values, strict=True)) + program.constant == best


@settings(max_examples=120, derandomize=True, deadline=None)
@given(programs())
def test_highs_finds_the_best_of_all_whole_numbers(program: Program) -> None:
    check_answer(program, HIGHS.run(program.problem()))


@settings(max_examples=50, derandomize=True, deadline=None)
@given(programs())
def test_cbc_finds_the_same(program: Program) -> None:
    check_answer(program, CBC.run(program.problem()))


@settings(max_examples=50, derandomize=True, deadline=None)
@given(programs())
def test_without_whole_numbers_the_solvers_agree_and_no_whole_answer_is_better(program: Program) -> None:
    highs, cbc = (engine.run(program.problem(), relaxed=True) for engine in (HIGHS, CBC))
    assert highs.outcome is cbc.outcome
    assert highs.objective == pytest.approx(cbc.objective, abs=1e-6)
    sign = -1.0 if program.maximum else 1.0
    assert sign * highs.objective <= sign * program.best() + 1e-6


@settings(max_examples=60, derandomize=True, deadline=None)
@given(programs(), st.data())
def test_a_start_changes_no_answer(program: Program, data: st.DataObject) -> None:
    start = {f"x{number}": float(data.draw(st.integers(0, program.most))) for number in range(len(program.cost))}
    check_answer(program, HIGHS.run(program.problem(), start=start, prove=data.draw(st.booleans())))


def knapsack(seed: int, *, items: int = 14, maximum: bool = True) -> Program:
    """Items worth about what they weigh, of which the solvers must try many sets."""
    random = Random(seed)
    weights = [[random.randrange(20, 90) for _ in range(items)] for _ in range(3)]
    worth = tuple(sum(each[item] for each in weights) // 3 + random.randrange(5) for item in range(items))
    sense: Sense = "<=" if maximum else ">="
    rows: tuple[Line, ...] = tuple((tuple(each), sense, sum(each) // 2) for each in weights)
    return Program(worth, rows, most=1, maximum=maximum)


@BOTH
@pytest.mark.parametrize("maximum", [True, False], ids=["max", "min"])
def test_a_node_limit_proves_nothing_wrong_and_its_answer_holds(engine: Backend, maximum: bool) -> None:
    ended: set[Outcome] = set()
    for seed in range(5):
        program = knapsack(seed, maximum=maximum)
        best = program.best()
        sign = -1.0 if maximum else 1.0
        for limit in (1, 5):
            found = engine.run(program.problem(), node_limit=limit)
            ended.add(found.outcome)
            assert found.outcome in (Outcome.OPTIMAL, Outcome.LIMIT)
            assert sign * found.bound <= sign * best + 1e-6
            assert sign * found.objective >= sign * best - 1e-6
            if found.values:
                values = [float(whole(found.values[f"x{number}"])) for number in range(len(program.cost))]
                assert program.holds(values)
            if found.outcome is Outcome.OPTIMAL:
                assert found.objective == pytest.approx(best)
                assert found.bound == pytest.approx(best)
    assert Outcome.LIMIT in ended


@BOTH
def test_a_gap_ends_the_search_with_a_bound_that_proves_it(engine: Backend) -> None:
    for seed in range(6):
        program = knapsack(seed, maximum=False)
        found = engine.run(program.problem(), gap_rel=0.05)
        best = program.best()
        assert found.bound <= best + 1e-6 <= found.objective + 2e-6
        assert found.outcome is Outcome.OPTIMAL
        assert found.gap <= 0.05 + 1e-6


@pytest.mark.parametrize("limit", [1, 5])
def test_a_good_start_and_proving_work_give_a_bound_that_holds(limit: int) -> None:
    for seed in range(6):
        program = knapsack(seed, maximum=False)
        start = {f"x{number}": 1.0 for number in range(len(program.cost))}
        found = HIGHS.run(program.problem(), start=start, prove=True, node_limit=limit)
        assert found.bound <= program.best() + 1e-6 <= found.objective + 2e-6


@BOTH
def test_an_objective_without_an_end_is_unbounded(engine: Backend) -> None:
    for maximum, sign in ((False, 1.0), (True, -1.0)):
        problem: Any = _pulp.LpProblem("unending", _pulp.LpMaximize if maximum else _pulp.LpMinimize)
        x, y = _pulp.LpVariable("x", 0), _pulp.LpVariable("y", 0)
        problem += sign * (y - 2 * x)
        problem += x - y <= 1, "row"
        found = engine.run(problem)
        assert found.outcome is Outcome.UNBOUNDED
        assert not found.values
        assert (found.bound, found.gap) == (-sign * inf, inf)


@BOTH
@pytest.mark.parametrize("maximum", [False, True], ids=["min", "max"])
def test_duals_say_what_one_more_unit_of_a_row_changes(engine: Backend, maximum: bool) -> None:
    # Of two goods of 3 and 2 USD, 2·x + y and x + 3·y are limited: the corner is (9/5, 7/5).
    sense: Sense = "<=" if maximum else ">="
    program = Program((3, 2), (((2, 1), sense, 5), ((1, 3), sense, 6)), most=9, maximum=maximum)
    found = engine.run(program.problem(whole_numbers=False))
    assert found.objective == pytest.approx(3 * 9 / 5 + 2 * 7 / 5)
    for row, dual in found.duals.items():
        number = int(row.removeprefix("row"))
        factors, _, right = program.rows[number]
        rows = list(program.rows)
        rows[number] = (factors, sense, right + 1)
        moved = engine.run(Program((3, 2), tuple(rows), most=9, maximum=maximum).problem(whole_numbers=False))
        assert moved.objective - found.objective == pytest.approx(dual)
    assert set(found.duals) == {"row0", "row1"}


@BOTH
def test_nothing_that_a_solver_prints_is_seen(engine: Backend, capfd: pytest.CaptureFixture[str]) -> None:
    engine.run(knapsack(1).problem())
    engine.run(knapsack(2).problem(), node_limit=1)
    engine.run(knapsack(3).problem(), relaxed=True)
    engine.run(Program((1,), (((1,), ">=", 9),)).problem())
    side_by_side([partial(engine.run, knapsack(seed).problem()) for seed in range(3)])
    print("after")
    assert capfd.readouterr().out == "after\n"


def test_output_is_away_as_long_as_any_solver_runs_and_comes_back_after_an_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        with silenced(), silenced():
            os.write(1, b"inside")
            raise ValueError

    with pytest.raises(ValueError), silenced():
        with silenced():
            os.write(1, b"deeper")
        os.write(1, b"still inside")
        fail()
    os.write(1, b"outside")
    assert capfd.readouterr().out == "outside"


@BOTH
def test_the_same_problem_gives_the_same_values_each_time_and_beside_others(engine: Backend) -> None:
    def task(seed: int) -> Callable[[], Solution]:
        return lambda: engine.run(knapsack(seed, items=10).problem())

    alone = [task(seed)() for seed in range(4)]
    assert side_by_side([task(seed) for seed in range(4)]) == alone


def test_answers_side_by_side_are_in_the_order_of_their_tasks() -> None:
    assert side_by_side([partial(pow, 2, number) for number in range(9)]) == [2**number for number in range(9)]
    assert side_by_side([partial(pow, 2, 3)]) == [8]
    assert side_by_side([]) == []


def test_a_live_model_takes_more_columns() -> None:
    program = Program((3,), (((1,), ">=", 4),), most=9)
    problem = program.problem(whole_numbers=False)
    HIGHS.run(problem)
    live = live_model(problem)
    with silenced():
        live.add_columns(np.array([2.0]), np.array([0], dtype=np.int32), np.array([0], dtype=np.int32), np.array([2.0]))
        usd, duals, values = live.run()
    assert (usd, duals.tolist(), values.tolist()) == (4.0, [1.0], [0.0, 2.0])


def test_a_number_that_is_nearly_whole_is_meant_to_be() -> None:
    assert [whole(value) for value in (3.0, 2.999999, -0.0000001, 1e6 + 1)] == [3, 3, 0, 1_000_001]
    with pytest.raises(ValueError, match="an integer was asked for"):
        whole(2.5)


def test_a_solver_that_is_not_known_is_refused_with_those_that_are() -> None:
    assert [backend(name).name for name in ("highs", "cbc")] == ["highs", "cbc"]
    with pytest.raises(ConfigError, match="highs or cbc"):
        backend("glpk")


def test_the_label_names_solver_and_version() -> None:
    assert HIGHS.label.startswith("HiGHS 1.")
    assert CBC.label.startswith("CBC ")


def unending(cost: tuple[int, int], rows: Sequence[Line]) -> Any:
    """A problem of two whole numbers from 0 up, without an end."""
    x = [_pulp.LpVariable(name, 0, None, _pulp.LpInteger) for name in ("x0", "x1")]
    problem: Any = _pulp.LpProblem("unending", _pulp.LpMinimize)
    problem += _pulp.lpSum(c * v for c, v in zip(cost, x, strict=True))
    for number, (factors, sense, right) in enumerate(rows):
        left = _pulp.lpSum(f * v for f, v in zip(factors, x, strict=True))
        problem += _pulp.LpConstraint(left, SENSES[sense], f"row{number}", right)
    return problem


@BOTH
def test_rows_that_no_whole_numbers_satisfy_are_infeasible_also_where_fractions_have_no_end(engine: Backend) -> None:
    problem = unending((0, -1), [((2, 0), "==", 1), ((0, 1), ">=", 0)])
    assert engine.run(problem).outcome is Outcome.INFEASIBLE
    assert engine.run(problem, relaxed=True).outcome is Outcome.UNBOUNDED


def test_cbc_gives_up_within_limits_where_branching_has_no_end_and_says_so() -> None:
    problem = unending((-1, -1), [((2, -2), "==", 1)])
    found = CBC.run(problem)
    assert found.outcome is Outcome.LIMIT
    assert (found.objective, found.bound, found.gap) == (inf, -inf, inf)
    assert HIGHS.run(problem).outcome is Outcome.INFEASIBLE


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.tuples(st.integers(-2, 3), st.integers(-2, 3)),
    st.lists(
        st.tuples(
            st.tuples(st.integers(-3, 3), st.integers(-3, 3)), st.sampled_from(sorted(SENSES)), st.integers(-4, 6)
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_the_solvers_agree_on_problems_without_ends(cost: tuple[int, int], rows: Sequence[Line]) -> None:
    highs, cbc = (engine.run(unending(cost, rows), node_limit=200) for engine in (HIGHS, CBC))
    if Outcome.LIMIT in (highs.outcome, cbc.outcome):
        return
    assert highs.outcome is cbc.outcome
    assert highs.objective == pytest.approx(cbc.objective, abs=1e-6)
    linear = [engine.run(unending(cost, rows), relaxed=True) for engine in (HIGHS, CBC)]
    assert linear[0].outcome is linear[1].outcome
    assert linear[0].objective == pytest.approx(linear[1].objective, abs=1e-6)


@BOTH
@pytest.mark.parametrize("whole_numbers", [True, False], ids=["integer", "linear"])
def test_a_row_without_terms_holds_or_makes_the_problem_infeasible(engine: Backend, whole_numbers: bool) -> None:
    cases: list[tuple[Sense, int, bool]] = [("<=", 2, True), ("<=", -2, False), (">=", 2, False), ("==", 0, True)]
    for sense, right, holds in cases:
        rows: tuple[Line, ...] = (((1, 1), ">=", 2), ((0, 0), sense, right))
        found = engine.run(Program((3, 4), rows).problem(whole_numbers=whole_numbers))
        assert found.outcome is (Outcome.OPTIMAL if holds else Outcome.INFEASIBLE)
        if holds:
            assert found.objective == pytest.approx(6)
            assert dict(found.duals) == ({} if whole_numbers else {"row0": 3.0, "row1": 0.0})


@BOTH
@pytest.mark.parametrize("relaxed", [False, True])
def test_a_problem_without_variables_costs_its_constant(engine: Backend, relaxed: bool) -> None:
    problem: Any = _pulp.LpProblem("nothing", _pulp.LpMinimize)
    problem += _pulp.LpAffineExpression() + 7
    found = engine.run(problem, relaxed=relaxed)
    assert (found.outcome, found.objective, found.bound) == (Outcome.OPTIMAL, 7.0, 7.0)


def test_a_live_model_begins_in_silence() -> None:
    # HiGHS prints its banner once in a process, when its first object gets an option.
    script = (
        "import numpy as np\nfrom solver.model.live_model import live_rows\n"
        "model = live_rows(np.ones(1))\n"
        "model.add_columns(np.ones(1), np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1))\n"
        "print(model.run()[0])\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout == "1.0\n"
