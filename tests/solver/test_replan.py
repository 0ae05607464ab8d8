"""A plan made from a lock is as good as one made from nothing, and begins with what the lock has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.demand.demand import Demand
from solver.model.compute.replan import Replan
from solver.model.compute.search import Search
from solver.plan.lock import lock_of
from solver.plan.plan import Plan
from solver.solve import solve
from solver.witness import check_plan
from tests.solver.test_stability import GAP, SERVICES, again, approved, catalog, changes, service, small

FEW = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEATURES: list[dict[str, Any]] = [
    {},
    {"survive": "zone"},
    {"interruptible_share": 0.2},
    {"max_per_machine": 1},
    {"headroom": 0.5},
    {"max_utilisation": 0.5},
]


@FEW
@given(
    st.sampled_from(sorted(SERVICES)),
    st.floats(0.3, 3),
    st.sampled_from([1, 2]),
    st.sampled_from(["1Gi", "2Gi", "3Gi", "6Gi"]),
    st.sampled_from(FEATURES),
)
def test_one_changed_service_costs_the_same_as_from_nothing_within_the_gap(
    key: str, part: float, cpu: int, memory: str, more: dict[str, Any]
) -> None:
    peak = round(SERVICES[key]["load"]["peak_per_second"] * part, 3)
    demand = small(**SERVICES | {key: service(peak, cpu=cpu, memory=memory, **more)})
    new, fresh = again(approved(), demand, catalog()), solve(demand, catalog())
    check_plan(new, demand, catalog())
    assert new.proof.cost_usd_per_month <= fresh.proof.cost_usd_per_month * (1 + GAP) + 0.01
    # No figure of the lock is a part of the bound.
    assert new.proof.bound_usd_per_month <= fresh.proof.cost_usd_per_month + 0.01
    assert again(approved(), demand, catalog()).model_dump_json() == new.model_dump_json()


def test_an_unchanged_demand_changes_nothing() -> None:
    assert changes(approved(), again(approved(), small(**SERVICES), catalog())) == []


def side_with(load: float) -> Demand:
    return small(**SERVICES | {"side": service(load, cpu=2, memory="3Gi", interruptible_share=1)})


def fail(*_: object) -> None:
    raise AssertionError("this search is not asked for")


def test_what_a_lock_leads_to_is_enough_where_it_is_proved_as_well_as_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Search, "settle", fail)
    new = again(approved(), side_with(36), catalog())
    assert new.proof.gap <= max(GAP, approved().proof.gap + GAP / 2)
    with pytest.raises(AssertionError, match="not asked for"):
        solve(side_with(36), catalog())


def with_proof(plan: Plan, **more: Any) -> Plan:
    return plan.model_copy(update={"proof": plan.proof.model_copy(update=more)})


def doubtful_locks() -> dict[str, Plan]:
    plan = approved()
    older = plan.inputs.model_copy(update={"model": "0"})
    return {
        "of another version": plan.model_copy(update={"inputs": older}),
        "that claims another gap than its figures": with_proof(plan, gap=0.9),
        "of no cost": with_proof(plan, cost_usd_per_month=0.0, bound_usd_per_month=0.0, gap=0.0),
    }


@pytest.mark.parametrize("name", ["of another version", "that claims another gap than its figures", "of no cost"])
def test_a_doubtful_lock_is_no_beginning(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Replan, "begin", fail)
    demand = side_with(60)
    new = solve(demand, catalog(), previous=lock_of(doubtful_locks()[name]).as_plan())
    assert new.proof.cost_usd_per_month <= solve(demand, catalog()).proof.cost_usd_per_month * (1 + GAP) + 0.01


def test_a_lock_with_poor_node_groups_costs_no_more_than_the_gap() -> None:
    """As one that was edited: its machines are few, large and of a type that is dear for what runs."""
    plan = approved()
    site = plan.aws_sites["main"]
    groups = tuple(
        group.model_copy(update={"machine_types": ("r7i.xlarge",), "slots": dict.fromkeys(group.slots, 1)})
        for group in site.compute.node_groups
    )
    compute = site.compute.model_copy(update={"node_groups": groups})
    poor = plan.model_copy(update={"sites": {"main": site.model_copy(update={"compute": compute})}})
    demand = small(**SERVICES | {"front": service(170.001, survive="zone")})
    new = again(poor, demand, catalog())
    check_plan(new, demand, catalog())
    assert new.proof.cost_usd_per_month <= plan.proof.cost_usd_per_month * (1 + GAP) + 0.01
