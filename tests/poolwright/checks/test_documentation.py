"""docs/checks.md says what is true of the checks."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from poolwright.checks.registry import CHECKS, waivable

PAGE = Path(__file__).resolve().parents[3] / "docs" / "checks.md"
BEGIN, END = "<!-- checks -->\n", "<!-- /checks -->"


def table() -> str:
    """All checks, as the page has them."""
    rows = [
        f"| `{check.id}` | {check.severity} | {check.title} | {', '.join(check.controls)} | {check.remedy} |"
        for check in CHECKS
    ]
    return "\n".join(
        ["| check | severity | what holds | serves | else |", "| --- | --- | --- | --- | --- |", *rows, ""]
    )


def test_the_page_lists_every_check_as_it_is(pytestconfig: pytest.Config) -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    listed, _, after = rest.partition(END)
    if pytestconfig.getoption("--update-cases"):
        PAGE.write_text(f"{before}{BEGIN}{table()}{END}{after}", "utf-8")
        return
    assert listed == table(), "run: python -m pytest tests/poolwright/checks --update-cases"


def test_the_waivers_of_the_page_name_checks() -> None:
    block = PAGE.read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    waivers = yaml.safe_load(block)["compliance"]["waivers"]
    assert waivers
    assert {waiver["control"] for waiver in waivers} <= waivable()


def test_the_page_says_what_no_check_serves() -> None:
    left_out = PAGE.read_text("utf-8").partition("## What no check says")[2]
    for control in ("ECS.20", "AutoScaling.6", "SecretsManager.3", "Route53.2"):
        assert control in left_out
        assert control not in waivable()
