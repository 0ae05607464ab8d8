"""autopilot: a copy of the shipped stack dev with limits, and what is written within them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from poolwright.cli import main
from solver.inputs import read_inputs
from solver.plan.lock import read_lock

ROOT = Path(__file__).resolve().parents[3]
LIMITS = "autopilot: {most_usd_per_month: 200, most_up: 3, window: {days: [tue], opens: 01:00, closes: 05:00}}"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the shipped stacks, dev with limits of an autopilot and a lock."""
    root = tmp_path_factory.mktemp("planned") / "project"
    shutil.copytree(ROOT / "stacks", root / "stacks", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    shutil.copy(ROOT / "Pulumi.yaml", root)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(root)
        _limits(root, LIMITS)
    return root


@pytest.fixture
def project(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to change."""
    root = shutil.copytree(planned, tmp_path / "project")
    monkeypatch.chdir(root)
    return root


def _limits(root: Path, limits: str) -> None:
    file = root / "stacks" / "dev.yaml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("autopilot")]
    file.write_text("\n".join((*lines, limits)) + "\n", encoding="utf-8")
    assert main.run(["plan", "dev", "--write"]) == 0


def _measured(folder: Path, highest: float) -> str:
    rng = np.random.default_rng(1)
    rows = ["time,workload,load_per_second"]
    for hour in range(3 * 168):
        time = (datetime(2026, 11, 2, 4, tzinfo=UTC) + timedelta(hours=hour)).isoformat()
        rows.append(f"{time},fraud,{highest * (0.75 + 0.25 * np.sin(hour * np.pi / 12)) * rng.normal(1, 0.02):.4f}")
    path = folder / "loads.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def _files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((root / "stacks").glob("*")) if path.is_file()}


def _run(capsys: pytest.CaptureFixture[str], source: str, *more: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main.run(["autopilot", "dev", "--from", source, "--at", "2026-11-24T03:00", "--json", *more]) == code
    return json.loads(capsys.readouterr().out)


def test_a_run_within_its_limits_writes_demand_list_and_lock_and_then_nothing(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _measured(tmp_path, 11)
    before = _files(project)
    text = tmp_path / "text.md"
    assert _run(capsys, source, "--dry-run")["outcome"] == "would-be-written"
    assert _files(project) == before
    found = _run(capsys, source, "--output", str(text))
    assert found["outcome"] == "written"
    assert found["files"] == ["stacks/dev.yaml", "stacks/dev.suggestions.yaml", "stacks/dev.lock.yaml"]
    assert text.read_text(encoding="utf-8") == found["pull_request"]
    changed = {name for name, content in _files(project).items() if before.get(name) != content}
    assert changed == {"dev.yaml", "dev.suggestions.yaml", "dev.lock.yaml"}
    inputs = read_inputs(project, "dev")
    lock = read_lock(inputs.lock_path)
    assert lock.inputs.demand == inputs.loaded.digest
    assert lock.proof.cost_usd_per_month == pytest.approx(found["then_usd_per_month"], abs=0.5)
    again = _run(capsys, source)
    assert (again["outcome"], again["reason"]) == ("nothing", "the loads are near what was measured")


def test_a_run_that_costs_more_than_it_may_writes_nothing(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _limits(project, "autopilot: {most_usd_per_month: 5, most_up: 10}")
    source, before = _measured(tmp_path, 38), _files(project)
    found = _run(capsys, source, code=5)
    assert "USD a month is more than autopilot.most_usd_per_month: 5.00" in found["reason"]
    assert _files(project) == before


def test_outside_of_its_window_and_with_a_stale_lock_nothing_is_tried(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, before = _measured(tmp_path, 11), _files(project)
    capsys.readouterr()
    assert main.run(["autopilot", "dev", "--from", source, "--at", "2026-11-24T05:00"]) == 0
    assert capsys.readouterr().out == "dev: nothing is changed: Tue 05:00 is outside of autopilot.window\n"
    assert main.run(["autopilot", "dev", "--from", source, "--at", "noon"]) == 2
    assert main.run(["autopilot", "dev", "--from", source, "--at", "0001-01-01T00:00:00+14:00"]) == 2
    assert _files(project) == before
    file = project / "stacks" / "dev.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("node_groups: 3", "node_groups: 4"), encoding="utf-8")
    assert main.run(["autopilot", "dev", "--from", source, "--at", "2026-11-24T03:00"]) == 4


def test_where_one_file_can_t_be_written_all_stay_as_they_were(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from solver.plan import whole_file

    source, before, write_whole = _measured(tmp_path, 11), _files(project), whole_file.write_whole

    def full(path: Path, content: bytes) -> None:
        if path == project / "stacks" / "dev.lock.yaml":
            raise OSError(28, "No space left on device", str(path))
        write_whole(path, content)

    monkeypatch.setattr(whole_file, "write_whole", full)
    arguments = ["autopilot", "dev", "--from", source, "--at", "2026-11-24T03:00"]
    assert main.run(arguments) == 1
    assert "dev.lock.yaml: No space left on device" in capsys.readouterr().err
    assert _files(project) == before
    assert main.run([*arguments, "--output", str(tmp_path / "nowhere" / "text.md")]) == 2
    assert "in no folder that exists; a file of a folder that exists is allowed" in capsys.readouterr().err


def test_without_limits_it_is_bad_input(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "stacks" / "dev.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(LIMITS, ""), encoding="utf-8")
    assert main.run(["autopilot", "dev", "--from", _measured(tmp_path, 11)]) == 2
    assert "autopilot: found nothing; limits are needed" in capsys.readouterr().err


def test_a_list_of_services_names_services_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "stacks" / "dev.yaml"
    limits = "autopilot: {most_usd_per_month: 5, workloads: [fruad, trainer]}"
    file.write_text(file.read_text(encoding="utf-8").replace(LIMITS, limits), encoding="utf-8")
    assert main.run(["plan", "dev"]) == 2
    error = capsys.readouterr().err
    assert (
        'autopilot.workloads.0: found "fruad"; one of assistant, recommender, fraud is allowed. Did you mean' in error
    )
    assert 'autopilot.workloads.1: found "trainer"' in error
