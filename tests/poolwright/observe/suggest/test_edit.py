"""Edits of a stack's file: only what changes, changes."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from poolwright.observe.forecast.forecaster import WEEK
from poolwright.observe.forecast.service import ServiceForecast, forecast_of
from poolwright.observe.loads import MeasuredLoad
from poolwright.observe.suggest.edit import write_steps
from poolwright.observe.suggest.load_change import Direction, LoadChange
from poolwright.observe.suggest.steps import Step
from solver.demand.load import LoadProfile
from solver.demand.loader import load_demand
from solver.demand.workloads import Service

ROOT = Path(__file__).resolve().parents[4]


def _step(workload: str, service: Service, load: LoadProfile, *, reshaped: bool = False) -> Step:
    change = LoadChange(load=load, direction=Direction.MORE, factor=1, bounded=None, reshaped=reshaped)
    forecast = _forecast(workload)
    return Step(workload=workload, service=service, change=change, forecast=forecast, held_now=0, held_then=1)


def _forecast(workload: str) -> ServiceForecast:
    return forecast_of(workload, MeasuredLoad(datetime(2026, 11, 2, tzinfo=UTC), np.ones(WEEK)), (), "UTC")


def _copied(folder: Path) -> Path:
    for name in ("base.yaml", "prod.yaml", "dev.yaml"):
        (folder / name).write_text((ROOT / "stacks" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "traces").mkdir()
    for trace in (ROOT / "stacks" / "traces").glob("*.csv"):
        (folder / "traces" / trace.name).write_text(trace.read_text(encoding="utf-8"), encoding="utf-8")
    return folder / "prod.yaml"


def _lines(before: str, after: str) -> list[str]:
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---")]


def _service(path: Path, key: str) -> Service:
    service = load_demand(path).demand.workloads[key]
    assert isinstance(service, Service)
    return service


def test_a_peak_changes_one_line_and_nothing_else(tmp_path: Path) -> None:
    path = _copied(tmp_path)
    before, service = path.read_text(encoding="utf-8"), _service(path, "assistant")
    load = service.load.model_copy(update={"peak_per_second": 2200.0})
    assert write_steps(path, [_step("assistant", service, load)], on="2026-11-01") == (path,)
    assert _lines(before, path.read_text(encoding="utf-8")) == [
        "-    load: {peak_per_second: 2000}",
        "+    load: {peak_per_second: 2200}",
    ]
    assert _service(path, "assistant").load == load


def test_a_constant_keeps_nulls_and_comments_around_it(tmp_path: Path) -> None:
    path = _copied(tmp_path).with_name("dev.yaml")
    before, service = path.read_text(encoding="utf-8"), _service(path, "fraud")
    load = service.load.model_copy(update={"constant_per_second": 6.5})
    write_steps(path, [_step("fraud", service, load)], on="2026-11-01")
    assert _lines(before, path.read_text(encoding="utf-8")) == [
        "-    load: {trace: null, constant_per_second: 4}",
        "+    load: {trace: null, constant_per_second: 6.5}",
    ]


def test_another_shape_goes_into_a_trace_of_the_stack_and_not_into_the_shared_one(tmp_path: Path) -> None:
    path = _copied(tmp_path)
    shared = (tmp_path / "traces" / "market-hours.csv").read_bytes()
    service = _service(path, "fraud")
    shape = tuple(round(0.2 + 0.8 * hour / 167, 4) for hour in range(WEEK))
    load = service.load.model_copy(update={"peak_per_second": 3500.0, "shape": shape})
    files = write_steps(path, [_step("fraud", service, load, reshaped=True)], on="2026-11-01")
    assert [file.name for file in files] == ["prod.yaml", "prod-fraud.csv"]
    assert "load: {peak_per_second: 3500, trace: traces/prod-fraud.csv}" in path.read_text(encoding="utf-8")
    assert _service(path, "fraud").load.shape == shape
    assert (tmp_path / "traces" / "market-hours.csv").read_bytes() == shared


def test_what_a_stack_inherits_gets_lines_of_its_own(tmp_path: Path) -> None:
    _copied(tmp_path)
    path = tmp_path / "child.yaml"
    path.write_text("inherits: prod.yaml # all of it\ndescription: A child.\n", encoding="utf-8")
    service = _service(path, "recommender")
    load = service.load.model_copy(update={"peak_per_second": 640.0})
    write_steps(path, [_step("recommender", service, load)], on="2026-11-01")
    assert path.read_text(encoding="utf-8").startswith("inherits: prod.yaml # all of it\ndescription: A child.\n")
    assert _service(path, "recommender").load.peak_per_second == 640
    assert _service(tmp_path / "prod.yaml", "recommender").load.peak_per_second == 500


def test_what_others_have_by_an_alias_stays_as_it_is(tmp_path: Path) -> None:
    path = _copied(tmp_path).with_name("dev.yaml")
    calm = "{trace: null, constant_per_second: 4}"
    text = path.read_text(encoding="utf-8").replace(f"load: {calm}", "load: *calm")
    path.write_text(text.replace("load: *calm", f"load: &calm {calm}", 1), encoding="utf-8")
    for key, rate in (("recommender", 5.5), ("assistant", 6.5)):
        service = _service(path, key)
        load = service.load.model_copy(update={"constant_per_second": rate})
        write_steps(path, [_step(key, service, load)], on="2026-11-01")
    found = {key: _service(path, key).load.constant_per_second for key in ("assistant", "recommender", "fraud")}
    assert found == {"assistant": 6.5, "recommender": 5.5, "fraud": 4}


def test_hours_that_two_services_share_change_for_one(tmp_path: Path) -> None:
    path = _copied(tmp_path).with_name("dev.yaml")
    calm, text = "{trace: null, constant_per_second: 4}", path.read_text(encoding="utf-8")
    text = text.replace(calm, "{trace: null, hourly_per_second: &day [" + ", ".join(["4"] * 24) + "]}", 1)
    path.write_text(text.replace(calm, "{trace: null, hourly_per_second: *day}", 1), encoding="utf-8")
    service = _service(path, "recommender")
    load = service.load.model_copy(update={"hourly_per_second": (9.0,) * 24})
    write_steps(path, [_step("recommender", service, load)], on="2026-11-01")
    assert _service(path, "assistant").load.hourly_per_second == (4.0,) * 24
    assert _service(path, "recommender").load.hourly_per_second == (9.0,) * 24


def test_a_file_with_windows_line_ends_keeps_them(tmp_path: Path) -> None:
    path = _copied(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before, service = path.read_bytes(), _service(path, "assistant")
    load = service.load.model_copy(update={"peak_per_second": 2200.0})
    write_steps(path, [_step("assistant", service, load)], on="2026-11-01")
    assert path.read_bytes() == before.replace(b"peak_per_second: 2000", b"peak_per_second: 2200")
