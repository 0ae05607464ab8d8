"""Carbon in a plan: counted by the hour, priced where the demand has a price, and part of what machines cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.catalog.carbon import Carbon
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.loader import load_demand
from solver.errors import CatalogError, DemandError
from solver.model.requirements import check_against_catalog
from solver.plan.carbon import CarbonPlan
from solver.plan.cost import Billing, billed_usd_per_month
from solver.plan.plan import Plan
from solver.solve import solve
from solver.witness import plan_faults
from tests.solver.several import SERVICE, both_regions, two_sites

DemandMaker = Callable[..., Demand]
# The first is dirtier and costs less, the second the other way round.
CHEAP, CLEAN = "m5a.xlarge", "m6a.xlarge"


def app(machines: list[str], usd_per_tonne: float | None, **more: Any) -> dict[str, Any]:
    carbon = {} if usd_per_tonne is None else {"carbon": {"usd_per_tonne": usd_per_tonne}}
    return {
        "workloads": {
            "app": {
                "load": {"constant_per_second": 300},
                "headroom": 0,
                "replicas": {"max": 10_000},
                "variants": {"cpu": {"cpu": 1, "memory": "2Gi", "throughput_per_second": 10, "source": "measured"}},
            }
        },
        "limits": {"machines": machines},
        **carbon,
        **more,
    }


def kg(plan: Plan) -> float:
    carbon = plan.aws_sites["main"].carbon
    assert carbon is not None
    return carbon.kg_per_month


def test_carbon_that_is_only_counted_decides_nothing_and_costs_nothing(
    catalog: Catalog, make_demand: DemandMaker
) -> None:
    without = solve(make_demand(**app(["m*"], None)), catalog)
    counted = solve(make_demand(**app(["m*"], 0)), catalog)
    assert without.aws_sites["main"].carbon is None
    assert kg(counted) > 0
    assert counted.aws_sites["main"].compute == without.aws_sites["main"].compute
    assert counted.cost_lines == without.cost_lines
    assert counted.inputs.catalog != without.inputs.catalog


def test_a_price_makes_a_line_that_no_provider_bills(catalog: Catalog, make_demand: DemandMaker) -> None:
    plan = solve(make_demand(**app(["m*"], 120)), catalog)
    (line,) = [line for line in plan.cost_lines if line.billing is Billing.INTERNAL]
    assert (line.item, line.unit, line.usd_per_unit) == ("carbon", "tonne CO2e", 120)
    assert line.amount_per_month == pytest.approx(kg(plan) / 1000)
    assert line.usd_per_month == pytest.approx(kg(plan) / 1000 * 120, abs=0.005)
    assert billed_usd_per_month(plan.cost_lines) == pytest.approx(plan.proof.cost_usd_per_month - line.usd_per_month)
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month


@pytest.mark.parametrize("usd_per_tonne", [0, 100, 2_000, 20_000, 1_000_000])
def test_machines_are_chosen_by_their_price_and_that_of_their_carbon(
    catalog: Catalog, make_demand: DemandMaker, usd_per_tonne: float
) -> None:
    no_spot = {"purchase": {"spot": False}}
    each = [solve(make_demand(**app([name], usd_per_tonne, **no_spot)), catalog) for name in (CHEAP, CLEAN)]
    free = solve(make_demand(**app([CHEAP, CLEAN], usd_per_tonne, **no_spot)), catalog)
    least = min(plan.proof.cost_usd_per_month for plan in each)
    assert free.proof.cost_usd_per_month <= least * (1 + 0.005)
    # No plan of one type is below the bound of both.
    assert free.proof.bound_usd_per_month <= least + 0.01


def test_a_high_price_turns_the_choice(catalog: Catalog, make_demand: DemandMaker) -> None:
    plans = [solve(make_demand(**app(["m5a.*", "m6a.*", "m6i.*"], usd)), catalog) for usd in (0, 1_000_000)]
    used = [
        {group.machine_types[0].split(".")[0] for group in plan.aws_sites["main"].compute.node_groups} for plan in plans
    ]
    assert used[1] == {"m6a"}
    assert kg(plans[1]) <= kg(plans[0])


def test_of_two_regions_the_load_goes_where_price_and_carbon_are_least() -> None:
    catalog = both_regions()
    wanted = {"app": SERVICE | {"survive": "none"}}
    cheap = solve(two_sites(wanted), catalog)
    clean = solve(two_sites(wanted, carbon={"usd_per_tonne": 100_000}), catalog)
    assert [key for key, site in cheap.aws_sites.items() if site.compute.services] == ["us"]
    assert [key for key, site in clean.aws_sites.items() if site.compute.services] == ["eu"]
    assert clean.proof.bound_usd_per_month <= clean.proof.cost_usd_per_month


def test_accelerators_without_figures_are_named(catalog: Catalog, make_demand: DemandMaker) -> None:
    content = app([], 0)
    content["workloads"]["app"]["variants"] = {
        "chip": {
            "cpu": 1,
            "memory": "2Gi",
            "accelerator": {"model": "inferentia2"},
            "throughput_per_second": 100,
            "source": "measured",
        }
    }
    plan = solve(make_demand(**content), catalog)
    carbon = plan.aws_sites["main"].carbon
    assert carbon is not None and carbon.not_counted == ("inferentia2",)


def test_the_witness_counts_again(catalog: Catalog, make_demand: DemandMaker) -> None:
    demand = make_demand(**app(["m*"], 120))
    plan = solve(demand, catalog)
    assert list(plan_faults(plan, demand, catalog)) == []

    def faults(carbon: CarbonPlan | None, **more: Any) -> list[str]:
        site = plan.aws_sites["main"].model_copy(update={"carbon": carbon})
        return list(plan_faults(plan.model_copy(update={"sites": {"main": site}, **more}), demand, catalog))

    stated = plan.aws_sites["main"].carbon
    assert stated is not None
    (more, _) = faults(stated.model_copy(update={"kg_per_month": stated.kg_per_month + 1}))
    assert more.startswith(f"the plan says {stated.kg_per_month + 1:.1f} kg of carbon a month, the tables")
    assert faults(None) == ["carbon is asked for, and not counted"]
    (unpaid,) = faults(stated, cost_lines=tuple(line for line in plan.cost_lines if line.item != "carbon"))
    assert unpaid.startswith("the lines say 0.00 USD a month for carbon")
    nobody = demand.model_copy(update={"carbon": None})
    assert list(plan_faults(plan, nobody, catalog)) == ["carbon is counted, and nobody asks for it"]


def test_a_budget_in_aws_is_of_what_aws_bills(catalog: Catalog, make_demand: DemandMaker) -> None:
    watched = {"budget": True, "emails": ["on-call@example.com"]}
    plan = solve(make_demand(**app(["m*"], 5_000, monitoring=watched)), catalog)
    monitoring = plan.aws_sites["main"].monitoring
    assert monitoring is not None and monitoring.budget is not None
    assert monitoring.budget.usd_per_month == billed_usd_per_month(plan.cost_lines)
    assert monitoring.budget.usd_per_month < plan.proof.cost_usd_per_month


def test_reserved_machines_count_as_the_type_they_are(catalog: Catalog, make_demand: DemandMaker) -> None:
    kept = {
        "desk": {
            "kind": "reservation",
            "id": "cr-0a1b2c3d4e5f60718",
            "machine_type": "m7i.2xlarge",
            "count": 40,
            "zones": list(catalog.region("us-east-1").zone_ids[:1]),
        }
    }
    wanted = app(["m7i.2xlarge"], 0)
    bought, reserved = (
        solve(make_demand(**wanted, **more), catalog) for more in ({}, {"purchase": {"capacity": kept, "spot": False}})
    )
    hours = [
        sum(group.machines.mean for group in plan.aws_sites["main"].compute.node_groups) for plan in (bought, reserved)
    ]
    assert kg(reserved) / hours[1] == pytest.approx(kg(bought) / hours[0], rel=0.01)


def test_a_region_without_figures_is_told(
    catalog: Catalog, make_demand: DemandMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(catalog, carbon=Carbon())
    with pytest.raises(CatalogError, match=r"region of carbon/regions\.csv"):
        solve(make_demand(**app(["m*"], 10)), bare)
    monkeypatch.chdir(tmp_path)
    Path("dev.yaml").write_text(
        "owner: team@example.com\n"
        "sites: {main: {region: us-east-1, network: {cidr: 10.1.0.0/16}}}\n"
        "carbon: {}\n"
        "workloads: {web: {kind: service, image: {}, load: {constant_per_second: 5}, variants: {cpu: {cpu: 1, "
        "memory: 2Gi, throughput_per_second: 10, source: measured}}}}\n",
        "utf-8",
    )
    with pytest.raises(DemandError) as refused:
        check_against_catalog(load_demand(Path("dev.yaml")), bare)
    assert [str(problem) for problem in refused.value.problems] == [
        "dev.yaml:3 carbon: found no figures; a catalog with the carbon of us-east-1 is needed: rows of "
        "carbon/regions.csv"
    ]
