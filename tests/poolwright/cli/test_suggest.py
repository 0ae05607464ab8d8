"""suggest: a copy of the shipped stack dev, and what is written into it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from poolwright.cli import main
from solver.inputs import read_inputs

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the shipped stacks."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", root / "stacks", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    shutil.copy(ROOT / "Pulumi.yaml", root)
    monkeypatch.chdir(root)
    return root


def _measured(folder: Path, **highest: float) -> str:
    rng = np.random.default_rng(1)
    rows = ["time,workload,load_per_second"]
    for hour in range(3 * 168):
        time = (datetime(2026, 11, 2, 4, tzinfo=UTC) + timedelta(hours=hour)).isoformat()
        level = 0.75 + 0.25 * np.sin(hour * np.pi / 12)
        rows += [f"{time},{key},{peak * level * rng.normal(1, 0.02):.4f}" for key, peak in highest.items()]
    path = folder / "loads.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def test_growth_is_suggested_with_its_cost_written_and_not_suggested_again(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _measured(tmp_path, assistant=4, fraud=40)
    before = (project / "stacks" / "dev.yaml").read_text(encoding="utf-8")
    text = tmp_path / "pull-request.md"
    arguments = ["suggest", "dev", "--from", source, "--json", "--output", str(text)]
    assert main.run(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert (project / "stacks" / "dev.yaml").read_text(encoding="utf-8") == before
    (fraud,) = found["loads"]
    assert (fraud["workload"], fraud["field"], fraud["direction"]) == ("fraud", "load.constant_per_second", "more")
    assert (fraud["highest_was_per_second"], fraud["highest_per_second"]) == (4, 8)
    assert fraud["bounded"] == "most_up"
    assert fraud["held_share_was"] <= fraud["held_share"] < 0.1
    assert fraud["usd_per_month"] == pytest.approx(found["then_usd_per_month"] - found["usd_per_month"], abs=0.01)
    assert text.read_text(encoding="utf-8") == found["pull_request"]
    assert found["pull_request"].startswith("# dev: loads of fraud as measured (")

    assert main.run([*arguments, "--write", "--most-up", "10", "--quick"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["files"] == ["stacks/dev.yaml", "stacks/dev.suggestions.yaml"]
    peak = written["loads"][0]["highest_per_second"]
    assert 38 <= peak <= 44
    service = read_inputs(project, "dev").loaded.demand.workloads["fraud"]
    assert service.kind == "service" and service.load.constant_per_second == peak

    assert main.run([*arguments, "--quick"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["loads"] == []
    assert again["pull_request"].startswith("# dev: loads stay as they are")


def test_less_load_waits_for_the_cool_down(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _measured(tmp_path, fraud=2)
    (project / "stacks" / "dev.suggestions.yaml").write_text(
        "stack: dev\nentries:\n"
        "- {'on': \"2026-11-20\", workload: fraud, direction: more, highest_was: 2, highest: 4}\n",
        encoding="utf-8",
    )
    assert main.run(["suggest", "dev", "--from", source, "--quick"]) == 0
    text = capsys.readouterr().out
    assert "Nothing to change" in text
    assert "fraud: it became more 2 days ago; 7 are waited" in text


def test_bounds_and_lists_that_are_wrong_are_bad_input(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _measured(tmp_path, fraud=4)
    assert main.run(["suggest", "dev", "--from", source, "--most-down", "0"]) == 2
    assert "--most-down: found 0; a part above 0 and at most 1 is allowed" in capsys.readouterr().err
    (project / "stacks" / "dev.suggestions.yaml").write_text("stack: dev\nentries: [{workload: fraud}]\n")
    assert main.run(["suggest", "dev", "--from", source]) == 2
    assert "stacks/dev.suggestions.yaml:2 entries.0" in capsys.readouterr().err


def test_a_request_that_is_half_used_is_said_and_not_changed(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["time,workload,load_per_second,replicas,cpu_used_share,memory_used_share"]
    for hour in range(3 * 168):
        time = (datetime(2026, 11, 2, 4, tzinfo=UTC) + timedelta(hours=hour)).isoformat()
        rows.append(f"{time},fraud,{3.8 + 0.2 * np.sin(hour * np.pi / 12):.4f},1,0.03,0.1")
    path = tmp_path / "loads.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    before = (project / "stacks" / "dev.yaml").read_text(encoding="utf-8")
    assert main.run(["suggest", "dev", "--from", str(path), "--quick", "--json", "--write"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["loads"] == []
    assert "request-too-large" in {each["rule"] for each in found["requests"]}
    assert "poolwright whatif dev workloads.fraud.variants." in found["pull_request"].replace("\\", "")
    assert (project / "stacks" / "dev.yaml").read_text(encoding="utf-8") == before
