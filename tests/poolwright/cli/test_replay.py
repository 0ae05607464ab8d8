"""`poolwright replay`: the lock against the demand, against another one, and as a gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.cli import main
from poolwright.cli.plan import run as run_plan

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def busier(tmp_path: Path) -> Path:
    """Dev with more of one service than its lock has machines for."""
    path = tmp_path / "busier.yaml"
    path.write_text(
        f"inherits: {ROOT / 'stacks' / 'dev.yaml'}\nworkloads: {{fraud: {{load: {{constant_per_second: 400}}}}}}\n",
        encoding="utf-8",
    )
    return path


def test_the_lock_is_shown_at_each_factor_and_loss(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["replay", "staging"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "1.2 × planned" in out
    rows = [line.split("  ")[0] for line in out.splitlines()]
    assert {"nothing", "any one zone", "the 2 largest spot pools", "a zone, and the 2 largest spot pools"} <= set(rows)
    (whole,) = [line for line in out.splitlines() if line.startswith("nothing")]
    assert whole.split()[1:3] == ["100", "%"]


def test_factors_and_pools_are_those_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["replay", "staging", "--factor", "1.3", "--pools", "1", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["stack"], shown["promises_kept"]) == ("staging", True)
    assert {case["factor"] for case in shown["cases"]} == {1.3}
    assert {case["pools"] for case in shown["cases"] if "spot" in case["loss"]} == {1}
    assert {case["workload"] for case in shown["cases"]} == {"assistant", "fraud", "recommender"}


@pytest.mark.parametrize("factor", ["0", "-1", "1001", "nan"])
def test_a_factor_that_is_none_is_refused(factor: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["replay", "staging", "--factor", factor]) == 2
    assert "a factor above 0 and at most 1000 is allowed" in capsys.readouterr().err


def test_as_a_gate_it_refuses_a_demand_that_outgrew_the_lock(busier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["replay", "dev", "--gate"]) == 0
    capsys.readouterr()
    assert main.run(["replay", "dev", "--demand", str(busier)]) == 0
    out = capsys.readouterr().out
    assert "Short even when grown" in out
    assert "fraud at 1 × the demand" in out
    assert main.run(["replay", "dev", "--demand", str(busier), "--gate", "--factor", "2"]) == 5
    assert "stacks/dev.lock.yaml does not hold what the demand promises: fraud, nothing lost" in capsys.readouterr().err


def test_a_gate_with_json_prints_one_document(busier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["replay", "dev", "--demand", str(busier), "--gate", "--json"]) == 5
    out, err = capsys.readouterr()
    assert json.loads(out)["promises_kept"] is False
    assert "does not hold" in err


def test_a_stack_without_a_lock_is_told_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: trial\n", encoding="utf-8")
    (tmp_path / "stacks" / "trial.yaml").write_text(f"inherits: {ROOT / 'stacks' / 'dev.yaml'}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main.run(["replay", "trial"]) == 4
    assert "Run: poolwright plan trial --write" in capsys.readouterr().err


def test_the_plan_says_what_it_serves_of_more_than_the_demand(capsys: pytest.CaptureFixture[str]) -> None:
    run_plan("dev")
    second = capsys.readouterr().out.splitlines()[1]
    assert second.startswith("With autoscaling it serves at 1.2 times the demand 100 %")
