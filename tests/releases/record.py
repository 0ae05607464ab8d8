"""Records what today's program makes of the shipped stacks, for later programs to be compared with.

    python -m tests.releases.record VERSION

For each stack it writes `tests/releases/VERSION/<stack>.json.gz`: the lock's text and the engine's state after an `up`
on a sandbox of its own. Times, stack traces and secrets' keys are left out, so the same program writes the same bytes.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from poolwright.engine import cli_binary, environment
from poolwright.engine.automation import Engine
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.project import Project
from stacks.program import build

ROOT = Path(__file__).resolve().parents[2]
RELEASES = ROOT / "tests" / "releases"
STACKS = ("dev", "prod")
_LEFT_OUT = ("created", "modified", "sourcePosition", "stackTrace")


@dataclass(frozen=True)
class Recorded:
    """One stack of one release."""

    path: Path
    lock: str
    """Text of the lock it was built from."""
    deployment: dict[str, Any]
    """The engine's state, as `pulumi stack import` takes it."""

    @property
    def version(self) -> str:
        """The release."""
        return self.path.parent.name

    @property
    def stack(self) -> str:
        """The stack."""
        return self.path.name.removesuffix(".json.gz")


def read(path: Path) -> Recorded:
    """What was recorded."""
    content = json.loads(gzip.decompress(path.read_bytes()))
    return Recorded(path, content["lock"], content["deployment"])


def state_of(prepared: EngineEnvironment) -> dict[str, Any]:
    """The stack's exported state without what differs from run to run."""
    exported: Any = json.loads(_pulumi(prepared, "stack", "export"))
    deployment: dict[str, Any] = exported["deployment"]
    for name in ("manifest", "secrets_providers"):
        deployment.pop(name, None)
    for resource in cast("list[dict[str, Any]]", deployment["resources"]):
        for name in _LEFT_OUT:
            resource.pop(name, None)
    return exported


def load_state(prepared: EngineEnvironment, deployment: dict[str, Any]) -> None:
    """Makes a recorded state the stack's own."""
    _pulumi(prepared, "stack", "import", text=json.dumps(deployment))


def _pulumi(prepared: EngineEnvironment, *arguments: str, text: str | None = None) -> str:
    command = ["pulumi", *arguments, "--stack", prepared.stack]
    ended = subprocess.run(
        command,
        cwd=prepared.project.root,
        env=prepared.complete(),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    return ended.stdout


def main(version: str) -> None:
    folder = RELEASES / version
    folder.mkdir(exist_ok=True)
    cli = cli_binary.ensure(cli_binary.say_on_stderr)
    for stack in STACKS:
        with tempfile.TemporaryDirectory() as home:
            prepared = environment.prepare(Project(root=ROOT, home=Path(home)), stack, Cloud.SANDBOX, cli)
            os.environ["POOLWRIGHT_HOME"] = home
            Engine(prepared, build, print).up()
            content = {
                "deployment": state_of(prepared),
                "lock": (ROOT / "stacks" / f"{stack}.lock.yaml").read_text(encoding="utf-8"),
            }
        packed = gzip.compress(json.dumps(content, sort_keys=True, separators=(",", ":")).encode(), mtime=0)
        (folder / f"{stack}.json.gz").write_bytes(packed)
        print(f"{folder.relative_to(ROOT)}/{stack}.json.gz: {len(packed)} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
