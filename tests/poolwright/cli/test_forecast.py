"""forecast: the shipped stack dev, from a file of measured loads."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from poolwright.cli import main
from poolwright.cli.forecast import forecasts_of
from poolwright.observe.measurements import Measurements
from solver.demand.workloads import Service
from solver.errors import ConfigError
from solver.inputs import read_inputs
from solver.questions import guarantee_questions
from tests.poolwright.observe.sources.prometheus_stand_in import Asked, Raw, matrix, moments, prometheus

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
    assert "--level: found 1; a part of all hours from 0.0001 to 0.999999" in capsys.readouterr().err
    few = tmp_path / "few.csv"
    few.write_text("time,workload,load_per_second\n2026-11-02T00:00:00Z,fraud,1\n", encoding="utf-8")
    assert main.run(["forecast", "dev", "--from", str(few)]) == 2
    assert "workloads.fraud: found 1 measured hours; 48 hours or more are allowed" in capsys.readouterr().err


def test_a_written_forecast_decides_how_much_is_held_and_explain_says_what_that_costs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, measured: Path, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", root / "stacks", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    shutil.copy(ROOT / "Pulumi.yaml", root)
    monkeypatch.chdir(root)
    source = tmp_path / "loads.csv"
    rows = measured.read_text(encoding="utf-8").splitlines()
    # Forty times the load, so that a level is more than a part of one machine.
    source.write_text(
        "\n".join([rows[0], *(f"{row[: row.rindex(',')]},{40 * float(row.split(',')[2])}" for row in rows[1:])]),
        encoding="utf-8",
    )
    assert main.run(["forecast", "dev", "--from", str(source), "--write"]) == 0
    assert main.run(["forecast", "dev", "--from", str(source), "--write"]) == 0
    written = (root / "stacks" / "dev.forecast.csv").read_bytes()
    assert b"# assistant, measured to 2026-11-23 00:00 UTC: combined, MASE" in written
    file = root / "stacks" / "dev.yaml"
    load = "{trace: null, forecast: dev.forecast.csv, service_level: 0.999}"
    before, fraud, after = file.read_text(encoding="utf-8").partition("  fraud:\n")
    after = after.replace("{trace: null, constant_per_second: 4}", load, 1).replace("    headroom: 0\n", "", 1)
    after = after.replace("  node_groups: 3", "  gap: 0.05\n  node_groups: 3")
    file.write_text(before + fraud + "    headroom: null\n" + after, encoding="utf-8")
    capsys.readouterr()
    arguments = ["whatif", "dev", "workloads.fraud.load.service_level=0.5", "--json"]
    assert main.run(arguments) == 0
    saved = json.loads(capsys.readouterr().out)["comparison"]["usd_per_month"]
    assert saved <= 0
    demand = read_inputs(root, "dev").loaded.demand
    (question,) = [each for each in guarantee_questions(demand, "fraud") if each.name == "service level 0.999"]
    assert question.arguments == ("workloads.fraud.load.service_level=0.5",)
    other, _ = question.asked_of(demand, read_inputs(root, "dev").catalog())
    median, sure = (each.workloads["fraud"] for each in (other, demand))
    assert median.kind == "service" and sure.kind == "service"
    assert max(median.load.week_per_second()) < max(sure.load.week_per_second())


def test_prometheus_is_asked_for_the_last_eight_weeks(capsys: pytest.CaptureFixture[str]) -> None:
    def answer(asked: Asked) -> Raw:
        if "requests_total" not in asked["query"] or 'status=~"5.."' in asked["query"]:
            return matrix()
        values = {moment: f"{3 + np.sin(moment * np.pi / 43200):.3f}" for moment in moments(asked)}
        return matrix(({"workload": "fraud"}, values))

    with prometheus(answer) as seen:
        assert main.run(["forecast", "dev", "--from", f"prometheus:{seen.address}", "--json"]) == 0
    (fraud,) = json.loads(capsys.readouterr().out)["services"]
    assert fraud["measured_hours"] == 8 * 168
    highest = max(hour["load_per_second"]["0.5"] for hour in fraud["hours"])
    assert highest == pytest.approx(4, abs=0.1)


def forecast_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, in which the assistant's load in dev is of a forecast that nobody has made yet."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", root / "stacks", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    shutil.copy(ROOT / "Pulumi.yaml", root)
    monkeypatch.chdir(root)
    file = root / "stacks" / "dev.yaml"
    load = "{trace: null, forecast: dev.forecast.csv, service_level: 0.99}"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("{trace: null, constant_per_second: 4}\n    headroom: 0", f"{load}\n    headroom: null", 1)
    )
    return root


def test_a_forecast_that_is_missing_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], measured: Path
) -> None:
    root = forecast_project(tmp_path, monkeypatch)
    written = root / "stacks" / "dev.forecast.csv"
    # Who only looks is told of the file that is missing, and of the command that makes it.
    assert main.run(["forecast", "dev", "--from", str(measured)]) == 2
    assert "poolwright forecast --write makes one" in capsys.readouterr().err
    # What can't be right is refused, and nothing is written.
    assert main.run(["forecast", "dev", "--from", str(measured), "--level", "0.9", "--write"]) == 2
    assert not written.exists()
    assert main.run(["forecast", "dev", "--from", str(measured), "--write", "--json"]) == 0
    assert "dev.forecast.csv: written" in capsys.readouterr().err
    assistant = read_inputs(root, "dev").loaded.demand.workloads["assistant"]
    assert isinstance(assistant, Service)
    assert max(assistant.load.week_per_second()) == pytest.approx(4.2, abs=0.3)
    # A file without rows of a service that asks for them is made whole as well.
    rows = [line for line in written.read_text("utf-8").splitlines() if not line.startswith("assistant")]
    written.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert main.run(["forecast", "dev", "--from", str(measured)]) == 2
    assert main.run(["forecast", "dev", "--from", str(measured), "--write"]) == 0
    read_inputs(root, "dev")


def test_a_forecast_of_another_name_is_still_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], measured: Path
) -> None:
    root = forecast_project(tmp_path, monkeypatch)
    file = root / "stacks" / "dev.yaml"
    file.write_text(file.read_text("utf-8").replace("dev.forecast.csv", "other.csv"), encoding="utf-8")
    assert main.run(["forecast", "dev", "--from", str(measured), "--write"]) == 2
    assert 'found "other.csv"; an existing CSV file is allowed' in capsys.readouterr().err
    assert not list((root / "stacks").glob("*.csv"))


def test_what_loads_of_the_demand_are_made_from_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], measured: Path
) -> None:
    root = forecast_project(tmp_path, monkeypatch)
    written = root / "stacks" / "dev.forecast.csv"
    assert main.run(["forecast", "dev", "--from", str(measured), "--write"]) == 0
    before = written.read_bytes()
    fraud = tmp_path / "fraud.csv"
    lines = measured.read_text(encoding="utf-8").splitlines()
    fraud.write_text("\n".join([lines[0], *(line for line in lines if ",fraud," in line)]), encoding="utf-8")
    nothing = tmp_path / "nothing.csv"
    nothing.write_text("\n".join([lines[0], *(f"{line.rpartition(',')[0]},0" for line in lines[1:])]), encoding="utf-8")
    capsys.readouterr()
    for source in (fraud, nothing):
        assert main.run(["forecast", "dev", "--from", str(source), "--write"]) == 2
        assert "measurements with a load of assistant are needed" in capsys.readouterr().err
    assert main.run(["forecast", "dev", "--from", str(measured), "--level", "0.9", "--write"]) == 2
    assert "Add --level 0.99" in capsys.readouterr().err
    assert written.read_bytes() == before
    assert main.run(["forecast", "dev", "--from", str(measured), "--level", "0.99", "--write"]) == 0
    read_inputs(root, "dev")


def test_a_stack_of_jobs_has_no_forecast() -> None:
    demand = read_inputs(ROOT, "dev").loaded.demand
    jobs = demand.model_copy(update={"workloads": {"trainer": demand.workloads["trainer"]}})
    with pytest.raises(ConfigError, match="a stack with at least one service is allowed"):
        forecasts_of(jobs, Measurements({}), "loads.csv", (0.5,))


def test_a_series_that_ended_before_the_others_is_named(capsys: pytest.CaptureFixture[str], measured: Path) -> None:
    lines = measured.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if ",assistant," not in line or line < "2026-11-20"]
    measured.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert main.run(["forecast", "dev", "--from", str(measured)]) == 0
    said = "note: assistant: measured until 2026-11-20 00:00 UTC alone, others until 2026-11-23 00:00"
    assert said in capsys.readouterr().err
