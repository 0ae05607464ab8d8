"""Services that no machine type holds together need node groups of their own."""

from __future__ import annotations

from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.conflict.alone import Alone
from solver.model.conflict.together import Together
from solver.solve import solve
from tests.solver.model.conflict.planted import content, service, variants


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


ON_C = service(**variants(machines=["c7i.*"]))
ON_M = service(**variants(machines=["m7i.*"]))
LARGE = service(**variants(cpu=100))
NEEDED: dict[str, tuple[dict[str, Any], int]] = {
    "one type runs both": ({"a": ON_C, "b": ON_C}, 1),
    "of two families": ({"a": ON_C, "b": ON_M}, 2),
    "two of three share": ({"a": ON_C, "b": ON_M, "c": service()}, 2),
    "in a pool that two variants allow": ({"a": ON_C, "b": service(**variants(machines=["m7i.*", "c7i.*"]))}, 1),
    "no two fit on one machine": ({key: LARGE | variants(cpu=100, machines=["c7i.*"]) for key in "abc"}, 3),
    "kept apart": ({"a": service(apart_from=["b"]), "b": service(), "c": service()}, 2),
}


@pytest.mark.parametrize("story", NEEDED)
def test_too_few_node_groups_are_told_and_enough_are_not(story: str, catalog: Catalog) -> None:
    workloads, needed = NEEDED[story]
    together = Together(Alone("main", catalog))
    for most in range(1, needed + 1):
        demand = Demand.model_validate(content(workloads, {}, {"node_groups": most, "gap": 0.5}))
        assert together.too_few_groups(demand) == (most < needed)


@pytest.mark.parametrize("story", ["two of three share", "kept apart"])
def test_what_is_told_is_what_the_solver_finds(story: str, catalog: Catalog) -> None:
    workloads, needed = NEEDED[story]
    solve(Demand.model_validate(content(workloads, {}, {"node_groups": needed, "gap": 0.5})), catalog)
    with pytest.raises(InfeasibleError, match="node_groups"):
        solve(Demand.model_validate(content(workloads, {}, {"node_groups": needed - 1, "gap": 0.5})), catalog)


def test_what_takes_too_many_steps_is_left_open(catalog: Catalog) -> None:
    workloads = {f"s{number:02d}": service(apart_from="all", **variants(cpu=number + 1)) for number in range(40)}
    demand = Demand.model_validate(content(workloads, {}, {"node_groups": 20, "gap": 0.5}))
    assert not Together(Alone("main", catalog)).too_few_groups(demand)
