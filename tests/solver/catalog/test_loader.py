"""Loading: all or some regions, in one error or not at all, and fast."""

from __future__ import annotations

import cProfile
import shutil
from pathlib import Path
from typing import Any, cast

import pytest

from solver.catalog.digest import default_catalog_path
from solver.catalog.loader import load_catalog
from solver.errors import CatalogError
from tests.solver.catalog.small_catalog import PRICES, SmallCatalog


def test_only_the_regions_asked_for_are_loaded() -> None:
    catalog = load_catalog(regions=["eu-west-1"])
    assert catalog.regions == ("eu-west-1",)
    assert len(catalog.offerings("eu-west-1")) > 1000


def test_a_broken_region_does_not_hurt_another(small_catalog: SmallCatalog) -> None:
    broken = small_catalog.root / "regions" / "eu-north-1"
    shutil.copytree(small_catalog.root / "regions" / "eu-west-1", broken)
    (broken / "machine_prices.csv").write_text("nonsense\n")
    assert load_catalog(small_catalog.root, ["eu-west-1"]).regions == ("eu-west-1",)
    with pytest.raises(CatalogError, match="eu-north-1"):
        small_catalog.load()


def test_an_unknown_region_is_an_error_with_near_misses() -> None:
    with pytest.raises(CatalogError, match="Did you mean us-east-1"):
        load_catalog(regions=["us-est-1"])


def test_a_folder_without_tables_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"a catalog folder with regions/<region>/region\.yaml is needed"):
        load_catalog(tmp_path)


@pytest.mark.parametrize(
    "file",
    ["sources.yaml", "commitments.yaml", "services.yaml", "controls.yaml", PRICES, "regions/eu-west-1/images.csv"],
)
def test_a_missing_file_is_named(small_catalog: SmallCatalog, file: str) -> None:
    (small_catalog.root / file).unlink()
    named = [problem for problem in small_catalog.problems() if problem.file.endswith(file)]
    assert "a readable table is needed" in named[0].allowed


def test_a_file_that_is_not_text_is_named(small_catalog: SmallCatalog) -> None:
    (small_catalog.root / PRICES).write_bytes(b"type\xff\xfe")
    assert "it is not UTF-8 text" in small_catalog.problem().allowed


def test_mistakes_of_all_files_come_in_one_error(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell("machines/c7g.csv", "c7g.xlarge,", "vcpus", "x")
    small_catalog.set_cell(PRICES, "g5.xlarge,", "on_demand", "0")
    small_catalog.replace("commitments.yaml", "rates_of: standard-reserved", "rates_of: something")
    small_catalog.replace("storage/ebs-gp3.yaml", "kind: volume", "kind: disk")
    files = {problem.file.rsplit("/", 1)[-1] for problem in small_catalog.problems()}
    assert {"c7g.csv", "machine_prices.csv", "commitments.yaml", "ebs-gp3.yaml"} <= files


def test_a_zone_less_region_file_is_refused(small_catalog: SmallCatalog) -> None:
    small_catalog.replace("regions/eu-west-1/region.yaml", "\nzones:\n", "\nplaces:\n")
    assert any(problem.path == "zones" for problem in small_catalog.problems())


def test_tables_that_say_the_same_are_read_once_and_those_that_changed_anew(small_catalog: SmallCatalog) -> None:
    before = small_catalog.load()
    assert small_catalog.load().machines is before.machines
    small_catalog.set_cell("machines/c7g.csv", "c7g.xlarge,", "vcpus", "3")
    after = small_catalog.load()
    assert (before.machine("c7g.xlarge").vcpus, after.machine("c7g.xlarge").vcpus) == (4, 3)
    (small_catalog.root / "machines" / "g5.csv").unlink()
    with pytest.raises(CatalogError, match="g5"):
        small_catalog.load()


def test_each_row_costs_little_to_load(tmp_path: Path) -> None:
    """Counted in calls, which are the same on a slow machine as on a fast one: 0.15 s on an idle one of today."""
    copy = shutil.copytree(default_catalog_path(), tmp_path / "catalog")
    rows = sum(len(path.read_bytes().splitlines()) for path in copy.rglob("*.csv"))
    with cProfile.Profile() as profile:
        load_catalog(copy)
    entries = cast("list[Any]", profile.getstats())
    assert sum(int(entry.callcount) for entry in entries) < 100 * rows
