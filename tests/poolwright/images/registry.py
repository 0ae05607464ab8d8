"""A registry of one test: enough of the distribution protocol for an engine to push an image."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Registry:
    """What was pushed."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        """By `repository:tag`."""


@contextlib.contextmanager
def registry() -> Generator[tuple[str, Registry]]:
    """Its address, which an engine of this machine takes without TLS, and what it holds."""
    held, begun = Registry(), dict[str, bytes]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            del format, args

        def _answer(self, status: int, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") == "chunked":
                parts: list[bytes] = []
                while size := int(self.rfile.readline().strip(), 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))

        def do_GET(self) -> None:
            self._answer(200 if self.path == "/v2/" else 404)

        def do_HEAD(self) -> None:
            name = self.path.rpartition("/")[2]
            self._answer(200 if name in held.blobs else 404, Docker_Content_Digest=name)

        def do_POST(self) -> None:
            self._body()
            name = str(len(begun))
            begun[name] = b""
            self._answer(202, Location=f"{self.path.rstrip('/')}/{name}", Docker_Upload_UUID=name, Range="0-0")

        def do_PATCH(self) -> None:
            name = urlsplit(self.path).path.rpartition("/")[2]
            begun[name] += self._body()
            self._answer(202, Location=self.path, Docker_Upload_UUID=name, Range=f"0-{len(begun[name]) - 1}")

        def do_PUT(self) -> None:
            body, parts = self._body(), urlsplit(self.path)
            if "/manifests/" in parts.path:
                repository, _, tag = parts.path.removeprefix("/v2/").partition("/manifests/")
                held.manifests[f"{repository}:{tag}"] = body
                self._answer(201, Docker_Content_Digest=f"sha256:{hashlib.sha256(body).hexdigest()}")
                return
            digest = parse_qs(parts.query)["digest"][0]
            held.blobs[digest] = begun[parts.path.rpartition("/")[2]] + body
            self._answer(201, Docker_Content_Digest=digest)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", held
        finally:
            server.shutdown()
