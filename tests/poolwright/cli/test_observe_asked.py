"""observe: the shipped stack prod, from what answers queries about a window of time."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from components.metric_names import REQUESTS
from poolwright.cli import main
from poolwright.cli.measured import Source
from poolwright.engine.preview import records_of
from poolwright.observe.sources.cloudwatch_server import patient_client
from poolwright.observe.sources.prometheus_server import TOKEN
from tests.poolwright.observe.measured_stack import ROOT
from tests.poolwright.observe.sources.prometheus_stand_in import Asked, Raw, matrix, moments, prometheus

_UNTIL = "2026-09-21T04:00:00+00:00"


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(ROOT)


def _answer(asked: Asked) -> Raw:
    if "requests_total" not in asked["query"] or 'status=~"5.."' in asked["query"]:
        return matrix()
    return matrix(({"workload": "assistant"}, dict.fromkeys(moments(asked), "1200")))


def test_prometheus_is_asked_for_whole_hours_with_the_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "s3cr3t")
    with prometheus(_answer) as seen:
        assert main.run(["observe", "prod", "--from", f"prometheus:{seen.address}", "--until", _UNTIL, "--json"]) == 0
    assert set(seen.tokens) == {"Bearer s3cr3t"}
    printed = capsys.readouterr()
    assert "s3cr3t" not in printed.out + printed.err
    data = json.loads(printed.out)
    assert (data["first"], data["end"], data["hours"]) == ("2026-08-24T04:00:00Z", "2026-09-21T04:00:00Z", 672)
    assert data["services"][0]["mean_per_second"] == 1200
    assert any(note.startswith("Prometheus has no series of: replicas, ") for note in data["notes"])


def test_queries_of_a_file_are_asked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "queries.yaml"
    file.write_text("load_per_second: {query: 'my_requests_total{s=\"$stack\"}'}\n")
    with prometheus(_answer) as seen:
        source = ["--from", f"prometheus:{seen.address}", "--until", _UNTIL, "--days", "7"]
        assert main.run(["observe", "prod", *source, "--queries", str(file), "--json"]) == 0
    assert 'my_requests_total{s="prod"}' in [asked["query"] for asked in seen.asked]
    assert json.loads(capsys.readouterr().out)["hours"] == 168


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "prometheus:"], "an address like http://prometheus.example.com:9090"),
        (["--from", "loads.csv", "--queries", "q.yaml"], "with --from prometheus it is allowed"),
        (["--from", "loads.csv", "--state", "s.json"], "with --from cloudwatch it is allowed"),
        (["--from", "cloudwatch", "--state", "none.json"], "what `pulumi stack export` writes is allowed"),
        (["--from", "cloudwatch", "--state", "pyproject.toml"], "what `pulumi stack export` writes is allowed"),
        (["--from", "prometheus:http://127.0.0.1:1", "--queries", "none.yaml"], "none.yaml: an existing file"),
    ],
)
def test_a_mistake_in_what_is_asked_is_told_of(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main.run(["observe", "prod", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_who_does_not_answer_is_no_mistake_of_the_user() -> None:
    with prometheus(lambda _: Raw(500, b"")) as seen:
        assert main.run(["observe", "prod", "--from", f"prometheus:{seen.address}", "--until", _UNTIL]) == 6


def test_the_hour_that_is_not_over_is_not_asked_for() -> None:
    now = datetime(2026, 9, 21, 4, 59, 59, tzinfo=UTC)
    four = now.replace(minute=0, second=0)
    assert Source(named="prometheus:x").window(now) == (four - timedelta(days=28), four)
    assert Source(named="prometheus:x", until=four + timedelta(days=9), days=2).window(now)[1] == four
    assert Source(named="prometheus:x", until=four - timedelta(days=9)).window(now)[1] == four - timedelta(days=9)


@mock_aws
def test_cloudwatch_is_asked_with_the_ids_of_a_state(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with gzip.open(ROOT / "tests/releases/0.2.0-pre/prod.json.gz") as recorded:
        exported = json.load(recorded)["deployment"]
    state = tmp_path / "state.json"
    state.write_text(json.dumps(exported))
    made = {each.name: each for each in records_of(exported["deployment"]) if each.type.startswith("aws:lb/")}
    put: Any = patient_client("cloudwatch", "us-east-1")
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    names = REQUESTS.dimensions_of(
        made["main-network-public"].outputs["arnSuffix"], made["main-network-public-assistant"].outputs["arnSuffix"]
    )
    for hour in range(30):
        put.put_metric_data(
            Namespace=REQUESTS.namespace,
            MetricData=[
                {
                    "MetricName": REQUESTS.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in names.items()],
                    "Timestamp": end - timedelta(hours=30 - hour),
                    "Value": 300_000,
                }
            ],
        )
    source = ["--from", "cloudwatch", "--state", str(state), "--days", "2"]
    assert main.run(["observe", "prod", *source, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["services"][0]["workload"] == "assistant"
    assert (data["services"][0]["measured_hours"], data["services"][0]["mean_per_second"]) == (30, 1000)
    assert "load_per_second of fraud, recommender" in data["not_measured"]
    assert any(note.startswith("CloudWatch has nothing of: replicas of assistant") for note in data["notes"])
