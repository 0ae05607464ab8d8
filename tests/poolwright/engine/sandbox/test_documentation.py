"""docs/sandbox.md names tests and codes that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from poolwright.engine.sandbox.rules.reference_table import REFERENCES

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
