"""PrometheusServer: one address that answers as Prometheus does; range queries, retries, errors that say what to do.

A token goes to that address alone: a redirect is an error. It is in no message, whatever the server puts into its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

import requests
from pydantic import BaseModel, BeforeValidator, ValidationError

from poolwright.forge.connection import Token
from solver.errors import CloudError, ConfigError, Problem

TOKEN = "POOLWRIGHT_PROMETHEUS_TOKEN"
"""Environment variable with a bearer token."""
STEP_SECONDS = 300
"""Between two samples."""
_TRIES = 3
_SECONDS_TO_ANSWER = 60.0
_TIMEOUT = (10.0, _SECONDS_TO_ANSWER + 10)
"""Seconds to connect, and between two bytes; Prometheus itself gives up before that."""
_SECONDS_TO_READ = 300.0
_MOST_BYTES = 256 * 1024 * 1024
_PIECE_BYTES = 16 * 1024
_PASSING = frozenset({429, 502, 503, 504})
_WRONG_QUERY = frozenset({400, 422})
_LONGEST_MESSAGE = 300


class WrongQueryError(ConfigError):
    """Prometheus refuses a query, or can't run it."""


class Line(BaseModel):
    """One series of an answer."""

    metric: dict[str, str]
    """Its labels."""
    values: list[tuple[float, float]] = []
    """Seconds since 1970 and values; those that are no numbers are holes."""


class _Matrix(BaseModel):
    resultType: Literal["matrix"]
    result: list[Line]


class _Answer(BaseModel):
    status: Literal["success"]
    data: _Matrix
    warnings: Annotated[list[str], BeforeValidator(lambda found: found or [])] = []


@dataclass(frozen=True, kw_only=True)
class Lines:
    """What a range query gave."""

    lines: list[Line]
    warnings: list[str]


@dataclass(frozen=True, kw_only=True)
class PrometheusServer:
    """A server; its base is an address without a slash at its end."""

    base: str
    token: Token | None = None
    sleep: Callable[[float], None] = time.sleep
    session: requests.Session = field(default_factory=requests.Session)

    def lines(self, query: str, first: float, last: float) -> Lines:
        """The series of a query from the first to the last moment; both are seconds since 1970.

        ConfigError (2) where the address, the token or the query is wrong, CloudError (6) for all else.
        """
        asked = {
            "query": query,
            "start": f"{first:.0f}",
            "end": f"{last:.0f}",
            "step": str(STEP_SECONDS),
            "timeout": f"{_SECONDS_TO_ANSWER:.0f}s",
        }
        for left in reversed(range(_TRIES)):
            try:
                answer, body = self._post(asked)
            except requests.exceptions.SSLError as error:
                hint = "REQUESTS_CA_BUNDLE names a file with the certificates of your own authority."
                raise self._refused(f"its certificate is not trusted ({_kind(error)})", hint) from error
            except (requests.exceptions.InvalidURL, UnicodeError) as error:
                raise self._refused("no such address can be", None) from error
            except requests.RequestException as error:
                if not left:
                    hint = "Is the address right, and can this machine reach it?"
                    raise CloudError(f"{self.base} gives no answer: {_kind(error)}", hint=hint) from error
                self.sleep(_pause(_TRIES - left))
                continue
            if answer.status_code == 200:
                return self._read(body)
            if answer.status_code not in _PASSING or not left:
                raise self._no(answer, body, query)
            self.sleep(_pause(_TRIES - left))
        raise AssertionError("the last try ends in an answer or an error")

    def _post(self, asked: Mapping[str, str]) -> tuple[requests.Response, bytes]:
        until = time.monotonic() + _SECONDS_TO_READ
        with self.session.post(
            f"{self.base}/api/v1/query_range",
            data=asked,
            headers={"Accept": "application/json"},
            auth=self.token,
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = bytearray()
            for piece in answer.iter_content(_PIECE_BYTES):
                body += piece
                if len(body) > _MOST_BYTES:
                    raise CloudError(f"{self.base} answers with more than {_MOST_BYTES // 1024**2} MiB")
                if time.monotonic() > until:
                    raise CloudError(f"{self.base} has not sent its answer after {_SECONDS_TO_READ:.0f} s")
            return answer, bytes(body)

    def _read(self, body: bytes) -> Lines:
        try:
            found = _Answer.model_validate_json(body)
        except ValidationError as error:
            if body.lstrip()[:1] != b"{":
                hint = "Is there a page to log in before it, or is a path of the address missing?"
                raise self._refused("it answers, but not as Prometheus does", hint) from error
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "its text"
            raise CloudError(f"{self.base} gives an answer that can't be read: {where}: {first['msg']}") from error
        return Lines(lines=found.data.result, warnings=[self._shown(warning) for warning in found.warnings])

    def _no(self, answer: requests.Response, body: bytes, query: str) -> ConfigError | CloudError:
        """What to tell of an answer that is none."""
        status = answer.status_code
        said = self._said(body) or answer.reason or ""
        words = f"{self.base} answers with {status} {said}".rstrip()
        if status in _WRONG_QUERY:
            allowed = f"a query that Prometheus can run is allowed; it says: {said}"
            return WrongQueryError([Problem(file="", path="query", found=" ".join(query.split()), allowed=allowed)])
        if status in (401, 403):
            known = "is another one needed?" if self.token is not None else "it is not set."
            return self._refused(f"it answers with {status} {said}".rstrip(), f"{TOKEN} has a bearer token: {known}")
        if 300 <= status < 400:
            parts = urlsplit(answer.headers.get("Location", ""))
            return self._refused(f"it was moved, to {parts.scheme}://{parts.netloc}{parts.path}", None)
        if 400 <= status < 500 and status not in _PASSING:
            return self._refused(f"it answers with {status} {said}".rstrip(), "Is a path of the address missing?")
        return CloudError(words, hint=f"{_TRIES} tries had that answer." if status in _PASSING else None)

    def _said(self, body: bytes) -> str:
        """Prometheus's own words; empty where the answer has none."""
        try:
            found: Any = json.loads(body)
        except ValueError:
            return ""
        said = cast("dict[str, Any]", found).get("error") if isinstance(found, dict) else None
        return self._shown(str(said)) if said else ""

    def _shown(self, text: str) -> str:
        line = " ".join(text.split())
        line = line if self.token is None else line.replace(self.token.secret, "***")
        return line if len(line) <= _LONGEST_MESSAGE else f"{line[: _LONGEST_MESSAGE - 1]}…"

    def _refused(self, words: str, hint: str | None) -> ConfigError:
        allowed = "the address of a Prometheus server is allowed"
        return ConfigError([Problem(file="", path=self.base, found=words, allowed=allowed, hint=hint)])


def server_at(address: str, token: str | None) -> PrometheusServer:
    """The server of `prometheus:ADDRESS`; ConfigError for what is no address or no token."""
    try:
        parts = urlsplit(address.strip())
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        right, parts = False, urlsplit("")
    # What is before an @ may be a password, so it is not shown again.
    if not right or "@" in parts.netloc or parts.query or parts.fragment:
        allowed = "an address like http://prometheus.example.com:9090, without user, password and question, is allowed"
        hint = f"{TOKEN} or a .netrc file has what logs in" if "@" in parts.netloc else None
        raise ConfigError([Problem(file="", path="--from prometheus:", allowed=allowed, hint=hint)])
    base = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/").removesuffix("/api/v1")
    secret = (token or "").strip()
    if not (secret.isascii() and secret.isprintable() and " " not in secret):
        raise ConfigError([Problem(file="", path=TOKEN, allowed="a token of one word is allowed")])
    return PrometheusServer(base=base, token=Token("Authorization", f"Bearer {secret}") if secret else None)


def _kind(error: BaseException) -> str:
    """What went wrong, without the address and whatever else a library's text has."""
    return type(error).__name__


def _pause(tried: int) -> float:
    """1, 2 seconds."""
    return 2.0 ** (tried - 1)
