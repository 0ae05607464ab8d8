"""A forge that an HTTP server on this machine plays: comments of one pull request, as GitHub or GitLab answer."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "made-up-secret-token"
PAGE = 2
"""Entries of a page, whatever is asked for."""
Reply = tuple[int, dict[str, str], Any]
"""Status, headers, content."""


@dataclass
class FakeForge:
    """What it has and what it is to do."""

    kind: str
    """github or gitlab."""
    comments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    user: dict[str, Any] | None = field(default_factory=lambda: {"id": 7, "login": "robot"})
    """None: the token may not ask who it is."""
    failures: dict[str, list[Reply]] = field(default_factory=dict[str, list[Reply]])
    """Method → what is answered next instead."""
    lost_answers: int = 0
    """So many new comments are written and then answered with 502."""
    requests: list[str] = field(default_factory=list[str])
    """`GET /user`, in their order."""
    tokens: set[str] = field(default_factory=set[str])
    address: str = ""
    next_address: str = ""
    """Where the next page is said to be; empty: here."""

    def add(self, body: str, *, user: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A comment that is there already, or is written."""
        author = user or self.user or {"id": 9, "login": "app[bot]", "type": "Bot"}
        entry = {
            "id": len(self.comments) + 1,
            "body": body,
            "user": author,
            "author": author,
            "html_url": f"https://forge.example/1#{len(self.comments) + 1}",
            **more,
        }
        self.comments.append(entry)
        return entry

    def reply(self, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> Reply:
        if self.failures.get(method):
            return self.failures[method].pop(0)
        if path == "/user":
            return (200, {}, self.user) if self.user is not None else (403, {}, {"message": "not by integration"})
        listed = {
            "github": "/repos/acme/shop/issues/12/comments",
            "gitlab": "/projects/acme%2Fshop/merge_requests/12/notes",
        }
        if path == listed[self.kind]:
            return self._list(method, path, query, body)
        one = {"github": r"/repos/acme/shop/issues/comments/(\d+)", "gitlab": rf"{listed['gitlab']}/(\d+)"}
        match = re.fullmatch(one[self.kind], path)
        if match and method == {"github": "PATCH", "gitlab": "PUT"}[self.kind]:
            entry = self.comments[int(match[1]) - 1]
            # As GitHub does it.
            entry["body"] = body["body"].replace("\n", "\r\n")
            return 200, {}, entry
        return 404, {}, {"message": "Not Found"}

    def _list(self, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> Reply:
        if method == "POST":
            entry = self.add(body["body"])
            if self.lost_answers:
                self.lost_answers -= 1
                return 502, {}, {}
            return 201, {}, entry
        number = int(query.get("page", ["1"])[0])
        shown = self.comments[(number - 1) * PAGE : number * PAGE]
        more = number * PAGE < len(self.comments)
        address = self.next_address or self.address
        links = {"Link": f'<{address}{path}?page={number + 1}>; rel="next"'} if more else {}
        return 200, links, shown


@contextmanager
def served(forge: FakeForge) -> Generator[FakeForge]:
    """The forge answers on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(length) or "{}")
            forge.requests.append(f"{self.command} {parts.path}")
            forge.tokens |= {self.headers.get("Authorization", ""), self.headers.get("PRIVATE-TOKEN", "")} - {""}
            status, headers, answer = forge.reply(self.command, parts.path, parse_qs(parts.query), content)
            text = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_PUT = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forge.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
