"""`preview`, `up`, `refresh` and `destroy` as a user types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import engine_commands, main
from poolwright.engine.cli_binary import PulumiCli
from poolwright.engine.preview import Operation, Preview, ResourceChange, ResourceRecord
from tests.stacks.projects import DEMAND, project

ROOT = Path(__file__).resolve().parents[3]


def _record(name: str, *, protected: bool) -> ResourceRecord:
    return ResourceRecord(
        urn=f"urn:pulumi:dev::poolwright::aws:s3/bucket:Bucket::{name}",
        type="aws:s3/bucket:Bucket",
        name=name,
        parent="",
        id=name,
        inputs={},
        outputs={},
        protected=protected,
        external=False,
    )


class FakeEngine:
    """An engine that only remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.kept: tuple[ResourceRecord, ...] = ()
        self.packs: tuple[Path, ...] = ()

    def _answer(self, what: str, operation: Operation) -> Preview:
        self.asked.append(what)
        change = ResourceChange(urn="urn:a", type="aws:s3/bucket:Bucket", name="a", parent="", operation=operation)
        return Preview(stack="dev", changes=(change,), outputs={"url": "https://example.org"})

    def preview(self, watch: object = None, *, refresh: bool = False, packs: tuple[Path, ...] = ()) -> Preview:
        self.packs = packs
        return self._answer("preview", Operation.CREATE)

    def up(self, watch: object = None, *, packs: tuple[Path, ...] = ()) -> Preview:
        self.packs = packs
        return self._answer("up", Operation.CREATE)

    def destroy(self, watch: object = None, *, with_data: bool = False) -> Preview:
        return self._answer("destroy with data" if with_data else "destroy", Operation.DELETE)

    def records(self) -> tuple[ResourceRecord, ...]:
        return self.kept


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeEngine:
    fake = FakeEngine()

    @contextmanager
    def opened(*arguments: object, **options: object) -> Generator[FakeEngine]:
        yield fake

    monkeypatch.setattr(engine_commands, "_engine", opened)
    monkeypatch.setenv("POOLWRIGHT_HOME", str(tmp_path))
    monkeypatch.chdir(ROOT)
    return fake


def _person(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Someone at a terminal who types one line."""
    monkeypatch.setattr(engine_commands.console, "is_terminal", lambda: True)
    monkeypatch.setattr(sys.stdin, "readline", lambda: f"{answer}\n")


def test_up_on_the_sandbox_asks_nothing_and_prints_outputs(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["up", "dev"]) == 0

    assert engine.asked == ["up"]
    out = capsys.readouterr().out
    assert "url  https://example.org" in out
    assert out.endswith("1 created\n")


@pytest.mark.parametrize(("answer", "asked", "code"), [("dev", ["preview", "up"], 0), ("no", ["preview"], 130)])
def test_up_on_aws_previews_and_goes_on_only_for_the_stacks_name(
    answer: str, asked: list[str], code: int, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _person(monkeypatch, answer)

    assert main.run(["up", "dev", "--cloud", "aws"]) == code
    assert engine.asked == asked


def test_up_on_aws_with_yes_builds_what_the_lock_says(engine: FakeEngine) -> None:
    assert main.run(["up", "dev", "--cloud", "aws", "--yes"]) == 0
    assert engine.asked == ["up"]


def test_destroy_lists_what_is_kept_and_how_to_delete_it(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.kept = (_record("models", protected=True), _record("key", protected=False))

    assert main.run(["destroy", "dev"]) == 0

    assert engine.asked == ["destroy"]
    out = capsys.readouterr().out
    assert "protected data (1)" in out
    assert "models" in out
    assert "and 1 resources that those can't be without" in out
    assert "poolwright destroy dev --with-data" in out


@pytest.mark.parametrize(("answer", "asked"), [("dev", ["destroy with data"]), ("yes", [])])
def test_data_is_deleted_only_for_the_stacks_name(
    answer: str, asked: list[str], engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _person(monkeypatch, answer)

    main.run(["destroy", "dev", "--with-data"])

    assert engine.asked == asked


def test_destroy_as_json_names_what_is_kept(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.kept = (_record("models", protected=True),)

    assert main.run(["destroy", "dev", "--json", "--yes", "--with-data"]) == 0

    record = json.loads(capsys.readouterr().out)
    assert record["counts"] == {"delete": 1}
    assert record["kept"] == [{"urn": engine.kept[0].urn, "type": "aws:s3/bucket:Bucket", "protected": True}]


def test_a_mistake_in_the_fault_file_ends_a_command_with_code_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project(tmp_path / "checkout"))
    Path("Pulumi.yaml").write_text("name: poolwright\nruntime: python\n", encoding="utf-8")
    Path("stacks/Pulumi.trial.yaml").write_text("config: {}\n", encoding="utf-8")
    monkeypatch.setenv("POOLWRIGHT_HOME", str(tmp_path / "home"))
    faults = tmp_path / "faults.json"
    faults.write_text('[\n  {"kind": "crash", "tmies": 2}\n]', encoding="utf-8")
    monkeypatch.setenv("POOLWRIGHT_SANDBOX_FAULTS", str(faults))

    assert main.run(["preview", "trial"]) == 2

    assert f"{faults}:2 [0].tmies: found 2; type, name, action" in capsys.readouterr().err


@pytest.mark.engine
@pytest.mark.usefixtures("state_after_each_step")
def test_a_stack_is_previewed_built_found_stale_and_destroyed(tmp_path: Path, pulumi_cli: PulumiCli) -> None:
    root = project(tmp_path / "checkout")
    (root / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (root / "stacks" / "Pulumi.trial.yaml").write_text("config: {}\n", encoding="utf-8")

    def poolwright(*arguments: str) -> tuple[int, str, str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        for name in ("POOLWRIGHT_HOME", "POOLWRIGHT_CLOUD"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "poolwright", *arguments]
        ended = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        return ended.returncode, ended.stdout, ended.stderr

    code, out, err = poolwright("preview", "trial", "--json")
    assert code == 0, err
    record: dict[str, Any] = json.loads(out)
    assert record["cloud"] == "sandbox"
    assert record["counts"]["create"] > 30
    assert "nothing is created in AWS" in err

    code, out, err = poolwright("up", "trial")
    assert code == 0, err
    assert out.endswith(" created\n")

    demand = root / "stacks" / "trial.yaml"
    demand.write_text(DEMAND.replace("constant_per_second: 1", "constant_per_second: 2"), encoding="utf-8")
    code, out, err = poolwright("preview", "trial", "--json")
    assert code == 4
    assert json.loads(out)["error"]["kind"] == "StaleError"
    assert "poolwright plan trial --write" in err
    demand.write_text(DEMAND, encoding="utf-8")

    code, out, err = poolwright("destroy", "trial")
    assert code == 0, err
    assert " deleted" in out


@pytest.mark.parametrize("command", [["preview", "dev"], ["up", "dev"]])
def test_policy_packs_are_asked_in_the_order_given(
    engine: FakeEngine, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run([*command, "--policy-pack", "checks", "--policy-pack", "../ours"]) == 0
    assert engine.packs == (ROOT / "poolwright" / "checks" / "policy_pack", Path("../ours"))
    assert main.run(command) == 0
    assert engine.packs == ()
