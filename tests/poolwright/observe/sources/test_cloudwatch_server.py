"""What CloudWatch is asked for a window, and what becomes of its pages, of throttling and of a no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from components.metric_names import BUCKET_BYTES, MACHINES
from poolwright.observe.sources import cloudwatch_server
from poolwright.observe.sources.cloudwatch_server import Answers, Query, ask, patient_client, refuse_other_account
from poolwright.price_tables import asking
from solver.errors import CloudError, ConfigError
from tests.poolwright.observe.sources.cloudwatch_stand_in import CloudWatch, Json, constant, moments

_NOW = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
_END = datetime(2026, 11, 27, 15, tzinfo=UTC)
_GROUP = Query("eu-west-1", MACHINES, ("prod-main-c7g",), "Average")


pytestmark = pytest.mark.usefixtures("made_up_credentials")


def _ask(cloud: CloudWatch, *queries: Query, days: float = 1) -> Answers:
    first = _END - timedelta(days=days)
    return ask(queries or (_GROUP,), first=first, end=_END, now=_NOW, client=cloud.client)


def _three(question: Json) -> Json:
    return constant(question, lambda _: 3)


def test_a_metric_is_asked_by_name_and_dimensions_each_five_minutes() -> None:
    cloud = CloudWatch(_three)
    answers = _ask(cloud)
    ((region, question),) = cloud.asked
    assert region == "eu-west-1"
    assert question["ScanBy"] == "TimestampAscending"
    assert question["MetricDataQueries"][0]["MetricStat"] == {
        "Metric": {
            "Namespace": "AWS/AutoScaling",
            "MetricName": "GroupInServiceInstances",
            "Dimensions": [{"Name": "AutoScalingGroupName", "Value": "prod-main-c7g"}],
        },
        "Period": 300,
        "Stat": "Average",
    }
    assert len(answers.of(_GROUP)) == 288
    assert answers.of(_GROUP)[_END.timestamp() - 300] == (3.0, 300)
    assert answers.notes == []


def test_what_is_older_has_one_value_an_hour_and_is_asked_so() -> None:
    cloud = CloudWatch(_three)
    answers = _ask(cloud, days=100)
    periods = [question["MetricDataQueries"][0]["MetricStat"]["Period"] for _, question in cloud.asked]
    assert periods == [3600, 300]
    hourly, fine = (question for _, question in cloud.asked)
    assert hourly["EndTime"] == fine["StartTime"]
    # A margin of an hour: what is kept for 63 days may be gone while it is asked for.
    assert fine["StartTime"] == datetime(2026, 9, 25, 16, tzinfo=UTC).timestamp()
    assert answers.notes == [
        "CloudWatch keeps one value an hour before 2026-09-25 16:00: peaks of these hours are their means"
    ]


def test_what_is_no_longer_kept_is_not_asked_for() -> None:
    cloud = CloudWatch(_three)
    answers = _ask(cloud, days=600)
    assert cloud.asked[0][1]["StartTime"] == datetime(2025, 8, 29, 16, tzinfo=UTC).timestamp()
    assert answers.notes[0].startswith("CloudWatch keeps 455 days: what was before 2025-08-29 16:00")


def test_a_bucket_is_asked_by_the_day() -> None:
    cloud = CloudWatch(_three)
    query = Query("eu-west-1", BUCKET_BYTES, ("models", "StandardStorage"), "Average", daily=True)
    _ask(cloud, query, days=2)
    ((_, question),) = cloud.asked
    assert question["MetricDataQueries"][0]["MetricStat"]["Period"] == 86400
    assert question["StartTime"] == datetime(2026, 11, 25, tzinfo=UTC).timestamp()


def test_many_metrics_are_asked_in_batches_and_each_region_by_itself() -> None:
    cloud = CloudWatch(_three)
    here = [Query("eu-west-1", MACHINES, (f"group-{number}",), "Average") for number in range(1201)]
    there = Query("us-east-1", MACHINES, ("group-0",), "Average")
    answers = _ask(cloud, *here, there, here[0], days=1 / 24)
    assert [(region, len(question["MetricDataQueries"])) for region, question in cloud.asked] == [
        ("eu-west-1", 500),
        ("eu-west-1", 500),
        ("eu-west-1", 201),
        ("us-east-1", 1),
    ]
    assert all(len(answers.of(query)) == 12 for query in (*here, there))


def test_pages_are_put_together() -> None:
    def answer(question: Json) -> Json:
        second = question.get("NextToken") == "next"
        times = moments(question)[6:] if second else moments(question)[:6]
        status = "Complete" if second else "PartialData"
        result = {"Id": "q0", "Timestamps": times, "Values": [1] * 6, "StatusCode": status}
        return {"MetricDataResults": [result], **({} if second else {"NextToken": "next"})}

    cloud = CloudWatch(answer)
    answers = _ask(cloud, days=1 / 24)
    assert len(cloud.asked) == 2
    assert len(answers.of(_GROUP)) == 12
    assert answers.incomplete == []


@pytest.mark.parametrize("status", ["PartialData", "InternalError"])
def test_what_stays_a_part_is_told(status: str) -> None:
    answers = _ask(CloudWatch(lambda question: constant(question, lambda _: 3, status)))
    assert answers.incomplete == [_GROUP]


def test_what_cloudwatch_says_besides_is_passed_on() -> None:
    cloud = CloudWatch(lambda question: {**_three(question), "Messages": [{"Code": "Slow", "Value": "a store is"}]})
    assert _ask(cloud).notes == ["CloudWatch says: Slow: a store is"]


def test_throttling_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses.append)
    no = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
    answers: list[Any] = [no, (503, {}), no]
    cloud = CloudWatch(lambda question: answers.pop() if answers else _three(question))
    assert len(_ask(cloud).of(_GROUP)) == 288
    assert len(cloud.asked) == 4
    assert len(pauses) == 3


def test_throttling_without_end_is_awss_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses.append)
    monkeypatch.setattr(asking, "_ATTEMPTS", 2)
    cloud = CloudWatch(lambda _: (400, {"__type": "ThrottlingException", "message": "Rate exceeded"}))
    with pytest.raises(CloudError, match="AWS answers GetMetricData with ThrottlingException: Rate exceeded"):
        _ask(cloud)
    assert len(cloud.asked) == 2


def test_a_missing_right_is_named() -> None:
    cloud = CloudWatch(lambda _: (400, {"__type": "AccessDeniedException", "message": "not authorized"}))
    with pytest.raises(ConfigError) as refused:
        _ask(cloud)
    assert "AWS answers GetMetricData with AccessDeniedException: not authorized" in str(refused.value)
    assert "as who may cloudwatch:GetMetricData" in str(refused.value)
    assert "pricing:" not in str(refused.value)


def test_a_metric_that_is_forbidden_is_a_missing_right() -> None:
    with pytest.raises(ConfigError, match="with Forbidden"):
        _ask(CloudWatch(lambda question: constant(question, lambda _: None, "Forbidden")))


def test_without_credentials_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(ConfigError, match=r"credentials of an AWS account are needed.*cloudwatch:GetMetricData"):
        _ask(CloudWatch(_three))


def test_without_the_sdk_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(asking, "import_module", none)
    with pytest.raises(ConfigError, match=r"pip install 'poolwright\[aws\]'"):
        patient_client("cloudwatch", "eu-west-1")


def test_a_region_that_can_not_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="a region of AWS"):
        patient_client("cloudwatch", "not a region")


def test_a_region_that_does_not_answer_is_awss_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")
    with pytest.raises(CloudError, match="Could not connect to the endpoint URL"):
        ask([_GROUP], first=_END - timedelta(hours=1), end=_END, now=_NOW)


def test_another_account_is_refused_before_anything_is_asked() -> None:
    cloud = CloudWatch(_three, account="210987654321")
    refuse_other_account("210987654321", "eu-west-1", cloud.client)
    with pytest.raises(ConfigError, match=r"account 210987654321; those of account 123456789012"):
        refuse_other_account("123456789012", "eu-west-1", cloud.client)
    assert cloud.asked == []


def test_the_rights_that_it_needs_are_in_the_documentation() -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "observe.md").read_text(encoding="utf-8")
    assert all(f"`{action}`" in page for action in cloudwatch_server.ACTIONS)
