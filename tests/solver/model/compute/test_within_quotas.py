"""Quotas: where the cheapest machines are more than an account may run, others are planned; no conflict is reported."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.plan.cost import Pool
from solver.quantity import HOURS_PER_MONTH
from solver.solve import solve
from tests.solver.model.conflict.planted import content, service


def families(demand: dict[str, Any], catalog: Catalog) -> set[str]:
    """Quota families of the planned machines; the plan has passed the witness."""
    plan = solve(Demand.model_validate(demand), catalog)
    names = {name for group in plan.aws_sites["main"].compute.node_groups for name in group.machine_types}
    return {str(catalog.machines[name].quota) for name in names}


def test_a_service_runs_on_another_family_where_the_quota_of_the_cheapest_is_used_up(catalog: Catalog) -> None:
    assert "standard" not in families(content({"a": service()}, {"quotas": {"standard": 2}}, {}), catalog)


def test_services_share_one_node_group_of_another_family(catalog: Catalog) -> None:
    limits = {"node_groups": 1, "machines": ["c7i.*", "g6.*"]}
    demand = content({"a": service(), "b": service()}, {"quotas": {"standard": 2}}, limits)
    assert families(demand, catalog) == {"g"}


def test_small_machines_are_planned_where_large_ones_are_above_the_quota(catalog: Catalog) -> None:
    limits = {"machines": ["m7a.medium", "c7i.xlarge"]}
    demand = content({"a": service()}, {"quotas": {"standard": 4}}, limits)
    assert families(demand, catalog) == {"standard"}


def test_what_no_family_has_room_for_stays_infeasible(catalog: Catalog) -> None:
    demand = content({"a": service()}, {"quotas": {"standard": 2}}, {"machines": ["c7i.*", "m7i.*"]})
    with pytest.raises(InfeasibleError):
        solve(Demand.model_validate(demand), catalog, explain=False)


_HOLDS = {"m7i.large": 2, "m7i.xlarge": 4, "g6.xlarge": 4}
"""Replicas of one vCPU and 2 GiB on each."""
_VCPUS_OF_STANDARD = {"m7i.large": 2, "m7i.xlarge": 4, "g6.xlarge": 0}


def cheapest_usd_per_hour(replicas: int, quota: int, usd_per_hour: dict[str, float]) -> float:
    """Of every number of machines that hold the replicas within the quota of the standard family."""
    numbers = [range(replicas // holds + 2) for holds in _HOLDS.values()]
    return min(
        sum(count * usd_per_hour[name] for name, count in zip(_HOLDS, counts, strict=True))
        for counts in product(*numbers)
        if sum(count * holds for count, holds in zip(counts, _HOLDS.values(), strict=True)) >= replicas
        and sum(count * each for count, each in zip(counts, _VCPUS_OF_STANDARD.values(), strict=True)) <= quota
    )


@settings(max_examples=12, deadline=None)
@given(loads=st.tuples(st.integers(1, 6), st.integers(1, 6)), quota=st.integers(0, 12))
def test_bound_and_cost_enclose_the_best_within_a_quota(catalog: Catalog, loads: tuple[int, int], quota: int) -> None:
    services = {
        name: service(headroom=0, max_utilisation=1, load={"constant_per_second": 20 * load})
        for name, load in zip("ab", loads, strict=True)
    }
    asked = content(services, {"quotas": {"standard": quota}}, {"machines": list(_HOLDS), "gap": 0.0001})
    asked |= {"compliance": {"profile": "none"}, "purchase": {"spot": False}}
    plan = solve(Demand.model_validate(asked), catalog)

    machines = [line for line in plan.cost_lines if line.item.startswith("node-group")]
    count = sum(group.machines.mean for group in plan.aws_sites["main"].compute.node_groups)
    volume = sum(line.usd_per_month for line in machines if line.pool is Pool.STORAGE) / count / HOURS_PER_MONTH
    prices = {each.machine.name: each.on_demand_usd_per_hour or 0.0 for each in catalog.purchasable("us-east-1")}
    best = cheapest_usd_per_hour(sum(loads), quota, {name: prices[name] + volume for name in _HOLDS}) * HOURS_PER_MONTH
    cost = sum(line.usd_per_month for line in machines)
    besides = plan.proof.cost_usd_per_month - cost
    assert cost >= best - 0.05
    assert plan.proof.bound_usd_per_month - besides <= best + 0.05
    assert cost <= best * 1.0001 + 0.05
