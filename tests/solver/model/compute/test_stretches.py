"""Stretches of the week, and what machines and their starts cost least in one."""

from __future__ import annotations

from itertools import product
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.backend import backend
from solver.model.compute.blocks import Blocks
from solver.model.compute.stretch_program import StretchProgram
from solver.model.compute.stretches import Step, Stretch, stretches_of

FEW = settings(max_examples=25, derandomize=True, deadline=None)
MOST = 6
"""Machines of a column, in a trial of all."""


@given(week=st.lists(st.integers(0, 4), min_size=12, max_size=12), longest=st.integers(5, 8))
@FEW
def test_every_hour_is_in_one_stretch_or_half_in_two(week: list[int], longest: int) -> None:
    found = stretches_of(week, [1.0, 2.0, 3.0, 3.0, 0.5], longest)
    if len(set(week)) == 1:
        assert found == {}
        return
    hours = dict.fromkeys(range(5), 0.0)
    for stretch, times in found.items():
        assert 2 < len(stretch) <= longest or len(stretch) == 3 or len(set(week)) == 2
        for step in stretch:
            hours[step.number] += step.hours * times
    assert hours == {number: float(week.count(number)) for number in range(5)}


def test_a_week_of_equal_days_has_one_stretch_that_begins_and_ends_at_night() -> None:
    day = [0] * 8 + [1] * 4 + [2] * 12
    assert stretches_of(day * 7, [1.0, 9.0, 4.0], 8) == {(Step(0, 4.0), Step(1, 4.0), Step(2, 12.0), Step(0, 4.0)): 7}


def test_a_long_stretch_is_cut_where_the_least_runs() -> None:
    rising = [0, 0, *range(1, 7), 4, 7, 8]
    (first, second) = stretches_of(rising, [float(number) for number in range(9)], 8)
    assert first[-1] == second[0] == Step(4, 0.5)


def program(worth: list[int], cost: list[float], required: list[int], usd_per_start: float) -> StretchProgram:
    columns = np.arange(len(worth), dtype=np.int64)
    return StretchProgram(
        blocks=Blocks(columns, np.ones(len(worth), dtype=np.int64), np.array([worth], dtype=np.int64).T),
        required=np.array([required], dtype=np.int64).T,
        cost=np.tile(np.array(cost), (len(required), 1)),
        usd_per_start=usd_per_start,
        backend=backend("highs"),
    )


def cheapest(asked: StretchProgram, stretch: Stretch) -> float:
    """By a trial of all machines in all steps."""
    worth, usd = asked.blocks.worth[:, 0].tolist(), asked.cost[0].tolist()
    every = list(product(range(MOST + 1), repeat=len(worth)))

    def hold(machines: tuple[int, ...], step: Step) -> bool:
        return sum(a * b for a, b in zip(machines, worth, strict=True)) >= int(asked.required[step.number, 0])

    before = dict.fromkeys(every, 0.0)
    for place, step in enumerate(stretch):
        here: dict[tuple[int, ...], float] = {}
        for machines in every:
            if hold(machines, step):
                run = step.hours * fsum(a * b for a, b in zip(machines, usd, strict=True))
                here[machines] = run + min(
                    spent
                    + asked.usd_per_start * sum(max(0, b - a) for a, b in zip(old, machines, strict=True)) * (place > 0)
                    for old, spent in before.items()
                )
        before = here
    return min(before.values())


@given(
    worth=st.lists(st.integers(2, 6), min_size=2, max_size=2),
    cost=st.lists(st.floats(0.5, 2), min_size=2, max_size=2),
    required=st.lists(st.integers(1, 12), min_size=4, max_size=4),
    hours=st.lists(st.sampled_from([0.5, 1.0, 3.0]), min_size=4, max_size=4),
    usd_per_start=st.floats(0, 3),
    part=st.sampled_from([0.9, 1.0, 1.3]),
)
@FEW
def test_nothing_costs_less_in_a_stretch_and_little_more_does(
    worth: list[int], cost: list[float], required: list[int], hours: list[float], usd_per_start: float, part: float
) -> None:
    asked = program(worth, cost, required, usd_per_start)
    stretch = tuple(Step(number, each) for number, each in enumerate(hours))
    best = cheapest(asked, stretch)
    least = asked.least(stretch, best * part)
    assert least <= best * (1 + 1e-9)
    assert least >= min(best, best * part) * (1 - 3e-3)


@pytest.mark.parametrize("most", [5.0, 20.0])
def test_machines_that_run_through_a_valley_start_once(most: float) -> None:
    asked = program([1], [1.0], [3, 1], 0.5)
    stretch = (Step(1, 2.0), Step(0, 1.0), Step(1, 0.2), Step(0, 1.0), Step(1, 2.0))
    # Two start for the first hour with three; in the valley of 0.2 hours they cost less than two more starts.
    assert asked.least(stretch, most) == pytest.approx(min(most, 2 + 3 + 1.0 + 0.6 + 3 + 2), rel=1e-5)
