"""A Docker Engine for tests: one that answers already, else one of the test run's own, with all its files in a folder.

All workers of a run share it. A shell that watches the run's first process ends the engine and removes its folder, so
that nothing is left of it however the run ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from poolwright.engine.docker.reach import find_engine, version_at

_START_SECONDS: Final = 60
_WATCH: Final = """
dockerd --config-file "$0/daemon.json" --data-root "$0/data" --exec-root "$0/exec" --pidfile "$0/pid" \
    --host "unix://$0/docker.sock" >"$0.log" 2>&1 &
daemon=$!
while kill -0 "$1" 2>/dev/null && kill -0 "$daemon" 2>/dev/null; do sleep 1; done
kill "$daemon" 2>/dev/null
wait "$daemon"
umount "$0"/exec/netns/* 2>/dev/null
rm -rf "$0"
"""
TOOLS: Final = ("sh", "cat", "head", "id", "ls", "sleep", "tail", "touch")
"""Programs of the image that tests run."""


@dataclass(frozen=True)
class NoEngine(Exception):
    """No engine answers and none can be started; the text says why, in one line."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def engine_address(shared: Path) -> str:
    """The address of the engine of this test run; `shared` is a folder of all its workers."""
    found, _ = find_engine()
    if found is not None:
        return found.address
    shared.mkdir(parents=True, exist_ok=True)
    with (shared / "docker-engine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = shared / "docker-engine"
        if not told.exists():
            told.write_text(_started(), encoding="utf-8")
        answer = told.read_text(encoding="utf-8")
    if not answer.startswith("unix://"):
        raise NoEngine(answer)
    return answer


def _started() -> str:
    """The address of an engine that was started now, or why there is none."""
    if os.geteuid() != 0:
        return "no Docker Engine answers, and only root can start one"
    if shutil.which("dockerd") is None:
        return "no Docker Engine answers, and dockerd is not installed: sh tools/install-docker"
    # A short path: the name of a socket has at most 108 characters.
    folder = Path(tempfile.mkdtemp(prefix="pw-docker-", dir="/tmp"))
    # The engine's own pools are enough for some thirty networks.
    settings = {"default-address-pools": [{"base": "10.201.0.0/16", "size": 26}]}
    (folder / "daemon.json").write_text(json.dumps(settings), encoding="utf-8")
    worker = "PYTEST_XDIST_WORKER" in os.environ
    watched = os.getppid() if worker else os.getpid()
    process = subprocess.Popen(["sh", "-c", _WATCH, str(folder), str(watched)], start_new_session=True)
    address = f"unix://{folder}/docker.sock"
    log = folder.with_name(f"{folder.name}.log")
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if (folder / "docker.sock").exists() and version_at(address)[0] is not None:
            log.unlink()
            return address
        time.sleep(0.2)
    written = log.read_text(errors="replace") if log.exists() else ""
    said = re.findall(r'level=(?:error|fatal) msg="([^"]*)"|^(failed to start daemon.*)$', written, re.MULTILINE)
    last = " ".join("".join(said[-1]).split()) if said else "it does not answer"
    log.unlink(missing_ok=True)
    if process.poll() is None:
        # The shell and the engine are a group of their own.
        os.killpg(process.pid, signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)
    return f"no Docker Engine answers, and the one that was started does not work: {last}"


def small_image(client: Any) -> str:
    """The id of an image with a shell and a few programs of this machine, so that no registry is needed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path, content in sorted(_files().items()):
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
        for name in ("data", "tmp", "run"):
            member = tarfile.TarInfo(name)
            member.type, member.mode = tarfile.DIRTYPE, 0o1777
            archive.addfile(member)
    tag = hashlib.sha256(out.getvalue()).hexdigest()[:12]
    reference = f"poolwright/test-shell:{tag}"
    if not client.images.list(name=reference):
        client.api.import_image_from_data(
            out.getvalue(), repository="poolwright/test-shell", tag=tag, changes=["ENV PATH=/bin", 'CMD ["sh"]']
        )
    return client.images.get(reference).id


def _files() -> dict[str, bytes]:
    """The programs and the libraries that they load, by their path in the image."""
    found: dict[str, bytes] = {}
    for name in TOOLS:
        program = shutil.which(name, path="/usr/bin:/bin")
        assert program is not None, name
        found[f"/bin/{name}"] = Path(program).read_bytes()
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        for library in re.findall(r"(/\S+) \(0x", listed):
            found[library] = Path(library).read_bytes()
    return found
