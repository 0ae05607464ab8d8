"""What a killed engine leaves, and what is done about it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from poolwright.engine import recovery
from poolwright.engine.cli_binary import CliOrigin, PulumiCli
from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.project import Project
from solver.errors import EngineError


@pytest.fixture
def environment(tmp_path: Path) -> EngineEnvironment:
    (tmp_path / "Pulumi.yaml").write_text("name: thing\n", encoding="utf-8")
    return EngineEnvironment(
        project=Project(root=tmp_path, home=tmp_path / "home"),
        stack="dev",
        cloud=Cloud.SANDBOX,
        cli=PulumiCli(path=Path("/bin/pulumi"), version="3.259.0", origin=CliOrigin.PATH),
        path=(),
        variables={},
    )


def _lock(environment: EngineEnvironment, pid: int, host: str, taken: str = "2999-01-01T00:00:00Z") -> Path:
    folder = environment.project.state / ".pulumi" / "locks" / "organization" / "thing" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pid}-{host}.json"
    path.write_text(json.dumps({"pid": pid, "hostname": host, "username": "eve", "timestamp": taken}), encoding="utf-8")
    return path


def _dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_lock_of_a_process_that_is_gone_is_released(environment: EngineEnvironment) -> None:
    lock = _lock(environment, _dead_process(), socket.gethostname())

    assert recovery.release_dead_locks(environment)
    assert not lock.exists()
    assert not recovery.release_dead_locks(environment)


def test_the_lock_of_a_process_that_nobody_has_waited_for_is_released(environment: EngineEnvironment) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    lock = _lock(environment, process.pid, socket.gethostname())

    assert recovery.release_dead_locks(environment)
    assert not lock.exists()
    process.wait()


def test_the_lock_of_a_process_whose_number_another_one_has_now_is_released(environment: EngineEnvironment) -> None:
    lock = _lock(environment, os.getpid(), socket.gethostname(), taken="2001-01-01T00:00:00.123456789Z")

    assert recovery.release_dead_locks(environment)
    assert not lock.exists()


def test_the_lock_of_a_living_process_stays(environment: EngineEnvironment) -> None:
    lock = _lock(environment, os.getpid(), socket.gethostname())

    assert not recovery.release_dead_locks(environment)
    assert lock.exists()


def test_the_lock_of_another_machine_stays(environment: EngineEnvironment) -> None:
    lock = _lock(environment, _dead_process(), "elsewhere")

    assert not recovery.release_dead_locks(environment)
    assert lock.exists()


@pytest.mark.parametrize(
    ("latest", "pending"),
    [({"pending_operations": [{"type": "creating"}]}, True), ({"resources": []}, False), (None, False)],
)
def test_pending_operations_are_seen_in_the_state(
    environment: EngineEnvironment, latest: object, pending: bool
) -> None:
    folder = environment.project.state / ".pulumi" / "stacks" / "thing"
    folder.mkdir(parents=True)
    (folder / "dev.json").write_text(json.dumps({"checkpoint": {"latest": latest}}), encoding="utf-8")

    assert recovery.has_pending_operations(environment) is pending


def test_a_stack_without_a_state_has_nothing_pending(environment: EngineEnvironment) -> None:
    assert not recovery.has_pending_operations(environment)


WHOLE = json.dumps({"version": 3, "checkpoint": {"latest": {"resources": []}}})
OLDER = json.dumps({"version": 3, "checkpoint": {"latest": None}})


def _state(environment: EngineEnvironment, content: str, backup: str | None = None) -> Path:
    folder = environment.project.state / ".pulumi" / "stacks" / "thing"
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "dev.json"
    state.write_text(content, encoding="utf-8")
    if backup is not None:
        (folder / "dev.json.bak").write_text(backup, encoding="utf-8")
    return state


@pytest.mark.parametrize(("backup", "restored"), [(WHOLE, WHOLE), (WHOLE[:20], OLDER), (None, OLDER)])
def test_a_state_that_was_cut_off_is_replaced_by_the_newest_whole_copy(
    environment: EngineEnvironment, backup: str | None, restored: str
) -> None:
    _state(environment, OLDER)
    recovery.keep_state(environment)
    state = _state(environment, WHOLE[:-5], backup)

    assert not recovery.is_readable(environment)
    assert recovery.restore_state(environment)
    assert state.read_text(encoding="utf-8") == restored
    assert not recovery.restore_state(environment)


@pytest.mark.parametrize(("content", "stays"), [("", False), ('{"user', False), ('{"md5": "x"}', True)])
def test_attributes_that_were_cut_off_go(environment: EngineEnvironment, content: str, stays: bool) -> None:
    attributes = _state(environment, WHOLE).with_name("dev.json.attrs")
    attributes.write_text(content, encoding="utf-8")

    assert not recovery.restore_state(environment)
    assert attributes.exists() is stays


def test_a_whole_state_is_left_alone_and_so_is_one_without_any_copy(environment: EngineEnvironment) -> None:
    assert recovery.is_readable(environment)
    recovery.keep_state(environment)
    state = _state(environment, WHOLE, OLDER)
    assert not recovery.restore_state(environment)
    _state(environment, WHOLE[:-5], "")
    assert not recovery.restore_state(environment)
    assert state.read_text(encoding="utf-8") == WHOLE[:-5]


def test_on_a_disk_that_is_nearly_full_nothing_begins(
    environment: EngineEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    _state(environment, WHOLE)

    def nearly_full(path: object) -> SimpleNamespace:
        del path
        return SimpleNamespace(free=5 * 2**20)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)

    with pytest.raises(EngineError, match="only 5 MiB are free on its disk") as caught:
        recovery.keep_state(environment)
    assert "nothing was touched" in str(caught.value)


def test_without_room_for_a_copy_of_the_state_nothing_begins(environment: EngineEnvironment) -> None:
    _state(environment, WHOLE)
    environment.project.home.joinpath("kept").write_text("a file where a folder must be", encoding="utf-8")

    with pytest.raises(EngineError, match="nothing was touched: free some space"):
        recovery.keep_state(environment)
