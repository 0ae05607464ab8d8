"""Reading rows and showing paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.catalog.tables import Reading, near_miss, positive_price, read_rows, shown, unknown


@given(st.floats(allow_nan=True, allow_infinity=True) | st.text(max_size=8))
def test_a_price_is_finite_and_above_zero_or_nothing(value: float | str) -> None:
    price = positive_price(str(value))
    assert price is None or 0 < price <= 1e6


def test_comments_and_blank_lines_are_skipped_and_lines_counted(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("# where from\n\nname,amount\n# half way\na,1\n\nb,2\n")
    reading = Reading(tmp_path)
    assert [
        (row.line, row.text("name"), row.whole("amount")) for row in read_rows(reading, path, ("name", "amount"))
    ] == [
        (5, "a", 1),
        (7, "b", 2),
    ]
    assert list(reading.digests) == ["table.csv"]


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_a_table_without_a_header_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    reading = Reading(tmp_path)
    assert list(read_rows(reading, path, ("name",))) == []
    assert reading.problems[0].allowed == "a header line is needed: name"


def test_near_misses_are_few(tmp_path: Path) -> None:
    assert near_miss("c7g.lage", ["c7g.large", "t3.nano"]) == "Did you mean c7g.large?"
    assert near_miss("zzz", ["c7g.large"]) is None
    text = str(unknown("fruit", "aple", ["apple", "pear"]))
    assert text == 'fruit: found "aple"; apple, pear. Did you mean apple?'


def test_paths_are_shown_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "catalog" / "a.csv") == "catalog/a.csv"
    assert shown(Path("/elsewhere/a.csv")) == "/elsewhere/a.csv"
