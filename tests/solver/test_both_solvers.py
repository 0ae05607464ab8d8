"""HiGHS and CBC plan any small demand at the same cost within the gap, and neither proves more than the other finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.solve import solve


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    """One to three services, perhaps a job, perhaps a savings plan, on some machine types."""

    def service() -> dict[str, Any]:
        load: dict[str, Any] = {"constant_per_second": draw(st.sampled_from([3, 40, 170]))}
        return {
            "kind": "service",
            "image": {},
            "load": load,
            "survive": draw(st.sampled_from(["none", "zone"])),
            "interruptible_share": draw(st.sampled_from([0, 0.4, 1])),
            "max_per_machine": draw(st.sampled_from([None, 2])),
            "variants": {
                "cpu": {
                    "cpu": draw(st.sampled_from([0.5, 1, 3])),
                    "memory": draw(st.sampled_from(["1Gi", "6Gi"])),
                    "throughput_per_second": draw(st.sampled_from([8, 20])),
                    "source": "measured",
                }
            },
        }

    workloads = {f"s{number}": service() for number in range(draw(st.integers(1, 3)))}
    if draw(st.booleans()):
        workloads["nightly"] = {
            "kind": "batch",
            "image": {},
            "work": 100_000,
            "window": {"opens": "01:00", "deadline": "05:00"},
            "variants": {"cpu": {"cpu": 2, "memory": "4Gi", "throughput_per_second": 10, "source": "measured"}},
        }
    plan = {"kind": "compute-savings-plan", "years": 1}
    return Demand.model_validate(
        {
            "stack": "test",
            "owner": "tests",
            "sites": {
                "main": {"kind": "aws", "region": "us-east-1", "network": {"cidr": "10.0.0.0/16"}},
            },
            "workloads": workloads,
            "purchase": {"commitments": [plan] if draw(st.booleans()) else []},
            "limits": {
                "machines": draw(st.sampled_from([["m7i.*"], ["c7i.*", "m7i.*"], ["c7i.*", "r7i.*"]])),
                "node_groups": draw(st.integers(2, 4)),
            },
        }
    )


@settings(max_examples=12, derandomize=True, deadline=None)
@given(demand=demands())
def test_both_solvers_plan_a_small_demand_at_the_same_cost_within_the_gap(demand: Demand, catalog: Catalog) -> None:
    proofs = [solve(demand, catalog, solver_name=name).proof for name in ("highs", "cbc")]
    low, high = sorted(proof.cost_usd_per_month for proof in proofs)
    assert max(proof.bound_usd_per_month for proof in proofs) <= low
    slack = max(demand.limits.gap, *(proof.gap for proof in proofs))
    assert high - low <= slack * high
