"""What of a site is watched, and what that costs, to the cent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.answer import PoolAnswer
from solver.model.monitoring.model import solve_monitoring, with_stack_money
from solver.plan.compute import ComputePlan
from solver.plan.cost import total_usd_per_month
from solver.plan.deployment import DeploymentPlan, RollBackPlan
from solver.plan.monitoring import MonitoringPlan
from solver.solve import solve
from solver.vocabulary import AlarmKind, DeploymentStrategy

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]
Watch = Callable[..., PoolAnswer[MonitoringPlan | None]]
SHOP = {"exposure": "public", "headroom": 0.5, "latency": {"percentile": 95, "milliseconds": 200}}
ALL: dict[str, Any] = {"dashboards": "workloads", "alarms": {}, "budget": True, "anomalies_usd": 20}


@pytest.fixture(scope="module")
def watch(catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker) -> Watch:
    def run(
        wish: dict[str, Any] | None, *, deployment: DeploymentPlan | None = None, **shop: Any
    ) -> PoolAnswer[MonitoringPlan | None]:
        demand = make_demand(
            {"shop": {**SHOP, **shop}, "inner": {}},
            **({} if wish is None else {"monitoring": {"emails": ["ops@example.com"], **wish}}),
        )
        compute = make_compute(demand)
        services = tuple(
            each.model_copy(update={"load_balancers": ("public",), "deployment": deployment})
            if each.key == "shop"
            else each
            for each in compute.services
        )
        return solve_monitoring(demand, "main", catalog, compute=compute.model_copy(update={"services": services}))

    return run


def planned(answer: PoolAnswer[MonitoringPlan | None]) -> MonitoringPlan:
    assert answer.plan is not None
    return answer.plan


def test_nothing_asked_for_is_nothing_planned(watch: Watch) -> None:
    answer = watch(None)
    assert (answer.plan, answer.lines, answer.bound_usd_per_month, answer.reasons) == (None, (), 0.0, ())


def test_alarms_ring_above_what_the_plan_is_made_for(watch: Watch) -> None:
    plan = planned(watch({"alarms": {"load_share": 0.9, "error_share": 0.02, "utilisation": 0.8}}))
    assert {alarm.key: (alarm.above, alarm.percentile, alarm.metrics) for alarm in plan.alarms} == {
        # Ten a second with half of that to spare are fifteen.
        "shop-load": (13.5, None, 1),
        "shop-errors": (0.02, None, 2),
        "shop-latency": (200.0, 95.0, 1),
        "shop-replicas": (0.0, None, 1),
        "cluster-cpu": (0.8, None, 1),
        "cluster-memory": (0.8, None, 1),
    }
    assert not plan.site_dashboard and plan.dashboards == ()


def test_a_service_without_a_latency_has_no_alarm_on_it(watch: Watch) -> None:
    plan = planned(watch({"alarms": {}}, latency=None))
    assert set(plan.alarms_of("shop")) == {AlarmKind.LOAD, AlarmKind.ERRORS, AlarmKind.REPLICAS}


def test_what_a_deployment_watches_is_not_watched_twice(watch: Watch) -> None:
    canary = DeploymentPlan(
        strategy=DeploymentStrategy.CANARY, roll_back_on=RollBackPlan(error_share=0.01, latency_ms=300)
    )
    plan = planned(watch({"alarms": {}}, deployment=canary))
    # Both target groups of a service whose requests move are watched.
    assert {kind: alarm.metrics for kind, alarm in plan.alarms_of("shop").items()} == {
        AlarmKind.LOAD: 2,
        AlarmKind.REPLICAS: 2,
    }


def test_errors_in_a_log_are_counted_by_a_metric_of_the_stacks_own(watch: Watch) -> None:
    counted = {"pattern": "?ERROR", "more_than": 3}
    answer = watch({"alarms": {}}, log_errors=counted)
    alarm = planned(answer).alarms_of("shop")[AlarmKind.LOG]
    assert (alarm.above, alarm.pattern, alarm.metrics) == (3.0, "?ERROR", 1)
    (line,) = [line for line in answer.lines if line.item == "log errors shop"]
    assert (line.amount_per_month, line.usd_per_month) == (1.0, 0.3)
    # Without alarms, nobody hears of it and nothing is counted.
    assert watch({"dashboards": "stack"}, log_errors=counted).lines[0].item == "dashboards"


def test_lines_are_amounts_at_the_catalogs_prices(watch: Watch, catalog: Catalog) -> None:
    answer = watch(ALL)
    plan = planned(answer)
    assert (plan.site_dashboard, plan.dashboards) == (True, ("inner", "shop"))
    lines = {line.item: (line.amount_per_month, line.usd_per_unit) for line in answer.lines}
    prices = {
        item: catalog.price("us-east-1", "cloudwatch", item).usd_first for item in ("alarm_standard", "dashboard")
    }
    assert lines == {
        "alarms of shop": (5.0, prices["alarm_standard"]),
        "alarms of cluster": (2.0, prices["alarm_standard"]),
        "dashboards": (3.0, prices["dashboard"]),
    }
    assert answer.bound_usd_per_month == total_usd_per_month(answer.lines) == pytest.approx(0.7 + 9.0)


def test_the_budget_is_the_demands_or_what_the_plan_costs(catalog: Catalog, make_demand: DemandMaker) -> None:
    wish = {**ALL, "emails": ["ops@example.com"]}
    for limits, most in (({}, None), ({"budget_usd_per_month": 900}, 900.0)):
        plan = solve(make_demand({"shop": SHOP}, monitoring=wish, limits=limits), catalog)
        watched = plan.aws_sites["main"].monitoring
        assert watched is not None and watched.budget is not None
        cost = plan.proof.cost_usd_per_month
        assert watched.budget.usd_per_month == (cost if most is None else most)
        assert (watched.planned_usd_per_month, watched.anomalies_usd) == (cost, 20.0)
        assert total_usd_per_month(plan.cost_lines) == cost
        assert plan.proof.gap <= 0.005


@pytest.mark.parametrize(("change", "stays"), [(1.04, True), (1.0, True), (0.9, False), (1.2, False)])
def test_the_cost_that_is_drawn_stays_while_it_is_near(
    catalog: Catalog, make_demand: DemandMaker, change: float, stays: bool
) -> None:
    demand = make_demand({"shop": SHOP}, monitoring={**ALL, "emails": ["ops@example.com"]})
    plan = solve(demand, catalog)
    site = plan.aws_sites["main"]
    assert site.monitoring is not None
    before = site.monitoring.model_copy(update={"planned_usd_per_month": plan.proof.cost_usd_per_month * change})
    approved = plan.model_copy(update={"sites": {"main": site.model_copy(update={"monitoring": before})}})
    after = with_stack_money(plan, demand, approved).aws_sites["main"].monitoring
    assert after is not None and after.budget is not None
    assert (after.planned_usd_per_month == before.planned_usd_per_month) is stays
    assert after.budget.usd_per_month == pytest.approx(after.planned_usd_per_month, abs=0.006)
