"""Holding: a zone's reserved machines, changed one by one while its hours cost less."""

from __future__ import annotations

import numpy as np
import pytest

from solver.model.zoned.holding import held
from solver.model.zoned.lanes import Lanes
from solver.model.zoned.market import market_of
from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer


def _reserved(start: int, replicas: tuple[int, ...]) -> int:
    market = market_of(
        HourlyInstance(
            machines=(MachineOffer(name="m", capacity={"cpu": 4}, usd_per_hour=1.0, reserved_usd_per_hour=0.6),),
            workloads=(HourlyWorkload(name="w", request={"cpu": 1}, replicas=replicas),),
        )
    )
    number = np.array([start])
    lanes = Lanes(market, 0, number, np.array([True]), 0.0)
    lanes.offer([(0, np.array([4]))], ())
    return int(held(lanes, market.need, market.soft, number)[0])


@pytest.mark.parametrize("start", [0, 2, 5, 9])
def test_as_many_are_reserved_as_run_in_enough_hours(start: int) -> None:
    """Five machines run in three hours of four, eight in one: the sixth would stand idle too often."""
    assert _reserved(start, (20, 20, 20, 32)) == 5


def test_nothing_is_reserved_for_an_hour_of_many() -> None:
    assert _reserved(3, (0, 0, 0, 40)) == 0
