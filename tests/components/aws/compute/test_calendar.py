"""Hours as AWS's schedulers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws.compute.calendar import aws_cron, step_key, unix_cron
from solver.plan.schedule import ScheduleStep, week_schedule
from solver.vocabulary import Weekday

MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
CASES = [
    (tuple(Weekday), "*", "*"),
    ((MON, TUE, WED, THU, FRI), "1-5", "MON-FRI"),
    ((SAT, SUN), "6,0", "SAT,SUN"),
    ((MON, WED), "1,3", "MON,WED"),
    ((THU, FRI, SAT, SUN), "4-6,0", "THU-SAT,SUN"),
    ((SUN,), "0", "SUN"),
    ((MON, TUE, SUN), "1,2,0", "MON,TUE,SUN"),
]


@pytest.mark.parametrize(("days", "unix", "_aws"), CASES)
def test_auto_scaling_groups_take_unix_cron(days: tuple[Weekday, ...], unix: str, _aws: str) -> None:
    assert unix_cron(days, 8) == f"0 8 * * {unix}"


@pytest.mark.parametrize(("days", "_unix", "aws"), CASES)
def test_the_other_schedulers_take_six_fields_with_one_question_mark(
    days: tuple[Weekday, ...], _unix: str, aws: str
) -> None:
    assert aws_cron(days, 22) == ("cron(0 22 * * ? *)" if aws == "*" else f"cron(0 22 ? * {aws} *)")


@given(st.sets(st.sampled_from(list(Weekday)), min_size=1))
def test_every_set_of_days_is_read_back_the_same(days: set[Weekday]) -> None:
    field = unix_cron(sorted(days, key=list(Weekday).index), 0).split()[-1]
    numbers: set[int] = set()
    for part in ["0-6"] if field == "*" else field.split(","):
        first, _, last = part.partition("-")
        assert int(first) <= int(last or first)
        numbers |= set(range(int(first), int(last or first) + 1))
    assert {list(Weekday)[(number - 1) % 7] for number in numbers} == days


def test_a_step_is_named_by_its_days_and_hour_so_that_a_new_value_renames_nothing() -> None:
    step = ScheduleStep(days=(SAT, SUN), hour=7, value=3)
    assert step_key(step) == "sat+sun-07" == step_key(step.model_copy(update={"value": 9}))
    assert step_key(ScheduleStep(days=(MON, WED), hour=7, value=3)) != step_key(
        ScheduleStep(days=(MON, TUE, WED), hour=7, value=3)
    )


@given(st.lists(st.integers(0, 3), min_size=168, max_size=168))
def test_no_two_steps_of_a_week_have_one_name(values: list[int]) -> None:
    keys = [step_key(step) for step in week_schedule(values).steps]
    assert len(keys) == len(set(keys))
