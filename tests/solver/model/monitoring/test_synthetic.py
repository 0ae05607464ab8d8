"""What public paths that are asked from outside cost, and what is planned for those who hear of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.model.answer import PoolAnswer
from solver.model.monitoring.model import solve_monitoring
from solver.plan.compute import ComputePlan
from solver.plan.cost import total_usd_per_month
from solver.plan.monitoring import MonitoringPlan
from solver.vocabulary import AlarmKind, CheckerRegion

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]
Ask = Callable[..., PoolAnswer[MonitoringPlan | None]]
WHOLE = {"path": "/a", "text": "fine", "interval_seconds": 10, "failures": 2, "measure_latency": True}


@cache
def tables(region: str) -> Catalog:
    return load_catalog(None, [region])


@pytest.fixture(scope="module")
def ask(make_demand: DemandMaker, make_compute: ComputeMaker) -> Ask:
    def run(
        checks: dict[str, Any], *, region: str = "us-east-1", log_key: bool = True, here: bool = True, **wish: Any
    ) -> PoolAnswer[MonitoringPlan | None]:
        monitoring = {"synthetic_checks": checks, **wish}
        demand = make_demand({"shop": {"exposure": "public"}, "inner": {}}, monitoring=monitoring)
        site = demand.aws_sites["main"].model_copy(update={"region": region})
        demand = demand.model_copy(update={"sites": {"main": site}})
        compute = make_compute(demand)
        services = tuple(
            each.model_copy(update={"load_balancers": ("public",) if each.key == "shop" else ()})
            for each in compute.services
            if here or each.key != "shop"
        )
        compute = compute.model_copy(update={"services": services})
        return solve_monitoring(demand, "main", tables(region), compute=compute, log_key=log_key)

    return run


def planned(answer: PoolAnswer[MonitoringPlan | None]) -> MonitoringPlan:
    assert answer.plan is not None
    return answer.plan


def test_a_check_asks_under_the_sites_name_and_has_an_alarm_though_no_other_is_asked_for(ask: Ask) -> None:
    plan = planned(ask({"shop": {"path": "/healthz"}}))
    (check,) = plan.synthetic_checks
    assert (check.workload, check.host, check.path, check.text) == ("shop", "api.example.com", "/healthz", None)
    assert (check.interval_seconds, check.failures, check.measures_latency) == (30, 3, False)
    assert check.regions == tuple(CheckerRegion)
    assert [(alarm.key, alarm.kind, alarm.metrics) for alarm in plan.alarms] == [
        ("shop-synthetic", AlarmKind.SYNTHETIC, 1)
    ]
    assert plan.alarms_here == () and plan.alarms_on_checks == plan.alarms


@pytest.mark.parametrize(("check", "options"), [({"path": "/"}, 1.0), (WHOLE, 4.0)])
def test_each_option_of_a_check_is_billed_beside_it(check: dict[str, Any], options: float, ask: Ask) -> None:
    answer = ask({"shop": check})
    lines = {(line.item, line.detail): (line.amount_per_month, line.usd_per_unit) for line in answer.lines}
    # https://aws.amazon.com/route53/pricing/ for endpoints in AWS: 0.50 USD a check, 1 USD an option, HTTPS being one.
    assert lines == {
        ("alarms of shop", "metrics watched"): (1.0, 0.1),
        ("synthetic check shop", "checks"): (1.0, 0.5),
        ("synthetic check shop", "options"): (options, 1.0),
    }
    assert answer.bound_usd_per_month == total_usd_per_month(answer.lines) == pytest.approx(0.6 + options)


def test_only_a_topic_in_another_region_than_the_sites_key_needs_a_key_of_its_own(ask: Ask) -> None:
    far = ask({"shop": {"path": "/"}}, region="eu-west-1")
    assert planned(far).checks_key
    assert [line.usd_per_month for line in far.lines if line.item == "synthetic checks' key"] == [1.0]
    for answer in (
        ask({"shop": {"path": "/"}}, region="us-east-1"),
        ask({"shop": {"path": "/"}}, region="eu-west-1", log_key=False),
        ask({}, region="eu-west-1", dashboards="stack"),
    ):
        assert not planned(answer).checks_key
        assert not any("key" in line.item for line in answer.lines)


def test_a_service_that_runs_elsewhere_is_not_asked_here(ask: Ask) -> None:
    plan = planned(ask({"shop": {"path": "/"}}, here=False))
    assert (plan.synthetic_checks, plan.alarms) == ((), ())


def test_what_is_asked_is_among_the_reasons(ask: Ask) -> None:
    answer = ask({"shop": WHOLE})
    (reason,) = [reason.text for reason in answer.reasons if reason.subject == "synthetic check shop"]
    assert reason == "https://api.example.com/a is asked from 8 regions every 10 s."
