"""What the engine runs for `--policy-pack poolwright/checks/policy_pack`."""

from __future__ import annotations

from pathlib import Path

from poolwright.checks.pack import CheckPack
from poolwright.engine.analyzer import serve

if __name__ == "__main__":
    serve(CheckPack(Path.cwd()))
