"""Bounded steps of a load in its own form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolwright.observe.suggest.bounds import Bounds
from poolwright.observe.suggest.load_change import Direction, next_load, three_digits
from solver.demand.load import LoadProfile
from solver.errors import ConfigError

BOUNDS = Bounds()
DAY = tuple(float(each) for each in (3, 2, 2, 2, 2, 3, 4, 5, 7, 8, 9, 9, 9, 9, 9, 8, 8, 7, 6, 6, 5, 4, 4, 3))
WEEK = DAY * 7


def scaled(factor: float) -> tuple[float, ...]:
    return tuple(each * factor for each in WEEK)


def shaped(peak: float) -> LoadProfile:
    return LoadProfile(peak_per_second=peak, shape=DAY)


def test_a_load_that_is_near_enough_stays() -> None:
    assert next_load(shaped(90), scaled(10.3), scaled(10.2), headroom=0.2, bounds=BOUNDS) is None


def test_growth_of_the_same_shape_is_one_number() -> None:
    change = next_load(shaped(90), scaled(13), scaled(13), headroom=0, bounds=BOUNDS)
    assert change is not None
    assert (change.direction, change.bounded, change.reshaped) == (Direction.MORE, None, False)
    assert change.load == LoadProfile(peak_per_second=117, shape=DAY)


def test_growth_beyond_the_bound_comes_in_steps() -> None:
    load, steps = shaped(90), 0
    while (change := next_load(load, scaled(50), scaled(50), headroom=0, bounds=BOUNDS)) is not None:
        assert change.factor <= BOUNDS.most_up + 0.02
        load, steps = change.load, steps + 1
    assert steps == 3
    assert load.peak_per_second == 450


def test_shrinking_is_slower_and_only_when_it_may() -> None:
    wanted, in_use = scaled(3), scaled(3)
    assert next_load(shaped(90), wanted, in_use, headroom=0, bounds=BOUNDS, may_fall=False) is None
    change = next_load(shaped(90), wanted, in_use, headroom=0, bounds=BOUNDS)
    assert change is not None
    assert (change.direction, change.bounded, change.load.peak_per_second) == (Direction.LESS, "most_down", 72)


def test_a_load_never_falls_below_what_was_in_use() -> None:
    change = next_load(shaped(90), scaled(1), scaled(10.2), headroom=0.2, bounds=BOUNDS)
    assert change is not None
    for use, held in zip(scaled(10.2), change.load.week_per_second(), strict=True):
        assert held * 1.2 >= use * (1 - 1e-9)


def test_another_shape_is_taken_where_the_old_one_would_buy_much_more() -> None:
    nights = tuple(float(each) for each in np.roll(DAY, 12)) * 7
    change = next_load(shaped(9), nights, nights, headroom=0.2, bounds=Bounds(most_up=10, most_down=0.1))
    assert change is not None
    assert change.reshaped
    assert change.direction is Direction.OTHERWISE
    assert change.load.week_per_second() == pytest.approx(nights, rel=0.01)


def test_a_constant_stays_one() -> None:
    change = next_load(LoadProfile(constant_per_second=4), scaled(0.7), scaled(0.7), headroom=0, bounds=BOUNDS)
    assert change is not None
    assert change.load == LoadProfile(constant_per_second=6.3)


def test_a_constant_that_its_highest_hour_keeps_is_not_held_by_the_bound() -> None:
    load, quiet = LoadProfile(constant_per_second=9), scaled(0.9)
    change = next_load(load, quiet, quiet, headroom=0, bounds=BOUNDS)
    assert change is not None
    assert (change.load.constant_per_second, change.bounded) == (8.1, None)
    further = next_load(load, scaled(0.5), scaled(0.5), headroom=0, bounds=BOUNDS)
    assert further is not None
    assert (further.load.constant_per_second, further.bounded) == (7.2, "most_down")
    asleep = next_load(shaped(90), scaled(0), scaled(0), headroom=0, bounds=BOUNDS)
    assert asleep is not None
    assert (asleep.load.peak_per_second, asleep.bounded) == (72, "most_down")


def test_written_hours_stay_hours() -> None:
    change = next_load(LoadProfile(hourly_per_second=DAY), scaled(1.5), WEEK, headroom=0, bounds=BOUNDS)
    assert change is not None
    assert change.load.week_per_second() == pytest.approx(scaled(1.5))


def test_an_hour_without_load_may_get_some() -> None:
    load = LoadProfile(hourly_per_second=(0.0, *DAY[1:]))
    change = next_load(load, scaled(1.5), WEEK, headroom=0, bounds=BOUNDS)
    assert change is not None and change.bounded == "most_up"
    assert 0 < change.load.week_per_second()[0] <= 0.2


hours = st.lists(st.floats(0.01, 1e4), min_size=168, max_size=168)


@given(hours, hours, st.floats(0, 1), st.booleans(), st.sampled_from(["peak", "constant", "hourly"]))
def test_no_step_leaves_its_bounds(
    now: Sequence[float], wanted: Sequence[float], headroom: float, may_fall: bool, form: str
) -> None:
    load = _in_form(now, form)
    change = next_load(load, wanted, wanted, headroom=headroom, bounds=BOUNDS, may_fall=may_fall)
    if change is None:
        return
    before, after = load.week_per_second(), change.load.week_per_second()
    assert max(after) <= max(before) * BOUNDS.most_up * 1.0101
    assert max(after) >= max(before) * (BOUNDS.most_down if may_fall else 1) / 1.1001
    if not may_fall and form != "peak":
        assert all(new >= old * 0.999 for old, new in zip(before, after, strict=True))


def test_one_busy_hour_of_a_night_is_not_left_to_headroom() -> None:
    now, in_use = scaled(10), (WEEK[0], 24.0, *WEEK[2:])
    load = LoadProfile(peak_per_second=90, shape=now)
    change = next_load(load, scaled(8.7), in_use, headroom=0.2, bounds=BOUNDS)
    assert change is not None
    assert change.direction is Direction.LESS
    assert change.load.week_per_second()[1] * 1.2 >= 24


@given(st.integers(0, 2**32), st.floats(0, 1), st.sampled_from(["peak", "constant", "hourly"]))
def test_no_hour_falls_below_what_was_in_use(seed: int, headroom: float, form: str) -> None:
    rng = np.random.default_rng(seed)
    now, wanted, in_use = (
        tuple(np.array(WEEK) * rng.normal(1, 0.1, len(WEEK)) * rng.uniform(0.3, 3)) for _ in range(3)
    )
    load = _in_form(now, form)
    change = next_load(load, wanted, in_use, headroom=headroom, bounds=BOUNDS)
    if change is None:
        return
    for was, then, use in zip(load.week_per_second(), change.load.week_per_second(), in_use, strict=True):
        assert then * (1 + headroom) >= min(use, was * (1 + headroom)) * (1 - 1e-6)


def _in_form(now: Sequence[float], form: str) -> LoadProfile:
    match form:
        case "peak":
            return LoadProfile(peak_per_second=max(now), shape=tuple(now))
        case "constant":
            return LoadProfile(constant_per_second=max(now))
        case _:
            return LoadProfile(hourly_per_second=tuple(now))


def test_three_digits_never_round_down() -> None:
    assert [three_digits(each) for each in (2001, 117.0, 0.12341, 0, 999.5)] == [2010, 117, 0.124, 0, 1000]


def test_bounds_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError) as raised:
        Bounds(most_up=0.5, most_down=1.2, cool_down_days=-1)
    assert [each.path for each in raised.value.problems] == ["--cool-down-days", "--most-down", "--most-up"]
