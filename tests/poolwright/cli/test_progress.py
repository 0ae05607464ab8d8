"""Progress without a terminal."""

from __future__ import annotations

import pytest

from poolwright.cli import progress
from poolwright.cli.progress import Progress
from poolwright.engine.preview import Operation, ResourceChange

CHANGE = ResourceChange(urn="urn:a", type="t", name="queue", parent="", operation=Operation.CREATE)


def test_without_a_terminal_lines_are_plain_and_few(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 1.0, 11.0, 12.0, 13.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(progress.console, "is_terminal", lambda: False)

    with Progress("up dev") as shown:
        for done in (1, 2, 3):
            shown.watch(CHANGE, done)

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "up dev: starting the engine",
        "up dev: 2 steps done, create queue",
        "up dev: done after 3 steps, 13.0 s",
    ]


def test_a_failure_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress.console, "is_terminal", lambda: False)

    with pytest.raises(ValueError, match="x"), Progress("up dev"):
        raise ValueError("x")

    assert "failed after 0 steps" in capsys.readouterr().err


def test_on_a_terminal_one_line_moves_and_is_wiped_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress.console, "is_terminal", lambda: True)

    with Progress("up dev"):
        pass

    assert "\r\x1b[2Kup dev: done" in capsys.readouterr().err
