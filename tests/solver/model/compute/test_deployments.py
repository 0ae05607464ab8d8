"""Services whose deployments move requests: in one part, with room for both versions, or told why not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.compute.ceilings import Growing, max_machines
from solver.plan.compute import ComputePlan
from solver.plan.deployment import DeploymentPlan, RollBackPlan
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import DeploymentStrategy
from solver.witness import plan_faults

CATALOG = Path(__file__).resolve().parents[3] / "cases" / "catalog"
BLUE_GREEN = {"strategy": "blue-green"}


@cache
def catalog() -> Catalog:
    return load_catalog(CATALOG, ["eu-west-1"])


def demand(deployment: dict[str, Any], **changes: Any) -> Demand:
    """Two services, of which `web` has the deployment; apart from it they would share machines."""
    variants = {"cpu": {"cpu": "500m", "memory": "1Gi", "throughput_per_second": 20, "source": "measured"}}
    service = {"kind": "service", "image": {}, "variants": variants, "exposure": "internal"}
    site = {
        "region": "eu-west-1",
        "zones": 2,
        "network": {"cidr": "10.1.0.0/16"},
        "quotas": changes.pop("quotas", {}),
    }
    web = {
        **service,
        "load": {"hourly_per_second": [*[10] * 12, *[90] * 12]},
        "deployment": deployment,
        **changes,
    }
    return Demand.model_validate(
        {
            "stack": "test",
            "owner": "me@example.com",
            "sites": {"main": site},
            "workloads": {"web": web, "search": {**service, "path": "/s", "load": {"constant_per_second": 30}}},
            "compliance": {"profile": "none"},
            "purchase": {"spot": False},
            "limits": {"machines": ["c7g.*", "m7g.*", "c7i.*", "m7i.*"]},
        }
    )


@cache
def planned(strategy: str) -> Plan:
    return solve(demand({"strategy": strategy, "roll_back_on": {"error_share": 0.02, "latency_ms": 400}}), catalog())


def compute(plan: Plan) -> ComputePlan:
    return plan.aws_sites["main"].compute


def test_requests_move_in_one_part_with_room_for_both_versions() -> None:
    (divided,) = next(service for service in compute(planned("rolling")).services if service.key == "web").variants
    assert len(divided.node_groups) > 1, "without the rule it is cheaper in parts"
    plan = planned("blue-green")
    web = next(service for service in compute(plan).services if service.key == "web")
    (variant,) = web.variants
    (key,) = variant.node_groups
    group = next(group for group in compute(plan).node_groups if group.key == key)
    assert group.max_machines * group.slots["web.cpu"] >= 2 * variant.replicas.high
    (balancer,) = plan.aws_sites["main"].network.load_balancers
    assert {target.workload: target.moves_requests for target in balancer.targets} == {"web": True, "search": False}


def test_what_alarms_watch_is_in_the_bill_for_both_target_groups() -> None:
    lines = {line.item: line.amount_per_month for line in planned("blue-green").cost_lines}
    assert lines["alarms web"] == 2 * (2 + 1)
    assert "alarms search" not in lines


def test_what_the_demand_leaves_open_is_in_the_plan() -> None:
    web = compute(planned("blue-green")).services[1]
    assert web.deployment == DeploymentPlan(
        strategy=DeploymentStrategy.BLUE_GREEN,
        bake_minutes=10,
        roll_back_on=RollBackPlan(error_share=0.02, latency_ms=400, latency_percentile=99),
    )


def test_functions_that_are_asked_are_in_the_plan_and_the_witness_looks_for_them() -> None:
    hook = {"stage": "post-scale-up", "lambda_arn": "arn:aws:lambda:eu-west-1:123456789012:function:smoke"}
    plan = solve(demand({"strategy": "blue-green", "hooks": [hook]}), catalog())
    web = compute(plan).services[1]
    assert web.deployment is not None
    assert [each.model_dump(mode="json") for each in web.deployment.hooks] == [hook]
    faults = plan_faults(plan, demand({"strategy": "blue-green"}), catalog())
    assert any("asks other functions" in fault for fault in faults)


def test_a_quota_with_room_for_one_version_is_told() -> None:
    with pytest.raises(InfeasibleError, match="both versions together") as told:
        solve(demand(BLUE_GREEN, quotas={"standard": 8}), catalog())
    assert told.value.conflict[0] == "workloads.web.deployment.strategy: blue-green"
    assert "sites.main.quotas" in told.value.conflict[1]


def _another_strategy(site: dict[str, Any]) -> None:
    site["compute"]["services"][1]["deployment"]["strategy"] = "canary"


def _no_alarms(site: dict[str, Any]) -> None:
    del site["compute"]["services"][1]["deployment"]["roll_back_on"]


def _half_the_room(site: dict[str, Any]) -> None:
    for group in site["compute"]["node_groups"]:
        group["max_machines"] = max(group["max_machines"] // 2, 1)


def _one_target_group(site: dict[str, Any]) -> None:
    for balancer in site["network"]["load_balancers"]:
        for target in balancer["targets"]:
            target["moves_requests"] = False


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_another_strategy, "the demand blue-green"),
        (_no_alarms, "other alarms"),
        (_half_the_room, "both versions are"),
        (_one_target_group, "the load balancer has one target groups"),
    ],
)
def test_the_witness_refuses_another_deployment_than_the_demands(
    change: Callable[[dict[str, Any]], None], words: str
) -> None:
    content = planned("blue-green").model_dump(mode="json")
    change(content["sites"]["main"])
    wished = demand({"strategy": "blue-green", "roll_back_on": {"error_share": 0.02, "latency_ms": 400}})
    assert any(words in fault for fault in plan_faults(Plan.model_validate(content), wished, catalog()))


def test_room_for_both_versions_comes_before_room_to_grow() -> None:
    def growing(key: str, deploying: int) -> Growing:
        return Growing(key=key, peak=4, zones=2, vcpus=2, family="standard", useful=99, deploying=deploying)

    groups = [growing("both", 12), growing("plain", 4)]
    assert max_machines(groups, {}, {}) == {"both": 12, "plain": 8}
    assert max_machines(groups, {"standard": 36}, {}) == {"both": 12, "plain": 6}
    assert max_machines(groups, {"standard": 20}, {})["both"] < 12
