"""A registry of one test: enough of the distribution protocol for an engine to push an image; and as ECR is one."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
from collections.abc import Collection, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Registry:
    """What was pushed."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        """By `repository:tag`."""


@contextlib.contextmanager
def registry(
    *, passwords: Collection[str] | None = None, repositories: Collection[str] | None = None
) -> Generator[tuple[str, Registry]]:
    """Its address, which an engine of this machine takes without TLS, and what it holds.

    As ECR it lets in only the user AWS with one of the `passwords`, and has only the `repositories` that were made.
    """
    held, begun = Registry(), dict[str, bytes]()
    wanted = {f"AWS:{each}" for each in passwords or ()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            del format, args

        def _answer(self, status: int, length: int = 0, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def _refuse(self, status: int, code: str, **headers: str) -> None:
            body = json.dumps({"errors": [{"code": code, "message": code.lower().replace("_", " ")}]}).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json"}.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _refused(self) -> bool:
            """Whether who asks is not let in, or there is no such repository; the answer is given then."""
            kind, _, given = self.headers.get("Authorization", "").partition(" ")
            if passwords is not None and (kind != "Basic" or base64.b64decode(given).decode() not in wanted):
                self._body()
                self._refuse(401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="ecr",service="ecr.amazonaws.com"')
                return True
            name = urlsplit(self.path).path.removeprefix("/v2/")
            if name and repositories is not None and not any(name.startswith(f"{each}/") for each in repositories):
                self._body()
                self._refuse(404, "NAME_UNKNOWN")
                return True
            return False

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
            if self._refused():
                return
            self._answer(200 if self.path == "/v2/" else 404)

        def do_HEAD(self) -> None:
            if self._refused():
                return
            name = self.path.rpartition("/")[2]
            blob = held.blobs.get(name)
            self._answer(404 if blob is None else 200, len(blob or b""), Docker_Content_Digest=name)

        def do_POST(self) -> None:
            if self._refused():
                return
            self._body()
            name = str(len(begun))
            begun[name] = b""
            self._answer(202, Location=f"{self.path.rstrip('/')}/{name}", Docker_Upload_UUID=name, Range="0-0")

        def do_PATCH(self) -> None:
            if self._refused():
                return
            name = urlsplit(self.path).path.rpartition("/")[2]
            begun[name] += self._body()
            self._answer(202, Location=self.path, Docker_Upload_UUID=name, Range=f"0-{len(begun[name]) - 1}")

        def do_PUT(self) -> None:
            if self._refused():
                return
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


@contextlib.contextmanager
def ecr(registry_address: str) -> Generator[tuple[str, dict[str, str]]]:
    """The address of the API that gives passwords to the registry, each of its region; and those that it gave."""
    given: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            del format, args

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked = self.headers["X-Amz-Target"]
            # Credential=AKIA…/20261127/eu-west-1/ecr/aws4_request
            region = self.headers["Authorization"].partition("Credential=")[2].split("/")[2]
            if not asked.endswith(".GetAuthorizationToken") or region.startswith("us-"):
                return self._answer(400, {"__type": "AccessDeniedException", "message": f"{asked} is not allowed"})
            given[region] = password_of(region)
            token = base64.b64encode(f"AWS:{given[region]}".encode()).decode()
            data = {"authorizationToken": token, "proxyEndpoint": f"https://{registry_address}"}
            return self._answer(200, {"authorizationData": [data]})

        def _answer(self, status: int, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", given
        finally:
            server.shutdown()


def password_of(region: str) -> str:
    """What ECR there gives."""
    return f"for-some-hours-in-{region}"
