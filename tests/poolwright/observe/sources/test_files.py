"""Files of measurements: every mistake is told of with its line, and a whole folder is read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from poolwright.observe.measurements import Measurements
from poolwright.observe.metrics import Metric, SubjectKind
from poolwright.observe.sources.files import read_files
from solver.errors import ConfigError

_SUBJECTS = {SubjectKind.WORKLOAD: ("assistant", "fraud"), SubjectKind.SITE: ("main",)}
_HEADER = "time,workload,load_per_second,cpu_used_share\n"


def _read(folder: Path, text: str, name: str = "loads.csv") -> Measurements:
    file = folder / name
    file.write_text(text)
    return read_files(file, _SUBJECTS)


def test_columns_are_metrics_and_an_empty_cell_was_not_measured(tmp_path: Path) -> None:
    measured = _read(
        tmp_path,
        "# exported\n"
        + _HEADER
        + "2026-09-07T00:00:00Z,assistant,12,0.5\n2026-09-07T02:30:00+02:00,assistant,14,\n"
        + "2026-09-07T01:00:00,fraud,,0.1\n",
    )
    load = measured.get(Metric.LOAD, "assistant")
    assert load is not None
    assert list(load.mean) == [13.0]
    assert measured.subjects(Metric.LOAD) == ("assistant",)
    assert measured.subjects(Metric.CPU) == ("assistant", "fraud")


def test_a_folder_has_several_files_plain_or_packed(tmp_path: Path) -> None:
    (tmp_path / "loads.csv").write_text(_HEADER + "2026-09-07T00:00:00Z,assistant,12,0.5\n")
    with gzip.open(tmp_path / "sites.csv.gz", "wt") as file:
        file.write("time,site,nat_gib\n2026-09-07T00:00:00Z,main,3\n2026-09-07T00:30:00Z,main,4\n")
    (tmp_path / "notes.txt").write_text("nothing to read")
    measured = read_files(tmp_path, _SUBJECTS)
    nat = measured.get(Metric.NAT, "main")
    assert nat is not None
    assert nat.total[0] == 7.0
    assert measured.get(Metric.LOAD, "assistant") is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a header like time,workload,load_per_second is allowed"),
        ("time,workload\n", "a header of time, one of workload, node_group"),
        ("time,pod,load_per_second\n", 'found "time,pod,load_per_second"'),
        ("time,workload,nat_gib\n", "metrics of a workload are allowed"),
        ("time,workload,load_per_second,replicas,load_per_second\n", ':1: found "load_per_second" twice'),
        ("time,workload,load_per_secnd\n", "Did you mean load_per_second?"),
        (_HEADER, "found no row"),
        (_HEADER + "2026-09-07T00:00:00Z,assistant,1\n", ":2: found 3 cells; 4 cells are allowed"),
        (_HEADER + "2026-09-07T00:00:00Z,asistant,1,0\n", "Did you mean assistant?"),
        (_HEADER + "07.09.2026 00:00,assistant,1,0\n", ':2 time: found "07.09.2026 00:00"'),
        (_HEADER + "2026-09-07T00:00:00Z,assistant,-1,0\n", ":2 load_per_second: found"),
        (_HEADER + "2026-09-07T00:00:00Z,assistant,nan,0\n", "Leave the cell empty where nothing was measured"),
        (_HEADER + "2026-09-07T00:00:00Z,assistant,inf,0\n", ":2 load_per_second: found"),
        (_HEADER + "2026-09-07T00:00:00Z,assistant,1,63\n", "Is it a percentage?"),
        (_HEADER + "1026-09-07T00:00:00Z,fraud,1,0\n2026-09-07T00:00:00Z,fraud,1,0\n", "hours from the first"),
    ],
)
def test_a_mistake_is_one_clear_error(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        _read(tmp_path, text)
    assert words in str(raised.value)


def test_all_mistakes_are_told_of_up_to_twenty(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        _read(tmp_path, _HEADER + "2026-09-07T00:00:00Z,assistant,x,y\n" * 30)
    assert len(raised.value.problems) <= 21


@pytest.mark.parametrize("name", ["missing.csv", "empty"])
def test_what_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"a folder with \*\.csv"):
        read_files(tmp_path / name, _SUBJECTS)


def test_a_packed_file_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    whole = gzip.compress((_HEADER + "2026-09-07T00:00:00Z,assistant,1,0\n" * 2000).encode())
    (tmp_path / "loads.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ConfigError, match="plain or with gzip"):
        read_files(tmp_path, _SUBJECTS)
