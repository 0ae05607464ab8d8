"""The engine through the Automation API, with the real CLI and a plugin of the tests' own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from poolwright.engine.preview import MASK, DiffKind, Operation, ResourceChange
from solver.errors import CloudError, EngineError, InfeasibleError

if TYPE_CHECKING:
    from .conftest import ProbeProject

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("state_after_each_step")]

THING = "probe:index:Thing"


def _by_name(changes: tuple[ResourceChange, ...]) -> dict[str, ResourceChange]:
    return {change.name: change for change in changes if change.type == THING}


def test_a_stack_is_previewed_built_changed_replaced_and_destroyed(probe_project: ProbeProject) -> None:
    probe_project.want({"a": {"kind": "x", "size": "1"}, "b": {"kind": "x", "token": "hush"}})
    engine = probe_project.engine()
    seen: list[str] = []

    first = engine.preview(lambda change, done: seen.append(change.name))
    assert {name: change.operation for name, change in _by_name(first.changes).items()} == {
        "a": Operation.CREATE,
        "b": Operation.CREATE,
    }
    assert {"a", "b"} <= set(seen)
    assert engine.records() == ()

    built = engine.up()
    assert built.count(Operation.CREATE) == 3  # with the stack itself
    assert built.outputs == {"count": 2}
    assert [record.name for record in engine.records() if record.type == THING] == ["a", "b"]
    assert engine.preview().changed == ()

    probe_project.want({"a": {"kind": "y", "size": "1"}, "b": {"kind": "x", "token": "quiet", "size": "2"}})
    changes = _by_name(engine.preview().changed)
    assert changes["a"].operation is Operation.REPLACE
    assert changes["a"].replace_reasons == ("kind",)
    assert [(item.path, item.kind, item.old, item.new) for item in changes["a"].properties] == [
        ("kind", DiffKind.CHANGE, "x", "y")
    ]
    assert changes["b"].operation is Operation.UPDATE
    assert [(item.path, item.kind, item.old, item.new) for item in changes["b"].properties] == [
        ("size", DiffKind.ADD, None, "2"),
        ("token", DiffKind.CHANGE, MASK, MASK),
    ]
    engine.up()
    assert engine.refresh().changed == ()

    gone = engine.destroy()
    assert gone.count(Operation.DELETE) == 3
    assert engine.records() == ()


def test_a_destroy_keeps_protected_data_and_what_it_needs_until_told_otherwise(probe_project: ProbeProject) -> None:
    probe_project.want(
        {
            "key": {"kind": "x"},
            "bucket": {"kind": "x", "protect": True, "retain": True, "needs": ["key"]},
            "machine": {"kind": "x", "needs": ["bucket"]},
        }
    )
    engine = probe_project.engine()
    engine.up()

    gone = engine.destroy()

    assert [change.name for change in gone.changed] == ["machine"]
    assert [record.name for record in engine.records() if record.type == THING] == ["bucket", "key"]

    rest = engine.destroy(with_data=True)

    assert {name: change.operation for name, change in _by_name(rest.changed).items()} == {
        "bucket": Operation.DELETE,
        "key": Operation.DELETE,
    }
    assert engine.records() == ()


def test_an_error_for_the_user_raised_by_the_program_keeps_its_kind_and_text(probe_project: ProbeProject) -> None:
    probe_project.want_error("no machine holds workload search")

    with pytest.raises(InfeasibleError) as caught:
        probe_project.engine().preview()

    assert str(caught.value) == "no machine holds workload search\n  - one\n  - two"


def test_an_unexpected_exception_of_the_program_keeps_its_traceback(probe_project: ProbeProject) -> None:
    def build() -> None:
        raise ZeroDivisionError("of my own making")

    with pytest.raises(EngineError, match="of my own making") as caught:
        probe_project.engine(build).preview()

    assert "Traceback" in str(caught.value)


def test_a_refused_input_fails_the_preview_and_names_the_resource(probe_project: ProbeProject) -> None:
    probe_project.want({"a": {"kind": "x", "fail": "check"}})

    with pytest.raises(EngineError, match=r"a: .*the check says no"):
        probe_project.engine().preview()


def test_a_cloud_that_fails_part_way_leaves_a_state_from_which_the_next_up_goes_on(probe_project: ProbeProject) -> None:
    things: dict[str, dict[str, Any]] = {"a": {"kind": "x"}, "b": {"kind": "x", "fail": "create", "needs": ["a"]}}
    probe_project.want(things)
    engine = probe_project.engine()

    with pytest.raises(CloudError, match=r"b: .*InsufficientInstanceCapacity") as caught:
        engine.up()
    assert "poolwright up dev" in (caught.value.hint or "")
    assert [record.name for record in engine.records() if record.type == THING] == ["a"]

    del things["b"]["fail"]
    probe_project.want(things)
    assert list(_by_name(engine.up().changed)) == ["b"]


FAIL_IN_A_CHILD = """
import json, sys
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
import pulumi
from poolwright.engine import cli_binary, environment
from poolwright.engine.automation import Engine
from poolwright.engine.project import find_project
from solver.errors import EngineError

def build():
    for i in range(8):
        pulumi.CustomResource("probe:index:Thing", f"t{i}", {"fail": "check" if i == 3 else None, "serial": None})

project = find_project(Path(sys.argv[2]))
prepared = environment.prepare(project, "dev", environment.Cloud.SANDBOX, cli_binary.find())
try:
    Engine(prepared, build, print).preview()
except EngineError as error:
    raise SystemExit(str(error))
"""


def test_a_process_whose_preview_failed_ends_with_the_error_alone(probe_project: ProbeProject) -> None:
    root = str(Path(__file__).resolve().parents[3])
    for _ in range(3):  # the hang that this guards against came in about half of all runs
        ended = subprocess.run(
            [sys.executable, "-c", FAIL_IN_A_CHILD, json.dumps([root]), str(probe_project.root)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ended.returncode == 1
        assert "the check says no" in ended.stderr
        assert "Traceback" not in ended.stderr + ended.stdout


UP_IN_A_CHILD = """
import json, signal, sys
# As at a terminal: what a shell starts in its background ignores interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
import pulumi
from poolwright.engine import cli_binary, environment
from poolwright.engine.automation import Engine
from poolwright.engine.project import find_project

def build():
    pulumi.CustomResource("probe:index:Thing", "quick", {"kind": "x", "serial": None})
    pulumi.CustomResource("probe:index:Thing", "slow", {"kind": "x", "seconds": int(sys.argv[3]), "serial": None})

project = find_project(Path(sys.argv[2]))
prepared = environment.prepare(project, "dev", environment.Cloud.SANDBOX, cli_binary.find())
started = lambda change, done: print(change.name, flush=True)
try:
    Engine(prepared, build, lambda text: print(text, file=sys.stderr)).up(started)
except KeyboardInterrupt:
    raise SystemExit(130)
"""


def _up_in_a_child(project: ProbeProject, *, seconds: int = 4) -> subprocess.Popen[str]:
    """Starts an `up` and returns it when the slow creation is under way."""
    root = str(Path(__file__).resolve().parents[3])
    process = subprocess.Popen(
        [sys.executable, "-c", UP_IN_A_CHILD, json.dumps([root]), str(project.root), str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "slow":
            break
    time.sleep(1.0)
    return process


def _engine_processes(project: ProbeProject, command: bytes = b"") -> list[int]:
    """Processes that the CLI's environment was given to, and so the CLI and its plugins; or those of one command."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes()
            arguments = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(project.root).encode() in variables and command in arguments:
            found.append(int(folder.name))
    return sorted(found)


def test_an_interrupted_up_finishes_its_steps_and_gives_the_lock_back(probe_project: ProbeProject) -> None:
    process = _up_in_a_child(probe_project)

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130, err
    assert "finishing the steps that are under way" in err
    assert _engine_processes(probe_project) == []
    probe_project.want({"quick": {"kind": "x"}, "slow": {"kind": "x", "seconds": 4}})
    assert {record.name for record in probe_project.engine().records() if record.type == THING} >= {"quick", "slow"}
    assert probe_project.engine().up().changed == ()


def test_a_second_interrupt_ends_the_cli_and_its_plugins_at_once(probe_project: ProbeProject) -> None:
    process = _up_in_a_child(probe_project, seconds=120)
    assert len(_engine_processes(probe_project)) >= 2

    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    # Long before the step that is under way would have ended.
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    assert _engine_processes(probe_project) == []


def test_an_up_after_a_killed_one_releases_the_lock_and_reads_the_cloud_anew(probe_project: ProbeProject) -> None:
    process = _up_in_a_child(probe_project)
    for pid in _engine_processes(probe_project, b"pulumi"):
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=30)
    probe_project.want({"quick": {"kind": "x"}, "slow": {"kind": "x"}})

    built = probe_project.engine().up()

    assert any("its lock is released" in line for line in probe_project.said)
    assert any("reading the cloud anew" in line for line in probe_project.said)
    assert list(_by_name(built.changed)) == ["slow"]
    assert probe_project.engine().preview().changed == ()
