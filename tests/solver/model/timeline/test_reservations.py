"""What reservations cost is spread over the hours without ever counting more than they cost."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.timeline.reservations import hour_prices


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(st.floats(0.1, 9), st.one_of(st.just(float("inf")), st.floats(0.01, 12)), st.floats(0.1, 1)),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.integers(0, 9), min_size=1, max_size=12),
)
def test_the_hours_of_a_reserved_machine_are_worth_no_more_than_it_costs(
    types: list[tuple[float, float, float]], load: list[int]
) -> None:
    on_demand, reserved, share = (np.array(column) for column in zip(*types, strict=True))
    hours = len(load)
    running = np.array([[count * (place + 1) % 5 for place in range(len(types))] for count in load], dtype=np.float64)

    for prices in hour_prices(on_demand, on_demand, reserved, running, np.array(load, dtype=np.float64)):
        assert (prices <= on_demand + 1e-9).all()
        sold = np.isfinite(reserved)
        assert (prices[:, sold].sum(axis=0) <= hours * reserved[sold] + 1e-6).all()
        assert (prices[:, ~sold] == on_demand[~sold]).all()

    for prices in hour_prices(on_demand * share, on_demand, reserved, running, np.array(load, dtype=np.float64)):
        assert (prices <= on_demand * share + 1e-9).all()
