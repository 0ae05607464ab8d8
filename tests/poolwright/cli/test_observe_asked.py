"""observe: the shipped stack prod, from what answers queries about a window of time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from poolwright.cli import main
from poolwright.cli.measured import Source
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
        (["--from", "loads.csv", "--queries", "q.yaml"], "with --from prometheus:ADDRESS it is allowed"),
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
