"""Flow: what is carried is what the narrowest cut lets through."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.proofs.flow import carried

PLACES = ("a", "b", "c", "d")


@given(
    amounts=st.lists(
        st.tuples(st.floats(0, 100), st.lists(st.sampled_from(PLACES), unique=True, max_size=4)), max_size=5
    ),
    rooms=st.fixed_dictionaries({place: st.floats(0, 100) for place in PLACES}),
)
def test_as_much_is_carried_as_the_narrowest_cut_allows(
    amounts: list[tuple[float, list[str]]], rooms: dict[str, float]
) -> None:
    cuts = chain.from_iterable(combinations(PLACES, count) for count in range(len(PLACES) + 1))
    least = min(
        sum(rooms[place] for place in cut) + sum(amount for amount, there in amounts if not set(there) <= set(cut))
        for cut in cuts
    )
    assert carried(amounts, rooms) == pytest.approx(least, abs=1e-9)


def test_an_amount_gives_way_to_one_that_has_nowhere_else_to_go() -> None:
    assert carried([(10, ["a", "b"]), (10, ["a"])], {"a": 10, "b": 10}) == 20
