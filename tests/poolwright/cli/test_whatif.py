"""whatif: the difference of two plans, written nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import main
from poolwright.cli.whatif import keys_of
from solver.inputs import read_inputs
from solver.plan.lock import read_lock
from solver.solve import solve

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted((ROOT / "stacks").glob("*"))


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(ROOT)


def data(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    assert main.run(["whatif", "dev", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_difference_is_what_plan_would_say_after_the_same_change_of_the_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = [path.read_bytes() for path in FILES if path.is_file()]
    inputs = read_inputs(ROOT, "dev")
    lock = read_lock(inputs.lock_path, shown_as="dev.lock.yaml").as_plan()
    (group, *_) = [each for each in lock.aws_sites["main"].compute.node_groups if each.slots]
    machine = group.machine_types[0]
    found = data(capsys, f"limits.exclude_machines=[{machine}]")

    child = tmp_path / "dev.yaml"
    child.write_text(f"inherits: {ROOT / 'stacks' / 'dev.yaml'}\nlimits: {{exclude_machines: [{machine}]}}\n")
    changed = read_inputs(ROOT, "dev", demand_file=child)
    then = solve(changed.loaded.demand, changed.catalog(), previous=lock).proof

    assert found["now"]["cost_usd_per_month"] == lock.proof.cost_usd_per_month
    assert found["then"]["cost_usd_per_month"] == then.cost_usd_per_month
    assert found["then"]["bound_usd_per_month"] == then.bound_usd_per_month
    comparison = found["comparison"]
    assert comparison["usd_per_month"] == round(then.cost_usd_per_month - lock.proof.cost_usd_per_month, 2)
    assert comparison["least_usd_per_month"] <= comparison["usd_per_month"] <= comparison["most_usd_per_month"]
    assert sum(pool["then_usd_per_month"] for pool in found["pools"]) == pytest.approx(then.cost_usd_per_month)
    assert before == [path.read_bytes() for path in FILES if path.is_file()]


def test_a_plan_over_the_budget_is_shown_and_ends_with_the_code_for_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = data(capsys, "limits.budget_usd_per_month=100", code=5)
    assert found["over_budget_usd_per_month"] == round(found["then"]["cost_usd_per_month"] - 100, 2)
    assert found["changes"] == []


def test_lower_prices_cost_less(capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys, "prices.*=-20%")
    assert found["comparison"]["usd_per_month"] < 0


def test_a_wrong_argument_ends_with_the_code_for_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["whatif", "dev", "workloads.fruad.headroom=1"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Did you mean fraud?" in err


def test_what_nothing_can_hold_ends_with_the_code_for_infeasible(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["whatif", "dev", "limits.machines=[t3.nano]", "limits.burstable=true"]) in (2, 3)
    assert capsys.readouterr().out == ""


def test_the_view_fits_a_screen_of_120_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["whatif", "dev", "workloads.assistant.load.constant_per_second=40"]) == 0
    out = capsys.readouterr().out
    assert "With workloads.assistant.load.constant_per_second=40: $" in out
    assert max(len(line) for line in out.splitlines()) <= 120


def test_completion_offers_the_keys_of_the_stacks_files() -> None:
    keys = keys_of("dev")
    assert "limits.node_groups=" in keys
    assert "workloads.fraud.headroom=" in keys
    assert keys_of("nowhere") == []
