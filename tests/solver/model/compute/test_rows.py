"""Rows in their largest unit ask for the same machines, and rows that others imply leave nothing out."""

from __future__ import annotations

from itertools import product
from math import gcd

from hypothesis import given
from hypothesis import strategies as st

from solver.model.compute.rows import Counted, Row, counted, least_in_all, surviving, without_implied

WORTH = st.lists(st.integers(0, 6), min_size=1, max_size=3).filter(any)


@given(WORTH, st.integers(1, 7), st.integers(0, 120))
def test_a_reduced_row_asks_for_the_same_machines(worth: list[int], unit: int, required: int) -> None:
    row = Row("capacity", 0, Counted.ALL, tuple(unit * each for each in worth), (required,))
    reduced = row.reduced()
    assert gcd(*reduced.worth) == 1
    for replicas in product(range(5), repeat=len(worth)):
        left = sum(each * count for each, count in zip(row.worth, replicas, strict=True))
        less = sum(each * count for each, count in zip(reduced.worth, replicas, strict=True))
        assert (left >= required) == (less >= reduced.required[0])


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 12)), min_size=1, max_size=3), st.integers(2, 4))
def test_what_survives_says_what_there_must_be_in_all(groups: list[tuple[int, int]], zones: int) -> None:
    left = sum(worth * surviving(machines, zones) for worth, machines in groups)
    assert sum(worth * machines for worth, machines in groups) >= least_in_all(left, zones)


@given(st.integers(1, 20), st.integers(1, 30), st.integers(2, 4))
def test_a_capacity_row_that_survival_implies_is_left_out(survive: int, everything: int, zones: int) -> None:
    survival = Row("survival", 0, Counted.SURVIVING, (1,), (survive,))
    capacity = Row("capacity", 0, Counted.ALL, (1,), (everything,))
    kept = without_implied([survival, capacity], zones)
    fewest = next(n for n in range(1, 99) if counted(Counted.SURVIVING, n, zones, on_demand=True) >= survive)
    assert (capacity in kept) == (fewest < everything)
    assert survival in kept
