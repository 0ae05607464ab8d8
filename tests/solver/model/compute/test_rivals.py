"""The next best way to run a job is one that could be had, and costs what the plan with it would cost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.edits import with_values
from solver.plan.explanation import Reason
from solver.plan.plan import Plan
from solver.solve import solve

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TYPES = [*(f"c7g.{size}" for size in ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge")), "m7g.xlarge"]
DAY = [*[0.3] * 9, *[1.0] * 9, *[0.4] * 6]


def variant(cpu: float, memory: str, throughput: float) -> dict[str, Any]:
    return {
        "cpu": cpu,
        "memory": memory,
        "architecture": "arm64",
        "throughput_per_second": throughput,
        "source": "measured",
    }


def demand_of(*, peak: float, work: int, plan: bool = True, spot: float = 0.0, **more: Any) -> Demand:
    """A service that a savings plan covers by day, and a job at night."""
    content: dict[str, Any] = {
        "stack": "test",
        "owner": "tests",
        "sites": {"main": {"kind": "aws", "region": "us-east-1", "network": {"cidr": "10.0.0.0/16"}}},
        "workloads": {
            "front": {
                "kind": "service",
                "image": {},
                "load": {"hourly_per_second": [round(peak * part, 3) for part in DAY]},
                "variants": {"cpu": variant(1, "2Gi", 20)},
            },
            "night": {
                "kind": "batch",
                "image": {},
                "work": work,
                "window": {"opens": "21:00", "deadline": "05:00"},
                "max_parallel": 40,
                "interruptible_share": spot,
                "variants": {"cpu": variant(2, "4Gi", 10)},
            },
        },
        "purchase": {"commitments": [{"kind": "compute-savings-plan", "years": 3}] if plan else []},
        "compliance": {"profile": "none"},
        "limits": {"machines": TYPES},
    }
    return Demand.model_validate(content | more)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


def of_night(plan: Plan) -> tuple[Reason, str]:
    """What is said of the job, and the machine type that it runs on."""
    compute = plan.aws_sites["main"].compute
    (group,) = compute.jobs[0].variant.node_groups
    machine = next(each.machine_types[0] for each in compute.node_groups if each.key == group)
    return next(each for each in plan.reasons if each.subject == "workload night"), machine


def without(demand: Demand, machine: str) -> Demand:
    """The job may run on no machine of that type."""
    return with_values(demand, {"workloads.night.variants.cpu.machines": [each for each in TYPES if each != machine]})


def slack(plan: Plan) -> float:
    return plan.proof.cost_usd_per_month - plan.proof.bound_usd_per_month


@FEW
@given(st.floats(40, 900), st.integers(50_000, 9_000_000), st.booleans(), st.sampled_from([0.0, 1.0]))
def test_no_next_best_costs_less_than_the_bound_or_than_a_plan_without_the_machine_type(
    peak: float, work: int, plan: bool, spot: float
) -> None:
    catalog = load_catalog(None, ["us-east-1"])
    demand = demand_of(peak=peak, work=work, plan=plan, spot=spot)
    found = solve(demand, catalog)
    for reason in found.reasons:
        assert (reason.extra_usd_per_month or 0.0) >= -slack(found) - 0.01
    reason, machine = of_night(found)
    forced = solve(without(demand, machine), catalog)
    assert reason.extra_usd_per_month is not None
    more = forced.proof.cost_usd_per_month - found.proof.cost_usd_per_month
    # The figure is that of a plan; one that is solved anew may have other machines of the service too, within the gap.
    assert more - slack(forced) - 0.05 <= reason.extra_usd_per_month <= more + slack(found) + slack(forced) + 0.05


def test_what_a_savings_plan_leaves_at_night_is_not_counted_for_each_machine(catalog: Catalog) -> None:
    demand = demand_of(peak=800, work=6_000_000, spot=1.0)
    found = solve(demand, catalog)
    reason, machine = of_night(found)
    forced = solve(without(demand, machine), catalog)
    assert reason.next_best is not None and of_night(forced)[1] in reason.next_best
    assert reason.extra_usd_per_month == pytest.approx(
        forced.proof.cost_usd_per_month - found.proof.cost_usd_per_month, abs=0.05
    )
