"""What fits on a machine: tables and prices are never below brute force, and tables meet it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import solver.model.zoned.contents as contents
from solver.model.zoned.contents import grid_of, valuable, values
from solver.model.zoned.market import Market, market_of
from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer

REQUESTS = ({"cpu": 1, "memory": 3}, {"cpu": 2, "memory": 2}, {"cpu": 3, "memory": 1, "gpu": 1})
WORTH = np.array([[1.0, 0.9, 2.0], [0.0, 0.3, 0.1], [0.7, 0.7, 0.0]])


def _market() -> Market:
    rooms = ({"cpu": 5, "memory": 9}, {"cpu": 9, "memory": 7, "gpu": 1}, {"cpu": 11, "memory": 23, "gpu": 2})
    return market_of(
        HourlyInstance(
            machines=tuple(
                MachineOffer(name=f"m{number}", capacity=room, usd_per_hour=number + 1)
                for number, room in enumerate(rooms)
            ),
            workloads=tuple(
                HourlyWorkload(name=f"w{number}", request=request, replicas=(4,))
                for number, request in enumerate(REQUESTS)
            ),
            zones=("a", "b"),
        )
    )


def _most(market: Market, place: int, worth: np.ndarray, plain: bool) -> float:
    """The best contents; `plain` leaves out of account how many replicas one of which there may be."""
    best = 0.0
    for counts in product(range(12), repeat=len(worth)):
        used = np.array(counts) @ market.request
        holds = market.holds[:, place] if plain else np.ones(len(worth), dtype=np.bool_)
        if all(h or not n for h, n in zip(holds, counts, strict=True)) and (
            (used <= market.room[place])[[0, 2] if plain else slice(None)].all()
        ):
            best = max(best, float(np.array(counts) @ worth))
    return best


@pytest.mark.parametrize("cells", [20_000_000, 300, 1])
def test_contents_are_never_worth_more_and_tables_say_exactly_how_much(
    monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    monkeypatch.setattr(contents, "_CELLS", cells)
    market = _market()
    grid = grid_of(market)
    assert grid is not None

    found = values(grid, WORTH, market.price)

    for row, worth in enumerate(WORTH):
        for place in range(len(market.price)):
            exact = _most(market, place, worth, plain=False)
            assert found[row, place] >= exact
            if cells > 1_000:
                assert found[row, place] == pytest.approx(_most(market, place, worth, plain=True), rel=1e-4)


def test_valuable_contents_fit_and_are_worth_what_the_table_says() -> None:
    market = _market()
    grid = grid_of(market)
    assert grid is not None
    types = np.arange(len(market.price))

    found = valuable(grid, WORTH[:1], np.full((1, len(types)), 0.1), types, np.full(len(types), 99))

    assert [place for _, place, _ in found]
    for row, place, amounts in found:
        assert (amounts @ market.request <= market.room[place])[[0, 2]].all()
        assert amounts @ WORTH[row] == pytest.approx(_most(market, place, WORTH[row], plain=True), rel=1e-4)


def test_requests_in_one_dimension_or_on_a_fine_grid_have_no_tables() -> None:
    machine = MachineOffer(name="m", capacity={"cpu": 64_000, "memory": 64_001}, usd_per_hour=1)

    def grid(request: dict[str, int]) -> object:
        workload = HourlyWorkload(name="w", request=request, replicas=(1,))
        other = HourlyWorkload(name="v", request={"cpu": 7, "memory": 9}, replicas=(1,))
        return grid_of(market_of(HourlyInstance(machines=(machine,), workloads=(workload, other), zones=("a",))))

    assert grid({"cpu": 4, "memory": 10}) is None
    assert grid({"cpu": 3}) is None
