"""The history of a stack: a file that only grows, and reads back as it was written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from poolwright.release.history import Entry, Event, append_entry, history_path, read_history
from solver.errors import ConfigError

LOCK = f"sha256:{'a' * 64}"
FIRST = Entry(event=Event.RAN, on=date(2026, 11, 2), release="head", lock=LOCK, by="ci", healthy=True)
SECOND = Entry(
    event=Event.PROMOTED,
    on=date(2026, 11, 3),
    release="123456789012",  # a number for a reader of YAML
    lock=LOCK,
    by="Ana: lead",
    source="dev",
    revision="1234567",
    reason="# 12",
    healthy=False,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "stacks").mkdir()
    return tmp_path


def test_what_is_added_stands_at_the_end_and_reads_back(root: Path) -> None:
    assert read_history(root, "prod") == ()
    append_entry(root, "prod", FIRST)
    before = history_path(root, "prod").read_text("utf-8")
    append_entry(root, "prod", SECOND)
    after = history_path(root, "prod").read_text("utf-8")
    assert after.startswith(before) and after.count("\n") == before.count("\n") + 1
    assert read_history(root, "prod") == (FIRST, SECOND)


def test_the_same_entry_twice_in_a_row_is_one(root: Path) -> None:
    append_entry(root, "prod", FIRST)
    append_entry(root, "prod", FIRST)
    assert read_history(root, "prod") == (FIRST,)


def test_a_mistake_is_told_with_its_line(root: Path) -> None:
    append_entry(root, "prod", FIRST)
    path = history_path(root, "prod")
    path.write_text(path.read_text("utf-8").replace("release: head", "release: tail"), "utf-8")
    with pytest.raises(ConfigError) as refused:
        read_history(root, "prod")
    [problem] = refused.value.problems[:1]
    assert problem.line is not None and "tail" in str(problem)


def test_the_file_of_another_stack_is_refused(root: Path) -> None:
    append_entry(root, "dev", FIRST)
    history_path(root, "dev").rename(history_path(root, "prod"))
    with pytest.raises(ConfigError, match="found dev; prod is allowed"):
        read_history(root, "prod")
