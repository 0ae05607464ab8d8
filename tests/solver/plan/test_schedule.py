"""A week of numbers, and the short form that people read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from solver.plan.schedule import WeekSchedule, format_days, parse_days, week_schedule
from solver.vocabulary import Weekday

WEEKS = st.lists(st.integers(0, 5), min_size=168, max_size=168)
DAYS = st.sets(st.sampled_from(list(Weekday)), min_size=1)


@given(WEEKS)
def test_a_schedule_has_the_week_that_it_was_made_from(week: list[int]) -> None:
    schedule = week_schedule(week)
    assert list(schedule.hourly()) == week
    assert (schedule.low, schedule.high) == (min(week), max(week))


@given(WEEKS)
def test_the_short_form_reads_back(week: list[int]) -> None:
    schedule = week_schedule(week)
    assert WeekSchedule.model_validate(schedule.model_dump(mode="json")) == schedule
    assert WeekSchedule.model_validate_json(schedule.model_dump_json()) == schedule


@given(WEEKS, WEEKS)
def test_what_is_kept_of_a_week_makes_no_difference(week: list[int], other: list[int]) -> None:
    asked, fresh, changed = week_schedule(week), week_schedule(week), week_schedule(other)
    assert asked.hourly() == asked.hourly() == tuple(week)
    assert (asked, hash(asked), asked.model_dump_json()) == (fresh, hash(fresh), fresh.model_dump_json())
    copy = asked.model_copy(update={"constant": changed.constant, "steps": changed.steps})
    assert copy.hourly() == tuple(other)


@given(DAYS)
def test_days_read_back(days: set[Weekday]) -> None:
    ordered = tuple(day for day in Weekday if day in days)
    assert parse_days(format_days(ordered)) == ordered


def test_equal_changes_of_several_days_are_one_step() -> None:
    workday = [2] * 8 + [5] * 12 + [2] * 4
    schedule = week_schedule(workday * 5 + [2] * 48)
    assert schedule.model_dump(mode="json") == {"mon-fri 08:00": 5, "mon-fri 20:00": 2}


def test_a_week_without_changes_is_one_number() -> None:
    assert week_schedule([3] * 168).model_dump(mode="json") == 3


def test_a_week_has_168_hours() -> None:
    with pytest.raises(ValueError, match="168"):
        week_schedule([1] * 24)


@pytest.mark.parametrize("text", ["", "xyz", "mon-", "fri-mon", "mon-tue-wed", "wed,mon"])
def test_days_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_days(text)


def test_a_step_at_a_broken_hour_is_refused() -> None:
    with pytest.raises(ValidationError, match="full hour"):
        WeekSchedule.model_validate({"mon-fri 8": 4})
