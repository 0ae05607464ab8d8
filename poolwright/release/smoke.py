"""Smoke tests after `up`: the demand's questions, each asked until its answer is right or its attempts are used up.

On the sandbox no load balancer answers: an address that is not this machine's is answered for by the sandbox, with the
status that is wanted, unless a fault `smoke-fails` is asked for. Commands always run.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from solver.demand.smoke import SmokeTest

OUTPUTS = "POOLWRIGHT_OUTPUTS"
"""Environment variable of a command: a JSON file of the stack's outputs, secrets masked."""
_WORDS = 200
_NEAR = ("localhost", "::1")

Ask = Callable[[str, float], int]
"""Address and seconds to wait → the status that it answers with; OSError where none comes."""


@dataclass(frozen=True, kw_only=True)
class SmokeResult:
    """What came of one smoke test."""

    key: str
    """Its name in the demand."""
    asked: str
    """The address, or the command."""
    passed: bool
    said: str
    """The last answer."""
    attempts: int
    """How often it was asked."""


def run_tests(
    tests: Mapping[str, SmokeTest],
    outputs: Mapping[str, Any],
    *,
    folder: Path,
    ask: Ask,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[SmokeResult, ...]:
    """Asks every question, in the demand's order; `folder` is where commands run."""
    return tuple(_result(key, test, outputs, folder, ask, pause) for key, test in tests.items())


def status_of(address: str, timeout_seconds: float) -> int:
    """The status that an address answers with; redirects are not followed; OSError where no answer comes."""
    opener = urllib.request.build_opener(_Stay())
    request = urllib.request.Request(address, headers={"User-Agent": "poolwright"})
    try:
        with opener.open(request, timeout=timeout_seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return int(refused.code)
    except http.client.HTTPException as broken:
        raise OSError(f"no HTTP: {broken!r}") from broken


def on_sandbox(strikes: Callable[[], bool], wanted: int) -> Ask:
    """Answers as the sandbox does for load balancers that exist nowhere; this machine's addresses are really asked."""

    def ask(address: str, timeout_seconds: float) -> int:
        host = urlsplit(address).hostname or ""
        if strikes():
            return 503
        if host in _NEAR or host.startswith("127."):
            return status_of(address, timeout_seconds)
        return wanted

    return ask


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer as any other."""

    def redirect_request(self, *arguments: Any, **more: Any) -> None:
        del arguments, more


def _result(
    key: str,
    test: SmokeTest,
    outputs: Mapping[str, Any],
    folder: Path,
    ask: Ask,
    pause: Callable[[float], None],
) -> SmokeResult:
    asked, attempt = _question(test, outputs, folder, ask)
    said = ""
    for number in range(1, test.attempts + 1):
        if number > 1:
            pause(test.wait_seconds)
        passed, said = attempt()
        if passed:
            return SmokeResult(key=key, asked=asked, passed=True, said=said, attempts=number)
    return SmokeResult(key=key, asked=asked, passed=False, said=said, attempts=test.attempts)


Attempt = Callable[[], tuple[bool, str]]


def _question(test: SmokeTest, outputs: Mapping[str, Any], folder: Path, ask: Ask) -> tuple[str, Attempt]:
    if test.command:
        return " ".join(test.command), lambda: _run(test, outputs, folder)
    if test.url is not None:
        address = test.url
    else:
        base = _output(outputs, test.output or "")
        if base is None:
            named = f"output {test.output}"
            return named, lambda: (False, f"the stack has no {named} that is an address")
        address = base.rstrip("/") + test.path
    return address, lambda: _get(test, address, ask)


def _get(test: SmokeTest, address: str, ask: Ask) -> tuple[bool, str]:
    try:
        status = ask(address, test.timeout_seconds)
    except OSError as error:
        reason = getattr(error, "reason", None)
        return False, f"no answer: {reason if reason is not None else error}"
    return status == test.status, f"{status}" if status == test.status else f"{status}, where {test.status} is wanted"


def _run(test: SmokeTest, outputs: Mapping[str, Any], folder: Path) -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as kept:
        file = Path(kept) / "outputs.json"
        file.write_text(json.dumps(outputs, sort_keys=True), encoding="utf-8")
        try:
            done = subprocess.run(
                list(test.command),
                cwd=folder,
                env={**os.environ, OUTPUTS: str(file)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=test.timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False, f"no end within {test.timeout_seconds:g} s"
        except OSError as error:
            return False, f"it can't be run: {error.strerror or error}"
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    tail = f": {lines[-1][:_WORDS]}" if lines else ""
    return done.returncode == 0, f"it ended with {done.returncode}{tail if done.returncode else ''}"


def _output(outputs: Mapping[str, Any], path: str) -> str | None:
    value: Any = outputs
    for step in _steps(path):
        value = cast("Mapping[str, Any]", value).get(step) if isinstance(value, Mapping) else None
    if not isinstance(value, str) or not value:
        return None
    return value if value.startswith(("http://", "https://")) else f"http://{value}"


def _steps(path: str) -> Iterator[str]:
    yield from path.split(".")
