"""The plugins as the engine looks for them: executables named `pulumi-resource-<package>` in a folder on PATH."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Final

AWS_PLUGIN: Final = "pulumi-resource-aws"
DOCKER_PLUGIN: Final = "pulumi-resource-docker"
_MODULES: Final = {AWS_PLUGIN: "poolwright.engine.sandbox", DOCKER_PLUGIN: "poolwright.engine.sandbox.docker"}
_PROJECT_ROOT: Final = Path(__file__).resolve().parents[3]


def write_plugins(folder: Path) -> Path:
    """Write the launchers into the folder, which is made when missing, and answer it; put it first on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in _MODULES.items():
        launcher = folder / name
        text = _launcher(module)
        # Leaving an equal file alone keeps commands that run at the same time from meeting half a launcher.
        if not launcher.is_file() or launcher.read_text(encoding="utf-8") != text:
            draft = folder / f".{name}.{os.getpid()}"
            draft.write_text(text, encoding="utf-8")
            draft.chmod(0o755)
            draft.replace(launcher)
    return folder


def _launcher(module: str) -> str:
    return (
        "#!/bin/sh\n"
        f"PYTHONPATH={shlex.quote(str(_PROJECT_ROOT))}${{PYTHONPATH:+:$PYTHONPATH}} PYTHONUNBUFFERED=1\n"
        "export PYTHONPATH PYTHONUNBUFFERED\n"
        f'exec {shlex.quote(sys.executable)} -m {module} "$@"\n'
    )
