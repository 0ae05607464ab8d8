"""The bound of planning apart: whole machines of one service count, whatever else shares them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.solve import solve

DemandMaker = Callable[..., Demand]


@pytest.mark.parametrize("commitments", [[], [{"kind": "compute-savings-plan", "years": 3, "payment": "no-upfront"}]])
def test_a_service_with_most_of_the_cost_needs_whole_machines_that_others_only_fill(
    catalog: Catalog, make_demand: DemandMaker, commitments: list[dict[str, object]]
) -> None:
    """Two machines of eight A100s for three of them in each zone: by parts, five eighths of them would be left over."""
    variant = {"source": "measured", "memory": "4Gi"}
    demand = make_demand(
        workloads={
            "large": {
                "load": {"constant_per_second": 100},
                "survive": "zone",
                "replicas": {"min": 3},
                "variants": {
                    "gpu": {**variant, "cpu": 8, "accelerator": {"model": "a100"}, "throughput_per_second": 100}
                },
            },
            "small": {"variants": {"cpu": {**variant, "cpu": 1, "throughput_per_second": 20}}},
        },
        zones=2,
        compliance={"profile": "none"},
        purchase={"commitments": commitments},
    )
    proof = solve(demand, catalog).proof
    assert proof.bound_usd_per_month <= proof.cost_usd_per_month
    assert proof.gap <= 0.005


def test_a_load_beyond_all_replicas_that_may_run_is_told_with_how_many_it_needs(
    catalog: Catalog, make_demand: DemandMaker
) -> None:
    variant = {"cpu": 1, "memory": "1Gi", "throughput_per_second": 10, "source": "measured"}
    load = {"constant_per_second": 1e5}  # the most that the format's most replicas carry
    demand = make_demand(
        workloads={"app": {"load": load, "headroom": 0, "max_utilisation": 1, "variants": {"cpu": variant}}}
    )
    with pytest.raises(InfeasibleError) as refused:
        solve(demand, catalog)
    (member,) = refused.value.members
    assert str(member) == "workloads.app.replicas.max: 100; workloads.app.replicas.max: 10000 would do"
