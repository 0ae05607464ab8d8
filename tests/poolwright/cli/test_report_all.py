"""`poolwright report --all-stacks` as a user types it; each stack's own report is made up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from poolwright.cli import main, report_all
from poolwright.render.report.markdown import marker
from poolwright.render.report.several import NAME
from tests.poolwright.checks.estate import ROOT
from tests.poolwright.forge.forges import TOKEN, FakeForge, served
from tests.poolwright.review.reviews import review, sixty

ALL = ("report", "--all-stacks", "--but", "local", "--on", "2026-11-02")


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """Options of the processes that were begun, by stack: prod changes, and one of its gates says no."""
    options: dict[str, tuple[str, ...]] = {}
    # Made here: recording a program in several threads at once never ends.
    made = {"dev": review("dev"), "staging": review("staging"), "prod": sixty()[0]}

    def process(command: str, given: Sequence[str], stack: str) -> tuple[int, str]:
        options[stack] = (command, *given)
        return 0, made[stack].model_dump_json()

    monkeypatch.setattr(report_all, "process", process)
    monkeypatch.chdir(ROOT)
    return options


def test_each_stack_is_asked_and_there_is_one_answer(
    begun: dict[str, tuple[str, ...]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main.run([*ALL, "--against", "HEAD~1", "--preview", str(tmp_path), "--no-cloud"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("3 stacks: prod changes.")
    assert begun["dev"] == (
        *("report", "--against", "HEAD~1", "--cloud", "sandbox", "--preview", str(tmp_path / "dev.json")),
        *("--on", "2026-11-02", "--no-cloud"),
    )
    assert main.run([*ALL, "--gate", "--json"]) == 5
    stacks = json.loads(capsys.readouterr().out)["stacks"]
    assert [each["stack"] for each in stacks] == ["dev", "staging", "prod"]


def test_it_is_posted_as_one_comment(
    begun: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with served(FakeForge(kind="github")) as forge:
        place = ("--post", "github", "--repository", "acme/shop", "--pull-request", "12", "--api-url", forge.address)
        for _ in range(2):
            assert main.run([*ALL, *place]) == 0
        assert [each["body"].splitlines()[0] for each in forge.comments] == [marker(NAME)]
    assert "github: comment unchanged" in capsys.readouterr().err


def test_without_one_stacks_report_there_is_none(
    begun: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = report_all.process

    def stale(command: str, given: Sequence[str], stack: str) -> tuple[int, str]:
        error = {"error": {"kind": "StaleError", "message": "the lock is stale"}}
        return (4, json.dumps(error)) if stack == "prod" else answers(command, given, stack)

    monkeypatch.setattr(report_all, "process", stale)
    assert main.run([*ALL]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "prod: the lock is stale" in printed.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report",), "a stack is needed, or --all-stacks"),
        (("report", "dev", "--all-stacks"), "either a stack or all of them is allowed"),
        (("report", "--all-stacks", "--but", "nowhere"), "--but: found nowhere"),
    ],
)
def test_what_can_not_be_meant_is_bad_input(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main.run([*arguments]) == 2
    assert said in capsys.readouterr().err
