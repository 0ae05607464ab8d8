"""What a killed engine or a full disk leaves on the sandbox: a lock, half a state, operations that may have ended.

A lock whose process is gone holds off every later command; a pending creation, taken for never begun, would be made a
second time. All are facts in the state's folder, read here without asking the CLI. Pulumi's file backend replaces the
state by what it could write of it, and its backup too, so a copy is kept of the state before each command.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import socket
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from poolwright.engine.environment import EngineEnvironment, project_name
from solver.errors import EngineError

_CLOCK_SECONDS = 60.0
"""A clock may have been set by so much between a process's start and its lock."""


_LEAST_FREE_BYTES = 8 * 2**20
_STATES = 8
"""Times the state that must be free: a growing state, its backup, a draft of each, and what history keeps of it."""


def release_dead_locks(environment: EngineEnvironment) -> bool:
    """Removes locks of processes that no longer run on this machine; tells whether there were any."""
    released = False
    for path in sorted(_locks(environment).glob("*.json")):
        holder = _read(path)
        if holder.get("hostname") == socket.gethostname() and not _holds(holder):
            path.unlink(missing_ok=True)
            released = True
    return released


def is_locked(environment: EngineEnvironment) -> bool:
    """Whether some command works on the stack, or seems to."""
    return any(_locks(environment).glob("*.json"))


def keep_state(environment: EngineEnvironment) -> None:
    """Copies the state as it is before a command; raises EngineError where there is too little room to begin."""
    state, kept = _state(environment), environment.project.kept_state(environment.stack)
    try:
        content = state.read_bytes()
        free = shutil.disk_usage(state).free
        if free < _LEAST_FREE_BYTES + _STATES * len(content):
            raise OSError(errno.ENOSPC, f"only {free // 2**20} MiB are free on its disk")
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_name(f".{kept.name}.{os.getpid()}")
        draft.write_bytes(content)
        draft.replace(kept)
    except FileNotFoundError:
        return
    except OSError as failure:
        raise EngineError(
            f"{kept.parent} can't be written: {failure.strerror}",
            hint="nothing was touched: free some space, then the command again",
        ) from None


def restore_state(environment: EngineEnvironment) -> bool:
    """Puts the newest whole copy in the place of a state that was cut off; tells whether it had to."""
    state = _state(environment)
    # Pulumi writes these in place, and reads no state whose attributes are cut off; it does without them.
    attributes = state.with_name(f"{state.name}.attrs")
    if attributes.exists() and not _read(attributes):
        attributes.unlink(missing_ok=True)
    if is_readable(environment):
        return False
    for copy in (state.with_name(f"{state.name}.bak"), environment.project.kept_state(environment.stack)):
        if _read(copy):
            draft = state.with_name(f".{state.name}.{os.getpid()}")
            draft.write_bytes(copy.read_bytes())
            draft.replace(state)
            attributes.unlink(missing_ok=True)
            return True
    return False


def is_readable(environment: EngineEnvironment) -> bool:
    """Whether the stack has no state yet, or a whole one."""
    state = _state(environment)
    return not state.exists() or bool(_read(state))


def has_pending_operations(environment: EngineEnvironment) -> bool:
    """Whether the stack's state holds operations that were begun and never recorded as ended."""
    state = _read(_state(environment))
    checkpoint = cast("dict[str, Any]", state.get("checkpoint") or {})
    latest = cast("dict[str, Any]", checkpoint.get("latest") or {})
    return bool(latest.get("pending_operations"))


def _state(environment: EngineEnvironment) -> Path:
    name = project_name(environment.project)
    return environment.project.state / ".pulumi" / "stacks" / name / f"{environment.stack}.json"


def _locks(environment: EngineEnvironment) -> Path:
    name = project_name(environment.project)
    return environment.project.state / ".pulumi" / "locks" / "organization" / name / environment.stack


def _read(path: Path) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _holds(holder: dict[str, Any]) -> bool:
    """Whether the process that took a lock still runs; one that began after the lock has only got its number."""
    process = int(holder.get("pid", 0))
    if process <= 0:
        return True
    if not _runs(process):
        return False
    begun = _begun(process)
    try:
        taken = datetime.fromisoformat(str(holder.get("timestamp"))).timestamp()
    except ValueError:
        return True
    return begun is None or begun <= taken + _CLOCK_SECONDS


def _begun(process: int) -> float | None:
    """When a process began, in seconds since 1970; None where the system does not say."""
    try:
        boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime "))
        # The command's name, in brackets, may hold anything; the 22nd field is the start, in ticks after the boot.
        ticks = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return int(boot.split()[1]) + int(ticks[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended and only its parent has not taken note; in a container that may never happen."""
    with contextlib.suppress(OSError, IndexError):
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return status.rpartition(")")[2].split()[0] in ("Z", "X")
    return False
