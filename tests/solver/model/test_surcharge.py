"""Surcharge: what other pools charge for machines, tier by tier, and a bound that holds in every tier."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.prices import Price, PriceTier
from solver.demand.demand import Demand
from solver.model.surcharge import machine_surcharge, vcpu_lines
from solver.solve import solve

DemandMaker = Callable[..., Demand]
HOURS_PER_MONTH = 730


def price(*tiers: tuple[float, float]) -> Price:
    """From these amounts on, at these USD."""
    ends = [*(start for start, _ in tiers[1:]), None]
    return Price(
        unit="vCPU-month",
        tiers=tuple(PriceTier(start, end, usd) for (start, usd), end in zip(tiers, ends, strict=True)),
        source="test",
        source_date=None,
        verified=True,
    )


falling = st.lists(st.tuples(st.floats(1, 1000), st.floats(0.01, 5)), min_size=1, max_size=3).map(
    lambda found: price(
        *zip(
            [0.0, *sorted({start for start, _ in found})],
            sorted((usd for _, usd in [(0.0, 5.0), *found]), reverse=True),
            strict=False,
        )
    )
)


@given(prices=st.lists(st.tuples(falling, st.sampled_from([0.5, 1.0, 2.0])), max_size=2), vcpus=st.floats(0, 3000))
def test_the_least_of_the_lines_is_what_the_tiers_cost(prices: list[tuple[Price, float]], vcpus: float) -> None:
    lines = vcpu_lines(prices)
    usd = min(line.usd_per_hour + line.usd_per_vcpu_hour * vcpus for line in lines) * HOURS_PER_MONTH
    assert usd == pytest.approx(sum(each.cost(vcpus * amount) for each, amount in prices), rel=1e-9, abs=1e-6)


def test_a_price_that_rises_is_left_out() -> None:
    assert [line.usd_per_vcpu_hour for line in vcpu_lines([(price((0, 1), (10, 2)), 1.0)])] == [0.0]


@pytest.mark.parametrize("load", [200, 6000, 15_000])
def test_the_bound_holds_where_later_vcpus_cost_less(catalog: Catalog, make_demand: DemandMaker, load: int) -> None:
    demand = make_demand(
        workloads={
            "app": {
                "load": {"constant_per_second": load},
                "headroom": 0,
                "max_utilisation": 1,
                "replicas": {"max": 10_000},
                "variants": {"cpu": {"cpu": 2, "memory": "2Gi", "throughput_per_second": 10, "source": "measured"}},
            }
        },
        compliance={"profile": "pci-like"},
        limits={"machines": ["m7i.xlarge", "m7i.2xlarge"], "node_groups": 1},
    )
    surcharge = machine_surcharge(demand, "main", catalog)
    assert len(surcharge.vcpu_lines) > 1
    plan = solve(demand, catalog)
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month
    # One kind of machine that is filled: nothing else can be cheaper, and the bound knows what its vCPUs cost.
    assert plan.proof.gap <= 0.01
