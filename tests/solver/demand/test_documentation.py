"""docs/demand.md shows a whole stack file and changes to it; all of them are what the loader takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from solver.catalog.loader import load_catalog
from solver.demand.loader import load_demand
from solver.model.requirements import check_against_catalog

ROOT = Path(__file__).parents[3]
EXAMPLE, *CHANGES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/demand.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("change", ["", *CHANGES], ids=lambda text: text.split("\n")[0] or "the example")
def test_the_example_and_each_change_to_it_can_be_loaded(change: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(EXAMPLE, "utf-8")
    (tmp_path / "dev.yaml").write_text(f"inherits: example.yaml\n{change}", "utf-8")
    loaded = load_demand(tmp_path / "dev.yaml")
    check_against_catalog(loaded, load_catalog(None, ["eu-west-1"]))


def test_the_page_has_an_example_and_changes() -> None:
    assert EXAMPLE.startswith("owner:")
    assert len(CHANGES) >= 6
