"""A forge that an HTTP server on this machine plays: comments of one pull request, and approvals, as GitHub or GitLab
answer."""

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
    issues: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """With `title`, `body` and `state`, as GitHub calls them."""
    merged: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Pull requests that were merged, with their `commits` and `reviews`."""
    deployments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Approvals of the run's deployments, as GitHub lists them."""
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

    def merge(self, *commits: str, author: str = "me") -> int:
        """A pull request with these commits, the last one first, is merged; gives its number."""
        number = 100 + len(self.merged)
        self.merged.append({"number": number, "author": author, "commits": commits, "reviews": []})
        return number

    def review(self, number: int, login: str, state: str = "APPROVED", **more: Any) -> None:
        """Somebody says something of a pull request as it is now."""
        of = self.merged[number - 100]
        user = {"login": login, "username": login, "type": "User"}
        of["reviews"].append({"user": user, "state": state, "commit_id": of["commits"][0], **more})

    def _approvals(self, path: str) -> Any:
        """What is at a path of approvals; None for another path."""
        if match := re.fullmatch(r"/repos/acme/shop/commits/(\w+)/pulls", path):
            return [
                {
                    "number": each["number"],
                    "merged_at": "2026-11-27T10:00:00Z",
                    "user": {"login": each["author"]},
                    "head": {"sha": each["commits"][0]},
                }
                for each in self.merged
                if match[1] in each["commits"]
            ]
        if match := re.fullmatch(r"/projects/acme%2Fshop/repository/commits/(\w+)/merge_requests", path):
            return [
                {"iid": each["number"], "state": "merged", "author": {"username": each["author"]}}
                for each in self.merged
                if match[1] in each["commits"]
            ]
        if match := re.fullmatch(r"/repos/acme/shop/pulls/(\d+)/reviews", path):
            return self.merged[int(match[1]) - 100]["reviews"]
        if match := re.fullmatch(r"/projects/acme%2Fshop/merge_requests/(\d+)/approvals", path):
            return {"approved_by": [{"user": each["user"]} for each in self.merged[int(match[1]) - 100]["reviews"]]}
        return self.deployments if re.fullmatch(r"/repos/acme/shop/actions/runs/7/approvals", path) else None

    def reply(self, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> Reply:
        if self.failures.get(method):
            return self.failures[method].pop(0)
        if path == "/user":
            return (200, {}, self.user) if self.user is not None else (403, {}, {"message": "not by integration"})
        if method == "GET" and (answer := self._approvals(path)) is not None:
            return 200, {}, answer
        of_issues = {"github": "/repos/acme/shop/issues", "gitlab": "/projects/acme%2Fshop/issues"}[self.kind]
        if match := re.fullmatch(rf"{of_issues}(?:/(\d+))?", path):
            return self._issue(method, match[1], body)
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

    def _issue(self, method: str, number: str | None, body: dict[str, Any]) -> Reply:
        if method == "GET":
            return 200, {}, [self._shown(each) for each in self.issues if each["state"] == "open"]
        if number is None:
            author = self.user or {"id": 9, "login": "app[bot]", "type": "Bot"}
            self.issues.append({"number": len(self.issues) + 1, "state": "open", "author": author})
        entry = self.issues[-1 if number is None else int(number) - 1]
        if body.pop("state_event", None) == "close":
            body["state"] = "closed"
        if "description" in body:
            body["body"] = body.pop("description")
        entry.update(body)
        return 200 if number else 201, {}, self._shown(entry)

    def _shown(self, issue: dict[str, Any]) -> dict[str, Any]:
        number, author = issue["number"], issue["author"]
        where = f"https://forge.example/issues/{number}"
        if self.kind == "github":
            return {**issue, "user": author, "html_url": where}
        return {"iid": number, "description": issue["body"], "author": author, "web_url": where}

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
