"""A conflict is named by the smallest set of wishes that makes it, each with what would free it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.loader import load_demand
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.infeasibility import solve_or_explain
from solver.vocabulary import Survive

PROD = load_demand(Path(__file__).resolve().parents[3] / "stacks" / "prod.yaml").demand


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


def solver_that_refuses(refused: Callable[[Demand], bool]) -> Callable[[Demand], str]:
    def solve(demand: Demand) -> str:
        if refused(demand):
            raise InfeasibleError("no")
        return "a plan"

    return solve


def service(demand: Demand, key: str) -> Service | None:
    found = demand.workloads.get(key)
    assert found is None or isinstance(found, Service)
    return found


def survives(demand: Demand, key: str) -> bool:
    entry = service(demand, key)
    return entry is not None and entry.survive is Survive.ZONE


def explained(refused: Callable[[Demand], bool], catalog: Catalog, most_work: int = 10_000) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as caught:
        solve_or_explain(PROD, "main", catalog, solver_that_refuses(refused), most_work=most_work)
    return caught.value


def test_a_plan_is_given_as_it_is(catalog: Catalog) -> None:
    assert solve_or_explain(PROD, "main", catalog, solver_that_refuses(lambda _: False)) == "a plan"


def test_one_wish_that_is_too_much_is_named_alone_with_the_nearest_number_that_frees_it(catalog: Catalog) -> None:
    error = explained(lambda demand: demand.limits.node_groups < 21, catalog)
    assert error.conflict == ("limits.node_groups: 8",)
    assert [member.frees for member in error.members] == ["limits.node_groups: 21 would do"]


def test_two_wishes_that_conflict_with_each_other_are_both_named(catalog: Catalog) -> None:
    def refused(demand: Demand) -> bool:
        return demand.aws_sites["main"].quotas.get("g", 9999) < 700 and survives(demand, "assistant")

    error = explained(refused, catalog)
    assert error.conflict == ("sites.main.quotas.g: 512", "workloads.assistant.survive: zone")
    assert [member.frees for member in error.members] == [
        "sites.main.quotas.g: 700 vCPU would do",
        "without it there is a plan",
    ]


def test_the_smaller_of_two_conflicts_is_named_first_and_the_other_besides(catalog: Catalog) -> None:
    def refused(demand: Demand) -> bool:
        fraud = service(demand, "fraud")
        pair = "g" in demand.aws_sites["main"].quotas and survives(demand, "assistant")
        return pair or (fraud is not None and fraud.max_per_machine is not None)

    error = explained(refused, catalog)
    assert error.conflict == ("workloads.fraud.max_per_machine: 2",)
    assert [member.words for member in error.also[0]] == [
        "sites.main.quotas.g: 512",
        "workloads.assistant.survive: zone",
    ]


def test_wishes_that_have_no_part_in_it_are_not_named(catalog: Catalog) -> None:
    def refused(demand: Demand) -> bool:
        fraud = service(demand, "fraud")
        return fraud is not None and fraud.max_per_machine is not None

    assert explained(refused, catalog).conflict == ("workloads.fraud.max_per_machine: 2",)


def test_what_no_wish_explains_keeps_its_own_words(catalog: Catalog) -> None:
    error = explained(lambda _: True, catalog)
    assert error.message == "no"
    assert error.conflict == ()


def test_a_conflict_that_takes_too_much_work_gives_what_frees_it_by_itself(catalog: Catalog) -> None:
    asked = 0

    def refused(demand: Demand) -> bool:
        nonlocal asked
        asked += 1
        kept = sum(survives(demand, key) for key in ("assistant", "fraud", "recommender"))
        filters = sum(
            bool(variant.machines) for entry in demand.workloads.values() for variant in entry.variants.values()
        )
        return demand.limits.node_groups < 21 and kept == 3 and filters == 4

    error = explained(refused, catalog, most_work=300)
    assert "was not found in the work allowed; of these each, changed by itself, gives a plan" in str(error)
    assert error.conflict[0] == "limits.node_groups: 8"
    assert error.members[0].frees == "limits.node_groups: 21 would do"
    assert asked < 100


def test_where_nothing_frees_it_by_itself_and_the_work_is_done_that_is_said(catalog: Catalog) -> None:
    def refused(demand: Demand) -> bool:
        kept = sum(survives(demand, key) for key in ("assistant", "fraud", "recommender"))
        return demand.limits.node_groups < 21 or kept > 1

    error = explained(refused, catalog, most_work=3)
    assert "was not found in the work allowed, and none of them gives a plan when it alone is changed" in str(error)
    assert error.hint is not None
    assert error.conflict == ()
