"""`poolwright plan`: what a time limit says and refuses, and which changes are not made; the clock counts looks."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from poolwright.cli.plan import run
from poolwright.render.plan_view import rejected_view
from poolwright.render.screen import screen
from solver.errors import ConfigError
from solver.plan.explanation import RejectedMove

ROOT = Path(__file__).resolve().parents[3]


def test_a_time_limit_is_refused_for_a_lock_unless_forced(capsys: pytest.CaptureFixture[str]) -> None:
    before = (ROOT / "stacks" / "dev.lock.yaml").read_bytes()
    with pytest.raises(ConfigError, match=r"--force") as caught:
        run("dev", write=True, time_limit=5)
    assert caught.value.exit_code == 2
    assert (ROOT / "stacks" / "dev.lock.yaml").read_bytes() == before
    assert capsys.readouterr().out == ""


def test_a_forced_lock_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    written: list[str] = []

    def write_lock(path: Path, lock: object) -> str:
        written.append(path.name)
        return "sha256:0"

    monkeypatch.setattr("solver.plan.lock.write_lock", write_lock)
    run("dev", write=True, time_limit=5, force=True, as_json=True, clock=lambda: 0.0)
    assert written == ["dev.lock.yaml"]


def test_a_plan_with_a_time_limit_says_that_it_depends_on_the_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    clock = count()
    run("staging", time_limit=2, clock=lambda: float(next(clock)))
    printed = capsys.readouterr()
    assert "may be another one on another machine" in printed.err
    assert "Stack staging: $" in printed.out
    assert "not proven" in printed.out


def test_without_a_time_limit_no_clock_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)

    def clock() -> float:
        raise AssertionError("the clock was read")

    run("dev", clock=clock)
    assert "another machine" not in capsys.readouterr().err


def test_moves_that_are_not_made_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    move = RejectedMove(
        subject="workload front",
        change="m7i.large spot → m8i.large spot",
        saving_usd_per_month=1.5,
        reason="too little",
    )
    for line in rejected_view([move]):
        screen().print(line)
    told = " ".join(capsys.readouterr().out.split())
    assert "workload front: m7i.large spot → m8i.large spot would save $1.50 a month; too little." in told
