"""Which steps a stack takes: growth first, cool-downs, what waits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from poolwright.observe.forecast.forecaster import WEEK, Hours
from poolwright.observe.forecast.service import ServiceForecast, forecast_of
from poolwright.observe.loads import MeasuredLoad
from poolwright.observe.suggest.bounds import Bounds
from poolwright.observe.suggest.load_change import Direction
from poolwright.observe.suggest.past import Entry, days_since_more, read_past, write_past
from poolwright.observe.suggest.steps import steps_of
from solver.demand.demand import Demand
from solver.errors import ConfigError

MONDAY = datetime(2026, 10, 5, tzinfo=UTC)
ON = date(2026, 11, 1)
DAY = 10 + 5 * np.sin(np.arange(24) * np.pi / 12)


def _demand(**peaks: float) -> Demand:
    def service(peak: float) -> dict[str, object]:
        return {
            "kind": "service",
            "image": {},
            "load": {"peak_per_second": peak, "shape": DAY.tolist()},
            "variants": {"cpu": {"cpu": 1, "memory": "2Gi", "throughput_per_second": 10, "source": "measured"}},
        }

    site = {"region": "us-east-1", "network": {"cidr": "10.0.0.0/16"}}
    workloads = {key: service(peak) for key, peak in peaks.items()}
    return Demand.model_validate({"stack": "test", "owner": "test", "sites": {"main": site}, "workloads": workloads})


def _forecast(workload: str, peak: float) -> ServiceForecast:
    rng = np.random.default_rng(2)
    hours = np.tile(DAY, 28) * peak / 15 * rng.normal(1, 0.02, 4 * WEEK)
    return forecast_of(workload, MeasuredLoad(MONDAY, hours), (), "UTC", (0.5, 0.99))


def _measured(workload: str, hours: Hours, first: datetime = MONDAY) -> ServiceForecast:
    return forecast_of(workload, MeasuredLoad(first, hours), (), "UTC", (0.5, 0.99))


def test_a_load_that_fell_goes_down_in_steps_and_says_what_that_risks() -> None:
    (step,) = steps_of(_demand(shop=100), [_forecast("shop", 50)], (), Bounds(), ON).taken
    assert step.change.direction is Direction.LESS
    assert step.loads == (100, pytest.approx(80, rel=0.01))
    assert step.held_now > 0.98
    assert step.held_then > 0.98


def test_nothing_shrinks_while_something_grows() -> None:
    found = [_forecast("shop", 50), _forecast("search", 150)]
    steps = steps_of(_demand(shop=100, search=100), found, (), Bounds(), ON)
    assert [step.workload for step in steps.taken] == ["search"]
    assert steps.taken[0].held_now < 0.2
    assert steps.taken[0].held_then > 0.98
    assert steps.waiting == (("shop", "others become more first"),)


def test_what_was_not_measured_of_late_stays() -> None:
    demand, now = _demand(shop=100, search=100), _forecast("search", 50)
    old = _measured("shop", np.tile(DAY, 28) * 3, MONDAY - timedelta(days=60))
    steps = steps_of(demand, [old, now], (), Bounds(), ON)
    assert [step.workload for step in steps.taken] == ["search"]
    assert steps.waiting == (("shop", "less than half of the last week was measured"),)
    assert steps_of(demand, [old], (), Bounds(), ON, now.measured.end).waiting == steps.waiting
    hours = np.tile(DAY, 28)
    hours[-WEEK:-1] = np.nan
    assert steps_of(demand, [_measured("shop", hours), now], (), Bounds(), ON).waiting == steps.waiting
    young = _measured("shop", np.tile(DAY, 3) * 10, now.measured.end - timedelta(days=3))
    assert [step.workload for step in steps_of(demand, [young, now], (), Bounds(), ON).taken] == ["shop"]


def test_what_grew_a_few_days_ago_does_not_shrink_yet() -> None:
    grew = Entry(on=date(2026, 10, 28), workload="shop", direction=Direction.MORE, highest_was=50, highest=100)
    steps = steps_of(_demand(shop=100), [_forecast("shop", 50)], (grew,), Bounds(), ON)
    assert steps.taken == ()
    assert steps.waiting == (("shop", "it became more 4 days ago; 7 are waited"),)
    shorter = steps_of(_demand(shop=100), [_forecast("shop", 50)], (grew,), Bounds(cool_down_days=4), ON)
    assert [step.workload for step in shorter.taken] == ["shop"]


def test_a_demand_that_is_near_what_was_measured_stays() -> None:
    assert steps_of(_demand(shop=100), [_forecast("shop", 100)], (), Bounds(), ON).taken == ()


def test_the_list_of_suggestions_reads_back_and_is_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    entries = [
        Entry(on=date(2026, 11, day), workload="shop", direction=direction, highest_was=1.5, highest=2)
        for day, direction in ((1, Direction.MORE), (8, Direction.OTHERWISE), (20, Direction.LESS))
    ]
    path = write_past(tmp_path, "test", entries)
    first = path.read_bytes()
    assert read_past(tmp_path, "test") == tuple(entries)
    assert write_past(tmp_path, "test", read_past(tmp_path, "test")).read_bytes() == first
    assert days_since_more(entries, "shop", date(2026, 11, 21)) == 13
    assert days_since_more(entries, "search", date(2026, 11, 21)) is None
    assert read_past(tmp_path, "other") == ()


def test_a_list_of_another_stack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    path = write_past(tmp_path, "test", ())
    path.rename(tmp_path / "stacks" / "prod.suggestions.yaml")
    with pytest.raises(ConfigError, match="stack: found test; prod is allowed, as the file's name"):
        read_past(tmp_path, "prod")


def test_an_empty_list_is_told_what_a_list_has(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "prod.suggestions.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="found an empty file; a mapping of keys like stack, entries is allowed"):
        read_past(tmp_path, "prod")
