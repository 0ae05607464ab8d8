"""A server on this machine that answers range queries as Prometheus does, or as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Asked = Mapping[str, str]
Series = tuple[Mapping[str, str], Mapping[float, str]]
"""Labels, and values by moment."""


@dataclass(frozen=True)
class Raw:
    """An answer, byte for byte."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    told_bytes: int | None = None
    """Length that its header tells; its own where it is none."""


@dataclass
class StandIn:
    """A server and what it was asked."""

    address: str
    asked: list[Asked] = field(default_factory=list["Asked"])
    paths: list[str] = field(default_factory=list[str])
    tokens: list[str | None] = field(default_factory=list["str | None"])


def failed(status: int, error: str, kind: str = "bad_data") -> Raw:
    """As Prometheus says no."""
    return Raw(status, json.dumps({"status": "error", "errorType": kind, "error": error}).encode())


def matrix(*series: Series, warnings: list[str] | None = None) -> Raw:
    """As Prometheus answers a range query."""
    result = [{"metric": dict(labels), "values": [*map(list, values.items())]} for labels, values in series]
    found: dict[str, Any] = {"status": "success", "data": {"resultType": "matrix", "result": result}}
    return Raw(200, json.dumps(found | ({} if warnings is None else {"warnings": warnings})).encode())


def moments(asked: Asked) -> list[float]:
    """Those that a question is about."""
    start, end, step = (float(asked[name]) for name in ("start", "end", "step"))
    return [start + step * number for number in range(int((end - start) // step) + 1)]


@contextmanager
def prometheus(answer: Callable[[Asked], Raw]) -> Generator[StandIn]:
    """Runs until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            question = {name: values[0] for name, values in parse_qs(text).items()}
            seen.asked.append(question)
            seen.paths.append(self.path)
            seen.tokens.append(self.headers["Authorization"])
            found = answer(question)
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(found.body) if found.told_bytes is None else found.told_bytes))
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen = StandIn(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
