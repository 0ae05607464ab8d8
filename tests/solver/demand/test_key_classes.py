"""Every key of the demand format is shared, scaled or local: the table says it once, and of nothing else."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from solver.demand.demand import Demand
from solver.demand.key_classes import ANY, KEY_CLASSES, SECTIONS, KeyClass, class_of, is_above
from tests.solver.demand.format_walk import ENTRIES, fields_of_the_format

NAMES = set(ENTRIES.values())
PATHS = sorted(
    {
        tuple(ANY if place == 1 and path[0] in SECTIONS else str(step) for place, step in enumerate(path))
        for path in (field.path for field in fields_of_the_format())
        if not any(isinstance(step, int) for step in path)
    }
)


def test_each_key_of_the_format_is_declared() -> None:
    undeclared = [".".join(path) for path in PATHS if class_of(path) is None and not is_above(path)]
    assert not undeclared, "say in solver/demand/key_classes.py whether these move with a release"


def test_no_row_is_about_a_key_that_the_format_does_not_have() -> None:
    assert sorted(KEY_CLASSES) == sorted({row for row in KEY_CLASSES if tuple(row.split(".")) in PATHS})


def test_no_key_is_declared_twice() -> None:
    rows = [tuple(row.split(".")) for row in KEY_CLASSES]
    assert [row for row in rows if any(row[: len(other)] == other and row != other for other in rows)] == []
    assert Counter(rows).most_common(1)[0][1] == 1


def test_only_workloads_and_claims_have_shared_keys() -> None:
    shared = {row.split(".")[0] for row, kind in KEY_CLASSES.items() if kind is KeyClass.SHARED}
    assert shared == set(SECTIONS)
    assert set(Demand.model_fields) == {row.split(".")[0] for row in KEY_CLASSES}


def test_the_page_names_every_shared_key() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "promotion.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| shared |"))
    for section, words in zip(SECTIONS, row.split("storage: "), strict=True):
        named = set(re.findall(r"`([a-z_.]+)`", words))
        mine = [row.removeprefix(f"{section}.*.") for row in rows_of(KeyClass.SHARED) if row.startswith(section)]
        assert [key for key in mine if not any(f"{key}.".startswith(f"{name}.") for name in named)] == []
        assert [name for name in named if not any(f"{key}.".startswith(f"{name}.") for key in mine)] == []


def rows_of(kind: KeyClass) -> list[str]:
    return [row for row, each in KEY_CLASSES.items() if each is kind]
