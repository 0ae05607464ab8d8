"""A day is cut so that least is paid for and not needed."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.model.compute.day_blocks import day_blocks

DAY = 6
LOADS = st.lists(st.lists(st.integers(0, 8).map(float), min_size=DAY, max_size=DAY), min_size=1, max_size=3)


def lost(loads: list[list[float]], blocks: tuple[range, ...]) -> float:
    return sum(
        max(row[hour] for hour in block) * len(block) - sum(row[hour] for hour in block)
        for row in loads
        for block in blocks
    )


@given(LOADS, st.integers(1, DAY))
def test_no_other_cut_loses_less(loads: list[list[float]], most: int) -> None:
    blocks = day_blocks(loads, most)
    assert [hour for block in blocks for hour in block] == list(range(DAY))
    assert len(blocks) <= most
    least = min(
        lost(loads, tuple(range(first, last) for first, last in zip((0, *cuts), (*cuts, DAY), strict=True)))
        for count in range(most)
        for cuts in combinations(range(1, DAY), count)
    )
    assert lost(loads, blocks) == pytest.approx(least)


def test_an_even_day_is_one_block() -> None:
    assert day_blocks([[0.5] * 24], 6) == (range(24),)


def test_a_stack_without_services_has_no_blocks() -> None:
    assert day_blocks([], 6) == ()
