from __future__ import annotations

from pathlib import Path

import pytest

from solver.demand.trace import read_trace
from solver.errors import Problem

ROWS = [f"{hour},{hour % 24}.5" for hour in range(168)]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)


def read(lines: list[str]) -> tuple[tuple[float, ...] | None, list[str]]:
    path = Path("trace.csv")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    problems: list[Problem] = []
    return read_trace(path, problems), [str(problem) for problem in problems]


def test_comments_and_empty_lines_are_left_out() -> None:
    loads, problems = read(["# source: a taxi company", "", "hour, load", *ROWS[:5], "", "# half-time", *ROWS[5:]])
    assert problems == []
    assert loads is not None and len(loads) == 168
    assert loads[:3] == (0.5, 1.5, 2.5)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("12.5", '"12.5"'),
        ("3,-1", '"3,-1"'),
        ("3,nan", '"3,nan"'),
        ("3,inf", '"3,inf"'),
        ("3,1e999", '"3,1e999"'),
        ("4,1.5", '"4,1.5"'),
        ("3;1,5", '"3;1,5"'),
        ("3,1,5", '"3,1,5"'),
    ],
)
def test_a_wrong_row_is_told_with_its_line(row: str, found: str) -> None:
    loads, problems = read(["# comment", "hour,load", *ROWS[:3], row, *ROWS[4:]])
    assert loads is None
    assert problems == [f"trace.csv:6: found {found}; hour 3 and a load of 0 or more, like 3,12.5, is allowed"]


def test_all_wrong_rows_are_told() -> None:
    _, problems = read(["hour,load", "0,x", "1,y", *ROWS[2:]])
    assert [problem.split(";")[0] for problem in problems] == ['trace.csv:2: found "0,x"', 'trace.csv:3: found "1,y"']


@pytest.mark.parametrize("count", [0, 24, 167, 169])
def test_another_number_of_rows_than_a_week_has_is_refused(count: int) -> None:
    _, problems = read(["hour,load", *[*ROWS, "168,1"][:count]])
    assert problems == [f"trace.csv:{count + 1}: found {count} rows; 168 rows, hour 0 to 167, are allowed"]


def test_a_week_without_load_is_refused() -> None:
    _, problems = read(["hour,load", *(f"{hour},0" for hour in range(168))])
    assert problems == ["trace.csv: found 0 in every hour; at least one load above 0 is allowed"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (ROWS, 'trace.csv:1: found "0,0.5"; the header hour,load is allowed'),
        (["# x"], "trace.csv: found nothing; the header hour,load is allowed"),
        (["hour,load,zone", *ROWS], 'trace.csv:1: found "hour,load,zone"; the header hour,load is allowed'),
    ],
)
def test_a_trace_without_its_header_is_refused(lines: list[str], message: str) -> None:
    assert read(lines) == (None, [message])
