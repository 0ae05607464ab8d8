"""Rounded parts of a machine stay valid: what fits on a machine adds up to no more than 1 of each."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.timeline.parts import parts


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), min_size=1, max_size=6, unique=True),
    st.tuples(st.integers(1, 24), st.integers(1, 24)),
    st.data(),
)
def test_what_fits_takes_no_more_than_the_machine(
    requests: list[tuple[int, int]], room: tuple[int, int], data: st.DataObject
) -> None:
    request, free = np.array(requests, dtype=np.int64), np.array(room, dtype=np.int64)
    part = parts(request, free[None])
    amounts = np.zeros(len(request), dtype=np.int64)
    for place in data.draw(st.lists(st.integers(0, len(request) - 1), max_size=40)):
        if (request[place] <= free).all():
            amounts[place] += 1
            free = free - request[place]

    assert ((amounts @ part[:, 0]) <= 1.0 + 1e-9).all()


def test_two_replicas_that_cannot_share_a_machine_take_one_each() -> None:
    part = parts(np.array([[6]]), np.array([[10]]))

    assert part[0, 0].max() == 1.0
