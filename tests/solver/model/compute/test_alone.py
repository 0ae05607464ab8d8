"""What the pools cost together, against machines chosen by their own prices and the other pools around them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from poolwright.render.plan_view import plan_view
from poolwright.render.screen import screen
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.plan.plan import Plan
from solver.solve import solve

DemandMaker = Callable[..., Demand]
HOURS_PER_MONTH = 730


def planned(make_demand: DemandMaker, catalog: Catalog, gib: int) -> Plan:
    """Three replicas, one to a c7i.large and two to a c7i.xlarge; each machine gets a volume of so many GiB."""
    return solve(
        make_demand(
            workloads={
                "app": {
                    "load": {"constant_per_second": 30},
                    "headroom": 0,
                    "max_utilisation": 1,
                    "uses": {"index": "read-write"},
                    "variants": {
                        "cpu": {"cpu": 1, "memory": "3000Mi", "throughput_per_second": 10, "source": "measured"}
                    },
                }
            },
            storage={"index": {"kind": "volume", "attach": "machine", "size": f"{gib}Gi"}},
            compliance={"profile": "none"},
            limits={"machines": ["c7i.large", "c7i.xlarge"], "node_groups": 1},
        ),
        catalog,
        separate=True,
    )


def test_fewer_machines_pay_where_each_has_a_large_volume_which_prices_of_machines_dont_show(
    catalog: Catalog, make_demand: DemandMaker
) -> None:
    plan = planned(make_demand, catalog, 8000)
    offers = {name: catalog.offering("us-east-1", name) for name in ("c7i.large", "c7i.xlarge")}
    large, xlarge = (offers[name].on_demand_usd_per_hour or 0.0 for name in ("c7i.large", "c7i.xlarge"))
    gib = catalog.price("us-east-1", "ebs", "gp3_storage").usd_first
    (volume,) = [line.usd_per_unit for line in plan.cost_lines if line.item == "volume index"]
    # Three small machines with three volumes and root volumes, against two large ones with two.
    more = (3 * large - 2 * xlarge) * HOURS_PER_MONTH + volume + 40 * gib
    assert more > 0
    assert [group.machine_types for group in plan.aws_sites["main"].compute.node_groups] == [("c7i.xlarge",)]
    assert plan.separate_usd_per_month == pytest.approx(plan.proof.cost_usd_per_month + more, abs=0.05)


def test_with_small_volumes_both_come_to_the_same(catalog: Catalog, make_demand: DemandMaker) -> None:
    plan = planned(make_demand, catalog, 1)
    assert plan.separate_usd_per_month == plan.proof.cost_usd_per_month


def test_the_plan_says_it_in_one_line_under_money(
    catalog: Catalog, make_demand: DemandMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = planned(make_demand, catalog, 8000)
    screen().print(plan_view(plan, None))
    shown = capsys.readouterr().out
    assert f"Pool by pool these would cost ${plan.separate_usd_per_month:,.2f}, $" in shown
    for apart, words in ((plan.proof.cost_usd_per_month, "the same"), (1.0, "less, which the gap allows")):
        screen().print(plan_view(plan.model_copy(update={"separate_usd_per_month": apart}), None))
        assert words in capsys.readouterr().out
