"""Machines filled with classes hold each workload's replicas exactly once."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.timeline.contents import groups_of
from solver.model.timeline.filling import Fill
from solver.model.timeline.load import load_of
from solver.timetable.instance import HourlyInstance, HourlyWorkload, MachineOffer


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(1, 4))
def test_equal_requests_are_told_apart_again(replicas: list[int], each: int) -> None:
    instance = HourlyInstance(
        machines=(MachineOffer(name="m", capacity={"cpu": each}, usd_per_hour=1),),
        workloads=tuple(
            HourlyWorkload(name=f"w{place}", request={"cpu": 1}, replicas=(1, count))
            for place, count in enumerate(replicas)
        ),
    )
    load = load_of(instance)
    one = np.zeros(1, dtype=np.int64)
    full, rest = divmod(sum(replicas), each)
    fills = [Fill(0, one, one + each, full, 1.0)] if full else []
    fills += [Fill(0, one, one + rest, 1, 1.0)] if rest else []

    placed: Counter[int] = Counter()
    groups = groups_of(load, 1, fills)
    for _, contents, count in groups:
        assert sum(number for _, number in contents) <= each
        for place, number in contents:
            placed[place] += number * count

    assert sum(count for _, _, count in groups) == full + (rest > 0)
    assert [placed[place] for place in range(len(replicas))] == replicas
