"""What a service is said to cost alone on a machine type is what a plan costs that may use no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.plan.cost import total_usd_per_month
from solver.plan.plan import Plan
from solver.solve import solve

CASES = Path(__file__).parents[3] / "cases" / "catalog"
DAY = [40.0, 90.0, 160.0, 230.0, 310.0, 120.0] * 4


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(CASES, ["eu-west-1"])


def planned(catalog: Catalog, *, machines: list[str], spot: bool = False, **service: Any) -> Plan:
    variant = {"cpu": "900m", "memory": "1536Mi", "architecture": "arm64", "throughput_per_second": 30}
    entry = {
        "kind": "service",
        "image": {"framework": "other"},
        "load": {"hourly_per_second": DAY},
        "logs_gib_per_month": 0,
        "variants": {"arm64": {**variant, "source": "made up"}},
    }
    content: dict[str, Any] = {
        "stack": "shop",
        "owner": "tests",
        "sites": {"main": {"region": "eu-west-1", "zones": 3, "network": {"cidr": "10.20.0.0/16"}}},
        "workloads": {"basket": entry | service},
        "compliance": {"profile": "none"},
        "purchase": {"spot": spot},
        "limits": {"gap": 0.0001, "machines": machines, "load_tolerance": 0, "fold": "day"},
    }
    return solve(Demand.model_validate(content), catalog)


def said(plan: Plan) -> tuple[str, str | None]:
    (reason,) = [each for each in plan.reasons if each.subject == "workload basket" and "at its peak" in each.text]
    return reason.text.rpartition("a month costs: ")[2], reason.next_best


@pytest.mark.parametrize(
    ("service", "spot"),
    [
        ({}, False),
        ({"survive": "zone"}, False),
        ({"max_per_machine": 1, "replicas": {"min": 3}}, False),
        ({"interruptible_share": 1.0, "spot_pools": 1}, True),
    ],
    ids=["plain", "survives a zone", "a replica to a machine", "on spot"],
)
def test_the_figure_is_the_cost_of_the_plan_on_that_type_alone(
    service: dict[str, Any], spot: bool, catalog: Catalog
) -> None:
    plan = planned(catalog, machines=["c7g.large"], spot=spot, **service)
    paid = [line for line in plan.cost_lines if line.detail.startswith(("machine hours", "root volumes"))]
    compute = total_usd_per_month(paid)
    way = "spot" if spot else "on-demand"
    words, other = said(plan)
    assert words.startswith(f"c7g.large {way} $")
    # Lines of the bill are rounded to cents.
    assert float(words.rpartition("$")[2].rstrip(".")) == pytest.approx(compute, abs=0.02)
    assert other is None


def test_the_next_best_is_what_comes_next_without_the_machine_types_that_are_used(catalog: Catalog) -> None:
    every = ["c7g.large", "m7g.large", "m7g.xlarge"]
    mine, other = said(planned(catalog, machines=every))
    used = set(re.findall(r"(\S+) on-demand", mine))
    assert other is not None
    name, figure = re.fullmatch(r"(\S+) on-demand, \$(.+)", other).groups()  # type: ignore[union-attr]
    assert name not in used
    alone = {each: said(planned(catalog, machines=[each]))[0] for each in every if each not in used}
    assert f"${figure}." in alone[name]
    assert all(float(figure) <= float(words.rpartition("$")[2].rstrip(".")) for words in alone.values())
