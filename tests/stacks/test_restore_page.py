"""docs/restore.md takes from the stack's outputs what the program puts there."""

from __future__ import annotations

import re
from pathlib import Path

from stacks.program import aws_pools
from tests.components import plans
from tests.recorder import record

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "restore.md").read_text("utf-8")


def test_every_output_that_the_page_reads_is_one_of_the_stack() -> None:
    site = plans.full_site()
    plan = plans.plan("prod", main=site)
    outputs = record(lambda: aws_pools("main", site, plan, plans.ACCOUNT_ID), stack="prod").built
    read = re.findall(r"jq -r \.(\w+)(?:\.(\w+))? <<<", PAGE)
    assert len(read) == 5, read
    for name, claim in read:
        assert name in outputs, name
        assert not claim or claim in outputs[name], f"{name}.{claim}"
