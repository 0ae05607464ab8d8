"""The utilisation of a service: set, or from its latency; what is said about it, and what the plan makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from solver.catalog.catalog import Catalog
from solver.demand.workloads import Service
from solver.model.utilisation import utilisation_reasons
from solver.queueing import Replica, highest_utilisation
from solver.solve import solve
from tests.solver.model.conftest import DemandMaker

FAST = {"cpu": 1, "memory": "1Gi", "throughput_per_second": 100, "source": "measured"}
LATENCY = {"percentile": 99, "milliseconds": 100, "service_cv": 0.5}


def service(**changes: Any) -> dict[str, Any]:
    return {"load": {"constant_per_second": 200}, "latency": LATENCY, "variants": {"cpu": FAST}, **changes}


def test_auto_is_what_the_latency_allows(make_demand: DemandMaker, catalog: Catalog) -> None:
    demand = make_demand(
        {"app": service(max_utilisation="auto")}, limits={"machines": ["m7i.*"]}, purchase={"spot": False}
    )
    safe = highest_utilisation(Replica(throughput_per_second=100, service_cv=0.5), percentile=99, seconds=0.1)
    assert 0 < safe < 1
    plan = solve(demand, catalog)
    (planned,) = plan.aws_sites["main"].compute.services
    assert planned.max_utilisation == safe
    assert planned.variants[0].load_per_replica_per_second == pytest.approx(100 * safe)
    assert planned.variants[0].replicas.high * 100 * safe >= 240
    (reason,) = [reason for reason in plan.reasons if "utilisation for" in reason.text]
    assert reason.subject == "workload app"
    assert reason.text == f"utilisation for 99 % within 100 ms: cpu up to {safe:g} is safe, and asked for."


def test_more_requests_at_once_take_longer_each(make_demand: DemandMaker) -> None:
    workload = make_demand({"app": service(variants={"cpu": FAST, "wide": {**FAST, "concurrency": 8}})}).workloads[
        "app"
    ]
    assert isinstance(workload, Service)
    assert workload.safe_utilisation("wide") == 0.0
    assert (workload.safe_utilisation("cpu") or 0) > 0.5
    assert workload.utilisation("wide") == 0.7, "what is set stays"


@pytest.mark.parametrize(
    ("asked", "milliseconds", "words"),
    [
        (0.7, 200, "0.7 is asked for."),
        (0.9, 100, "0.9 is asked for; above what is safe for cpu."),
        (0.5, 9, "0.5 is asked for; cpu can't keep it by its own figures: 100/s, 1 at once, are 10 ms a request"),
    ],
)
def test_a_number_that_is_not_safe_stays_and_is_told(
    asked: float, milliseconds: float, words: str, make_demand: DemandMaker, catalog: Catalog
) -> None:
    latency = {**LATENCY, "milliseconds": milliseconds}
    demand = make_demand(
        {"app": service(max_utilisation=asked, latency=latency)},
        limits={"machines": ["m7i.*"]},
        purchase={"spot": False},
    )
    (reason,) = utilisation_reasons(demand, solve(demand, catalog).aws_sites["main"].compute)
    assert words in reason.text


def test_without_a_target_nothing_is_said(make_demand: DemandMaker, catalog: Catalog) -> None:
    demand = make_demand({"app": service(latency=None)}, limits={"machines": ["m7i.*"]}, purchase={"spot": False})
    assert list(utilisation_reasons(demand, solve(demand, catalog).aws_sites["main"].compute)) == []


def test_auto_without_a_target_is_refused(make_demand: DemandMaker) -> None:
    with pytest.raises(ValidationError, match="max_utilisation auto is allowed together with a latency"):
        make_demand({"app": service(max_utilisation="auto", latency=None)})


def test_auto_with_a_variant_that_is_too_slow_is_refused_with_its_time(make_demand: DemandMaker) -> None:
    slow = {**FAST, "throughput_per_second": 5}
    with pytest.raises(ValidationError, match="slow can't: one request of slow takes 200 ms") as refused:
        make_demand({"app": service(max_utilisation="auto", variants={"cpu": FAST, "slow": slow})})
    assert "99 % of all must take at most 100 ms" in str(refused.value)
