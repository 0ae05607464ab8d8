"""How property tests run, and fixtures for tests of the real Pulumi engine on the sandbox; mark those `engine`."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from poolwright.engine import cli_binary, environment
from poolwright.engine.cli_binary import PulumiCli
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.project import Project
from poolwright.engine.sandbox.docker.hosts import STAND_IN_VARIABLE
from tests import docker_engine

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SKIP_CHECKPOINTS = "PULUMI_SKIP_CHECKPOINTS"

# The same examples on every run: a test that fails on one machine fails on all. How long one takes is the machine's.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="write what the golden cases expect anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: each goes to one process whole, and what is shared out last must be short.

    Those that run the engine take longest, then those that plan whole stacks.
    """
    engine = {item.path for item in items if item.get_closest_marker("engine")}

    def rank(item: pytest.Item) -> int:
        if item.path in engine:
            return 0
        return 1 if item.path.is_relative_to(TESTS / "examples") or item.path.is_relative_to(TESTS / "solver") else 2

    items.sort(key=rank)


@pytest.fixture(scope="session")
def docker_host(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The address of a Docker Engine, which is also that of the sandbox; tests are skipped where none can be had."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    try:
        address = docker_engine.engine_address(shared)
    except docker_engine.NoEngine as error:
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DOCKER_HOST", address)
        patched.setenv(STAND_IN_VARIABLE, address)
        yield address


@pytest.fixture(scope="session")
def docker_client(docker_host: str) -> Any:
    """The Docker SDK's client of that engine."""
    import docker

    return docker.DockerClient(base_url=docker_host)


@pytest.fixture(scope="session")
def small_image(docker_client: Any) -> str:
    """The id of an image that needs no registry: a shell and a few programs."""
    return docker_engine.small_image(docker_client)


@pytest.fixture(scope="session", autouse=True)
def _state_at_the_end() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    """The engine writes its state at a command's end: after each step, as users have it, is most of a large `up`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(SKIP_CHECKPOINTS, "true")
        yield


@pytest.fixture
def state_after_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """As users have it: for tests that kill the engine, make it fail, or run a shipped stack as a user does."""
    monkeypatch.delenv(SKIP_CHECKPOINTS)


SandboxEnvironment = Callable[..., EngineEnvironment]


@pytest.fixture(scope="session")
def pulumi_cli() -> PulumiCli:
    """The Pulumi CLI that commands use: from PATH or the cache, else downloaded or built now."""
    return cli_binary.ensure(cli_binary.say_on_stderr)


@pytest.fixture
def sandbox_env(tmp_path: Path, pulumi_cli: PulumiCli) -> SandboxEnvironment:
    """Prepares a stack of this project, or of the one in `root`, on a sandbox of the test's own.

    `sandbox_env("dev")` returns its EngineEnvironment: `complete()` is a whole environment for a child process.
    """

    def prepare(stack: str, *, root: Path = ROOT) -> EngineEnvironment:
        project = Project(root=root, home=tmp_path / "poolwright-home")
        return environment.prepare(project, stack, Cloud.SANDBOX, pulumi_cli)

    return prepare
