"""observe: the shipped stack prod, from a folder of measurements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.cli import main
from poolwright.observe.metrics import Metric
from tests.poolwright.observe.measured_stack import ROOT, MeasuredStack


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(ROOT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two weeks in which assistant has a peak that the schedule does not hold."""
    measured = MeasuredStack(weeks=2)
    measured.values[Metric.LOAD, "assistant"][130:133] *= 3
    measured.write(tmp_path)
    return tmp_path


def test_need_have_and_findings_fit_a_screen(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main.run(["observe", "prod", "--from", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Stack prod: 336 hours, 2026-09-07 04:00 to 2026-09-21 04:00 UTC"
    (row,) = [line.split() for line in lines if line.strip().startswith("assistant")]
    assert row[-2:] == ["3", "h"]
    assert any(line.startswith("Findings: 1") for line in lines)
    assert any("load-above-plan  workloads.assistant" in line for line in lines)
    assert all(len(line.rstrip()) <= 120 for line in lines)


def test_data_have_the_same_and_what_was_not_measured(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "stack.csv").unlink()
    assert main.run(["observe", "prod", "--from", f"files:{folder}", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema_version"] == 1
    assert data["services"][0]["workload"] == "assistant"
    assert data["services"][0]["hours_above_demand"] == 3
    assert data["findings"][0]["severity"] == "refuse"
    assert data["billed_usd_per_month"] is None
    assert data["not_measured"] == ["cost_usd of prod"]


@pytest.mark.parametrize(("severity", "code"), [("refuse", 5), ("warn", 5)])
def test_a_finding_can_end_a_pipeline(folder: Path, severity: str, code: int) -> None:
    assert main.run(["observe", "prod", "--from", str(folder), "--fail-on", severity]) == code


def test_only_what_is_in_the_window_counts(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main.run(["observe", "prod", "--from", str(folder), "--days", "7", "--fail-on", "warn", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hours"] == 168
    until = ["--until", "2026-09-12T04:00:00+00:00"]
    assert main.run(["observe", "prod", "--from", str(folder), *until, "--fail-on", "warn"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fail-on", "error"], "refuse or warn is allowed"),
        (["--until", "yesterday"], "a date or time like 2026-11-02 is allowed"),
        (["--until", "0001-01-01T00:00:00+14:00"], "a date or time like 2026-11-02 is allowed"),
        (["--until", "9999-12-31T23:59:59-14:00"], "a date or time like 2026-11-02 is allowed"),
        (["--until", "2026-09-07"], "0 measured hours"),
    ],
)
def test_a_mistake_in_an_option_is_told_of(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: list[str], words: str
) -> None:
    assert main.run(["observe", "prod", "--from", str(folder), *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_stack_without_a_lock_has_nothing_to_compare_with(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main.run(["observe", "local", "--from", str(folder)]) == 4
    assert "stack local has no lock yet" in capsys.readouterr().err


def test_the_next_week_is_there_where_it_is_asked_for(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main.run(["observe", "prod", "--from", str(folder), "--forecast", "--json"]) == 0
    forecasts = json.loads(capsys.readouterr().out)["forecasts"]
    assert [each["workload"] for each in forecasts] == ["assistant", "recommender", "fraud"]
    assert forecasts[0]["peak_per_second"] <= forecasts[0]["sure_per_second"]
    assert 0.5 < forecasts[1]["held_share"] < 1
    assert main.run(["observe", "prod", "--from", str(folder), "--forecast"]) == 0
    text = capsys.readouterr().out
    assert "The next week" in text
    assert "336 hours" in text
    assert main.run(["observe", "prod", "--from", str(folder), "--json"]) == 0
    assert "forecasts" not in json.loads(capsys.readouterr().out)
