"""The smallest conflict of any family of conflicts, and the nearest number, against trying them all."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from solver.model.conflict.smallest import nearest_figure, smallest_conflict

WISHES = frozenset(range(8))
SETS = st.frozensets(st.integers(0, 7), max_size=5)


@given(st.lists(SETS, max_size=6))
def test_it_is_a_smallest_of_all_conflicts(conflicts: list[frozenset[int]]) -> None:
    def possible(kept: frozenset[int]) -> bool:
        return not any(each <= kept for each in conflicts)

    found = smallest_conflict(WISHES, possible)
    if not conflicts:
        assert found is None
        return
    assert found is not None
    assert len(found) == min(len(each) for each in conflicts)
    assert not possible(found)
    if found:
        assert all(possible(frozenset(less)) for less in combinations(sorted(found), len(found) - 1))


@given(st.integers(-50, 5000), st.integers(0, 5000), st.booleans(), st.integers(0, 5100))
def test_the_nearest_number_is_possible_and_the_one_before_it_is_not(
    now: int, distance: int, upwards: bool, needed: int
) -> None:
    way = 1 if upwards else -1

    def possible(figure: int) -> bool:
        return (figure - now) * way >= needed

    found = nearest_figure(now, now + way * distance, possible)
    if needed > distance or distance == 0:
        assert found is None
    else:
        assert found == now + way * max(needed, 1)


def test_numbers_are_asked_for_as_often_as_doubling_and_halving_take() -> None:
    asked: list[int] = []

    def possible(figure: int) -> bool:
        asked.append(figure)
        return figure >= 1024

    assert nearest_figure(24, 10_000_000, possible) == 1024
    assert len(asked) <= 25
