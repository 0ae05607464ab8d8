"""A small Pulumi project on a plugin of the tests' own, so that tests of the engine's use need no cloud's rules."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pytest

from poolwright.engine import environment
from poolwright.engine.automation import Engine
from poolwright.engine.cli_binary import PulumiCli
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.project import Project
from solver.errors import InfeasibleError

PROBE = Path(__file__).with_name("probe_provider.py")

MAIN = """
import sys
from pathlib import Path

from poolwright.engine.program import plainly

sys.path.insert(0, str(Path(__file__).parent))
from program import build

plainly(build)
"""

PROGRAM = """
import json
from pathlib import Path

import pulumi

from solver.errors import InfeasibleError


def build() -> None:
    wanted = json.loads((Path(__file__).parent / "things.json").read_text())
    if "error" in wanted:
        raise InfeasibleError(wanted["error"], conflict=["one", "two"])
    for name, inputs in wanted["things"].items():
        options = pulumi.ResourceOptions(
            protect=inputs.pop("protect", None),
            retain_on_delete=inputs.pop("retain", None),
        )
        pulumi.CustomResource("probe:index:Thing", name, {**inputs, "serial": None}, options)
    pulumi.export("count", len(wanted["things"]))
    pulumi.export("greeting", pulumi.Config().get("greeting"))
"""


@dataclass(frozen=True)
class ProbeProject:
    """A project whose stack `dev` holds the things of `things.json`."""

    environment: EngineEnvironment
    said: list[str]

    @property
    def root(self) -> Path:
        return self.environment.project.root

    def want(self, things: Mapping[str, Mapping[str, Any]]) -> None:
        """What the program makes from now on, by name and inputs."""
        (self.root / "things.json").write_text(json.dumps({"things": things}), encoding="utf-8")

    def want_error(self, message: str) -> None:
        """The program ends with an InfeasibleError from now on."""
        (self.root / "things.json").write_text(json.dumps({"error": message}), encoding="utf-8")

    def engine(self, build: Callable[[], None] | None = None) -> Engine:
        """The engine on the stack, with the program run in this process."""
        return Engine(self.environment, build or self._build, self.said.append)

    def _build(self) -> None:
        wanted = json.loads((self.root / "things.json").read_text(encoding="utf-8"))
        if "error" in wanted:
            raise InfeasibleError(wanted["error"], conflict=["one", "two"])
        made: dict[str, pulumi.CustomResource] = {}
        for name, inputs in wanted["things"].items():
            options = pulumi.ResourceOptions(
                protect=inputs.pop("protect", None),
                retain_on_delete=inputs.pop("retain", None),
                depends_on=[made[other] for other in inputs.pop("needs", [])],
            )
            if "token" in inputs:
                inputs["token"] = pulumi.Output.secret(inputs["token"])
            made[name] = pulumi.CustomResource("probe:index:Thing", name, {**inputs, "serial": None}, options)
        pulumi.export("count", len(made))


@pytest.fixture
def probe_project(tmp_path: Path, pulumi_cli: PulumiCli) -> ProbeProject:
    """A fresh project, in a folder with a space in its name, with an empty stack `dev` on the sandbox."""
    root = tmp_path / "a project"
    (root / "stacks").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text("name: probing\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    (root / "stacks" / "Pulumi.dev.yaml").write_text("config:\n  probing:greeting: hello # kept\n", encoding="utf-8")
    (root / "__main__.py").write_text(MAIN, encoding="utf-8")
    (root / "program.py").write_text(PROGRAM, encoding="utf-8")
    project = Project(root=root, home=root / ".poolwright")
    prepared = environment.prepare(project, "dev", Cloud.SANDBOX, pulumi_cli)
    plugin = project.launchers / "pulumi-resource-probe"
    plugin.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(PROBE))} "$@"\n', encoding="utf-8"
    )
    plugin.chmod(0o755)
    fresh = ProbeProject(environment=prepared, said=[])
    fresh.want({})
    return fresh
