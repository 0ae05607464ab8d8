"""Each field of the demand format, found by walking the models, refuses a wrong value in words that help."""

from __future__ import annotations

from pathlib import Path
from typing import get_origin

import pytest

from solver.demand.loader import load_demand
from solver.errors import DemandError, Problem
from tests.solver.demand.format_walk import FieldPlace, fields_of_the_format
from tests.solver.demand.overlay import overlay
from tests.solver.demand.wrong_values import WRONG_KEYS, WRONG_VALUES, Wrong

FIELDS = list(fields_of_the_format())
MAPPINGS = [place for place in FIELDS if get_origin(place.declared.bare) is dict]
RECORDS = {place.record: place.path[:-1] for place in reversed(FIELDS)}


def name_of(place: FieldPlace) -> str:
    return ".".join(str(step) for step in place.path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with whole.yaml, in which the user works."""
    (tmp_path / "whole.yaml").write_text(Path(__file__).with_name("whole.yaml").read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems_of(text: str, folder: Path) -> tuple[Problem, ...]:
    (folder / "dev.yaml").write_text(text, "utf-8")
    with pytest.raises(DemandError) as refused:
        load_demand(folder / "dev.yaml")
    return refused.value.problems


def wrong(place: FieldPlace, table: dict[str, Wrong]) -> Wrong:
    """The case for a field; a field without one fails here."""
    for key in place.keys:
        if key in table:
            return table[key]
    pytest.fail(f"{' or '.join(place.keys)} has no wrong value in tests/solver/demand/wrong_values.py")


def test_the_file_that_the_cases_change_is_right(folder: Path) -> None:
    assert load_demand(folder / "whole.yaml").demand.stack == "whole"


@pytest.mark.parametrize("place", FIELDS, ids=name_of)
def test_a_wrong_value_is_told_with_file_line_path_found_and_allowed(place: FieldPlace, folder: Path) -> None:
    case = wrong(place, WRONG_VALUES)
    text, line = overlay(place.path, case.value)
    (problem,) = problems_of(text, folder)
    assert (problem.file, problem.line) == ("dev.yaml", line)
    assert problem.path.startswith(name_of(place))
    assert problem.found == case.found
    assert problem.allowed.removesuffix(" is allowed") == case.allowed
    assert problem.hint == case.hint


@pytest.mark.parametrize("place", MAPPINGS, ids=name_of)
def test_a_wrong_key_is_told_with_file_line_path_found_and_allowed(place: FieldPlace, folder: Path) -> None:
    case = wrong(place, WRONG_KEYS)
    text, line = overlay(place.path, f"{{{case.value}}}")
    told = [problem for problem in problems_of(text, folder) if problem.found == case.found]
    (problem,) = told
    assert (problem.file, problem.line) == ("dev.yaml", line)
    assert problem.path == f"{name_of(place)}.{case.value.split(': ')[0]}"
    assert problem.allowed.removesuffix(" is allowed") == case.allowed


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_an_unknown_key_is_told_with_the_key_that_was_meant(record: type, folder: Path) -> None:
    fields = [place.name for place in FIELDS if place.record is record]
    misspelt = fields[-1][:-1] + "zz"
    text, line = overlay((*RECORDS[record], misspelt), "1")
    (problem,) = problems_of(text, folder)
    assert (problem.file, problem.line) == ("dev.yaml", line)
    assert problem.found == f'the key "{misspelt}"'
    assert problem.allowed == f"one of {', '.join(fields)} is allowed"
    assert len(fields[-1]) < 6 or problem.hint == f"Did you mean {fields[-1]}?"


def test_no_case_is_left_over_from_a_field_that_is_gone() -> None:
    known = {key for place in FIELDS for key in place.keys}
    assert set(WRONG_VALUES) <= known
    assert set(WRONG_KEYS) <= known
