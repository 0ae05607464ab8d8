"""`--all-stacks`: which stack waits for which, what is printed, and the one exit code; the commands are made up."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from poolwright.cli import all_stacks, main, stack_runs
from poolwright.cli.all_stacks import worst
from poolwright.cli.stack_order import ordered, promotion_order, read_stacks, stack_of_project
from poolwright.cli.stack_runs import run_all, summary_of
from poolwright.engine.project import find_project
from solver.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
ERROR = {"error": {"kind": "StaleError", "message": "the lock is stale\n  more", "exit_code": 4}}


def test_the_code_of_all_is_that_of_the_stack_where_someone_has_to_act_first() -> None:
    assert worst([]) == worst([0, 0]) == 0
    assert worst([5, 0, 4]) == 4
    assert worst([5, 6, 1]) == 6
    assert worst([6, 130]) == 130
    assert worst([0, 70]) == 70


def test_a_stack_comes_after_those_before_it_then_by_the_promotions_order_then_by_name() -> None:
    before = {"prod": {"net", "staging"}, "staging": {"dev"}, "dev": set[str](), "net": set[str](), "a": set[str]()}
    found = ordered(before, ["dev", "staging", "prod"])
    assert list(found) == ["dev", "a", "net", "staging", "prod"]
    assert found["prod"] == ("net", "staging")
    with pytest.raises(ConfigError, match=r"stacks that don.t wait for each other"):
        ordered({"a": {"b"}, "b": {"a"}})


def test_the_promotions_order_is_read_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "promotion.yaml"
    assert promotion_order(path) == ()
    path.write_text("order: [dev, prod]\n", "utf-8")
    assert promotion_order(path) == ("dev", "prod")


def test_a_stack_in_another_stacks_vpc_reads_its_outputs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    project = find_project(tmp_path)
    assert read_stacks(project, "dev") == ()
    (tmp_path / "stacks" / "dev.yaml").write_text("inherits: nothing.yaml\n", "utf-8")
    assert read_stacks(project, "dev") == ()  # its own command tells what is wrong
    assert stack_of_project("acme/poolwright/network", "poolwright") == "network"
    assert stack_of_project("acme/other/network", "poolwright") is None


def test_what_waits_for_a_stack_that_failed_is_not_begun_and_the_rest_is() -> None:
    asked: list[str] = []

    def begin(command: str, options: Sequence[str], stack: str) -> tuple[int, str]:
        asked.append(f"{command} {stack} {' '.join(options)}")
        return (4, json.dumps(ERROR)) if stack == "dev" else (0, json.dumps({"counts": {"create": 2}}))

    after = {"dev": (), "net": (), "staging": ("dev",), "prod": ("net", "staging")}
    runs = run_all("up", ["--yes"], after, jobs=1, begin=begin)
    assert asked == ["up dev --yes", "up net --yes"]
    assert [(run.stack, run.exit_code, run.summary) for run in runs] == [
        ("dev", 4, "the lock is stale"),
        ("net", 0, "2 created"),
        ("staging", None, "not begun: dev comes before it"),
        ("prod", None, "not begun: staging comes before it"),
    ]


def test_independent_stacks_run_at_once_and_are_told_in_their_order() -> None:
    both = threading.Barrier(2, timeout=20)

    def begin(command: str, options: Sequence[str], stack: str) -> tuple[int, str]:
        both.wait()  # it comes back only when two are there
        return 0, "{}"

    runs = run_all("preview", [], {"b": (), "a": ()}, jobs=2, begin=begin)
    assert [run.stack for run in runs] == ["b", "a"]


@pytest.mark.parametrize(
    ("command", "answer", "words"),
    [
        ("preview", {"counts": {"same": 3, "replace": 1}}, "1 to replace, 3 unchanged"),
        ("check", {"findings": [{"severity": "refuse"}, {"severity": "warn"}]}, "1 refused, 1 to be looked at"),
        ("check", {"findings": []}, "nothing found"),
        ("plan", {"fresh": True, "lock": "sha256:1"}, "the lock is fresh: sha256:1"),
        ("plan", {"proof": {"cost_usd_per_month": 1234.5}}, "$1,234.50 a month"),
        ("plan", ERROR, "the lock is stale"),
    ],
)
def test_each_commands_answer_is_a_line(command: str, answer: dict[str, object], words: str) -> None:
    assert summary_of(command, answer) == words


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What processes were begun; prod fails."""
    begun: list[tuple[str, ...]] = []

    def process(command: str, options: Sequence[str], stack: str) -> tuple[int, str]:
        begun.append((command, stack, *options))
        return (5, '{"findings": [{"severity": "refuse"}]}') if stack == "prod" else (0, '{"findings": []}')

    monkeypatch.setattr(stack_runs, "process", process)
    monkeypatch.chdir(ROOT)
    return begun


def test_the_table_names_every_stack_but_those_left_out(
    commands: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["check", "--all-stacks", "--but", "local", "--on", "2027-01-01", "--jobs", "1"]) == 5
    assert ("check", "prod", "--on", "2027-01-01") in commands
    assert {stack for _, stack, *_ in commands} == {"dev", "staging", "prod"}
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "stack    code  result"
    assert "prod        5  1 refused, 0 to be looked at" in lines
    assert lines[-1] == "2 of 3 stacks: check done; the exit code is 5"


def test_json_has_each_stacks_own_answer(commands: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["check", "--json", "--all-stacks"]) == 5
    record = json.loads(capsys.readouterr().out)
    assert (record["schema_version"], record["command"], record["exit_code"]) == (1, "check", 5)
    assert {each["stack"]: each["exit_code"] for each in record["stacks"]}["prod"] == 5
    assert all("findings" in each["answer"] for each in record["stacks"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["replay", "--all-stacks"], "found replay; one of plan, preview, up, check, drift is allowed"),
        (["plan", "--all-stacks", "--but", "dav"], "--but: found dav; one of dev"),
        (["plan", "dev", "--all-stacks"], "--all-stacks: found dev; either a stack or all of them is allowed"),
    ],
)
def test_mistakes_are_bad_input(
    arguments: list[str], words: str, commands: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(arguments) == 2
    assert words in capsys.readouterr().err
    assert commands == []


@pytest.mark.parametrize("command", all_stacks.COMMANDS)
def test_help_of_each_command_names_the_flag(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main.run([command, "--help"])
    assert "--all-stacks" in capsys.readouterr().out
