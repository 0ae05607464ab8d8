"""How property tests run, and fixtures for tests of the real Pulumi engine on the sandbox; mark those `engine`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from poolwright.engine import cli_binary, environment
from poolwright.engine.cli_binary import PulumiCli
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.project import Project

ROOT = Path(__file__).resolve().parent.parent

# The same examples on every run: a test that fails on one machine fails on all. How long one takes is the machine's.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="write what the golden cases expect anew")


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
