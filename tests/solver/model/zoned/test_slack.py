"""Slack: machines whose replicas fit elsewhere are given up, and others become smaller."""

from __future__ import annotations

import numpy as np

from solver.model.zoned.lanes import ON_DEMAND, RESERVED, SPOT
from solver.model.zoned.market import Market, market_of
from solver.model.zoned.rounding import Lane
from solver.model.zoned.slack import dissolved
from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer


def _market() -> Market:
    return market_of(
        HourlyInstance(
            machines=(
                MachineOffer(name="large", capacity={"cpu": 8}, usd_per_hour=8, spot_usd_per_hour=3),
                MachineOffer(name="small", capacity={"cpu": 2}, usd_per_hour=2.5),
            ),
            workloads=(
                HourlyWorkload(name="one", request={"cpu": 1}, replicas=(12,), interruptible_share=0.5),
                HourlyWorkload(name="three", request={"cpu": 3}, replicas=(4,)),
            ),
        )
    )


def _lane(market: Market, *machines: tuple[int, int, tuple[int, int]]) -> Lane:
    none = np.zeros(2)
    counts = np.zeros(2, dtype=np.int64)
    lane = Lane(0, counts, counts, np.zeros(len(market.price), dtype=np.int64), none, none, none, [])
    for place, option, contents in machines:
        lane.machines.append((place, option == SPOT, contents, 1))
    return lane


def _by_type(lane: Lane) -> list[tuple[int, bool, tuple[int, ...]]]:
    return sorted((place, is_spot, contents) for place, is_spot, contents, count in lane.machines for _ in range(count))


def test_a_machine_whose_replicas_fit_elsewhere_is_given_up() -> None:
    market = _market()
    lane = _lane(market, (0, ON_DEMAND, (4, 1)), (0, ON_DEMAND, (5, 0)), (1, ON_DEMAND, (2, 0)))
    dissolved(market, lane, np.zeros(2, dtype=np.int64), {})
    assert len(lane.machines) == 2
    assert {place for place, *_ in lane.machines} == {0}
    assert np.sum([contents for _, _, contents, _ in lane.machines], axis=0).tolist() == [11, 1]


def test_what_stays_on_a_machine_moves_to_a_cheaper_type() -> None:
    market = _market()
    lane = _lane(market, (0, ON_DEMAND, (4, 0)), (0, ON_DEMAND, (6, 0)))
    dissolved(market, lane, np.zeros(2, dtype=np.int64), {})
    assert _by_type(lane) == [(0, False, (8, 0)), (1, False, (2, 0))]


def test_a_replica_that_may_not_be_interrupted_goes_to_no_spot_machine() -> None:
    market = _market()
    machines = ((0, SPOT, (6, 0)), (1, ON_DEMAND, (2, 0)))
    lane = _lane(market, *machines)
    dissolved(market, lane, np.zeros(2, dtype=np.int64), {})
    assert _by_type(lane) == sorted((place, option == SPOT, contents) for place, option, contents in machines)


def test_a_spot_machine_empties_into_a_machine_that_runs_anyway() -> None:
    market = _market()
    lane = _lane(market, (0, SPOT, (2, 0)), (0, RESERVED, (3, 1)))
    dissolved(market, lane, np.array([1, 0]), {})
    assert _by_type(lane) == [(0, False, (5, 1))]


def test_a_reserved_machine_takes_what_is_paid_by_the_hour_and_stays() -> None:
    market = _market()
    lane = _lane(market, (0, RESERVED, (1, 0)), (0, ON_DEMAND, (7, 0)))
    dissolved(market, lane, np.array([1, 0]), {})
    assert _by_type(lane) == [(0, False, (8, 0))]
