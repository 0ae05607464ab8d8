"""Drivers grow with what causes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.network.model import solve_network
from solver.model.security.amounts import least_amounts, planned_amounts
from solver.model.security.drivers import PlanFacts, estimate_drivers, stored_gib
from solver.plan.compute import ComputePlan
from solver.plan.storage import StoragePlan

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]


@pytest.fixture(scope="module")
def facts_of(catalog: Catalog, make_compute: ComputeMaker) -> Callable[..., PlanFacts]:
    def make(demand: Demand, **compute: object) -> PlanFacts:
        machines = make_compute(demand, **compute)
        storage = StoragePlan(protect=True)
        network = solve_network(demand, "main", catalog, compute=machines, storage=storage).plan
        amounts = planned_amounts(machines, network)
        return PlanFacts(
            demand=demand, site_key="main", network=network, compute=machines, storage=storage, amounts=amounts
        )

    return make


def test_every_driver_of_the_catalogs_measures_is_estimated(
    facts_of: Callable[..., PlanFacts], catalog: Catalog, make_demand: DemandMaker
) -> None:
    drivers = estimate_drivers(facts_of(make_demand()))
    used = {term.driver for measure in catalog.measures("us-east-1") for term in measure.costs}
    # Customer keys are counted by the set cover, since measures share them.
    assert used - {"keys"} <= set(drivers)
    assert all(value >= 0 for value in drivers.values())


def test_machines_that_come_and_go_cause_events_and_configuration_items(
    facts_of: Callable[..., PlanFacts], make_demand: DemandMaker
) -> None:
    demand = make_demand()
    steady = estimate_drivers(facts_of(demand))
    waves = estimate_drivers(facts_of(demand, machines=([2] * 12 + [4] * 12) * 7))
    assert steady["hosts"] == waves["hosts"] == 3
    assert steady["vcpus"] == 6
    assert waves["management_events"] > steady["management_events"]
    assert waves["configuration_items"] > steady["configuration_items"]


def test_flow_logs_grow_with_the_load(facts_of: Callable[..., PlanFacts], make_demand: DemandMaker) -> None:
    quiet = estimate_drivers(facts_of(make_demand({"app": {"exposure": "internal"}})))
    busy = estimate_drivers(
        facts_of(make_demand({"app": {"exposure": "internal", "load": {"constant_per_second": 1000}}}))
    )
    assert busy["flow_log_gib"] > 10 * quiet["flow_log_gib"]
    assert busy["web_requests"] == 0


def test_a_month_of_logs_is_stored_compressed() -> None:
    assert stored_gib(100, 365) == pytest.approx(100 * 0.15 * 12)


def test_no_plan_has_less_than_the_least_amounts(facts_of: Callable[..., PlanFacts], make_demand: DemandMaker) -> None:
    demand = make_demand({"app": {"load": {"constant_per_second": 25}}})
    waves = facts_of(demand, machines=([2] * 12 + [4] * 12) * 7)
    least = estimate_drivers(replace(waves, amounts=least_amounts(demand, waves.compute)))
    planned = estimate_drivers(waves)
    assert all(least[driver] <= amount for driver, amount in planned.items())
    assert 0 < least["configuration_items"] < planned["configuration_items"]
    assert least["hosts"] == least["vcpus"] == 0
