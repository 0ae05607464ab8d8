"""`poolwright controls` as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.cli import main
from poolwright.controls.report import ControlsReport
from tests.poolwright.checks.estate import ROOT
from tests.stacks.projects import waiving


def test_controls_of_a_shipped_stack_are_told_without_a_solve(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)

    def solve(*_: object, **__: object) -> None:
        raise AssertionError("solved")

    monkeypatch.setattr("solver.solve.solve", solve)
    assert main.run(["controls", "prod"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("pci-like: ")
    assert "measures cost $" in out.splitlines()[-1]


def test_json_is_the_schemas_report_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main.run(["controls", "staging", "--json", "--on", "2027-01-01"]) == 0
    report = ControlsReport.model_validate_json(capsys.readouterr().out)
    assert (report.stack, str(report.on), report.sites[0].profile) == ("staging", "2027-01-01", "baseline")


def test_a_stale_lock_ends_with_4_and_an_ended_waiver_with_5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(waiving(tmp_path, "ECS.12"))
    assert main.run(["controls", "trial", "--on", "2027-06-30"]) == 0
    assert main.run(["controls", "trial", "--on", "2027-07-01"]) == 5
    out = capsys.readouterr().out
    assert "  ECS.12  stacks/trial.yaml:13 compliance.waivers.0" in out
    assert "poolwright plan trial --write" in out
    file = tmp_path / "stacks" / "trial.yaml"
    file.write_text(file.read_text("utf-8").replace("second: 1", "second: 2"), encoding="utf-8")
    assert main.run(["controls", "trial", "--on", "2027-07-01"]) == 4
