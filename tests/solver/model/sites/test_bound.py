"""No choice of sites costs less than the bound: all choices of small demands, one by one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.backend import backend
from solver.model.site import solve_site
from solver.model.sites.choice import Choice, Options
from solver.model.sites.search import SiteSearch, SiteTask
from solver.solve import solve
from tests.solver.several import FROM_BOTH, JOB, PUBLIC, SERVICE, both_regions, two_sites

STEPS = (0, 25, 60, 100)
SMALL = SERVICE | {"load": {"constant_per_second": 12}, "survive": "none"}
HALF_A_MACHINE: dict[str, Any] = {
    "big": {"cpu": 3, "memory": "12Gi", "throughput_per_second": 40, "source": "measured"},
    "small": {"cpu": 1, "memory": "2Gi", "throughput_per_second": 9, "source": "measured"},
}
DEMANDS: dict[str, dict[str, Any]] = {
    "one service": {"front": PUBLIC},
    "little load": {"front": PUBLIC | SMALL | {"exposure": "public"}},
    "two variants by day": {
        "front": PUBLIC
        | {"load": {"peak_per_second": 90, "shape": [1] * 8 + [5] * 8 + [3] * 8}}
        | {"variants": HALF_A_MACHINE}
    },
    "a job beside a pinned service": {"front": SERVICE | {"site": "eu"}, "night": JOB},
    "a pinned caller": {
        "front": PUBLIC | {"site": "eu", "calls": ["api"]},
        "api": PUBLIC | {"path": "/api", "load_from": {"front": 1}},
    },
    "a part of one beside another that is apart from it": {
        "front": PUBLIC | SMALL | FROM_BOTH | {"exposure": "public", "max_latency_ms": 60},
        "side": PUBLIC | SMALL | {"exposure": "public", "path": "/side", "apart_from": ["front"]},
    },
    "one near, one free": {
        "front": PUBLIC | FROM_BOTH | {"max_latency_ms": 60},
        "other": PUBLIC | SMALL | {"exposure": "public", "path": "/other"},
    },
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return both_regions()


def all_choices(options: Options) -> list[Choice]:
    free = list(options.free())
    ways: list[list[Any]] = []
    for workload, origin in free:
        if origin is None:
            ways.append(list(options.sites[workload]))
        else:
            ways.append([{"us": step, "eu": 100 - step} for step in STEPS])
    found: list[Choice] = []
    for way in product(*ways):
        jobs = {job: options.sites[job][0] for job in options.jobs}
        jobs |= {workload: place for (workload, origin), place in zip(free, way, strict=True) if origin is None}
        routes = {(workload, origin): place for (workload, origin), place in zip(free, way, strict=True) if origin}
        found.append(Choice(jobs, routes))
    return found


@pytest.mark.parametrize("name", DEMANDS)
def test_no_choice_costs_less_than_the_bound_nor_than_the_plan_where_it_is_proven(name: str, catalog: Catalog) -> None:
    demand: Demand = two_sites(DEMANDS[name])
    plan = solve(demand, catalog)
    engine = backend("highs")

    def planned(task: SiteTask) -> Any:
        return solve_site(task, catalog, engine, previous=None, unchanged=False)

    options = Options(demand)
    search: SiteSearch[Any] = SiteSearch(options, catalog, engine, planned, demand.limits.gap)
    costs = [placed.usd_per_month for choice in all_choices(options) if (placed := search.place(choice)) is not None]
    assert len(costs) >= 2
    assert plan.proof.bound_usd_per_month <= min(costs) + 0.01
    if plan.proof.proven:
        assert plan.proof.cost_usd_per_month * (1 - demand.limits.gap) <= min(costs)
