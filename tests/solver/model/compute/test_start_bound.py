"""What is billed for starts: the bound counts it only as far as no plan goes without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import BatchJob
from solver.model.compute import model
from solver.model.compute.needs import needs_of
from solver.model.compute.problem import Settled
from solver.model.compute.start_bound import known_starts
from solver.plan.plan import Plan
from solver.solve import solve

DemandMaker = Callable[..., Demand]
PLANS: list[dict[str, object]] = [
    {},
    {"commitments": [{"kind": "compute-savings-plan", "years": 1, "payment": "no-upfront"}]},
]
FEW = settings(
    max_examples=2, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def waving(make_demand: DemandMaker, peak: float, purchase: dict[str, object], **limits: object) -> Demand:
    """Two services with a day's wave, whose stack records every change."""
    week = [peak * (0.1 + 0.9 * max(0, 1 - abs(hour % 24 - 14) / 8)) for hour in range(168)]
    sizes = {
        "small": {"cpu": 1, "memory": "2Gi", "throughput_per_second": 10, "source": "measured"},
        "large": {"cpu": 4, "memory": "6Gi", "throughput_per_second": 44, "source": "measured"},
    }
    return make_demand(
        workloads={
            "api": {
                "load": {"hourly_per_second": week},
                "interruptible_share": 0.5,
                "variants": {"cpu": sizes["small"]},
            },
            "jobs": {"load": {"hourly_per_second": [each / 2 for each in week]}, "variants": sizes},
        },
        compliance={"profile": "baseline"},
        purchase=purchase,
        limits={"changes_per_day": 6, **limits},
    )


def starts(plan: Plan) -> int:
    return sum(group.machines.starts_per_week for group in plan.aws_sites["main"].compute.node_groups)


@FEW
@given(peak=st.floats(20, 400), purchase=st.sampled_from(PLANS))
def test_a_plan_that_may_use_less_never_costs_less_than_the_bound(
    catalog: Catalog, make_demand: DemandMaker, peak: float, purchase: dict[str, object]
) -> None:
    plan = solve(waving(make_demand, peak, purchase), catalog)
    assert starts(plan) > 0
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month
    types = sorted({name for group in plan.aws_sites["main"].compute.node_groups for name in group.machine_types})
    fewer: list[dict[str, object]] = [{"exclude_machines": [name]} for name in types[:2]]
    for limits in (*fewer, {"node_groups": 2}):
        other = solve(waving(make_demand, peak, purchase, **limits), catalog)
        assert other.proof.cost_usd_per_month >= plan.proof.bound_usd_per_month


@pytest.mark.parametrize("purchase", PLANS)
def test_starts_that_no_plan_goes_without_are_in_the_bound(
    catalog: Catalog, make_demand: DemandMaker, monkeypatch: pytest.MonkeyPatch, purchase: dict[str, object]
) -> None:
    both = waving(make_demand, 200, purchase)
    demand = both.model_copy(update={"workloads": {"api": both.workloads["api"]}})
    counted = solve(demand, catalog).proof

    def by_the_hour(site: object, problem: object, found: Settled, **_: object) -> float:
        return found.bound_usd_per_week

    monkeypatch.setattr(model, "with_starts", by_the_hour)
    assert counted.bound_usd_per_month > solve(demand, catalog).proof.bound_usd_per_month + 1


def test_only_a_service_with_one_capacity_is_known_to_start_so_many_replicas(make_demand: DemandMaker) -> None:
    demand = waving(make_demand, 200, {})
    api = demand.workloads["api"]
    alone = demand.model_copy(update={"workloads": {"api": api}})
    both, one = known_starts(needs_of(demand, "main")), known_starts(needs_of(alone, "main"))
    assert both == one > 0


def test_a_job_starts_few_workers_where_starts_are_billed_and_the_bound_knows_them(
    catalog: Catalog, make_demand: DemandMaker
) -> None:
    night = BatchJob.model_validate(
        {
            "kind": "batch",
            "image": {},
            "work": 300_000,
            "window": {"opens": "00:00", "deadline": "08:00"},
            "max_parallel": 40,
            "variants": {"cpu": {"cpu": 1, "memory": "2Gi", "throughput_per_second": 10, "source": "measured"}},
        }
    )

    def planned(profile: str) -> Plan:
        demand = make_demand(compliance={"profile": profile}, limits={"machines": ["m7i.*"]})
        return solve(demand.model_copy(update={"workloads": {"night": night}}), catalog)

    free, billed = planned("none"), planned("baseline")
    (many,), (few,) = free.aws_sites["main"].compute.jobs, billed.aws_sites["main"].compute.jobs
    assert few.workers < many.workers
    assert billed.proof.gap < 0.005
