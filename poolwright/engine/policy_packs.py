"""Policy packs as the engine can start them beside a program that runs in this process.

For such a program the engine has the Automation API's server as its only language host, which starts no plugins. It
also takes an executable for a pack, so each pack in Python gets one. Plain `pulumi` starts packs by the language host.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from poolwright.engine.project import Project
from solver.errors import ConfigError, Problem

PACK_FILE = "PulumiPolicy.yaml"


def executables(project: Project, folders: Sequence[Path]) -> tuple[Path, ...]:
    """An executable for each pack's folder; ConfigError for a folder that holds none, or none in Python."""
    return tuple(_executable(project, folder.absolute()) for folder in folders)


def _executable(project: Project, folder: Path) -> Path:
    require_python(folder)
    packages = shlex.quote(str(Path(__file__).resolve().parents[2]))
    text = (
        "#!/bin/sh\n"
        f"PYTHONPATH={packages}${{PYTHONPATH:+:$PYTHONPATH}}\n"
        "export PYTHONPATH\n"
        f'exec {shlex.quote(sys.executable)} -u -m pulumi.policy "$1" {shlex.quote(str(folder))}\n'
    )
    # One folder each: the engine looks for a pack's own file beside its executable.
    home = project.home / "packs" / sha256(str(folder).encode()).hexdigest()[:12]
    home.mkdir(parents=True, exist_ok=True)
    launcher = home / folder.name
    # Leaving an equal file alone keeps commands that run at the same time from meeting half a launcher.
    if not launcher.is_file() or launcher.read_text(encoding="utf-8") != text:
        draft = home / f".{folder.name}.draft"
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o755)
        draft.replace(launcher)
    return launcher


def require_python(folder: Path) -> None:
    """Raises ConfigError unless the folder holds a policy pack in Python."""
    import yaml

    path = folder / PACK_FILE
    hint = None
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        runtime: Any = cast("dict[str, Any]", content)["runtime"]
        name = str(cast("dict[str, Any]", runtime)["name"]) if isinstance(runtime, dict) else str(runtime)
        if name == "python":
            return
        found = f"a pack in {name}"
        hint = f"Plain Pulumi runs it: pulumi preview --policy-pack {folder}"
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        found = f"no readable {PACK_FILE}"
    problem = Problem(file=str(folder), found=found, allowed="the folder of a policy pack in Python", hint=hint)
    raise ConfigError([problem])
