"""solve: four pools of each site, one cost, one bound, the same answer every time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import solver.model.site
from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.errors import GateError, InfeasibleError
from solver.model.answer import PoolAnswer
from solver.plan.compute import ComputePlan
from solver.plan.cost import Pool, total_usd_per_month
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import Termination

SERVICE: dict[str, Any] = {
    "kind": "service",
    "image": {},
    "load": {"constant_per_second": 40},
    "survive": "zone",
    "variants": {"cpu": {"cpu": 1, "memory": "2Gi", "throughput_per_second": 20, "source": "measured"}},
}
BUCKET: dict[str, Any] = {
    "kind": "bucket",
    "written_gib_per_month": 10,
    "object_mib": 1,
    "retention_days": 365,
    "access": [{"from_days": 0, "reads_per_object_month": 2, "retrieved_share_per_month": 1}],
}


def site_of(cidr: str) -> dict[str, Any]:
    network = {"cidr": cidr, "dns": {"domain": "api.example.com"}}
    return {"kind": "aws", "region": "us-east-1", "network": network}


def demand_of(**changes: Any) -> Demand:
    content: dict[str, Any] = {
        "stack": "test",
        "owner": "tests",
        "sites": {"main": site_of("10.0.0.0/16")},
        "workloads": {
            "front": SERVICE | {"exposure": "public", "calls": ["back"], "uses": {"documents": "read"}},
            "back": SERVICE,
        },
        "storage": {"documents": BUCKET},
        "limits": {"machines": ["c7i.*", "m7i.*"]},
    }
    return Demand.model_validate(content | changes)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


@pytest.fixture(scope="module")
def plan(catalog: Catalog) -> Plan:
    return solve(demand_of(), catalog)


def test_cost_is_the_sum_of_its_lines_to_the_cent(plan: Plan) -> None:
    assert plan.proof.cost_usd_per_month == total_usd_per_month(plan.cost_lines)
    # Nothing is watched unless the demand asks for it.
    assert {line.pool for line in plan.cost_lines} == set(Pool) - {Pool.MONITORING}


def test_the_bound_is_below_the_cost_and_proves_the_gap(plan: Plan) -> None:
    proof = plan.proof
    assert 0 < proof.bound_usd_per_month <= proof.cost_usd_per_month
    exact = (proof.cost_usd_per_month - proof.bound_usd_per_month) / proof.cost_usd_per_month
    assert exact <= proof.gap == round(proof.gap, 6) < exact + 1e-6
    assert proof.proven
    assert proof.termination in (Termination.OPTIMAL, Termination.WITHIN_GAP)
    assert proof.solver.startswith("HiGHS")
    assert proof.witness


def test_lines_and_reasons_are_in_order(plan: Plan) -> None:
    pools = list(Pool)
    keys = [(line.site, pools.index(line.pool), line.item) for line in plan.cost_lines]
    assert keys == sorted(keys)
    subjects = [reason.subject for reason in plan.reasons]
    workloads = [subject for subject in subjects if subject.startswith("workload ")]
    others = [subject for subject in subjects if not subject.startswith("workload ")]
    assert subjects == [*sorted(workloads), *sorted(others)]


def test_a_plan_without_reasons_is_the_same_but_for_them(plan: Plan, catalog: Catalog) -> None:
    silent = solve(demand_of(), catalog, reasons=False)
    assert plan.reasons
    assert len(silent.reasons) < len(plan.reasons)
    assert silent.model_copy(update={"reasons": plan.reasons}) == plan


def test_measures_reach_the_other_pools(plan: Plan) -> None:
    assert plan.aws_sites["main"].network.flow_logs
    assert any(line.item == "measure vpc-flow-logs" for line in plan.cost_lines)


def test_the_same_inputs_give_the_same_plan_again_and_against_the_approved_one(plan: Plan, catalog: Catalog) -> None:
    assert solve(demand_of(), catalog) == plan
    assert solve(demand_of(), catalog, previous=plan).aws_sites == plan.aws_sites


def test_both_solvers_find_plans_of_the_same_cost_within_the_gap(plan: Plan, catalog: Catalog) -> None:
    other = solve(demand_of(), catalog, solver_name="cbc")
    assert other.proof.solver.startswith("CBC")
    assert other.proof.cost_usd_per_month == pytest.approx(plan.proof.cost_usd_per_month, rel=0.01)


def test_a_budget_below_the_bound_is_infeasible_and_says_by_how_much(plan: Plan, catalog: Catalog) -> None:
    limits = {"machines": ["c7i.*", "m7i.*"], "budget_usd_per_month": 100}
    with pytest.raises(InfeasibleError, match="a month too low") as error:
        solve(demand_of(limits=limits), catalog)
    assert f"{plan.proof.bound_usd_per_month - 100:,.2f}" in error.value.message
    assert error.value.conflict == ("limits.budget_usd_per_month: 100",)


def test_which_promises_can_not_hold_is_worked_out_only_where_it_is_asked_for(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = solver.model.site.solve_compute, list[Demand]()

    def counted(demand: Demand, *args: Any, **kwargs: Any) -> PoolAnswer[ComputePlan]:
        asked.append(demand)
        return real(demand, *args, **kwargs)

    monkeypatch.setattr("solver.model.site.solve_compute", counted)
    impossible = demand_of(limits={"machines": ["t3.nano"]})
    with pytest.raises(InfeasibleError):
        solve(impossible, catalog, explain=False)
    assert len(asked) == 1
    with pytest.raises(InfeasibleError) as error:
        solve(impossible, catalog)
    assert error.value.conflict == ("limits.machines: t3.nano",)
    assert len(asked) > 2


def test_a_budget_between_bound_and_cost_is_refused_without_calling_it_impossible(
    plan: Plan, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = solver.model.site.solve_compute

    def without_bound(*args: Any, **kwargs: Any) -> PoolAnswer[ComputePlan]:
        return replace(real(*args, **kwargs), bound_usd_per_month=0.0)

    monkeypatch.setattr(solver.model.site, "solve_compute", without_bound)
    budget = plan.proof.cost_usd_per_month - 1
    limits = {"machines": ["c7i.*", "m7i.*"], "budget_usd_per_month": budget}
    with pytest.raises(GateError, match="no plan was found within the budget"):
        solve(demand_of(limits=limits), catalog)


def test_each_site_has_its_pools_and_its_reasons(catalog: Catalog) -> None:
    two = demand_of(
        sites={"east": site_of("10.0.0.0/16"), "spare": site_of("10.1.0.0/16")},
        workloads={"front": SERVICE | {"site": "east"}, "back": SERVICE | {"site": "spare"}},
        storage={"documents": BUCKET | {"site": "east"}},
    )
    plan = solve(two, catalog)
    assert list(plan.aws_sites) == ["east", "spare"]
    assert {line.site for line in plan.cost_lines} == {"east", "spare"}
    assert {"east nat", "spare nat"} <= {reason.subject for reason in plan.reasons}


def test_digests_of_the_inputs_change_with_the_demand(plan: Plan, catalog: Catalog) -> None:
    more = solve(demand_of(owner="others"), catalog)
    assert more.inputs.demand != plan.inputs.demand
    assert more.inputs.catalog == plan.inputs.catalog
    assert [table.region for table in plan.inputs.prices] == ["us-east-1"]


def test_a_node_group_that_is_no_longer_used_stays_empty_for_one_plan(plan: Plan, catalog: Catalog) -> None:
    main = plan.aws_sites["main"]
    gone = main.compute.node_groups[0].model_copy(update={"key": "gone"})
    compute = main.compute.model_copy(update={"node_groups": (*main.compute.node_groups, gone)})
    approved = plan.model_copy(update={"sites": {"main": main.model_copy(update={"compute": compute})}})
    kept = {
        group.key: group
        for group in solve(demand_of(), catalog, previous=approved).aws_sites["main"].compute.node_groups
    }
    assert kept["gone"].machines.high == 0
    assert kept["gone"].slots == {}
