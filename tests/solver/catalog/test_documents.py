"""YAML files that can't be read."""

from __future__ import annotations

import pytest

from tests.solver.catalog.small_catalog import SmallCatalog

FILE = "commitments.yaml"


@pytest.mark.parametrize(
    ("old", "new", "path", "allowed"),
    [
        ("instance-savings-plan:", "instance-saving-plan:", "instance-saving-plan.[key]", "Input should be"),
        ("rates_of: standard-reserved", "rates: standard-reserved", "instance-savings-plan.rates_of", "Field required"),
        (
            "  rates_of: standard-reserved\n",
            "  rates_of: standard-reserved\n  rates_of: standard-reserved\n",
            "rates_of",
            "each key once is allowed",
        ),
        ("  rates_of: standard-reserved\n", "  rates_of: [standard-reserved\n", "", "valid YAML is needed"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    small_catalog: SmallCatalog, old: str, new: str, path: str, allowed: str
) -> None:
    small_catalog.replace(FILE, old, new)
    problem = small_catalog.problems()[0]
    assert problem.file.endswith(FILE)
    assert problem.line is not None
    assert problem.line > 3
    assert problem.path == path
    assert allowed in problem.allowed


def test_an_empty_file_is_refused(small_catalog: SmallCatalog) -> None:
    (small_catalog.root / FILE).write_text("")
    assert small_catalog.problem().file.endswith(FILE)


def test_a_long_value_is_shortened(small_catalog: SmallCatalog) -> None:
    small_catalog.replace(FILE, "rates_of: standard-reserved", f"rates_of: {'x' * 500}")
    found = small_catalog.problem().found
    assert found is not None
    assert len(found) == 80
