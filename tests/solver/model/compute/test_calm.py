"""Calm: machines that come and go less often, for no more than half of what the gap leaves."""

from __future__ import annotations

from dataclasses import dataclass
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.demand.demand import Demand
from solver.model.compute import model
from solver.model.compute.calm import calmed
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.promises import holds
from solver.plan.plan import Plan
from solver.solve import solve
from tests.solver.model.compute.alike_services import MANY_SHAPES, ONE_SHAPE, catalog, compute, demand

START_HOURS = 5 / 60


@dataclass
class Seen:
    """What was found before and after a plan was calmed."""

    problem: Problem
    before: Settled
    after: Settled


def planned(asked: Demand) -> tuple[Plan, list[Seen]]:
    seen: list[Seen] = []

    def watched(problem: Problem, found: Settled) -> Settled:
        seen.append(Seen(problem, found, calmed(problem, found)))
        return seen[-1].after

    with patch.object(model, "calmed", watched):
        return solve(asked, catalog()), seen


def sharply_planned(asked: Demand) -> Plan:
    def kept(problem: Problem, found: Settled) -> Settled:
        return found

    with patch.object(model, "calmed", kept):
        return solve(asked, catalog())


def vcpus_started(plan: Plan) -> int:
    """A week."""
    return sum(group.machines.starts_per_week * group.vcpus for group in compute(plan).node_groups)


def minutes_usd(found: Settled) -> float:
    """What the minutes of the starts cost, in a week."""
    usd = found.hourly.columns.usd_per_hour()
    total = 0.0
    for column in found.choice.columns:
        week = [found.choice.hours[number].machines.get(column, 0) for number in found.hourly.needs.hour_of_week]
        rises = sum(max(0, now - before) for before, now in zip([week[-1], *week], week, strict=False))
        total += rises * START_HOURS * float(usd[column])
    return total


def test_machines_come_and_go_less_where_the_gap_leaves_room() -> None:
    asked = demand(ONE_SHAPE, services=9)
    calm, sharp = planned(asked)[0], sharply_planned(asked)
    assert vcpus_started(calm) < vcpus_started(sharp) / 2
    assert sharp.proof.cost_usd_per_month <= calm.proof.cost_usd_per_month
    assert calm.proof.gap <= asked.limits.gap / 2


def test_nothing_more_is_spent_where_more_than_half_of_the_gap_is_unproved() -> None:
    asked = demand(ONE_SHAPE, services=9)
    asked = asked.model_copy(update={"limits": asked.limits.model_copy(update={"gap": 0.0002})})
    calm, sharp = planned(asked)[0], sharply_planned(asked)
    assert calm.proof.cost_usd_per_month <= sharp.proof.cost_usd_per_month


def test_a_plan_within_the_gap_is_not_calmed_out_of_it() -> None:
    plan, (seen,) = planned(demand(ONE_SHAPE, services=6, zones=3, survive="zone"))
    most = seen.before.bound_usd_per_week / (1 - seen.problem.gap / 2)
    assert seen.problem.usd(seen.after) <= max(most, seen.problem.usd(seen.before)) + 1e-9
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month


@settings(max_examples=4, derandomize=True, deadline=None)
@given(
    services=st.integers(1, 3),
    shapes=st.sampled_from([ONE_SHAPE, MANY_SHAPES[:2]]),
    survive=st.sampled_from(["none", "zone"]),
    machines=st.sampled_from([("c6a.*", "m6a.*"), ("c7i.*",), ("m7g.*", "c6a.large", "r6i.*")]),
)
def test_with_the_minutes_of_its_starts_a_calmed_plan_costs_no_more_and_keeps_every_promise(
    services: int, shapes: tuple[tuple[str, str], ...], survive: str, machines: tuple[str, ...]
) -> None:
    _, seen = planned(demand(shapes, services=services, survive=survive, machines=machines))
    for each in seen:
        before = each.problem.usd(each.before) + minutes_usd(each.before)
        assert each.problem.usd(each.after) + minutes_usd(each.after) <= before + 1e-6
        for number, hour in enumerate(each.after.choice.hours):
            assert holds(each.after.hourly, number, hour.machines)
