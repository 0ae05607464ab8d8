"""Counted load: what autoscaling follows, and the health check of a server that is about to stop."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from poolwright.images.runtime import load
from poolwright.images.runtime.load import Load, Message, Receive, Send, State, metric_line


class Meter:
    """Stands in for prometheus_client's classes, which only images have."""

    counted: list[str] = []  # noqa: RUF012 - emptied by the fixture

    def __init__(self, *words: Any) -> None:
        del words

    def labels(self, status: str) -> Meter:
        Meter.counted.append(status)
        return self

    def inc(self) -> None: ...

    def observe(self, seconds: float) -> None: ...

    def set_function(self, function: Any) -> None: ...


@pytest.fixture(autouse=True)
def without_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    meters = SimpleNamespace(Counter=Meter, Gauge=Meter, Histogram=Meter, start_http_server=None)

    def library(name: str) -> Any:
        return {"prometheus_client": meters}[name]

    monkeypatch.setattr(load, "library", library)
    monkeypatch.setenv("METRICS_PORT", "0")
    monkeypatch.delenv("LOAD_NAMESPACE", raising=False)
    Meter.counted.clear()


async def app(scope: Message, receive: Receive, send: Send) -> None:
    if scope["path"] == "/broken":
        raise RuntimeError
    await send({"type": "http.response.start", "status": 201})
    await send({"type": "http.response.body", "body": b"yes"})


def status(served: Load, path: str) -> int:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(served({"type": "http", "path": path}, receive, send))
    return sent[0]["status"]


def test_answers_are_counted_by_status_and_none_stays_in_flight() -> None:
    state = State()
    served = Load(app, state=state, health_path="/healthz", ready=lambda: True)
    assert status(served, "/") == 201
    with pytest.raises(RuntimeError):
        status(served, "/broken")
    assert Meter.counted == ["201", "500"]
    assert state.in_flight == 0


def test_the_health_check_is_no_load_and_fails_once_the_server_drains() -> None:
    state = State()
    ready = [False]
    served = Load(app, state=state, health_path="/healthz", ready=lambda: ready[0])
    assert status(served, "/healthz") == 503
    ready[0] = True
    assert status(served, "/healthz") == 200
    state.drain()
    assert status(served, "/healthz") == 503
    assert status(served, "/") == 201
    assert Meter.counted == ["201"]


def test_without_a_say_of_its_own_the_application_answers_the_health_check() -> None:
    assert status(Load(app, state=State(), health_path="/healthz"), "/healthz") == 201


def test_a_server_waits_for_what_it_has_begun_and_not_for_ever() -> None:
    state = State()
    state.add(1)
    assert not state.wait_until_idle(0.02, pause=0.01)
    state.add(-1)
    assert state.wait_until_idle(0.02)


def test_a_line_for_cloudwatch_names_metric_unit_and_dimension() -> None:
    said = json.loads(metric_line("Shop", "search", 12, milliseconds=1_000))
    assert said["_aws"]["CloudWatchMetrics"] == [
        {"Namespace": "Shop", "Dimensions": [["Service"]], "Metrics": [{"Name": "Requests", "Unit": "Count"}]}
    ]
    assert (said["Service"], said["Requests"]) == ("search", 12)
