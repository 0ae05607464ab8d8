"""The set cover: no other set of measures that covers everything is cheaper; conflicts are named."""

from __future__ import annotations

from itertools import product
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.catalog.services import MeasureScope, SecurityMeasure
from solver.errors import InfeasibleError
from solver.model.backend import Backend, backend
from solver.model.security.cover import CoverProblem, cheapest_cover
from solver.plan.security import KeyPurpose

CONTROLS = ("A.1", "A.2", "A.3", "A.4")
KEY_USD = 1.0


@pytest.fixture(scope="module")
def engine() -> Backend:
    return backend("highs")


def measure(
    name: str, covers: tuple[str, ...], *, requires: tuple[str, ...] = (), excludes: tuple[str, ...] = ()
) -> SecurityMeasure:
    return SecurityMeasure(
        name=name, title=name, scope=MeasureScope.STACK, covers=covers, requires=requires, excludes=excludes
    )


def problem_of(
    measures: list[SecurityMeasure],
    usd: list[float],
    *,
    keys: dict[str, tuple[KeyPurpose, ...]] | None = None,
    controls: tuple[str, ...] = CONTROLS,
    given_measures: tuple[str, ...] = (),
) -> CoverProblem:
    return CoverProblem(
        measures=measures,
        usd_per_month={each.name: cost for each, cost in zip(measures, usd, strict=True)},
        keys=keys or {},
        key_usd_per_month=KEY_USD,
        controls=controls,
        given=given_measures,
    )


@st.composite
def problems(draw: st.DrawFn) -> CoverProblem:
    count = draw(st.integers(1, 6))
    names = [f"m{number}" for number in range(count)]
    measures: list[SecurityMeasure] = []
    for index, name in enumerate(names):
        covers = draw(st.lists(st.sampled_from(CONTROLS), min_size=1, unique=True))
        others = [other for other in names if other != name]
        requires = draw(st.lists(st.sampled_from(others), max_size=1)) if others and index else []
        excludes = draw(st.lists(st.sampled_from(others), max_size=1)) if others else []
        measures.append(measure(name, tuple(covers), requires=tuple(requires), excludes=tuple(excludes)))
    usd = draw(st.lists(st.integers(0, 5).map(float), min_size=count, max_size=count))
    purposes = st.lists(st.sampled_from(list(KeyPurpose)), max_size=2, unique=True).map(tuple)
    keys = {name: draw(purposes) for name in names}
    return problem_of(
        measures, usd, keys=keys, given_measures=tuple(draw(st.lists(st.sampled_from(names), max_size=1)))
    )


def brute_force_usd(problem: CoverProblem) -> float:
    best = inf
    names = [each.name for each in problem.measures]
    for picks in product((False, True), repeat=len(names)):
        chosen = {name for name, pick in zip(names, picks, strict=True) if pick}
        measures = [each for each in problem.measures if each.name in chosen]
        covered = {control for each in measures for control in each.covers}
        if not (set(problem.controls) <= covered and set(problem.given) <= chosen):
            continue
        if any(not set(each.requires) <= chosen or set(each.excludes) & chosen for each in measures):
            continue
        keys = {key for each in measures for key in problem.keys.get(each.name, ())}
        best = min(best, sum(problem.usd_per_month[name] for name in chosen) + KEY_USD * len(keys))
    return best


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_no_other_set_is_cheaper(engine: Backend, problem: CoverProblem) -> None:
    assume(all(any(control in each.covers for each in problem.measures) for control in problem.controls))
    best = brute_force_usd(problem)
    if best == inf:
        with pytest.raises(InfeasibleError):
            cheapest_cover(problem, engine)
    else:
        assert cheapest_cover(problem, engine).usd_per_month == pytest.approx(best)


def test_controls_that_nothing_covers_are_named(engine: Backend) -> None:
    with pytest.raises(InfeasibleError) as error:
        cheapest_cover(problem_of([measure("m", ("A.1",))], [1.0]), engine)
    assert error.value.conflict == ("compliance.profile: its control A.2",)
    assert [[member.words for member in members] for members in error.value.also] == [
        ["compliance.profile: its control A.3"],
        ["compliance.profile: its control A.4"],
    ]


def test_controls_that_exclude_each_other_are_named_and_no_others(engine: Backend) -> None:
    measures = [measure("m", ("A.1",), excludes=("n",)), measure("n", ("A.2",)), measure("o", ("A.3", "A.4"))]
    with pytest.raises(InfeasibleError) as error:
        cheapest_cover(problem_of(measures, [1.0, 1.0, 1.0]), engine)
    assert error.value.conflict == ("compliance.profile: its control A.1", "compliance.profile: its control A.2")
    assert {member.frees for member in error.value.members} == {"a waiver of it would do"}


def test_a_measure_brings_what_it_requires(engine: Backend) -> None:
    measures = [measure("alarm", ("A.1",), requires=("trail",)), measure("trail", ("A.2",))]
    cover = cheapest_cover(problem_of(measures, [1.0, 2.0], controls=("A.1",)), engine)
    assert cover.chosen == ("alarm", "trail")


def test_two_measures_share_a_key(engine: Backend) -> None:
    measures = [measure("all", ("A.1",)), measure("trail", ("A.2",))]
    keys = {"all": (KeyPurpose.DATA, KeyPurpose.LOGS), "trail": (KeyPurpose.LOGS,)}
    cover = cheapest_cover(problem_of(measures, [0.0, 0.0], keys=keys, controls=("A.1", "A.2")), engine)
    assert cover.keys == (KeyPurpose.DATA, KeyPurpose.LOGS)
    assert cover.usd_per_month == pytest.approx(2.0)


def test_of_equally_cheap_sets_the_smallest_and_first_is_taken(engine: Backend) -> None:
    measures = [
        measure("a", ("A.1",)),
        measure("b", ("A.2",)),
        measure("c", ("A.1", "A.2")),
        measure("d", ("A.1", "A.2")),
    ]
    assert cheapest_cover(problem_of(measures, [0.0] * 4, controls=("A.1", "A.2")), engine).chosen == ("c",)


def test_both_solvers_choose_the_same(engine: Backend) -> None:
    measures = [measure("a", ("A.1", "A.2")), measure("b", ("A.2", "A.3")), measure("c", ("A.3", "A.4"))]
    problem = problem_of(measures, [2.0, 1.0, 2.0])
    assert cheapest_cover(problem, engine) == cheapest_cover(problem, backend("cbc"))
