"""docs/sandbox.md names tests and codes that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from poolwright.engine.sandbox.rules.reference_table import REFERENCES
from tests.poolwright.engine.sandbox.rule_book import Row, read_list, rules

ROOT = Path(__file__).resolve().parents[4]
TESTS = Path(__file__).resolve().parent
TEXT = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split("|") for line in TEXT.splitlines() if line.count("|") == 4 and "test_" in line]


def test_every_test_module_of_the_rules_is_in_the_table() -> None:
    named = {name.removeprefix("rules/") for row in ROWS for name in re.findall(r"`(\S+\.py)`", row[2])}
    assert {path.name for path in (TESTS / "rules").glob("test_*.py")} == named - {"test_identity.py"}


@pytest.mark.parametrize("row", ROWS, ids=[row[0].strip()[:60] for row in ROWS])
def test_every_code_of_a_row_is_in_the_sources_and_its_test_exists(row: list[str]) -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "poolwright/engine/sandbox/rules").glob("*.py")
    )
    for name in re.findall(r"`(\S+\.py)`", row[2]):
        assert (TESTS / name).is_file(), name
    for code in (part.strip() for part in row[1].split(",")):
        assert code == "…" or " " in code or f'"{code}"' in sources or f" {code} |" in sources, code


def test_the_number_of_references_is_the_tables() -> None:
    (count,) = re.findall(r"\((\d+) properties\)", TEXT)
    assert int(count) == len(REFERENCES)


def test_the_list_has_every_rule_as_the_sources_say_it() -> None:
    said = {name: (sentence.replace("\\|", "|"), types) for name, (sentence, types) in rules().items()}
    listed = {row.rule: (row.sentence.replace("\\|", "|"), row.types) for row in read_list()}
    assert listed == said


@pytest.mark.parametrize("row", read_list(), ids=lambda row: f"{row.rule} {row.test}")
def test_every_rule_of_the_list_has_codes_and_a_test_that_names_them(row: Row) -> None:
    assert row.codes
    words = set(re.findall(r"[\w.]+", (TESTS / "rules" / row.test).read_text(encoding="utf-8")))
    assert set(row.codes) <= words
