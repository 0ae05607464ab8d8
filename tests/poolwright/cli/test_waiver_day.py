"""Waivers that have ended, as `poolwright plan STACK --check` tells them."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.cli import main
from tests.stacks.projects import waiving


@pytest.fixture
def waived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(waiving(tmp_path, "ECS.12"))
    return tmp_path / "stacks" / "trial.yaml"


def test_a_fresh_lock_whose_waiver_counts_passes(waived: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["plan", "trial", "--check", "--on", "2027-06-30"]) == 0
    assert "trial.lock.yaml is fresh" in capsys.readouterr().out


def test_an_ended_waiver_ends_with_5_its_line_and_what_to_do(waived: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = next(n for n, text in enumerate(waived.read_text("utf-8").splitlines(), 1) if "waivers:" in text)
    assert main.run(["plan", "trial", "--check", "--on", "2027-07-01"]) == 5
    assert capsys.readouterr().err == (
        f'error: stacks/trial.yaml:{line} compliance.waivers.0.expires: found "2027-06-30"; the waiver of ECS.12 '
        "(SEC-123, me@example.com) ended before 2027-07-01. Decide again and write a later `expires`, or take the "
        "waiver out and run: poolwright plan trial --write\n"
    )


def test_a_stale_lock_is_told_before_an_ended_waiver(waived: Path) -> None:
    text = waived.read_text("utf-8")
    waived.write_text(text.replace("constant_per_second: 1", "constant_per_second: 2"), encoding="utf-8")
    assert main.run(["plan", "trial", "--check", "--on", "2027-07-01"]) == 4


def test_a_day_without_check_is_bad_input(waived: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["plan", "trial", "--on", "2027-07-01"]) == 2
    assert "it is allowed with --check" in capsys.readouterr().err
