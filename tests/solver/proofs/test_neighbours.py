"""The witness refuses a plan in which two workloads share a machine that the demand keeps apart."""

from __future__ import annotations

from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.edits import with_values
from solver.plan.plan import Plan
from solver.solve import solve
from solver.witness import RefutedError, check_plan, plan_faults

VARIANT = {"cpu": "500m", "memory": "1Gi", "throughput_per_second": 20, "source": "measured"}
SERVICE: dict[str, Any] = {
    "kind": "service",
    "image": {},
    "load": {"constant_per_second": 10},
    "variants": {"cpu": VARIANT},
}
DEMAND = Demand.model_validate(
    {
        "stack": "test",
        "owner": "tests",
        "sites": {"main": {"region": "us-east-1", "network": {"cidr": "10.0.0.0/16"}}},
        "workloads": {
            "ledger": SERVICE,
            "search": SERVICE,
            "tally": {
                "kind": "batch",
                "image": {},
                "work": 1000,
                "window": {"opens": "22:00", "deadline": "04:00"},
                "variants": {"cpu": VARIANT},
            },
        },
        "compliance": {"profile": "none"},
        "limits": {"node_groups": 1, "machines": ["c7i.*", "m7i.*"]},
    }
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


@pytest.fixture(scope="module")
def plan(catalog: Catalog) -> Plan:
    return solve(DEMAND, catalog)


def apart(**apart_from: object) -> Demand:
    return with_values(DEMAND, {f"workloads.{key}.apart_from": value for key, value in apart_from.items()})


def test_whoever_names_the_other_a_shared_machine_is_refused(plan: Plan, catalog: Catalog) -> None:
    check_plan(plan, DEMAND, catalog)
    for demand in (apart(ledger=["search"]), apart(search=["ledger"]), apart(search="all")):
        with pytest.raises(RefutedError) as refused:
            check_plan(plan, demand, catalog)
        assert any("slots of ledger and search" in fault for fault in refused.value.faults)
        assert any("hour 0: ledger and search share a machine" in fault for fault in refused.value.faults)


def test_jobs_have_machines_of_their_own_anyway(plan: Plan, catalog: Catalog) -> None:
    check_plan(plan, apart(tally="all"), catalog)
    check_plan(plan, apart(ledger=["tally"]), catalog)


def test_a_service_that_may_be_started_where_another_has_its_slots_is_refused(plan: Plan, catalog: Catalog) -> None:
    whole = plan.model_dump(mode="json")
    (job,) = whole["sites"]["main"]["compute"]["jobs"]
    (group, *_) = whole["sites"]["main"]["compute"]["services"][0]["variants"][0]["node_groups"]
    job["variant"]["node_groups"] = [group]
    faults = list(plan_faults(Plan.model_validate(whole), apart(tally="all"), catalog))
    assert any(f"{group}: ledger and tally may both be started there" in fault for fault in faults), faults
