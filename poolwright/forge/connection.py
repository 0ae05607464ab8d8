"""One connection to a forge's REST interface: pages, retries, and errors that say what to do.

The token goes to one origin alone: a redirect is an error, and a next page elsewhere too. What a repeated request would
write twice (a new comment) is never repeated here: `Unsure` says that nobody knows whether it was written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from solver.errors import PoolwrightError

TRIES = 5
"""Of one request, the first one counted."""
LONGEST_WAIT = 120.0
"""Seconds that a forge may ask us to wait before a request is given up."""
_TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and between two bytes."""
_PASSING = frozenset({429, 500, 502, 503, 504})
_LONGEST_MESSAGE = 200
_WRITES_ANEW = "POST"


class ForgeError(PoolwrightError):
    """A forge said no, or can't be reached; `status` is its HTTP status, 0 without an answer."""

    def __init__(self, message: str, *, status: int = 0, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


@contextmanager
def hinting(hint: str, *statuses: int) -> Generator[None]:
    """Says what may help where the forge answers with one of these statuses."""
    try:
        yield
    except ForgeError as error:
        if error.status not in statuses:
            raise
        raise ForgeError(error.message, status=error.status, hint=hint) from error


class Unsure(ForgeError):
    """A request that writes something new had no answer, or a server's error: it may have been done."""


@dataclass(frozen=True)
class Token(AuthBase):
    """A secret header; never shown."""

    header: str
    value: str = field(repr=False)

    @property
    def secret(self) -> str:
        """Without the word that may stand before it in the header."""
        return self.value.rpartition(" ")[2]

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Adds it; being an `auth`, it also keeps a .netrc file from adding another one."""
        r.headers[self.header] = self.value
        return r


@dataclass(kw_only=True)
class Connection:
    """A forge's interface."""

    base: str
    """Address without a slash at its end: `https://api.github.com`."""
    token: Token
    headers: Mapping[str, str]
    """With each request."""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> Any:
        """What stands at a path."""
        return self._answer("GET", f"{self.base}{path}", None).json()

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """The entries of all pages of a list."""
        address: str | None = f"{self.base}{path}"
        while address is not None:
            answer = self._answer("GET", address, None)
            yield from cast("list[dict[str, Any]]", answer.json())
            address = answer.links.get("next", {}).get("url")
            if address is not None and _origin(address) != _origin(self.base):
                raise ForgeError(f"{self.base} says that its next page is on {_origin(address)}")

    def send(self, method: str, path: str, body: Mapping[str, str]) -> dict[str, Any]:
        """Writes something; raises Unsure where something new may have been written."""
        return cast("dict[str, Any]", self._answer(method, f"{self.base}{path}", body).json())

    def _answer(self, method: str, address: str, body: Mapping[str, str] | None) -> requests.Response:
        for left in reversed(range(TRIES)):
            try:
                answer = self.session.request(
                    method,
                    address,
                    json=body,
                    headers=self.headers,
                    auth=self.token,
                    timeout=_TIMEOUT,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                # Its text has the address, and no header.
                failure = f"{method} {address}: {type(error).__name__}"
                if method == _WRITES_ANEW and not isinstance(error, requests.ConnectTimeout):
                    raise Unsure(failure) from error
                if not left:
                    raise ForgeError(failure, hint="Is the address right, and can this machine reach it?") from error
                self.sleep(_pause(TRIES - left))
                continue
            if answer.ok and answer.status_code < 300:
                return answer
            wait = self._wait(answer, TRIES - left)
            if wait is None:
                raise self._error(method, address, answer)
            if method == _WRITES_ANEW and answer.status_code >= 500:
                raise Unsure(self._words(method, address, answer), status=answer.status_code)
            if not left or wait > LONGEST_WAIT:
                hint = f"It asks to wait {wait:.0f} s" if wait > LONGEST_WAIT else f"{TRIES} tries had that answer"
                # A 403 that is worth waiting for is a limit of requests, and no missing right.
                status = 429 if answer.status_code == 403 else answer.status_code
                raise ForgeError(self._words(method, address, answer), status=status, hint=hint)
            self.sleep(wait)
        raise AssertionError("the last try ends in an answer or an error")

    def _wait(self, answer: requests.Response, tried: int) -> float | None:
        """Seconds after which to try again; None where that would not help."""
        headers = answer.headers
        limited = answer.status_code == 403 and (
            "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"
        )
        if answer.status_code not in _PASSING and not limited:
            return None
        asked = headers.get("Retry-After", "")
        if asked.isdecimal():
            return float(asked)
        reset = headers.get("X-RateLimit-Reset") or headers.get("RateLimit-Reset") or ""
        if answer.status_code in (403, 429) and reset.isdecimal():
            return max(1.0, float(reset) - self.now() + 1)
        return _pause(tried)

    def _error(self, method: str, address: str, answer: requests.Response) -> ForgeError:
        if 300 <= answer.status_code < 400:
            moved = _origin(answer.headers.get("Location", ""))
            return ForgeError(f"{method} {address}: it was moved, to {moved}", status=answer.status_code)
        return ForgeError(self._words(method, address, answer), status=answer.status_code)

    def _words(self, method: str, address: str, answer: requests.Response) -> str:
        """`POST https://…: 403 Resource not accessible by integration`, whatever the forge puts into it."""
        try:
            found: Any = answer.json()
        except requests.JSONDecodeError:
            found = None
        said = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        message = " ".join(str(said.get("message") or said.get("error") or answer.reason or "").split())
        message = message.replace(self.token.secret, "***")
        return f"{method} {address}: {answer.status_code} {message[:_LONGEST_MESSAGE]}".rstrip()


def _pause(tried: int) -> float:
    """1, 2, 4, 8 seconds."""
    return 2.0 ** (tried - 1)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
