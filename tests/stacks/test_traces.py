"""The load traces that stacks refer to."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "stacks" / "traces"
TRACES = sorted(FOLDER.glob("*.csv"))


def loads(path: Path) -> list[float]:
    """The load of each hour."""
    rows = [line.split(",") for line in path.read_text().splitlines() if not line.startswith("#")]
    assert rows[0] == ["hour", "load"]
    assert [row[0] for row in rows[1:]] == [str(hour) for hour in range(168)]
    return [float(row[1]) for row in rows[1:]]


def test_there_are_several_shapes() -> None:
    assert {path.name for path in TRACES} >= {
        "market-hours.csv",
        "social-volume.csv",
        "taxi-demand.csv",
        "web-requests.csv",
    }


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name)
def test_a_trace_is_a_week_of_relative_loads(path: Path) -> None:
    week = loads(path)
    assert max(week) == 1
    assert min(week) > 0


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name)
def test_a_trace_says_where_it_comes_from_and_by_which_licence(path: Path) -> None:
    head = [line for line in path.read_text().splitlines() if line.startswith("#")]
    assert any(line.startswith("# Source: ") and "Licence: MIT (NOTICE.md)" in line for line in head)
    assert any(line.startswith("# Derived: ") for line in head)
    assert path.name in (FOLDER / "NOTICE.md").read_text()


def test_the_shapes_differ() -> None:
    weeks = [loads(path) for path in TRACES]
    for position, one in enumerate(weeks):
        for other in weeks[position + 1 :]:
            assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 168 > 0.05
