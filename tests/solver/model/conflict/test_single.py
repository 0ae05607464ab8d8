"""Whether one node group holds the services is told as the solver finds it, and as arithmetic by hand says."""

from __future__ import annotations

from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.conflict.alone import Alone
from solver.model.conflict.single import Single
from solver.solve import solve
from tests.solver.model.conflict.planted import content, job, service, variants


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


XLARGE = {"machines": ["c7i.xlarge"]}
"""4 vCPU: a replica of two vCPUs and two of one."""
TWO = service(**variants(cpu=2))
EIGHT = {"load": {"constant_per_second": 93}, "headroom": 0.2}
"""111.6 a second of replicas that give 14 each: eight of them."""
STORIES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], bool | None]] = {
    "four and four replicas, one of each on four machines": (
        {"a": service(), "b": TWO},
        {"standard": 16},
        XLARGE,
        True,
    ),
    "on three machines there is no room for two of each": ({"a": service(), "b": TWO}, {"standard": 12}, XLARGE, False),
    "eight and four: two and one on each": ({"a": service(**EIGHT), "b": service()}, {"standard": 16}, XLARGE, True),
    "no more than one to a machine": (
        {"a": service(**EIGHT, max_per_machine=1), "b": service()},
        {"standard": 28},
        XLARGE,
        False,
    ),
    "after the loss of a zone": ({"a": service(**EIGHT, survive="zone"), "b": TWO}, {"standard": 20}, XLARGE, False),
    "which takes two machines more": (
        {"a": service(**EIGHT, survive="zone"), "b": TWO},
        {"standard": 24},
        XLARGE,
        True,
    ),
    "of two families": (
        {"a": service(**variants(machines=["c7i.*"])), "b": service(**variants(machines=["m7i.*"]))},
        {},
        {},
        False,
    ),
    "kept apart": ({"a": service(), "b": service(apart_from=["a"])}, {}, XLARGE, False),
    "without a quota": ({"a": service(**EIGHT, survive="zone"), "b": TWO}, {}, XLARGE, True),
    "beside a job in another family": (
        {"a": service(), "b": TWO, "c": job("batch", 8, **variants(machines=["g4dn.*"]))},
        {"standard": 16, "g": 16},
        {},
        True,
    ),
    "a job that may not have room beside it": (
        {"a": service(), "b": TWO, "c": job("batch", 8)},
        {"standard": 16},
        XLARGE,
        None,
    ),
}


def demand_of(story: str, groups: int = 1) -> Demand:
    workloads, quotas, limits, _ = STORIES[story]
    return Demand.model_validate(
        content(workloads, {"zones": 3, "quotas": quotas}, limits | {"node_groups": groups, "gap": 0.5})
    )


@pytest.mark.parametrize("story", STORIES)
def test_one_node_group_is_told_to_hold_the_services_or_not(story: str, catalog: Catalog) -> None:
    assert Single(Alone("main", catalog)).told(demand_of(story)) is STORIES[story][-1]


@pytest.mark.parametrize("story", [story for story, told in STORIES.items() if told[-1] is not None])
def test_what_is_told_is_what_the_solver_finds(story: str, catalog: Catalog) -> None:
    if STORIES[story][-1]:
        groups = solve(demand_of(story), catalog).aws_sites["main"].compute.node_groups
        assert sum(group.runtime == "ecs" for group in groups) == 1
    else:
        with pytest.raises(InfeasibleError):
            solve(demand_of(story), catalog, explain=False)


def test_of_more_node_groups_nothing_is_told(catalog: Catalog) -> None:
    assert Single(Alone("main", catalog)).told(demand_of("kept apart", groups=2)) is None
