"""The stack `local` on a real Docker Engine: built, answering, changed by one container, and gone without a trace."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import main
from tests.poolwright.checks.estate import ROOT

SHOP = "local-desk-here-shop-cpu-"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, docker_host: str) -> Iterator[Path]:
    """A copy of the project's stack, on ports that nothing else has."""
    (tmp_path / "stacks").mkdir()
    for name in ("Pulumi.yaml", "__main__.py", "stacks/Pulumi.local.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "apps", tmp_path / "apps")
    text = (ROOT / "stacks" / "local.yaml").read_text("utf-8")
    ports = f"    network: {{https_port: {free_port()}, http_port: {free_port()}}}\n"
    assert "\nworkloads:" in text
    demand = text.replace("\nworkloads:", f"{ports}\nworkloads:", 1)
    (tmp_path / "stacks" / "local.yaml").write_text(demand, "utf-8")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    main.run(["destroy", "local", "--with-data", "--yes"])


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main.run([*arguments, "--json"]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def left(client: Any) -> list[str]:
    """Names of everything that is the stack's on an engine."""
    things = [*client.containers.list(all=True), *client.networks.list(), *client.volumes.list()]
    names = [str(thing.name) for thing in things]
    names += [tag for image in client.images.list() for tag in image.tags]
    return [name for name in names if name.startswith(("local-desk", "local/"))]


@pytest.mark.engine
def test_local_is_built_answers_changes_by_one_container_and_leaves_nothing(
    project: Path, docker_client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["plan", "local", "--write"]) == 0
    assert main.run(["images", "local", "--build", "--write"]) == 0
    up = printed(capsys, "up", "local")
    assert up["counts"]["create"] > 10
    hosts = printed(capsys, "hosts", "local", "--wait", "30")
    assert hosts["well"]
    assert [(each["workload"], each["status"]) for each in hosts["addresses"]] == [("shop", 200)]
    assert all(0 < each["memory_mib"] < each["memory_limit_mib"] for each in hosts["containers"])
    assert printed(capsys, "preview", "local")["counts"].keys() == {"same"}

    demand = project / "stacks" / "local.yaml"
    demand.write_text(demand.read_text("utf-8").replace("second: 20, s", "second: 13, s"), "utf-8")
    assert main.run(["plan", "local", "--write"]) == 0
    changed = printed(capsys, "preview", "local")["changes"]
    touched = [each["name"] for each in changed if each["type"].endswith(":Container")]
    assert touched == [f"{SHOP}2"], "one replica more is one container more"

    assert main.run(["destroy", "local", "--with-data", "--yes"]) == 0
    assert main.run(["images", "local", "--remove"]) == 0
    assert left(docker_client) == []


def test_without_an_engine_it_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr("poolwright.engine.docker.reach.DEFAULT_ADDRESS", f"unix://{tmp_path}/none.sock")
    monkeypatch.delenv("POOLWRIGHT_SANDBOX_DOCKER_HOST", raising=False)
    assert main.run(["doctor", "--docker"]) == 2
    said = capsys.readouterr().err.strip()
    assert "a Docker Engine that answers is needed" in said
    assert "No such file" in said
