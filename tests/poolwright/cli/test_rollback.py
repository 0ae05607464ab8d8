"""`up` with smoke tests, `rollback` and `history` as a user types them, on the real engine and the sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import engine_commands, main
from poolwright.engine.cli_binary import PulumiCli
from poolwright.engine.preview import Preview
from poolwright.engine.project import Project, find_project
from poolwright.release import good_locks
from solver.plan.lock import write_lock
from tests.components import plans
from tests.stacks.projects import DEMAND, fresh, project

SMOKE = "smoke:\n  front: {url: https://echo.example.com/health, attempts: 2, wait_seconds: 0}\n"


class Checkout:
    """A project whose stack `trial` has a smoke test, and a lock that may change."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = project(root)
        self._capsys = capsys
        (root / "Pulumi.yaml").write_text("name: poolwright\nruntime: python\n", encoding="utf-8")
        (root / "stacks" / "Pulumi.trial.yaml").write_text("config: {}\n", encoding="utf-8")
        (root / "stacks" / "trial.yaml").write_text(DEMAND + SMOKE, encoding="utf-8")

    def lock(self, machines: int) -> str:
        """A lock with so many machines at most; gives its digest."""
        site = plans.minimal_site()
        groups = tuple(group.model_copy(update={"max_machines": machines}) for group in site.compute.node_groups)
        changed = site.model_copy(update={"compute": site.compute.model_copy(update={"node_groups": groups})})
        return write_lock(self.root / "stacks" / "trial.lock.yaml", fresh(self.root, plans.plan("trial", main=changed)))

    def run(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON of a command."""
        code = main.run([*arguments, "--json"])
        return code, json.loads(self._capsys.readouterr().out)

    def break_smoke(self, times: int) -> None:
        self.fault({"kind": "smoke-fails", "name": "front", "times": times})

    def fault(self, *entries: dict[str, Any]) -> None:
        (self.root / ".poolwright" / "sandbox" / "faults.json").write_text(json.dumps(entries), encoding="utf-8")


@pytest.mark.engine
def test_a_change_that_fails_its_smoke_tests_makes_room_for_what_ran_before(
    tmp_path: Path, pulumi_cli: PulumiCli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("POOLWRIGHT_HOME", "POOLWRIGHT_CLOUD", "POOLWRIGHT_SANDBOX_FAULTS"):
        monkeypatch.delenv(name, raising=False)
    checkout = Checkout(tmp_path / "checkout", capsys)
    monkeypatch.chdir(checkout.root)

    # What is good is kept.
    good = checkout.lock(machines=1)
    code, built = checkout.run("up", "trial", "--expect-lock", good)
    assert code == 0
    assert built["outputs"]["appliedRelease"] == {"id": "head", "lockDigest": good}
    assert [(test["key"], test["passed"], test["attempts"]) for test in built["smoke"]] == [("front", True, 1)]

    # The new lock does what its update plan says, and its smoke test fails twice: the old lock is built again.
    bad = checkout.lock(machines=3)
    plan = str(tmp_path / "plan.json")
    assert checkout.run("up", "trial", "--expect-lock", good)[1]["error"]["kind"] == "StaleError"
    assert checkout.run("preview", "trial", "--save-plan", plan)[0] == 0
    checkout.break_smoke(times=2)
    code, built = checkout.run("up", "trial", "--plan", plan, "--expect-lock", bad)
    assert (code, built["rolled_back_to"]) == (5, good)
    assert [test["said"] for test in built["smoke"]] == ["503, where 200 is wanted"]
    assert [test["passed"] for test in built["smoke_after_rollback"]] == [True]

    # The cloud is as the old lock says, and the files still are the new one's.
    code, seen = checkout.run("preview", "trial")
    assert seen["counts"].keys() == {"same", "update"}
    moves = [(item["path"], item["old"], item["new"]) for change in seen["changes"] for item in change["properties"]]
    assert ("maxSize", 1, 3) in moves

    # What an update plan does not have is not done.
    checkout.lock(machines=4)
    code, refused = checkout.run("up", "trial", "--plan", plan)
    assert (code, refused["error"]["kind"]) == (4, "StaleError")
    assert "violates plan" in refused["error"]["message"]

    # A way back that fails keeps what the tests said.
    checkout.lock(machines=6)
    no = {"kind": "error", "type": "autoscaling.Group", "action": "update", "after": 1, "code": "No", "message": "no"}
    checkout.fault({"kind": "smoke-fails", "name": "front", "times": 4}, no)
    code, built = checkout.run("up", "trial")
    assert (code, built["rolled_back_to"]) == (6, None)
    assert [test["passed"] for test in built["smoke"]] == [False]
    assert built["rollback_error"]["exit_code"] == 6
    assert built["counts"]["update"]
    checkout.fault()

    # By hand: to what was good, and into the history.
    bad = checkout.lock(machines=5)
    assert checkout.run("up", "trial")[0] == 0
    code, done = checkout.run("rollback", "trial", "--by", "Ana", "--on", "2026-11-27", "--reason", "slow")
    assert (code, done["from"], done["to"], done["release"]) == (0, bad, good, "head")
    assert done["written"] == ["stacks/trial.history.yaml"]
    entry = {"event": "rolled-back", "on": "2026-11-27", "release": "head", "lock": good, "by": "Ana"}
    code, history = checkout.run("history", "trial")
    assert history["entries"] == [{**entry, "healthy": True, "reason": "slow"}]

    # The same lock as before has nothing to go back to.
    checkout.break_smoke(times=9)
    assert checkout.lock(machines=1) == good
    code, again = checkout.run("up", "trial")
    assert (code, again["rolled_back_to"]) == (5, None)


def test_a_run_is_recorded_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = Checkout(tmp_path / "checkout", capsys)
    monkeypatch.chdir(checkout.root)
    digest = checkout.lock(machines=1)
    assert main.run(["history", "trial"]) == 0
    assert "nothing was promoted, rolled back or recorded yet" in capsys.readouterr().out
    record = ["history", "trial", "--record", "--healthy", "--by", "ci", "--on", "2026-11-02", "--revision", "abcdef0"]
    assert main.run(record) == 0
    assert main.run(record) == 0
    [line] = capsys.readouterr().out.splitlines()[1:]
    assert line == f"2026-11-02  ran          head          {digest[:19]}, by ci, revision abcdef0, healthy"
    assert main.run(["history", "trial", "--healthy"]) == 2
    assert main.run([*record[:-1], "HEAD"]) == 2
    assert "--revision: found HEAD; a git revision of 7 to 64" in capsys.readouterr().err


def test_release_and_lock_of_then_come_back_to_the_files_of_a_stack_that_has_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = Checkout(tmp_path / "checkout", capsys)
    release, lock = (checkout.root / "stacks" / f"trial.{kind}.yaml" for kind in ("release", "lock"))
    monkeypatch.chdir(checkout.root)
    monkeypatch.setenv("POOLWRIGHT_HOME", str(tmp_path / "home"))
    then = checkout.lock(machines=1)
    release.write_text("release of then\n", encoding="utf-8")
    good_locks.keep(find_project(), "sandbox", "trial")
    then_text = lock.read_text("utf-8")
    release.unlink()
    now = checkout.lock(machines=2)
    release.write_text("release of now\n", encoding="utf-8")
    asked: list[tuple[str, str]] = []

    def outputs_of(project: Project, stack: str, *, cloud: str) -> dict[str, Any]:
        return {"approvedPlan": {"lockDigest": now}}

    def build_lock(project: Project, stack: str, path: Path, *, cloud: str, leaving: Path | None) -> Preview:
        assert leaving is not None
        asked.append((path.read_text("utf-8"), leaving.read_text("utf-8")))
        return Preview(stack=stack, changes=(), outputs={})

    monkeypatch.setattr(engine_commands, "outputs_of", outputs_of)
    monkeypatch.setattr(engine_commands, "build_lock", build_lock)
    now_text = lock.read_text("utf-8")

    code, done = checkout.run("rollback", "trial", "--by", "Ana", "--on", "2026-11-27")

    assert (code, done["to"], asked) == (0, then, [(then_text, now_text)])
    assert done["written"] == ["stacks/trial.release.yaml", "stacks/trial.lock.yaml", "stacks/trial.history.yaml"]
    assert (release.read_text("utf-8"), lock.read_text("utf-8")) == ("release of then\n", then_text)


def test_what_runs_nothing_has_nothing_to_go_back_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = Checkout(tmp_path / "checkout", capsys)
    monkeypatch.chdir(checkout.root)
    monkeypatch.setattr(engine_commands, "outputs_of", lambda *_, **__: {})  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    checkout.lock(machines=1)

    code, refused = checkout.run("rollback", "trial")

    assert code == 2
    assert refused["error"]["problems"][0]["hint"] == "poolwright up trial builds its lock"
