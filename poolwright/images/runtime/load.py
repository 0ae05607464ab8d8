"""Load: counts what a server is asked for, in the units that autoscaling follows, and says when it takes no more.

An ASGI middleware, around a uvicorn or LitServe application. Counts are on `METRICS_PORT` for Prometheus; with
`LOAD_NAMESPACE` set, each minute's number of requests is also a line of CloudWatch's embedded metric format, which
CloudWatch Logs turns into the metric that `scaling.metric` of a demand file names.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from poolwright.images.runtime.entry import library

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

EVERY_SECONDS = 60.0
"""Between two lines of the embedded metric format."""


class State:
    """What the process that gets signals and the one that serves both see."""

    def __init__(self) -> None:
        self._draining = multiprocessing.Value("b", 0)
        self._in_flight = multiprocessing.Value("i", 0)

    @property
    def draining(self) -> bool:
        """The server is about to stop: its health check fails, so that no more is sent here."""
        return bool(self._draining.value)

    def drain(self) -> None:
        """From now on the health check fails."""
        self._draining.value = 1

    @property
    def in_flight(self) -> int:
        """Requests that have no answer yet."""
        return self._in_flight.value

    def add(self, number: int) -> None:
        """Counts requests that came (1) or were answered (-1)."""
        with self._in_flight.get_lock():
            self._in_flight.value += number

    def wait_until_idle(self, seconds: float, pause: float = 0.05) -> bool:
        """Whether all requests had their answers within so many seconds."""
        until = time.monotonic() + seconds
        while self.in_flight > 0 and time.monotonic() < until:
            time.sleep(pause)
        return self.in_flight == 0


class Load:
    """The middleware. `ready` answers the health check itself; without it the application does."""

    def __init__(
        self, app: Application, *, state: State, health_path: str, ready: Callable[[], bool] | None = None
    ) -> None:
        self._app = app
        self._state = state
        self._health_path = health_path
        self._ready = ready
        self._meters: _Meters | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        # The first call is the start-up of the process that serves: what counts must live there.
        if self._meters is None:
            self._meters = _Meters(self._state)
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == self._health_path:
            await self._health(scope, receive, send)
        else:
            await self._counted(scope, receive, send, self._meters)

    async def _health(self, scope: Message, receive: Receive, send: Send) -> None:
        if self._state.draining:
            await _answer(send, 503, b"draining\n")
        elif self._ready is None:
            await self._app(scope, receive, send)
        elif self._ready():
            await _answer(send, 200, b"ok\n")
        else:
            await _answer(send, 503, b"not ready\n")

    async def _counted(self, scope: Message, receive: Receive, send: Send, meters: _Meters) -> None:
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        self._state.add(1)
        began = time.perf_counter()
        try:
            await self._app(scope, receive, noting)
        finally:
            self._state.add(-1)
            meters.answered(status, time.perf_counter() - began)


async def _answer(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})


class _Meters:
    """The counters of the serving process, and who reads them."""

    def __init__(self, state: State) -> None:
        prometheus = library("prometheus_client")
        self._requests = prometheus.Counter("requests", "Requests answered, by status", ["status"])
        self._seconds = prometheus.Histogram("request_seconds", "From a request to the end of its answer")
        prometheus.Gauge("requests_in_flight", "Requests without an answer yet").set_function(lambda: state.in_flight)
        self._since_line = 0
        self._lock = threading.Lock()
        port = int(os.environ.get("METRICS_PORT", "9090"))
        if port:
            prometheus.start_http_server(port)
        if namespace := os.environ.get("LOAD_NAMESPACE"):
            threading.Thread(target=self._lines, args=(namespace,), daemon=True).start()

    def answered(self, status: int, seconds: float) -> None:
        self._requests.labels(str(status)).inc()
        self._seconds.observe(seconds)
        with self._lock:
            self._since_line += 1

    def _lines(self, namespace: str) -> None:
        service = os.environ.get("LOAD_SERVICE", "service")
        while True:
            time.sleep(EVERY_SECONDS)
            with self._lock:
                number, self._since_line = self._since_line, 0
            print(metric_line(namespace, service, number, milliseconds=int(time.time() * 1000)), flush=True)


def metric_line(namespace: str, service: str, requests: int, *, milliseconds: int) -> str:
    """A line that CloudWatch Logs turns into the metric `Requests` of the service."""
    metric = {
        "Namespace": namespace,
        "Dimensions": [["Service"]],
        "Metrics": [{"Name": "Requests", "Unit": "Count"}],
    }
    return json.dumps(
        {
            "_aws": {"Timestamp": milliseconds, "CloudWatchMetrics": [metric]},
            "Service": service,
            "Requests": requests,
        }
    )
