"""Smoke tests: addresses on this machine and commands, each asked until it is right or has no attempt left."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from poolwright.release.smoke import SmokeResult, on_sandbox, run_tests, status_of
from solver.demand.smoke import SmokeTest


class _Server(BaseHTTPRequestHandler):
    answers: tuple[int, ...] = ()
    asked: int = 0

    def do_GET(self) -> None:
        status = {"/gone": 404, "/moved": 302}.get(self.path, 200)
        if self.path == "/slow-start":
            status = 503 if type(self).asked < 2 else 200
            type(self).asked += 1
        self.send_response(status)
        self.send_header("Location", "/")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def address() -> Generator[str]:
    _Server.asked = 0
    server = HTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def asked(test: SmokeTest, folder: Path, outputs: dict[str, object] | None = None) -> tuple[SmokeResult, list[float]]:
    pauses: list[float] = []
    [result] = run_tests({"front": test}, outputs or {}, folder=folder, ask=status_of, pause=pauses.append)
    return result, pauses


@pytest.mark.parametrize(
    ("path", "status", "passed", "said"),
    [
        ("/", 200, True, "200"),
        ("/gone", 200, False, "404, where 200 is wanted"),
        ("/gone", 404, True, "404"),
        ("/moved", 302, True, "302"),
    ],
)
def test_the_status_is_compared_and_redirects_are_not_followed(
    address: str, tmp_path: Path, path: str, status: int, passed: bool, said: str
) -> None:
    outputs: dict[str, object] = {"main": {"urls": {"public": address}}}
    test = SmokeTest(output="main.urls.public", path=path, status=status, attempts=1)
    result, _ = asked(test, tmp_path, outputs)
    assert (result.passed, result.said, result.asked) == (passed, said, f"{address}{path}")


def test_one_that_answers_late_is_good_and_waits_between(address: str, tmp_path: Path) -> None:
    result, pauses = asked(SmokeTest(url=f"{address}/slow-start", attempts=5, wait_seconds=3), tmp_path)
    assert (result.passed, result.attempts, pauses) == (True, 3, [3, 3])


def test_no_answer_and_no_such_output_are_told(tmp_path: Path) -> None:
    result, pauses = asked(SmokeTest(url="http://127.0.0.1:9/", attempts=2, wait_seconds=1), tmp_path)
    assert not result.passed and result.said.startswith("no answer: ") and pauses == [1]
    result, _ = asked(SmokeTest(output="main.urls.public", attempts=1), tmp_path, {"main": {"urls": {}}})
    assert (result.passed, result.said) == (False, "the stack has no output main.urls.public that is an address")


def test_a_command_has_the_outputs_and_its_last_line_is_told(tmp_path: Path) -> None:
    script = "import json, os, sys; sys.exit(json.load(open(os.environ['POOLWRIGHT_OUTPUTS']))['why'])"
    command = (sys.executable, "-c", script)
    test = SmokeTest(command=command, attempts=1, timeout_seconds=60)
    result, _ = asked(test, tmp_path, {"why": "the queue is full"})
    assert (result.passed, result.said) == (False, "it ended with 1: the queue is full")
    assert asked(test, tmp_path, {"why": None})[0].passed
    result, _ = asked(SmokeTest(command=("no-such-program",), attempts=1), tmp_path)
    assert result.said == "it can't be run: No such file or directory"
    result, _ = asked(SmokeTest(command=("sleep", "60"), attempts=1, timeout_seconds=0.1), tmp_path)
    assert result.said == "no end within 0.1 s"


def test_the_sandbox_answers_for_load_balancers_that_exist_nowhere(address: str) -> None:
    strikes = [True, False]
    ask = on_sandbox(lambda: bool(strikes) and strikes.pop(0), 204)
    assert ask("https://api.dev.example.com/", 1) == 503
    assert ask("https://api.dev.example.com/", 1) == 204
    assert ask(f"{address}/gone", 5) == 404  # this machine's own are asked


def test_the_outputs_are_json_of_plain_values(tmp_path: Path) -> None:
    command = ("sh", "-c", 'cat "$POOLWRIGHT_OUTPUTS" > seen.json')
    assert asked(SmokeTest(command=command, attempts=1), tmp_path, {"b": {"c": 1}, "a": "[secret]"})[0].passed
    assert json.loads((tmp_path / "seen.json").read_text()) == {"a": "[secret]", "b": {"c": 1}}
