"""A small change of what is wanted is a small change of what is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.demand.loader import load_demand
from solver.inputs import read_inputs
from solver.plan.difference import Difference, difference
from solver.plan.lock import lock_of
from solver.plan.plan import Plan
from solver.solve import solve

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def staging() -> Plan:
    inputs = read_inputs(ROOT, "staging")
    return solve(inputs.loaded.demand, inputs.catalog())


def planned_again(approved: Plan, peak: str, tmp_path: Path) -> Difference:
    """Staging with another peak of the assistant, planned against the approved plan."""
    child = tmp_path / "staging.yaml"
    parent = ROOT / "stacks" / "staging.yaml"
    child.write_text(f"inherits: {parent}\nworkloads: {{assistant: {{load: {{peak_per_second: {peak}}}}}}}\n")
    inputs = read_inputs(ROOT, "staging", demand_file=child)
    again = solve(inputs.loaded.demand, inputs.catalog(), previous=approved)
    return difference(lock_of(approved), lock_of(again))


def peak_of_staging() -> float:
    load = load_demand(ROOT / "stacks" / "staging.yaml").demand.workloads["assistant"]
    return max(load.load.week_per_second())  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType] — it is a service


def test_planning_again_changes_nothing(staging: Plan, tmp_path: Path) -> None:
    assert planned_again(staging, str(peak_of_staging()), tmp_path).changes == ()


def test_load_inside_the_unused_headroom_starts_no_other_machine(staging: Plan, tmp_path: Path) -> None:
    change = planned_again(staging, str(peak_of_staging() * 1.001), tmp_path)
    assert [entry.path for entry in change.changes if "node_groups" in entry.path] == []


def test_twice_the_load_is_a_change_that_is_shown(staging: Plan, tmp_path: Path) -> None:
    change = planned_again(staging, str(peak_of_staging() * 2), tmp_path)
    assert any("node_groups" in entry.path for entry in change.changes)
    assert change.usd_per_month > 0
