"""The examples of the pools' pages run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.recorder import record

PAGES = Path(__file__).resolve().parents[2] / "docs" / "pools"
EXAMPLE = re.compile(r"```python\n(?P<code>.*?)```", re.DOTALL)


@pytest.mark.parametrize(
    ("page", "component"),
    [("network.md", "poolwright:aws:NetworkPool"), ("security.md", "poolwright:aws:SecurityPool")],
)
def test_a_pages_example_builds_its_pool(page: str, component: str) -> None:
    (code,) = EXAMPLE.findall((PAGES / page).read_text(encoding="utf-8"))
    recorded = record(lambda: exec(compile(code, page, "exec"), {}))
    assert recorded.one(component)
    assert recorded.custom()
