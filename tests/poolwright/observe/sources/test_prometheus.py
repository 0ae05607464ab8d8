"""Measurements from a server that answers as Prometheus does: what is asked, what becomes an hour, what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from poolwright.observe.measurements import Measurements
from poolwright.observe.metrics import Metric, SubjectKind
from poolwright.observe.sources.prometheus import read_prometheus
from poolwright.observe.sources.prometheus_server import server_at
from poolwright.observe.sources.promql import MetricQuery, Queries
from solver.errors import ConfigError, PoolwrightError
from tests.poolwright.observe.sources.prometheus_stand_in import Asked, Raw, failed, matrix, moments, prometheus

_FIRST = datetime(2026, 9, 7, tzinfo=UTC)
_SUBJECTS = {SubjectKind.WORKLOAD: ("shop", "ranker"), SubjectKind.NODE_GROUP: ()}
_NONE = Queries.model_validate(dict.fromkeys(Queries.model_fields))


def _only(**queries: str) -> Queries:
    return _NONE.model_copy(update={name: MetricQuery(query=query) for name, query in queries.items()})


def _read(
    answer: Callable[[Asked], Raw],
    queries: Queries,
    *,
    hours: int = 2,
    percentiles: Mapping[str, float] | None = None,
    asked: list[Asked] | None = None,
) -> Measurements:
    with prometheus(answer) as seen:
        try:
            return read_prometheus(
                server_at(seen.address, None),
                queries,
                stack="prod",
                subjects=_SUBJECTS,
                percentiles=percentiles or {},
                first=_FIRST,
                end=_FIRST + timedelta(hours=hours),
            )
        finally:
            if asked is not None:
                asked += seen.asked


def _constant(value: str = "3", **labels: str) -> Callable[[Asked], Raw]:
    return lambda asked: matrix(({"workload": "shop", **labels}, dict.fromkeys(moments(asked), value)))


def _refusal(answer: Callable[[Asked], Raw], queries: Queries) -> str:
    with pytest.raises(ConfigError) as refused:
        _read(answer, queries)
    return str(refused.value)


def test_a_sample_belongs_to_the_five_minutes_before_it() -> None:
    def answer(asked: Asked) -> Raw:
        values = {moment: str(index) for index, moment in enumerate(moments(asked))}
        return matrix(({"workload": "shop"}, values))

    asked: list[Asked] = []
    measured = _read(answer, _only(load_per_second="load"), asked=asked)
    load = measured.get(Metric.LOAD, "shop")
    assert load is not None
    assert load.first == _FIRST
    assert list(load.mean) == [5.5, 17.5]
    assert list(load.peak) == [11, 23]
    assert asked[0]["start"] == f"{_FIRST.timestamp() + 300:.0f}"
    assert asked[0]["step"] == "300"


def test_counted_samples_add_up() -> None:
    queries = _NONE.model_copy(update={"nat_gib": MetricQuery(query="increase(x[5m])", label="site")})
    measured = _read(lambda asked: matrix(({"site": "main"}, dict.fromkeys(moments(asked), "2"))), queries)
    nat = measured.get(Metric.NAT, "main")
    assert nat is not None
    assert list(nat.total) == [24, 24]


def test_a_long_window_is_asked_in_parts_that_prometheus_gives() -> None:
    asked: list[Asked] = []
    measured = _read(_constant(), _only(load_per_second="load"), hours=24 * 100, asked=asked)
    assert len(asked) == 4
    assert max(len(moments(each)) for each in asked) <= 11_000
    every = [moment for each in asked for moment in moments(each)]
    assert every == [_FIRST.timestamp() + 300 * (number + 1) for number in range(24 * 100 * 12)]
    load = measured.get(Metric.LOAD, "shop")
    assert load is not None
    assert load.measured == 24 * 100
    assert not measured.notes[1:]


def test_what_is_no_number_is_a_hole() -> None:
    def answer(asked: Asked) -> Raw:
        values = dict(zip(moments(asked), ["NaN", "+Inf", "-Inf", *["7"] * 9, *["NaN"] * 12, *["5"] * 12], strict=True))
        return matrix(({"workload": "shop"}, values))

    load = _read(answer, _only(load_per_second="load"), hours=3).get(Metric.LOAD, "shop")
    assert load is not None
    assert load.mean[0] == 7
    assert math.isnan(load.mean[1])
    assert load.mean[2] == 5


def test_each_percentile_is_asked_for_its_services() -> None:
    def answer(asked: Asked) -> Raw:
        times = moments(asked)
        value = "12" if "0.99," in asked["query"] else "34"
        return matrix(*(({"workload": name}, dict.fromkeys(times, value)) for name in ("shop", "ranker")))

    asked: list[Asked] = []
    queries = _only(latency_ms="histogram_quantile($quantile, x)")
    measured = _read(answer, queries, percentiles={"shop": 99.0, "ranker": 99.9}, asked=asked)
    assert [each["query"] for each in asked] == ["histogram_quantile(0.99, x)", "histogram_quantile(0.999, x)"]
    found = {key: series.mean[0] for (_, key), series in measured.series.items()}
    assert found == {"shop": 12, "ranker": 34}


def test_a_query_knows_the_stack() -> None:
    asked: list[Asked] = []
    _read(_constant(), _only(load_per_second='up{stack="$stack"}'), asked=asked)
    assert asked[0]["query"] == 'up{stack="prod"}'


def test_what_there_is_none_of_is_named() -> None:
    queries = _only(load_per_second="load", replicas="count", errors_share="errors")

    def answer(asked: Asked) -> Raw:
        return _constant()(asked) if asked["query"] == "load" else matrix()

    notes = _read(answer, queries).notes
    assert any(note.startswith("Prometheus was not asked, for want of a query: cpu_used_share") for note in notes)
    # The stack has no node groups, so nobody misses their machines.
    assert not any("machines" in note for note in notes)
    assert "Prometheus has no series of: replicas, errors_share" in notes


def test_strangers_are_left_out_and_named_and_warnings_are_passed_on() -> None:
    def answer(asked: Asked) -> Raw:
        times = moments(asked)
        series = [({"workload": name}, dict.fromkeys(times, "1")) for name in ("shop", "old-shop")]
        return matrix(*series, warnings=["a store gave no answer"])

    measured = _read(answer, _only(load_per_second="load"))
    assert measured.subjects(Metric.LOAD) == ("shop",)
    assert "load_per_second: left out is what the stack does not have: old-shop" in measured.notes
    assert "load_per_second: Prometheus warns: a store gave no answer" in measured.notes


def test_a_series_without_the_label_is_refused() -> None:
    words = _refusal(lambda asked: matrix(({"job": "x"}, {0: "1"})), _only(load_per_second="load"))
    assert (
        "load_per_second: found a series with job=x; series whose label workload names a workload are allowed" in words
    )


def test_two_series_of_one_subject_are_refused() -> None:
    def answer(asked: Asked) -> Raw:
        return matrix(*(({"workload": "shop", "i": str(number)}, {moments(asked)[0]: "1"}) for number in range(2)))

    assert "found several series with workload=shop" in _refusal(answer, _only(load_per_second="load"))


@pytest.mark.parametrize(("value", "words"), [("63", "Is it a percentage?"), ("-1", "found -1 of shop")])
def test_a_value_that_the_metric_can_not_have_is_refused(value: str, words: str) -> None:
    assert words in _refusal(_constant(value), _only(cpu_used_share="cpu"))


@pytest.mark.parametrize("status", [400, 422])
def test_wrong_queries_are_all_told_of_once_each(status: int) -> None:
    queries = _only(load_per_second="sum(", replicas="a / b")
    asked: list[Asked] = []
    with pytest.raises(ConfigError) as refused:
        _read(lambda _: failed(status, "1:4: parse error"), queries, hours=24 * 100, asked=asked)
    assert [problem.path for problem in refused.value.problems] == ["load_per_second", "replicas"]
    assert "load_per_second: found sum(; a query that Prometheus can run" in str(refused.value)
    assert "1:4: parse error" in str(refused.value)
    assert len(asked) == 2


def test_nothing_at_all_is_an_error_with_the_likely_cause() -> None:
    with pytest.raises(PoolwrightError, match="found none; series of stack prod in the window are allowed"):
        _read(lambda _: matrix(), Queries())


def test_strangers_alone_are_an_error_that_names_them() -> None:
    words = _refusal(_constant(workload="old-shop"), _only(load_per_second="load"))
    assert "found those of old-shop alone; series of stack prod" in words
