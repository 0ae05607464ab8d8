"""A load from a forecast's level: what is read, what is filled in, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.demand.demand import Demand
from solver.demand.edits import with_edits, with_values
from solver.demand.forecast_file import read_forecast
from solver.demand.loader import LoadedDemand, load_demand
from solver.demand.workloads import Service
from solver.errors import DemandError, Problem

LEVELS = (0.5, 0.9, 0.999)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)


def _forecast(*workloads: str, header: str = "workload,hour,0.5,0.9,0.999") -> None:
    rows = [
        f"{each},{hour},{10 + hour % 24},{20 + hour % 24},{40 + hour % 24}" for each in workloads for hour in range(168)
    ]
    Path("dev.forecast.csv").write_text("\n".join(("# measured", header, *rows)) + "\n", "utf-8")


def _stack(load: str = "{forecast: dev.forecast.csv, service_level: 0.999}", *more: str) -> None:
    lines = [
        "owner: me",
        "sites: {main: {region: us-east-1, network: {cidr: 10.0.0.0/16}}}",
        "workloads:",
        "  web:",
        "    kind: service",
        "    image: {}",
        f"    load: {load}",
        "    variants: {cpu: {cpu: 1, memory: 2Gi, throughput_per_second: 10, source: measured}}",
        *more,
    ]
    Path("dev.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def _web(loaded: LoadedDemand | Demand) -> Service:
    demand = loaded if isinstance(loaded, Demand) else loaded.demand
    service = demand.workloads["web"]
    assert isinstance(service, Service)
    return service


def _refused() -> list[str]:
    with pytest.raises(DemandError) as raised:
        load_demand(Path("dev.yaml"))
    return [str(problem) for problem in raised.value.problems]


def test_the_load_is_the_forecasts_at_the_level_and_no_headroom_is_added() -> None:
    _forecast("web")
    _stack()
    loaded = load_demand(Path("dev.yaml"))
    assert _web(loaded).load.week_per_second()[:25] == (*(float(40 + hour) for hour in range(24)), 40.0)
    assert _web(loaded).headroom == 0
    assert [file.name for file in loaded.files] == ["dev.yaml", "dev.forecast.csv"]


def test_another_forecast_or_level_is_another_digest_and_an_unused_level_is_not() -> None:
    _forecast("web")
    _stack()
    before = load_demand(Path("dev.yaml"))
    text = Path("dev.forecast.csv").read_text("utf-8")
    Path("dev.forecast.csv").write_text(text.replace("web,3,13,23,43", "web,3,13,24,43"), "utf-8")
    assert load_demand(Path("dev.yaml")).digest == before.digest
    Path("dev.forecast.csv").write_text(text.replace("web,3,13,23,43", "web,3,13,23,44"), "utf-8")
    changed = load_demand(Path("dev.yaml"))
    assert changed.digest != before.digest
    assert changed.content_digest != before.content_digest


def test_other_levels_may_be_asked_for_by_an_argument_and_the_median_by_a_value() -> None:
    _forecast("web")
    _stack()
    loaded = load_demand(Path("dev.yaml"))
    other = with_edits(loaded, [("workloads.web.load.service_level", "0.9")])
    assert _web(other).load.week_per_second()[0] == 20
    median = with_values(loaded.demand, {"workloads.web.load.service_level": 0.5})
    assert _web(median).load.week_per_second()[0] == 10


def test_events_multiply_what_the_forecast_says() -> None:
    _forecast("web")
    _stack(
        "{forecast: dev.forecast.csv, service_level: 0.9, events: {sale: {date: 2026-11-23, times: 3}}}",
        "week_of: 2026-11-23",
        "limits: {fold: week}",
    )
    week = _web(load_demand(Path("dev.yaml"))).load.week_per_second()
    assert (week[0], week[24]) == (60, 20)


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (
            "{forecast: dev.forecast.csv, service_level: 0.95}",
            "dev.yaml:7 workloads.web.load.service_level: found 0.95; one of 0.5, 0.9, 0.999 is allowed. "
            "poolwright forecast --write --level adds one, while the load asks for a level that is there",
        ),
        (
            "{forecast: other.csv, service_level: 0.9}",
            'dev.yaml:7 workloads.web.load.forecast: found "other.csv"; an existing CSV file is allowed. '
            "poolwright forecast --write makes one; the path counts from the folder of the file that names it",
        ),
        (
            "{forecast: dev.forecast.csv}",
            "dev.yaml:7 workloads.web.load: a forecast and a service_level are allowed together; only forecast is "
            "given",
        ),
        (
            "{forecast: dev.forecast.csv, service_level: 0.9, constant_per_second: 5}",
            "dev.yaml:7 workloads.web.load: one of peak_per_second, hourly_per_second, constant_per_second, forecast "
            "is allowed; constant_per_second and forecast are given",
        ),
    ],
)
def test_a_level_or_file_that_is_not_there_is_told(load: str, said: str) -> None:
    _forecast("web")
    _stack(load)
    assert _refused() == [said]


def test_a_forecast_without_the_workload_is_told() -> None:
    _forecast("shop")
    _stack()
    (said,) = _refused()
    assert 'load.forecast: found "dev.forecast.csv"; a forecast with rows of web is allowed' in said


def test_headroom_beside_a_level_is_told() -> None:
    _forecast("web")
    _stack()
    text = Path("dev.yaml").read_text("utf-8")
    Path("dev.yaml").write_text(text.replace("    image: {}\n", "    image: {}\n    headroom: 0.2\n"), "utf-8")
    (said,) = _refused()
    assert "a headroom of 0 is allowed where the load has a service_level, which takes its place; it is 0.2" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("web,3,13,23,43", "web,3,13,23", "f.csv:6: found"),
        ("web,3,13,23,43", "web,4,13,23,43", "web, hour 3 and 3 loads, none below the one before, are allowed"),
        ("web,3,13,23,43", "web,3,13,12,43", "none below the one before"),
        ("web,3,13,23,43", "web,3,13,x,43", "none below the one before"),
        ("web,167,33,43,63\n", "", "found 167 rows of web; 168 rows, hour 0 to 167, are allowed"),
        ("0.5,0.9,0.999", "0.9,0.5,0.999", "a header workload,hour and levels in rising order"),
        ("0.5,0.9,0.999", "50,90,99.9", "a header workload,hour and levels in rising order"),
    ],
)
def test_a_wrong_row_of_a_forecast_is_told(old: str, new: str, said: str) -> None:
    _forecast("web")
    Path("f.csv").write_text(Path("dev.forecast.csv").read_text("utf-8").replace(old, new, 1), "utf-8")
    problems: list[Problem] = []
    assert read_forecast(Path("f.csv"), problems) is None
    assert any(said in str(problem) for problem in problems)
