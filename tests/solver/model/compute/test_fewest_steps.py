"""What has to change anyway changes few steps of schedules, for what little it may cost more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.demand.demand import Demand
from solver.model.compute import stability
from solver.model.compute.fewest_steps import steps_of
from solver.plan.plan import Plan
from solver.plan.schedule import WeekSchedule, week_schedule
from solver.solve import solve
from solver.vocabulary import Weekday
from solver.witness import check_plan
from tests.solver.test_stability import GAP, again, catalog, service, small

DAY = [2, 2, 2, 3, 4, 6, 8, 9, 9, 8, 7, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 3, 2, 2]
PEAK = 300


def demand_with(peak: float) -> Demand:
    side = service(peak, cpu=2, memory="3Gi", interruptible_share=0.5)
    return small(side=side | {"load": {"peak_per_second": peak, "shape": DAY}})


@cache
def approved() -> Plan:
    return solve(demand_with(PEAK), catalog())


def schedules(plan: Plan) -> dict[str, WeekSchedule]:
    return {group.key: group.machines for group in plan.aws_sites["main"].compute.node_groups}


def changed_steps(old: Plan, new: Plan) -> int:
    before, after = schedules(old), schedules(new)
    steps = [
        {(key, step.days, step.hour): step.value for key, each in week.items() for step in each.steps}
        for week in (before, after)
    ]
    return sum(steps[0].get(key) != steps[1].get(key) for key in steps[0].keys() | steps[1].keys())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 167), st.integers(0, 3)), max_size=12))
def test_steps_are_those_of_the_schedule(changes: Sequence[tuple[int, int]]) -> None:
    week = np.zeros(168, dtype=np.int64)
    for hour, value in sorted(changes):
        week[hour:] = value
    days = tuple(Weekday)
    found = {(hour, tuple(days[day] for day in each)): value for (hour, each), value in steps_of(week).items()}
    written = week_schedule(week.tolist())
    assert found == {(step.hour, step.days): step.value for step in written.steps} or written.constant == week[0]


def as_taken(_moves: object, _options: object, taken: object, _target: object) -> object:
    return taken


def test_a_load_that_moves_by_a_tenth_changes_fewer_steps_for_half_of_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    demand = demand_with(PEAK * 0.9)
    new, fresh = again(approved(), demand, catalog()), solve(demand, catalog())
    check_plan(new, demand, catalog())
    assert new.proof.cost_usd_per_month <= fresh.proof.cost_usd_per_month * (1 + GAP / 2) + 0.01
    monkeypatch.setattr(stability, "_with_fewer_steps", as_taken)
    plain = again(approved(), demand, catalog())
    assert changed_steps(approved(), new) < changed_steps(approved(), plain)
