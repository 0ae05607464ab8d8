"""An explanation's figures are those of plans that anyone can solve again."""

from __future__ import annotations

from math import floor
from pathlib import Path
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.catalog.price_edits import price_edit, with_prices
from solver.demand.demand import Demand
from solver.demand.edits import split_argument, with_edits, with_values
from solver.demand.load import LoadProfile
from solver.demand.loader import load_demand
from solver.explain import explain
from solver.model.compute.rows import surviving
from solver.plan.explanation import Explanation
from solver.plan.plan import Plan
from solver.price_turns import Turns
from solver.questions import exclusion_question, guarantee_questions, load_question
from solver.solve import solve

ROOT = Path(__file__).resolve().parents[2]
TYPES = ["c7g.large", "c7g.xlarge", "m7g.large", "m7g.xlarge"]


def service(**changes: Any) -> dict[str, Any]:
    variant = {"cpu": 1, "memory": "2Gi", "throughput_per_second": 20, "source": "measured", "architecture": "arm64"}
    return {
        "kind": "service",
        "image": {},
        "load": {"hourly_per_second": [*[40.0] * 8, *[100.0] * 10, *[40.0] * 6]},
        "max_utilisation": 1,
        "variants": {"cpu": variant},
    } | changes


def demand_of(**changes: Any) -> Demand:
    content: dict[str, Any] = {
        "stack": "test",
        "owner": "tests",
        "sites": {"main": {"kind": "aws", "region": "us-east-1", "network": {"cidr": "10.0.0.0/16"}}},
        "workloads": {"front": service(survive="zone"), "back": service(headroom=0.5)},
        "compliance": {"profile": "none"},
        "limits": {"machines": TYPES, "budget_usd_per_month": 1},
    }
    return Demand.model_validate(content | changes)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


def solved(demand: Demand, catalog: Catalog) -> Plan:
    return solve(with_values(demand, {"limits.budget_usd_per_month": None}), catalog)


@pytest.fixture(scope="module")
def plan(catalog: Catalog) -> Plan:
    return solved(demand_of(), catalog)


@pytest.fixture(scope="module")
def found(plan: Plan, catalog: Catalog) -> Explanation:
    return explain(plan, demand_of(), catalog)


def test_what_a_machine_type_is_worth_is_what_a_plan_without_it_costs_more(
    plan: Plan, found: Explanation, catalog: Catalog
) -> None:
    running = {group.machine_types[0] for group in plan.aws_sites["main"].compute.node_groups}
    assert {choice.machine_type for choice in found.machines} == running
    for choice in found.machines:
        forced = solved(with_values(demand_of(), {"limits.exclude_machines": [choice.machine_type]}), catalog)
        assert choice.comparison is not None
        assert choice.comparison.arguments == (f"limits.exclude_machines=[{choice.machine_type}]",)
        extra = forced.proof.cost_usd_per_month - plan.proof.cost_usd_per_month
        assert choice.comparison.usd_per_month == pytest.approx(extra, abs=0.005)
        used = {group.machine_types[0] for group in forced.aws_sites["main"].compute.node_groups}
        assert {name.partition(" ")[0] for name in choice.instead} <= used


def test_what_a_guarantee_costs_is_what_a_plan_without_it_costs_less(
    plan: Plan, found: Explanation, catalog: Catalog
) -> None:
    without: dict[str, dict[str, object]] = {
        "zone survival": {"workloads.front.survive": "none"},
        "headroom": {"workloads.back.headroom": 0, "workloads.front.headroom": 0},
        "limit of node groups": {"limits.node_groups": 100},
        "limits.machines": {"limits.machines": []},
    }
    assert [cost.name for cost in found.guarantees] == list(without)
    for cost in found.guarantees:
        forced = solved(with_values(demand_of(), without[cost.name]), catalog)
        assert cost.comparison is not None
        less = forced.proof.cost_usd_per_month - plan.proof.cost_usd_per_month
        assert cost.comparison.usd_per_month == pytest.approx(less, abs=0.005)
        assert cost.comparison.least_usd_per_month <= cost.comparison.most_usd_per_month <= 0


def test_what_machines_apart_cost_is_a_plan_in_which_they_may_be_shared(catalog: Catalog) -> None:
    workloads = {"front": service(apart_from=["back"]), "back": service(headroom=0.5), "side": service()}
    demand = demand_of(workloads=workloads)
    apart = [each for each in guarantee_questions(demand, None) if each.name == "machines apart"]
    assert [(each.kept, each.values) for each in apart] == [("front from back", {"workloads.front.apart_from": []})]
    plan = solved(demand, catalog)
    (cost,) = [each for each in explain(plan, demand, catalog).guarantees if each.name == "machines apart"]
    assert cost.comparison is not None
    assert cost.comparison.arguments == ("workloads.front.apart_from=[]",)
    forced = solved(with_values(demand, {"workloads.front.apart_from": []}), catalog)
    less = forced.proof.cost_usd_per_month - plan.proof.cost_usd_per_month
    assert cost.comparison.usd_per_month == pytest.approx(less, abs=0.005)


def test_a_workload_is_asked_about_with_those_that_keep_apart_from_it() -> None:
    workloads = {
        "back": service(),
        "front": service(apart_from=["side", "back"]),
        "other": service(apart_from="all"),
        "side": service(),
    }
    demand = demand_of(workloads=workloads)

    def values(workload: str | None) -> list[object]:
        return [each.values for each in guarantee_questions(demand, workload) if each.name == "machines apart"]

    assert values("back") == [{"workloads.front.apart_from": ["side"], "workloads.other.apart_from": ["front", "side"]}]
    assert values("front") == [{"workloads.front.apart_from": [], "workloads.other.apart_from": ["back", "side"]}]
    assert values(None) == [{"workloads.front.apart_from": [], "workloads.other.apart_from": []}]
    for key, left in {"workloads.front.apart_from": ["side"], "workloads.other.apart_from": ["front", "side"]}.items():
        assert with_values(demand, {key: left}).workloads[key.split(".")[1]].apart_from == tuple(left)


def test_more_load_costs_what_a_plan_for_it_costs_more(plan: Plan, found: Explanation, catalog: Catalog) -> None:
    for price in found.load_prices:
        week = [40.0] * 8 + [100.0 + price.more_per_second] * 10 + [40.0] * 6
        raised = demand_of()
        workload = raised.workloads[price.workload].model_copy(
            update={"load": LoadProfile(hourly_per_second=tuple(week))}
        )
        raised = raised.model_copy(update={"workloads": raised.workloads | {price.workload: workload}})
        more = solved(raised, catalog).proof.cost_usd_per_month - plan.proof.cost_usd_per_month
        assert price.comparison is not None
        assert price.hours == "daily 08:00-18:00"
        assert price.comparison.usd_per_month == pytest.approx(more, abs=0.005)
        assert price.usd_per_month_for_each == pytest.approx(more / price.more_per_second, abs=0.01)


def test_the_room_is_all_that_the_planned_machines_still_hold(plan: Plan, found: Explanation) -> None:
    compute = plan.aws_sites["main"].compute
    for price in found.load_prices:
        name = f"{price.workload}.cpu"
        groups = [
            (each.slots.get(name, 0) * 20, each.machines.hourly()[8], len(each.zones)) for each in compute.node_groups
        ]
        have = sum(worth * machines for worth, machines, _ in groups)
        left = sum(worth * surviving(machines, zones) for worth, machines, zones in groups)
        headroom = 1.5 if price.workload == "back" else 1.2
        fits = [
            more
            for more in range(1000)
            if (100 + more) * headroom <= have and (price.workload == "back" or 100 + more <= left)
        ]
        assert floor(price.room_per_second) == max(fits, default=0)
        assert price.more_per_second == max(fits, default=0) + 1


def test_one_machine_more_is_the_price_of_the_unit_that_does_not_fit(catalog: Catalog) -> None:
    """One service on one type, bought on demand: the next machine costs what each of the others does."""
    demand = demand_of(workloads={"only": service(load={"constant_per_second": 100}, headroom=0)})
    demand = with_values(demand, {"limits.machines": ["c7g.large"]})
    plan = solved(demand, catalog)
    (group,) = plan.aws_sites["main"].compute.node_groups
    lines = [line.usd_per_month for line in plan.cost_lines if line.item == f"node-group {group.key}"]
    (price,) = explain(plan, demand, catalog).load_prices
    assert price.comparison is not None
    assert price.comparison.usd_per_month == pytest.approx(sum(lines) / group.machines.high, abs=0.02)


def test_the_plan_loses_to_the_one_without_a_machine_type_from_where_it_says(
    plan: Plan, found: Explanation, catalog: Catalog
) -> None:
    turning = [choice for choice in found.machines if choice.turns_by]
    assert turning
    for choice in turning:
        assert choice.turns_by is not None
        assert choice.comparison is not None
        assert choice.no_turn_below is not None
        turns = Turns(plan, demand_of(), catalog, choice.machine_type)
        without = plan.proof.cost_usd_per_month + choice.comparison.usd_per_month
        assert turns.cost_at(choice.turns_by) >= without > turns.cost_at(choice.turns_by - 0.001)
        assert choice.no_turn_below <= choice.turns_by


def test_a_plan_at_other_prices_costs_what_the_tables_then_say(catalog: Catalog) -> None:
    demand = with_values(demand_of(), {"limits.machines": ["c7g.large"]})
    plan = solved(demand, catalog)
    dearer = with_prices(catalog, [price_edit("prices.c7g.large", "+30%", catalog)])
    at_once = solved(demand, dearer).proof.cost_usd_per_month
    assert Turns(plan, demand, catalog, "c7g.large").cost_at(0.3) == pytest.approx(at_once, abs=0.05)
    assert Turns(plan, demand, catalog, "c7g.large").cost_at(0.0) == plan.proof.cost_usd_per_month


def test_the_explanation_of_a_workload_brackets_the_price_at_which_plans_turn(plan: Plan, catalog: Catalog) -> None:
    found = explain(plan, demand_of(), catalog, "front")
    assert [each.workload for each in (*found.services, *found.load_prices)] == ["front", "front"]
    assert found.limits == ()
    assert found.controls == ()
    brackets = [(choice, choice.bracket) for choice in found.machines if choice.bracket is not None]
    assert brackets
    for choice, bracket in brackets:
        for rise, turned in ((bracket.kept_at, False), (bracket.left_at, True)):
            if rise is None:
                continue
            edit = price_edit(f"prices.{choice.machine_type}", f"*{1 + rise:.4f}", catalog)
            groups = solved(demand_of(), with_prices(catalog, [edit])).aws_sites["main"].compute.node_groups
            hours = sum(sum(each.machines.hourly()) for each in groups if each.machine_types[0] == choice.machine_type)
            assert (hours < choice.machine_hours_per_week) is turned


def test_two_processes_give_the_same_bytes(plan: Plan, found: Explanation, catalog: Catalog) -> None:
    again = explain(plan, demand_of(), catalog, processes=2)
    assert again.model_dump_json() == found.model_dump_json()


def test_quickly_explained_no_other_plan_is_solved(plan: Plan, found: Explanation, catalog: Catalog) -> None:
    quick = explain(plan, demand_of(), catalog, quick=True)
    assert quick.solved == 0
    assert quick.services == found.services
    assert all(choice.comparison is None for choice in quick.machines)


def test_what_nothing_holds_is_said(catalog: Catalog) -> None:
    demand = with_values(demand_of(), {"limits.machines": ["c7g.large"]})
    (choice,) = explain(solved(demand, catalog), demand, catalog).machines
    assert choice.comparison is None
    assert choice.impossible is not None


def test_the_arguments_of_every_question_give_its_demand() -> None:
    loaded = load_demand(ROOT / "stacks" / "prod.yaml")
    questions = [
        *(each for key in (None, *loaded.demand.workloads) for each in guarantee_questions(loaded.demand, key)),
        exclusion_question(loaded.demand, "g6.xlarge"),
        load_question("fraud", dict.fromkeys(LoadProfile.model_fields) | {"hourly_per_second": [1.5] * 168}),
    ]
    assert len({question.arguments for question in questions}) > 10
    for question in questions:
        edited = with_edits(loaded, [split_argument(argument) for argument in question.arguments])
        assert edited.demand == with_values(loaded.demand, question.values)
