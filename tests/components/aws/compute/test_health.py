"""Health checks inside containers."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from components.aws.compute.health import MOST_GRACE_SECONDS, container_health_check
from solver.vocabulary import Framework, Protocol
from tests.components import plans
from tests.components.aws import edits

SITE = plans.full_site()
FRAUD, CPU = edits.service(SITE, "fraud"), edits.variant(SITE, "fraud", "cpu")


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def probe(*, protocol: Protocol, port: int, path: str = "/healthz", tools: str | None = None) -> int:
    check = container_health_check(
        FRAUD.model_copy(update={"protocol": protocol, "port": port, "health_path": path}), CPU
    )
    assert check is not None
    kind, command = check["command"]
    assert kind == "CMD-SHELL"
    folder = sys.executable.rpartition("/")[0]
    environment = {"PATH": f"{folder}:/usr/bin:/bin" if tools is None else tools}
    return subprocess.run(
        ["/bin/sh", "-c", command], env=environment, capture_output=True, check=False, timeout=10
    ).returncode


def test_a_service_that_answers_is_healthy_and_one_that_does_not_is_not(port: int) -> None:
    assert probe(protocol=Protocol.HTTP, port=port) == 0
    assert probe(protocol=Protocol.HTTP, port=port, path="/elsewhere") == 1
    assert probe(protocol=Protocol.GRPC, port=port) == 0


@pytest.mark.parametrize("protocol", list(Protocol))
def test_a_port_that_nobody_listens_on_is_not_healthy(protocol: Protocol) -> None:
    assert probe(protocol=protocol, port=1) == 1


def test_an_image_without_any_tool_is_not_taken_for_broken() -> None:
    assert probe(protocol=Protocol.HTTP, port=1, tools="/nowhere") == 0


def test_a_load_balancer_checks_better() -> None:
    behind = FRAUD.model_copy(update={"load_balancers": ("public",)})
    assert container_health_check(behind, CPU) is None


def test_an_image_of_unknown_make_has_no_check() -> None:
    assert container_health_check(FRAUD, CPU.model_copy(update={"framework": Framework.OTHER})) is None


def test_the_grace_is_the_plans_up_to_what_ecs_allows() -> None:
    for seconds, allowed in ((60, 60), (900, MOST_GRACE_SECONDS)):
        check = container_health_check(FRAUD.model_copy(update={"health_grace_seconds": seconds}), CPU)
        assert check is not None
        assert check["startPeriod"] == allowed
