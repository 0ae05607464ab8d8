"""Measured loads from a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from poolwright.observe.loads import HEADER, read_loads
from solver.errors import ConfigError

SERVICES = ("search", "shop")


def _written(folder: Path, *rows: str, header: str = ",".join(HEADER)) -> Path:
    path = folder / "loads.csv"
    path.write_text("\n".join(("# measured", header, *rows)) + "\n", encoding="utf-8")
    return path


def test_an_hour_is_the_mean_of_its_rows_and_a_missing_one_is_a_gap(tmp_path: Path) -> None:
    rows = ("2026-11-02T10:05:00Z,shop,10", "2026-11-02T10:55:00Z,shop,20", "2026-11-02T12:00:00Z,shop,7")
    found = read_loads(_written(tmp_path, *rows), SERVICES)
    assert list(found) == ["shop"]
    assert found["shop"].first == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert found["shop"].end == datetime(2026, 11, 2, 13, tzinfo=UTC)
    assert found["shop"].hours[[0, 2]].tolist() == [15.0, 7.0]
    assert np.isnan(found["shop"].hours[1])


def test_an_offset_counts_and_order_does_not(tmp_path: Path) -> None:
    rows = ("2026-11-02T12:00:00+01:00,search,2", "2026-11-02T10:00:00,search,1")
    found = read_loads(_written(tmp_path, *rows), SERVICES)["search"]
    assert found.hours.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-11-02T10:00:00Z,shopp,1", 'found "shopp"; a service of the stack, one of search, shop, is allowed'),
        ("yesterday,shop,1", 'found "yesterday"; a time like'),
        ("2026-11-02T10:00:00Z,shop,-1", 'found "-1"; a load of 0 or more is allowed'),
        ("2026-11-02T10:00:00Z,shop,nan", 'found "nan"; a load of 0 or more is allowed'),
        ("2026-11-02T10:00:00Z,shop", "found 2 cells; 3 cells, time, workload, load_per_second, are allowed"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_loads(_written(tmp_path, "2026-11-02T09:00:00Z,shop,1", row), SERVICES)
    assert f"loads.csv:4: {said}" in str(raised.value)


def test_a_time_that_is_years_off_is_a_mistake(tmp_path: Path) -> None:
    path = _written(tmp_path, "1970-01-01T00:00:00Z,shop,1", "2026-11-02T09:00:00Z,shop,1")
    with pytest.raises(ConfigError, match="from the first row of shop to its last; at most 26,352 are allowed"):
        read_loads(path, SERVICES)


def test_many_mistakes_are_told_in_a_few_lines(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        read_loads(_written(tmp_path, *("never,shop,1" for _ in range(500))), SERVICES)
    assert len(raised.value.problems) == 21
    assert "480 more mistakes are not listed" in str(raised.value)


def test_no_file_no_header_and_no_row_are_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="an existing CSV file is allowed"):
        read_loads(tmp_path / "none.csv", SERVICES)
    with pytest.raises(ConfigError, match="the header time,workload,load_per_second is allowed"):
        read_loads(_written(tmp_path, header="time,load"), SERVICES)
    with pytest.raises(ConfigError, match="rows of at least one service are allowed"):
        read_loads(_written(tmp_path), SERVICES)
