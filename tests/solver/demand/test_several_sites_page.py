"""docs/several-sites.md shows a stack with two sites that plans as the page says, and changes that load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from solver.catalog.loader import load_catalog
from solver.demand.loader import load_demand
from solver.model.requirements import check_against_catalog
from solver.solve import solve

PAGE = (Path(__file__).parents[3] / "docs/several-sites.md").read_text("utf-8")
EXAMPLE, *CHANGES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
REGIONS = ("us-east-1", "eu-central-1")


def test_the_example_plans_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(EXAMPLE, "utf-8")
    catalog = load_catalog(None, REGIONS)
    loaded = load_demand(tmp_path / "two.yaml")
    check_against_catalog(loaded, catalog)
    plan = solve(loaded.demand, catalog)
    assert plan.aws_sites["eu"].serves == {"rank": {"site eu": 0.7}, "search": {"europe": 0.7}}
    assert plan.aws_sites["us"].serves == {"rank": {"site us": 0.3}, "search": {"america": 0.3}}
    assert plan.proof.gap < 0.02
    assert "train" in {job.key for job in plan.aws_sites["eu"].compute.jobs}
    assert all("models" in {bucket.key for bucket in site.storage.buckets} for site in plan.aws_sites.values())


@pytest.mark.parametrize("change", CHANGES, ids=lambda text: text.split("\n")[3].strip())
def test_each_change_can_be_loaded(change: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(EXAMPLE, "utf-8")
    (tmp_path / "dev.yaml").write_text(f"inherits: example.yaml\n{change}", "utf-8")
    check_against_catalog(load_demand(tmp_path / "dev.yaml"), load_catalog(None, REGIONS))
