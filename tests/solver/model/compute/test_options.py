"""Of options, those stay that no other one replaces, however many there are."""

from __future__ import annotations

import numpy as np
import pytest

from solver.model.compute.options import Options, unreplaced


def options(count: int, seed: int) -> Options:
    """Many of which replace each other, some of which are equal."""
    rng = np.random.default_rng(seed)
    rows, grid = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    worth = rng.integers(0, 6, (count, rows)).astype(np.int64)
    price = worth.sum(axis=1)[:, np.newaxis] * rng.choice([0.5, 1.0, 1.5], (count, 1))
    return Options(
        service=0,
        rows=np.arange(rows),
        surviving=np.zeros(rows, dtype=np.bool_),
        in_rounds=np.zeros(rows, dtype=np.bool_),
        column=np.arange(count),
        on_demand=np.ones(count, dtype=np.bool_),
        shared=rng.random(count) < 0.3,
        worth=worth,
        worth_of_replica=np.ones((1, rows), dtype=np.int64),
        zones=rng.integers(1, 4, count),
        least=rng.integers(1, 3, count),
        cost=price + rng.choice([0.5, 0.75], (count, grid)),
    )


def replaces(every: Options, one: int, other: int) -> bool:
    """As many machines of the one as are worth the other in every row cost no more, in as many zones."""
    times = 0
    for mine, theirs in zip(every.worth[one].tolist(), every.worth[other].tolist(), strict=True):
        if theirs and not mine:
            return False
        times = max(times, -(-theirs // mine) if theirs else 0)
    return (
        bool((times * every.cost[one] <= every.cost[other] + 1e-12).all())
        and int(every.zones[one]) >= int(every.zones[other])
        and int(every.least[one]) <= int(every.least[other])
        and (bool(every.shared[one]) or not bool(every.shared[other]))
    )


@pytest.mark.parametrize(("count", "seed"), [(1, 1), (40, 2), (128, 3), (129, 4), (300, 5), (300, 6)])
def test_what_stays_is_what_no_other_option_replaces_and_the_first_of_equals(count: int, seed: int) -> None:
    every = options(count, seed)
    expected = [
        other
        for other in range(count)
        if not any(
            one != other and replaces(every, one, other) and (one < other or not replaces(every, other, one))
            for one in range(count)
        )
    ]
    assert unreplaced(every).column.tolist() == expected
