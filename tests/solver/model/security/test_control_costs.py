"""What a control costs: the security pool solved again without it says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.compliance import Waiver
from solver.demand.demand import Demand
from solver.inputs import read_inputs
from solver.model.backend import backend
from solver.model.retired import without_retired
from solver.model.security.control_costs import control_costs
from solver.model.security.effects import without_measures
from solver.model.security.model import solve_security
from solver.plan.cost import Pool, total_usd_per_month
from solver.plan.explanation import ControlCost
from solver.plan.plan import Plan
from solver.solve import solve

ROOT = Path(__file__).resolve().parents[4]
INPUTS = read_inputs(ROOT, "dev")


@pytest.fixture(scope="module")
def demand() -> Demand:
    """A small stack under a whole profile."""
    return INPUTS.loaded.demand.model_copy(
        update={"compliance": INPUTS.loaded.demand.compliance.model_copy(update={"profile": "pci-like"})}
    )


@pytest.fixture(scope="module")
def plan(demand: Demand) -> Plan:
    return solve(demand, INPUTS.catalog())


@pytest.fixture(scope="module")
def costs(demand: Demand, plan: Plan) -> dict[str, ControlCost]:
    found = list(control_costs(demand, "main", INPUTS.catalog(), plan.aws_sites["main"], backend("highs")))
    return {each.control: each for each in found}


def security_usd(demand: Demand, plan: Plan, catalog: Catalog, *waived: str) -> float:
    """The security pool around the same machines, network and storage, with some controls waived."""
    waivers = tuple(
        Waiver.model_validate({"control": each, "reason": "test", "owner": "tests", "expires": "2099-01-01"})
        for each in waived
    )
    wish = demand.compliance.model_copy(update={"waivers": waivers})
    site = plan.aws_sites["main"]
    network, compute = without_measures(demand, "main", site.network, without_retired(site.compute))
    answer = solve_security(
        demand.model_copy(update={"compliance": wish}),
        "main",
        catalog,
        backend("highs"),
        network=network,
        compute=compute,
        storage=site.storage,
    )
    return total_usd_per_month(answer.lines)


def test_without_its_effects_the_plan_is_what_its_measures_were_chosen_for(demand: Demand, plan: Plan) -> None:
    stated = total_usd_per_month(line for line in plan.cost_lines if line.pool is Pool.SECURITY)
    assert security_usd(demand, plan, INPUTS.catalog()) == pytest.approx(stated, abs=0.005)


def test_every_control_of_the_profile_has_its_cost(demand: Demand, costs: dict[str, ControlCost]) -> None:
    assert set(costs) == set(INPUTS.catalog().profile("pci-like").controls)
    assert all(0 <= each.usd_per_month <= each.together_usd_per_month + 0.005 for each in costs.values())


@pytest.mark.parametrize("control", ["EC2.6", "WAF.11", "ELB.16", "GuardDuty.1", "CloudWatch.16", "S3.17", "EC2.7"])
def test_a_control_costs_what_the_pool_saves_without_it(
    demand: Demand, plan: Plan, costs: dict[str, ControlCost], control: str
) -> None:
    catalog = INPUTS.catalog()
    whole = security_usd(demand, plan, catalog)
    cost = costs[control]
    assert cost.usd_per_month == pytest.approx(whole - security_usd(demand, plan, catalog, control), abs=0.02)
    together = security_usd(demand, plan, catalog, control, *cost.together_with)
    assert cost.together_usd_per_month == pytest.approx(whole - together, abs=0.02)


def test_a_control_whose_measure_another_one_needs_is_free_alone_and_not_together(
    costs: dict[str, ControlCost],
) -> None:
    assert costs["ELB.16"].usd_per_month == 0
    assert costs["ELB.16"].together_with == ("WAF.11",)
    assert costs["ELB.16"].together_usd_per_month > costs["WAF.11"].usd_per_month > 0
