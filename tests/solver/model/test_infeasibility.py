"""A conflict is named by the smallest set of wishes that makes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from solver.demand.demand import Demand
from solver.demand.loader import load_demand
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.infeasibility import solve_or_explain
from solver.vocabulary import Survive

PROD = load_demand(Path(__file__).resolve().parents[3] / "stacks" / "prod.yaml").demand


def solver_that_refuses(refused: Callable[[Demand], bool]) -> Callable[[Demand], str]:
    def solve(demand: Demand) -> str:
        if refused(demand):
            raise InfeasibleError("no")
        return "a plan"

    return solve


def service(demand: Demand, key: str) -> Service:
    found = demand.workloads[key]
    assert isinstance(found, Service)
    return found


def explained(refused: Callable[[Demand], bool]) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as caught:
        solve_or_explain(PROD, "main", solver_that_refuses(refused))
    return caught.value


def test_a_plan_is_given_as_it_is() -> None:
    assert solve_or_explain(PROD, "main", solver_that_refuses(lambda _: False)) == "a plan"


def test_one_wish_that_is_too_much_is_named_alone_with_what_frees_it() -> None:
    error = explained(lambda demand: demand.limits.node_groups < 20)
    assert error.conflict == ("limits.node_groups: 8",)
    assert error.hint == "Without limits.node_groups: 8 there is a plan"


def test_two_wishes_that_conflict_with_each_other_are_both_named() -> None:
    def refused(demand: Demand) -> bool:
        return "g" in demand.sites["main"].quotas and service(demand, "assistant").survive is Survive.ZONE

    error = explained(refused)
    assert error.conflict == ("sites.main.quotas.g: 512", "workloads.assistant.survive: zone")


def test_wishes_that_have_no_part_in_it_are_not_named() -> None:
    error = explained(lambda demand: service(demand, "fraud").max_per_machine is not None)
    assert error.conflict == ("workloads.fraud.max_per_machine: 2",)


def test_what_no_wish_explains_keeps_its_own_words() -> None:
    error = explained(lambda _: True)
    assert error.message == "no"
    assert error.conflict == ()
