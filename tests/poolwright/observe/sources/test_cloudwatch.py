"""Measurements from CloudWatch: values of several resources become one series, in the metrics' own units."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from poolwright.observe.measurements import Measurements
from poolwright.observe.metrics import Metric
from poolwright.observe.sources.cloudwatch import read_cloudwatch
from poolwright.observe.sources.cloudwatch_server import patient_client
from poolwright.observe.sources.cloudwatch_wanted import asked_of
from solver.errors import ConfigError
from tests.poolwright.observe.sources.cloudwatch_stand_in import CloudWatch, Json, constant, moments
from tests.poolwright.observe.sources.recorded_stack import recorded_stack

pytestmark = pytest.mark.usefixtures("made_up_credentials")

_END = datetime(2026, 11, 27, 15, tzinfo=UTC)
_PERCENTILES = {"assistant": 99.0}


def _read(cloud: CloudWatch, *, hours: int = 2, with_state: bool = True) -> Measurements:
    plan, state = recorded_stack()
    return read_cloudwatch(
        plan,
        state if with_state else None,
        percentiles=_PERCENTILES,
        first=_END - timedelta(hours=hours),
        end=_END,
        now=_END,
        client=cloud.client,
    )


def _mean(measured: Measurements, metric: Metric, subject: str) -> float:
    series = measured.get(metric, subject)
    assert series is not None
    return float(series.mean[0])


_VALUES = {
    ("RequestCount", "Sum"): 30_000.0,
    ("HTTPCode_Target_5XX_Count", "Sum"): 300.0,
    ("TargetResponseTime", "p99"): 0.085,
    ("GroupInServiceInstances", "Average"): 2.0,
    ("BytesOutToDestination", "Sum"): 2.0**30,
    ("BytesInFromDestination", "Sum"): 2.0**29,
    ("StorageBytes", "Average"): 7 * 2.0**30,
    ("DataReadIOBytes", "Sum"): 2.0**30,
    ("DataReadIOBytes", "SampleCount"): 600.0,
    ("DataWriteIOBytes", "SampleCount"): 300.0,
}


def _value(stat: Json) -> float | None:
    name, statistic = stat["Metric"]["MetricName"], stat["Stat"]
    service = {each["Name"]: each["Value"] for each in stat["Metric"]["Dimensions"]}.get("ServiceName")
    if name in ("CPUUtilization", "MemoryUtilization"):
        # Four replicas on inferentia2 at 30 %, one on l4 at 80 %.
        replicas = {"assistant-inferentia2": 4, "assistant-l4": 1}.get(str(service))
        used = 30.0 if service == "assistant-inferentia2" else 80.0
        return None if replicas is None else replicas * 5 * (1 if statistic == "SampleCount" else used)
    return _VALUES.get((name, statistic))


def test_units_are_those_of_the_metrics() -> None:
    measured = _read(CloudWatch(lambda question: constant(question, _value)))
    assert _mean(measured, Metric.LOAD, "assistant") == 100
    assert _mean(measured, Metric.ERRORS, "assistant") == pytest.approx(0.01)
    assert _mean(measured, Metric.LATENCY, "assistant") == pytest.approx(85)
    assert _mean(measured, Metric.REPLICAS, "assistant") == 5
    assert _mean(measured, Metric.MACHINES, "g6-xlarge-on-demand") == 2
    assert _mean(measured, Metric.STORED, "shared") == 7
    assert _mean(measured, Metric.OPERATIONS, "shared") == 3
    nat, read = measured.get(Metric.NAT, "main"), measured.get(Metric.READ, "shared")
    assert nat is not None and read is not None
    assert nat.total[0] == pytest.approx(3 * 1.5 * 12)
    assert read.total[0] == pytest.approx(12)


def test_use_counts_as_much_as_what_is_reserved() -> None:
    plan, _ = recorded_stack()
    (service,) = (each for each in plan.aws_sites["main"].compute.services if each.key == "assistant")
    cpu = {variant.key: variant.cpu_millis for variant in service.variants}
    measured = _read(CloudWatch(lambda question: constant(question, _value)))
    reserved = 4 * cpu["inferentia2"] + cpu["l4"]
    wanted = (4 * cpu["inferentia2"] * 0.3 + cpu["l4"] * 0.8) / reserved
    assert _mean(measured, Metric.CPU, "assistant") == pytest.approx(wanted)


def test_requests_without_an_error_are_errors_of_none_and_no_request_is_a_hole() -> None:
    def answer(question: Json) -> Json:
        found = constant(question, lambda stat: None if stat["Metric"]["MetricName"].startswith("HTTP") else 60.0)
        for query, result in zip(question["MetricDataQueries"], found["MetricDataResults"], strict=True):
            if query["MetricStat"]["Metric"]["MetricName"] == "RequestCount":
                # The first hour has requests, the second none, the third again.
                result["Timestamps"] = [*moments(question)[:12], *moments(question)[24:]]
                result["Values"] = [60.0] * 24
        return found

    measured = _read(CloudWatch(answer), hours=3)
    errors, load = measured.get(Metric.ERRORS, "assistant"), measured.get(Metric.LOAD, "assistant")
    assert errors is not None and load is not None
    assert [errors.mean[0], errors.mean[2]] == [0, 0]
    assert math.isnan(errors.mean[1])
    assert math.isnan(load.mean[1])


def test_a_bucket_has_one_value_a_day_inside_the_window() -> None:
    measured = _read(CloudWatch(lambda question: constant(question, lambda _: 2.0**30)), hours=40)
    stored = measured.get(Metric.STORED, "models")
    assert stored is not None
    assert stored.first == datetime(2026, 11, 26, tzinfo=UTC)
    assert stored.measured == 1
    assert stored.mean[0] >= 2


def test_what_has_nothing_is_named_and_so_is_what_came_in_part() -> None:
    def answer(question: Json) -> Json:
        return constant(
            question, lambda stat: 1.0 if stat["Metric"]["MetricName"] == "RequestCount" else None, "PartialData"
        )

    notes = _read(CloudWatch(answer)).notes
    assert any(
        note.startswith("CloudWatch has nothing of: replicas of assistant, fraud, recommender; cpu") for note in notes
    )
    assert any("gave only a part of: replicas of assistant" in note and "machines of" in note for note in notes)


def test_values_that_can_not_be_are_left_out_and_named() -> None:
    def answer(question: Json) -> Json:
        return constant(question, lambda stat: 9e9 if stat["Metric"]["MetricName"].startswith("HTTP") else 1.0)

    measured = _read(CloudWatch(answer))
    assert measured.get(Metric.ERRORS, "assistant") is None
    assert any(note.startswith("values that can't be are left out: errors_share of") for note in measured.notes)


def test_nothing_at_all_is_an_error() -> None:
    with pytest.raises(ConfigError, match="found nothing of the window; values of stack prod are allowed"):
        _read(CloudWatch(lambda question: constant(question, lambda _: None)))


def test_credentials_of_another_account_are_refused() -> None:
    cloud = CloudWatch(lambda question: constant(question, _value), account="210987654321")
    with pytest.raises(ConfigError, match="account 210987654321"):
        _read(cloud)
    # Nobody knows the account of a stack without its state.
    assert _read(cloud, with_state=False).get(Metric.REPLICAS, "assistant") is not None


def test_a_stack_without_aws_is_told_of() -> None:
    plan, _ = recorded_stack()
    with pytest.raises(ConfigError, match="no site in AWS"):
        read_cloudwatch(
            plan.model_copy(update={"sites": {}}),
            None,
            percentiles={},
            first=_END - timedelta(hours=1),
            end=_END,
            now=_END,
        )


@mock_aws
def test_what_was_put_into_cloudwatch_comes_back() -> None:
    """The whole way over boto3 and another's stand-in for AWS: it knows no percentiles."""
    plan, state = recorded_stack()
    region = plan.aws_sites["main"].region
    put: Any = patient_client("cloudwatch", region)
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    names = {
        part.query
        for wanted in asked_of(plan, state, {}).wanted
        if (wanted.metric, wanted.subject) in ((Metric.LOAD, "fraud"), (Metric.MACHINES, "m7g-large-on-demand"))
        for part in wanted.parts
    }
    for query in names:
        for minute in range(120):
            put.put_metric_data(
                Namespace=query.metric.namespace,
                MetricData=[
                    {
                        "MetricName": query.metric.name,
                        "Dimensions": [
                            {"Name": name, "Value": value}
                            for name, value in query.metric.dimensions_of(*query.values).items()
                        ],
                        "Timestamp": end - timedelta(hours=2) + timedelta(minutes=minute),
                        "Value": 120 if query.metric.name == "RequestCount" else 3,
                    }
                ],
            )
    measured = read_cloudwatch(
        plan, state, percentiles={}, first=end - timedelta(hours=2), end=end, now=datetime.now(UTC)
    )
    load, machines = measured.get(Metric.LOAD, "fraud"), measured.get(Metric.MACHINES, "m7g-large-on-demand")
    assert load is not None and machines is not None
    assert list(load.mean) == [2, 2]
    assert list(machines.mean) == [3, 3]
