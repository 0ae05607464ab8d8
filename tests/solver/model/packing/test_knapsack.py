"""The most valuable filling of one machine type, against every filling counted out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.backend import backend
from solver.model.packing.knapsack import best_filling
from solver.model.packing.problem import read
from solver.packing.instance import Instance, Item, Machine


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    items = tuple(
        Item(
            f"i{n}",
            {"cpu": draw(st.integers(0, 7)), "memory": draw(st.integers(0, 7))},
            draw(st.integers(1, 3)),
            max_per_machine=draw(st.sampled_from((None, 1, 2))),
            excludes=(f"i{n - 1}",) if n and draw(st.booleans()) else (),
        )
        for n in range(draw(st.integers(1, 5)))
    )
    return Instance((Machine("m", {"cpu": draw(st.integers(7, 15)), "memory": 9}, 1),), items)


@settings(max_examples=60)
@given(instances(), st.lists(st.integers(0, 9), min_size=5, max_size=5), st.sampled_from(("highs", "cbc")))
def test_no_filling_is_worth_more(instance: Instance, worth: list[int], solver: str) -> None:
    problem = read(instance).problem
    values = np.array(worth[: len(problem.count)], dtype=np.float64)
    limit = np.minimum(problem.count, problem.most)
    price = np.full(problem.room.shape[1], 0.5)
    found, upper = best_filling(problem, 0, values, price, limit, backend(solver), 1000)
    best = max(
        float(values @ pattern)
        for numbers in product(*(range(most + 1) for most in limit.tolist()))
        for pattern in [np.array(numbers)]
        if (pattern @ problem.request <= problem.room[0]).all()
        and not (problem.conflicts & np.outer(pattern > 0, pattern > 0)).any()
    )

    assert upper >= best - 1e-9
    assert upper == pytest.approx(best, abs=1e-6)
    assert found is not None
    assert float(values @ found) == pytest.approx(best)
    assert (found @ problem.request <= problem.room[0]).all()
