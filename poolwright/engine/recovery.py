"""What a killed engine leaves on the sandbox: its lock, and operations that were begun and may or may not have ended.

A lock whose process is gone holds off every later command; a pending creation, taken for never begun, would be made a
second time. Both are facts in the state's folder, read here without asking the CLI.
"""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any, cast

from poolwright.engine.environment import EngineEnvironment, project_name


def release_dead_locks(environment: EngineEnvironment) -> bool:
    """Removes locks of processes that no longer run on this machine; tells whether there were any."""
    released = False
    for path in sorted(_locks(environment).glob("*.json")):
        holder = _read(path)
        if holder.get("hostname") == socket.gethostname() and not _runs(int(holder.get("pid", 0))):
            path.unlink(missing_ok=True)
            released = True
    return released


def has_pending_operations(environment: EngineEnvironment) -> bool:
    """Whether the stack's state holds operations that were begun and never recorded as ended."""
    name = project_name(environment.project)
    state = _read(environment.project.state / ".pulumi" / "stacks" / name / f"{environment.stack}.json")
    checkpoint = cast("dict[str, Any]", state.get("checkpoint") or {})
    latest = cast("dict[str, Any]", checkpoint.get("latest") or {})
    return bool(latest.get("pending_operations"))


def _locks(environment: EngineEnvironment) -> Path:
    name = project_name(environment.project)
    return environment.project.state / ".pulumi" / "locks" / "organization" / name / environment.stack


def _read(path: Path) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _runs(process: int) -> bool:
    if process <= 0:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
