"""The witness refuses every plan that breaks a promise, and accepts what the models give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from solver.inputs import read_inputs
from solver.plan.plan import Plan
from solver.witness import RefutedError, check_plan, plan_faults
from tests.solver.conftest import ShippedPlans

ROOT = Path(__file__).resolve().parents[2]
INPUTS = read_inputs(ROOT, "prod")
DEMAND = INPUTS.loaded.demand
CATALOG = INPUTS.catalog()


@pytest.fixture(scope="module")
def content(shipped: ShippedPlans) -> dict[str, Any]:
    return shipped("prod").model_dump(mode="json")


def broken(content: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> list[str]:
    plan = Plan.model_validate(content).model_dump(mode="json")
    change(plan["sites"]["main"])
    return list(plan_faults(Plan.model_validate(plan), DEMAND, CATALOG))


def test_a_plan_of_the_models_is_accepted(content: dict[str, Any]) -> None:
    witness = check_plan(Plan.model_validate(content), DEMAND, CATALOG)
    assert witness.replica_hours > 0


def fewer_machines(site: dict[str, Any]) -> None:
    for hours in site["compute"]["hour_classes"]:
        for placed in hours["placement"]:
            placed["machines"] = max(1, placed["machines"] - 1)


def smaller_machines(site: dict[str, Any]) -> None:
    group = next(group for group in site["compute"]["node_groups"] if group["runtime"] == "ecs")
    group["slots"] = {name: count * 50 for name, count in group["slots"].items()}


def another_zone(site: dict[str, Any]) -> None:
    site["compute"]["node_groups"][0]["zones"] = ["use1-az9"]


def overlapping_subnets(site: dict[str, Any]) -> None:
    site["network"]["subnets"][1]["cidr"] = site["network"]["subnets"][0]["cidr"]


def a_vault_that_nobody_wants(site: dict[str, Any]) -> None:
    key = site["storage"]["buckets"][0]["key"]
    terms = {"schedule": "cron(0 3 ? * * *)", "time_zone": "UTC", "keep_days": 30}
    site["storage"]["backup"] = {"buckets": [key], **terms}


def no_measures(site: dict[str, Any]) -> None:
    site["security"]["measures"] = []


def no_flows(site: dict[str, Any]) -> None:
    site["security"]["flows"] = []


def no_roles(site: dict[str, Any]) -> None:
    site["security"]["roles"] = []


def a_claim_less(site: dict[str, Any]) -> None:
    site["storage"]["buckets"] = site["storage"]["buckets"][1:]


def a_missing_hour(site: dict[str, Any]) -> None:
    site["compute"]["hour_classes"][0]["hours"].pop()


def a_job_after_its_deadline(site: dict[str, Any]) -> None:
    job = site["compute"]["jobs"][0]
    job["start_hour"] = (job["start_hour"] + 12) % 24


def a_job_that_stops_early(site: dict[str, Any]) -> None:
    site["compute"]["jobs"][0]["workers"] = 0


def a_group_that_nobody_knows(site: dict[str, Any]) -> None:
    site["compute"]["hour_classes"][0]["placement"][0]["node_group"] = "no-such-group"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (fewer_machines, "in the schedule"),
        (smaller_machines, "are needed"),
        (another_zone, "zones"),
        (overlapping_subnets, "overlap"),
        (no_measures, "neither covered nor waived"),
        (no_flows, "no flow"),
        (no_roles, "no role"),
        (a_claim_less, "storage claims"),
        (a_vault_that_nobody_wants, "backups of"),
        (a_missing_hour, "168 hours"),
        (a_job_after_its_deadline, "inside the window"),
        (a_job_that_stops_early, "units of work"),
        (a_group_that_nobody_knows, "no node group"),
    ],
)
def test_a_plan_that_breaks_a_promise_is_refused(
    content: dict[str, Any], change: Callable[[dict[str, Any]], None], words: str
) -> None:
    faults = broken(content, change)
    assert any(words in fault for fault in faults), faults


def test_a_bill_that_is_not_that_of_the_tables_is_refused(content: dict[str, Any]) -> None:
    plan = Plan.model_validate(content)
    lines = tuple(
        line.model_copy(update={"usd_per_month": line.usd_per_month + 5})
        if line.item.startswith("node-group ")
        else line
        for line in plan.cost_lines
    )
    with pytest.raises(RefutedError, match="USD a month for machines"):
        check_plan(plan.model_copy(update={"cost_lines": lines}), DEMAND, CATALOG)
