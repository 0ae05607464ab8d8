"""Quotas: where the cheapest machines are more than an account may run, others are planned; no conflict is reported."""

from __future__ import annotations

from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.solve import solve
from tests.solver.model.conflict.planted import content, service


def families(demand: dict[str, Any], catalog: Catalog) -> set[str]:
    """Quota families of the planned machines; the plan has passed the witness."""
    plan = solve(Demand.model_validate(demand), catalog)
    names = {name for group in plan.sites["main"].compute.node_groups for name in group.machine_types}
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
        solve(Demand.model_validate(demand), catalog)
