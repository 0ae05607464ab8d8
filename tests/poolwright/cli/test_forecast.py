"""forecast: the shipped stack dev, from a file of measured loads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from poolwright.cli import main

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(ROOT)


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """Three weeks of assistant and fraud, of which fraud is twice as much."""
    rng = np.random.default_rng(1)
    rows = ["time,workload,load_per_second"]
    for hour in range(3 * 168):
        time = (datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=hour)).isoformat()
        load = 3 + np.sin(hour * np.pi / 12) + rng.normal(0, 0.1)
        rows += [f"{time},assistant,{load:.4f}", f"{time},fraud,{2 * load:.4f}"]
    path = tmp_path / "loads.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_each_measured_service_has_a_week_of_quantiles(capsys: pytest.CaptureFixture[str], measured: Path) -> None:
    assert main.run(["forecast", "dev", "--from", str(measured), "--json"]) == 0
    output = capsys.readouterr()
    assert "note: recommender: no measured load" in output.err
    services = json.loads(output.out)["services"]
    assert [each["workload"] for each in services] == ["assistant", "fraud"]
    hours = services[0]["hours"]
    assert len(hours) == 168
    assert hours[0]["time"] == "2026-11-23T00:00:00+00:00"
    assert list(hours[0]["load_per_second"]) == ["0.5", "0.8", "0.9", "0.95", "0.99", "0.999"]
    assert hours[6]["load_per_second"]["0.5"] == pytest.approx(4, abs=0.2)
    # dev holds 4 requests a second without headroom: enough for assistant in most hours, for fraud in few.
    assert services[0]["held_share"] > 0.85
    assert services[1]["held_share"] < 0.15


def test_the_table_says_model_and_reason(capsys: pytest.CaptureFixture[str], measured: Path) -> None:
    assert main.run(["forecast", "dev", "--from", str(measured)]) == 0
    text = capsys.readouterr().out
    assert "highest hour of the week from 2026-11-23 00:00 UTC on" in text
    assert "assistant: combined, MASE " in text
    assert "504 hours" in text


def test_without_the_extra_it_is_seasonal_naive_and_says_so_in_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, measured: Path
) -> None:
    monkeypatch.setattr("poolwright.observe.forecast.service.installed", lambda: False)
    assert main.run(["forecast", "dev", "--from", str(measured), "--level", "0.9", "--json"]) == 0
    output = capsys.readouterr()
    assert "note: forecasts are seasonal-naive; the extra `forecast` is not installed" in output.err
    (first, _) = json.loads(output.out)["services"]
    assert first["model"] == "seasonal-naive"
    assert list(first["hours"][0]["load_per_second"]) == ["0.5", "0.9"]


def test_a_level_of_one_and_too_few_hours_are_bad_input(
    capsys: pytest.CaptureFixture[str], measured: Path, tmp_path: Path
) -> None:
    assert main.run(["forecast", "dev", "--from", str(measured), "--level", "1"]) == 2
    assert "--level: found 1; a part of all hours above 0 and below 1" in capsys.readouterr().err
    few = tmp_path / "few.csv"
    few.write_text("time,workload,load_per_second\n2026-11-02T00:00:00Z,fraud,1\n", encoding="utf-8")
    assert main.run(["forecast", "dev", "--from", str(few)]) == 2
    assert "workloads.fraud: found 1 measured hours; 48 hours or more are allowed" in capsys.readouterr().err
