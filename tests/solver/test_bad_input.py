"""Extreme and contradictory demands: a clear error, or a right answer that the witness has checked; no traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.pack import Instance, Item, Machine, pack
from solver.solve import solve

CASES = Path(__file__).parents[1] / "cases" / "catalog"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(CASES, ["eu-west-1"])


def demand(
    *, load: float = 100.0, throughput: float = 30.0, purchase: dict[str, Any] | None = None, **limits: Any
) -> Demand:
    variant = {
        "cpu": "900m",
        "memory": "1536Mi",
        "architecture": "arm64",
        "throughput_per_second": throughput,
        "source": "made up",
    }
    service: dict[str, Any] = {
        "kind": "service",
        "exposure": "internal",
        "image": {"framework": "other"},
        "load": {"constant_per_second": load},
        "variants": {"arm64": variant},
    }
    return Demand.model_validate(
        {
            "stack": "shop",
            "owner": "tests",
            "sites": {"main": {"region": "eu-west-1", "network": {"cidr": "10.20.0.0/16"}}},
            "workloads": {"basket": service},
            "compliance": {"profile": "none"},
            "purchase": {"spot": False} | (purchase or {}),
            "limits": {"gap": 0.0001} | limits,
        }
    )


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (demand(load=170_000), "workloads.basket.replicas.max: 9715 would do"),
        (demand(machines=["c7g.large"], exclude_machines=["c7g.*"]), "limits.exclude_machines"),
        (demand(machines=["no-such.*"]), "limits.machines"),
    ],
    ids=["too much load", "filters that leave nothing", "a filter for nothing"],
)
def test_what_cannot_be_had_is_told_with_its_place(wanted: Demand, words: str, catalog: Catalog) -> None:
    with pytest.raises(InfeasibleError, match=words):
        solve(wanted, catalog)


@pytest.mark.parametrize(
    ("load", "throughput"),
    [(1e9, 30), (1e9, 1e-300), (100, 1e-300), (100, 0)],
    ids=["too much load", "overflow", "hardly any throughput", "no throughput"],
)
def test_what_no_number_of_replicas_carries_is_no_demand(load: float, throughput: float) -> None:
    with pytest.raises(ValidationError, match=r"workloads\.basket"):
        demand(load=load, throughput=throughput)


@pytest.mark.parametrize(
    "wanted",
    [
        demand(load=1e-300),
        demand(load=1e9, throughput=1e9),
        demand(machines=["c7g.large"]),
        demand(
            purchase={
                "held": [{"kind": "compute-savings-plan", "years": 1, "payment": "no-upfront", "usd_per_hour": 500}]
            }
        ),
    ],
    ids=["hardly any load", "a load of a milliard", "one machine type", "more held than is needed"],
)
def test_what_can_be_had_is_planned_and_its_bound_is_no_higher(wanted: Demand, catalog: Catalog) -> None:
    proof = solve(wanted, catalog).proof
    assert proof.bound_usd_per_month <= proof.cost_usd_per_month
    assert "bill recomputed" in proof.witness


@pytest.mark.parametrize("prices", [(1e5, 1e-9), (0.5, 0.5), (1e-9, 1e-9)])
def test_pack_keeps_its_bound_at_extreme_and_equal_prices(prices: tuple[float, float]) -> None:
    machines = (Machine("large", {"cpu": 3}, prices[0]), Machine("small", {"cpu": 1}, prices[1]))
    instance = Instance(machines, (Item("a", {"cpu": 1}, 1000), Item("b", {"cpu": 2}, 5)))
    packing = pack(instance)
    assert packing.check(instance) == ()
    assert packing.bound_usd_per_hour <= packing.usd_per_hour


@pytest.mark.parametrize("spread", [False, True])
def test_pack_places_ten_million_replicas(spread: bool) -> None:
    """The work grows with the different machines, not with how many of them there are."""
    machines = (Machine("large", {"cpu": 32}, 1.3), Machine("small", {"cpu": 3}, 0.125))
    items = (Item("a", {"cpu": 1}, 9_999_990, zone_spread=spread, max_per_machine=7), Item("b", {"cpu": 2}, 10))
    instance = Instance(machines, items, ("x", "y", "z"))
    packing = pack(instance)
    assert packing.check(instance) == ()
    assert packing.gap < 0.001
    assert len(packing.machines) < 20
