"""One server: what it is sent, when it is asked again, and what is told of an answer that is none."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from poolwright.observe.sources import prometheus_server
from poolwright.observe.sources.prometheus_server import Lines, server_at
from solver.errors import CloudError, ConfigError, PoolwrightError
from tests.poolwright.observe.sources.prometheus_stand_in import (
    Asked,
    Raw,
    StandIn,
    failed,
    matrix,
    moments,
    prometheus,
)

_SECRET = "s3cr3t-w0rd"


def _lines(answer: Callable[[Asked], Raw], token: str | None = None) -> tuple[Lines, StandIn, list[float]]:
    pauses: list[float] = []
    with prometheus(answer) as seen:
        server = replace(server_at(f"{seen.address}/prefix/", token), sleep=pauses.append)
        return server.lines("up", 600, 900), seen, pauses


def _one(asked: Asked) -> Raw:
    return matrix(({"workload": "shop"}, dict.fromkeys(moments(asked), "1")))


def _refusal(answer: Raw, token: str | None = None) -> PoolwrightError:
    with pytest.raises(PoolwrightError) as refused:
        _lines(lambda _: answer, token)
    return refused.value


def test_a_query_is_posted_below_the_address_with_the_token() -> None:
    found, seen, _ = _lines(_one, _SECRET)
    assert seen.paths == ["/prefix/api/v1/query_range"]
    assert seen.tokens == [f"Bearer {_SECRET}"]
    assert seen.asked[0] == {"query": "up", "start": "600", "end": "900", "step": "300", "timeout": "60s"}
    assert found.lines[0].values == [(600.0, 1.0), (900.0, 1.0)]


def test_without_a_token_none_is_sent() -> None:
    _, seen, _ = _lines(_one)
    assert seen.tokens == [None]


def test_what_passes_is_asked_again() -> None:
    answers = [failed(503, "timed out"), failed(429, "slow down")]
    _, seen, pauses = _lines(lambda asked: answers.pop() if answers else _one(asked))
    assert len(seen.asked) == 3
    assert pauses == [1.0, 2.0]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (
            failed(503, "query timed out", "timeout"),
            CloudError,
            "503 query timed out\n  hint: 3 tries had that answer.",
        ),
        (Raw(500, b"<h1>broken</h1>"), CloudError, "answers with 500 Internal Server Error"),
        (
            Raw(401, b"who are you"),
            ConfigError,
            "401 Unauthorized; the address of a Prometheus server is allowed. POOL",
        ),
        (Raw(403, b""), ConfigError, "POOLWRIGHT_PROMETHEUS_TOKEN has a bearer token: it is not set."),
        (Raw(404, b"no such page"), ConfigError, "Is a path of the address missing?"),
        (
            Raw(302, b"", {"Location": "https://login.example.com/in?token=x"}),
            ConfigError,
            "to https://login.example.c",
        ),
        (Raw(200, b"<html><title>Log in</title></html>"), ConfigError, "it answers, but not as Prometheus does"),
        (Raw(200, b'{"status": "success", "data": {"resultTy'), CloudError, "gives an answer that can't be read"),
        (Raw(200, b'{"status": "success", "data": {}}'), CloudError, "data.resultType: Field required"),
        (Raw(200, b'{"status"', told_bytes=5000), CloudError, "gives no answer: "),
    ],
)
def test_an_answer_that_is_none_is_told_of(answer: Raw, error: type[PoolwrightError], words: str) -> None:
    found = _refusal(answer)
    assert type(found) is error
    assert words in str(found)
    assert "token=x" not in str(found)


def test_a_token_is_in_no_message() -> None:
    for status in (400, 401, 500, 503):
        assert _SECRET not in str(_refusal(failed(status, f"I got Bearer {_SECRET}"), _SECRET))
    assert _SECRET not in repr(server_at("http://127.0.0.1", _SECRET))


def test_a_slow_page_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prometheus_server, "_TIMEOUT", (1.0, 0.05))
    monkeypatch.setattr(prometheus_server, "_TRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = server_at(f"http://127.0.0.1:{silent.getsockname()[1]}", None)
        with pytest.raises(CloudError, match="gives no answer: ReadTimeout"):
            server.lines("up", 0, 300)


def test_a_page_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prometheus_server, "_SECONDS_TO_READ", -1.0)
    with pytest.raises(CloudError, match="has not sent its answer"):
        _lines(_one)
    monkeypatch.setattr(prometheus_server, "_MOST_BYTES", 10)
    with pytest.raises(CloudError, match="answers with more than"):
        _lines(_one)


def test_who_does_not_listen_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    pauses: list[float] = []
    server = replace(server_at(f"http://127.0.0.1:{port}", None), sleep=pauses.append)
    with pytest.raises(CloudError, match=f"127.0.0.1:{port} gives no answer: ConnectionError"):
        server.lines("up", 0, 300)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "prometheus.example.com",
        "ftp://a",
        "http://",
        "http://a:99999",
        "http://a/?x=1",
        "http://[::1",
        "http://a:b",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=r"an address like http://prometheus\.example\.com:9090"):
        server_at(address, None)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigError) as refused:
        server_at("http://me:passw0rd@example.com", None)
    assert "passw0rd" not in str(refused.value)
    assert ".netrc" in str(refused.value)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "schlüssel"])
def test_a_token_that_is_none_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ConfigError) as refused:
        server_at("http://a", token)
    assert str(refused.value) == "POOLWRIGHT_PROMETHEUS_TOKEN: a token of one word is allowed"


def test_the_path_of_the_interface_may_stand_in_the_address() -> None:
    assert server_at("https://a:9090/api/v1/", None).base == "https://a:9090"
