"""Commitments that are held: what they cover is free, what they don't is bought, what is not used is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import CatalogError, DemandError
from solver.model.compute.held import held_of
from solver.plan.compute import HeldUse
from solver.plan.plan import Plan
from solver.solve import solve
from solver.witness import plan_faults

DemandMaker = Callable[..., Demand]
WEEKS_PER_MONTH = 730 / 168
PLAN = {"kind": "compute-savings-plan", "years": 1}
LIMITS = {"machines": ["c7i.large"], "node_groups": 4}


def planned(make_demand: DemandMaker, catalog: Catalog, *held: dict[str, Any], buys: bool = False) -> Plan:
    demand = demand_of(make_demand, *held, buys=buys)
    plan = solve(demand, catalog)
    assert not list(plan_faults(plan, demand, catalog))
    return plan


def demand_of(make_demand: DemandMaker, *held: dict[str, Any], buys: bool = False) -> Demand:
    return make_demand(
        workloads={"app": {"load": {"constant_per_second": 60}, "headroom": 0, "max_utilisation": 0.5}},
        compliance={"profile": "none"},
        purchase={"held": list(held), "commitments": [PLAN] if buys else []},
        limits=LIMITS,
    )


def uses(plan: Plan) -> tuple[HeldUse, ...]:
    return plan.aws_sites["main"].compute.held


def usd(plan: Plan, item: str) -> float:
    return sum(
        line.usd_per_month for line in plan.cost_lines if line.item.startswith(item) and line.detail != "root volumes"
    )


@pytest.fixture(scope="module")
def price(catalog: Catalog) -> float:
    """USD an hour of a c7i.large, of which the demand needs six all week."""
    return catalog.offering("us-east-1", "c7i.large").on_demand_usd_per_hour or 0.0


@pytest.mark.parametrize(
    ("held", "covered", "used"),
    [
        ({"kind": "standard-reserved", "machine_type": "c7i.large", "count": 4}, 4.0, 1.0),
        ({"kind": "convertible-reserved", "machine_type": "c7i.xlarge", "count": 2}, 4.0, 1.0),
        ({"kind": "standard-reserved", "machine_type": "c7i.large", "count": 12}, 6.0, 0.5),
        ({"kind": "standard-reserved", "machine_type": "m7i.large", "count": 4}, 0.0, 0.0),
    ],
    ids=["of this size", "of a larger size", "more than runs", "of another family"],
)
def test_reserved_machines_are_free_as_far_as_they_run(
    held: dict[str, Any],
    covered: float,
    used: float,
    price: float,
    catalog: Catalog,
    make_demand: DemandMaker,
) -> None:
    plan = planned(make_demand, catalog, held)
    assert usd(plan, "node-group") == pytest.approx((6 - covered) * price * 730, abs=0.02)
    (use,) = uses(plan)
    assert use.used == used
    assert use.saved_usd_per_month == pytest.approx(covered * price * 730, abs=0.02)


@pytest.mark.parametrize("kind", [{"kind": "compute-savings-plan"}, {"kind": "instance-savings-plan", "family": "c7i"}])
def test_a_savings_plan_covers_machines_at_its_terms_rates(
    kind: dict[str, Any], price: float, catalog: Catalog, make_demand: DemandMaker
) -> None:
    rates = {str(term): rate for term, rate in catalog.offering("us-east-1", "c7i.large").commitments.items()}
    rate = rates[f"{kind['kind']} 3y no-upfront"]
    plan = planned(make_demand, catalog, {**kind, "years": 3, "usd_per_hour": 3 * rate})
    assert usd(plan, "node-group") == pytest.approx(3 * price * 730, abs=0.02)
    assert uses(plan)[0].used == pytest.approx(1.0)


def test_a_savings_plan_covers_no_machine_whose_rate_nobody_knows(catalog: Catalog, make_demand: DemandMaker) -> None:
    offering = catalog.offering("us-east-1", "m8i.large")
    assert not offering.commitments
    demand = demand_of(make_demand, {**PLAN, "usd_per_hour": 5}, buys=True)
    limits = demand.limits.model_copy(update={"machines": ("m8i.large",)})
    plan = solve(demand.model_copy(update={"limits": limits}), catalog)
    hours = [line for line in plan.cost_lines if line.detail == "machine hours on demand"]
    assert sum(line.amount_per_month for line in hours) == pytest.approx(6 * 730)
    assert uses(plan)[0].used == 0
    assert not plan.aws_sites["main"].compute.commitments


def test_only_the_rest_is_bought(catalog: Catalog, make_demand: DemandMaker) -> None:
    without = planned(make_demand, catalog, buys=True)
    beside = planned(
        make_demand, catalog, {"kind": "standard-reserved", "machine_type": "c7i.large", "count": 4}, buys=True
    )
    (all_six,) = without.aws_sites["main"].compute.commitments
    (two,) = beside.aws_sites["main"].compute.commitments
    assert two.usd_per_hour == pytest.approx(all_six.usd_per_hour / 3, abs=0.002)


def test_with_more_than_the_demand_needs_nothing_is_bought_and_the_rest_is_told(
    catalog: Catalog, make_demand: DemandMaker
) -> None:
    plan = planned(make_demand, catalog, {**PLAN, "usd_per_hour": 1000}, buys=True)
    assert not plan.aws_sites["main"].compute.commitments
    assert usd(plan, "node-group") == 0
    assert 0 < uses(plan)[0].used < 0.001
    assert plan.proof.proven
    assert any("fees are paid" in text for text in plan.not_priced)
    assert any("alarms that AWS makes by itself" in text for text in plan.not_priced)


def test_fees_are_no_part_of_the_cost(catalog: Catalog, make_demand: DemandMaker) -> None:
    plan = planned(make_demand, catalog, {**PLAN, "usd_per_hour": 0.1})
    assert not any(line.item.startswith("commitment") for line in plan.cost_lines)
    assert plan.proof.cost_usd_per_month < planned(make_demand, catalog).proof.cost_usd_per_month


def test_a_commitment_covers_the_machines_of_its_own_site_alone(catalog: Catalog, make_demand: DemandMaker) -> None:
    content = make_demand().model_dump(mode="json")
    content["sites"]["other"] = {"region": "us-east-1", "network": {"cidr": "10.1.0.0/16"}}
    content["workloads"]["app"]["site"] = "main"
    reservation = {"kind": "standard-reserved", "machine_type": "c7i.large", "count": 4}
    content["purchase"]["held"] = [{**PLAN, "usd_per_hour": 2, "site": "other"}, {**reservation, "site": "main"}]
    demand = Demand.model_validate(content)
    assert [(each.machines, each.usd_per_hour) for each in held_of(demand, "main", catalog)] == [(4, 0.0)]
    assert [(each.machines, each.usd_per_hour) for each in held_of(demand, "other", catalog)] == [(0, 2.0)]
    with pytest.raises(ValueError, match=r"purchase\.held\.1\.site"):
        Demand.model_validate(content | {"purchase": {"held": [content["purchase"]["held"][0], reservation]}})


def test_the_day_on_which_a_commitment_ends_changes_nothing(catalog: Catalog, make_demand: DemandMaker) -> None:
    held = {**PLAN, "usd_per_hour": 0.1}
    plans = [planned(make_demand, catalog, {**held, "ends": day}) for day in ("2020-01-01", "2040-01-01")]
    first, second = (each.aws_sites["main"].compute.model_copy(update={"held": ()}) for each in plans)
    assert first == second
    assert [str(uses(each)[0].ends) for each in plans] == ["2020-01-01", "2040-01-01"]


def test_a_reservation_can_make_a_dearer_machine_the_better_one(catalog: Catalog, make_demand: DemandMaker) -> None:
    """Without it the m7i.large is dominated: it costs more and holds no more replicas of this service."""
    demand = demand_of(make_demand, {"kind": "standard-reserved", "machine_type": "m7i.large", "count": 6})
    limits = demand.limits.model_copy(update={"machines": ("c7i.large", "m7i.large")})
    plan = solve(demand.model_copy(update={"limits": limits}), catalog)
    assert [group.machine_types for group in plan.aws_sites["main"].compute.node_groups] == [("m7i.large",)]
    assert usd(plan, "node-group") == 0


def test_the_witness_counts_what_is_held_by_itself(catalog: Catalog, make_demand: DemandMaker) -> None:
    plan = planned(make_demand, catalog, {"kind": "standard-reserved", "machine_type": "c7i.large", "count": 4})
    fewer = demand_of(make_demand, {"kind": "standard-reserved", "machine_type": "c7i.large", "count": 3})
    assert any("USD a month for machines" in fault for fault in plan_faults(plan, fewer, catalog))


def test_a_machine_type_or_a_rate_that_the_catalog_lacks_is_told(catalog: Catalog, make_demand: DemandMaker) -> None:
    with pytest.raises(CatalogError, match=r"m7g\.2xlarge"):
        planned(make_demand, catalog, {"kind": "standard-reserved", "machine_type": "m7g.2xlarg", "count": 1})
    with pytest.raises(DemandError, match=r"purchase\.held\.0"):
        planned(make_demand, catalog, {"kind": "instance-savings-plan", "family": "zz9", "usd_per_hour": 1})


def test_where_more_is_held_than_needed_one_machine_that_it_pays_holds_all_and_the_jobs_leave_spot(
    catalog: Catalog, make_demand: DemandMaker
) -> None:
    """What costs nothing by the hour is cheapest with the fewest volumes, whatever its list price."""
    families = {"a": "c7i", "b": "m7i", "c": "c7g"}
    variant = {"cpu": 1, "memory": "1Gi", "throughput_per_second": 100, "source": "measured"}
    workloads: dict[str, dict[str, Any]] = {
        key: {
            "interruptible_share": 1.0,
            "spot_pools": 1,
            "variants": {
                "small": {**variant, "machines": [f"{family}.large"]}
                | ({"architecture": "arm64"} if family == "c7g" else {}),
                "shared": {**variant, "machines": ["r7i.2xlarge"], "memory": "16Gi"},
            },
        }
        for key, family in families.items()
    }
    night = {
        "kind": "batch",
        "image": {},
        "variants": {"cpu": variant},
        "work": 1e5,
        "window": {"opens": "22:00", "deadline": "06:00"},
        "interruptible_share": 1.0,
        "spot_pools": 1,
    }
    services = make_demand(
        workloads=workloads,
        compliance={"profile": "none"},
        purchase={"held": [{**PLAN, "usd_per_hour": 500}]},
        limits={"node_groups": 4},
    ).model_dump(mode="json")
    demand = Demand.model_validate(services | {"workloads": services["workloads"] | {"night": night}})
    plan = solve(demand, catalog)
    groups = plan.aws_sites["main"].compute.node_groups
    assert [group.machine_types for group in groups if group.runtime == "ecs"] == [("r7i.2xlarge",)]
    assert {str(group.purchase) for group in groups} == {"on-demand"}
    assert usd(plan, "node-group") == 0
    assert plan.proof.gap <= 0.005
