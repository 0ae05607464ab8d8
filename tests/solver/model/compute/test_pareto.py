"""Of points, those stay that no other one replaces, however many there are."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from solver.model.compute.pareto import replaced, undominated

Floats = NDArray[np.float64]


@st.composite
def points(draw: st.DrawFn, most: int = 12, axes: int | None = None) -> Floats:
    """With whole coordinates, so that some are equal and none nearly so."""
    width = draw(st.integers(1, 3)) if axes is None else axes
    rows = draw(st.lists(st.lists(st.integers(0, 4).map(float), min_size=width, max_size=width), max_size=most))
    return np.array(rows).reshape(len(rows), width)


def left(every: Floats) -> list[int]:
    """By comparing each with each: nothing is nowhere above it, but for itself and its equals after it."""
    no_more = (every[np.newaxis] <= every[:, np.newaxis]).all(axis=2)
    same = no_more & no_more.T
    better = np.any(no_more & ~same, axis=1)
    earlier = np.tri(len(every), k=-1, dtype=np.bool_)
    return np.nonzero(~better & ~np.any(same & earlier, axis=1))[0].tolist()


@settings(max_examples=200, derandomize=True, deadline=None)
@given(points())
def test_what_stays_is_what_no_other_point_replaces_and_the_first_of_equals(every: Floats) -> None:
    assert undominated(every).tolist() == left(every)


@pytest.mark.parametrize("axes", [1, 2, 5])
def test_many_points_are_sorted_out_like_few(axes: int) -> None:
    random = Random(axes)
    every = np.array([[float(random.randrange(12)) for _ in range(axes)] for _ in range(900)])
    assert undominated(every).tolist() == left(every)


def test_a_point_goes_however_many_others_stand_before_the_one_that_replaces_it() -> None:
    best = [[float(number), 700.0 - number, 0.0] for number in range(700)]
    every = np.array([*best, *([first, second, 1.0] for first, second, _ in best)])
    assert undominated(every).tolist() == list(range(700))


def test_points_closer_than_a_billionth_count_as_equal() -> None:
    assert undominated(np.array([[1.0, 2.0], [1.0 + 4e-10, 2.0 - 4e-10], [1.0 - 1e-8, 3.0]])).tolist() == [0, 2]


PAIRS = st.integers(1, 3).flatmap(lambda axes: st.tuples(points(axes=axes), points(axes=axes)))


def above(other: Floats, point: Floats, slack: float) -> bool:
    return any(theirs > mine * (1 + slack) for theirs, mine in zip(other.tolist(), point.tolist(), strict=True))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.integers(1, 3).flatmap(lambda axes: st.tuples(points(axes=axes), points(axes=axes))), st.sampled_from([0, 0.3])
)
def test_a_point_is_replaced_where_another_is_nowhere_above_it_but_for_the_slack(
    both: tuple[Floats, Floats], slack: float
) -> None:
    mine, others = both
    expected = [not all(above(other, point, slack) for other in others) for point in mine]
    assert replaced(mine, others, slack=slack).tolist() == expected


def test_many_points_are_replaced_like_few() -> None:
    random = Random(7)
    mine, others = (np.array([[random.random() for _ in range(3)] for _ in range(count)]) for count in (1500, 600))
    expected = [bool((others <= point + 1e-9).all(axis=1).any()) for point in mine]
    assert 0 < sum(expected) < len(mine)
    assert replaced(mine, others).tolist() == expected
