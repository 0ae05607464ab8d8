"""Digests of the tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.digest import catalog_digest, default_catalog_path, region_names, table_files
from solver.catalog.loader import load_catalog
from solver.errors import CatalogError
from tests.solver.catalog.small_catalog import PRICES, SmallCatalog


def test_the_digest_of_the_files_is_that_of_the_loaded_catalog(real_catalog: Catalog) -> None:
    for regions in (["us-east-1"], ["us-west-2", "eu-west-1"], list(real_catalog.regions)):
        assert catalog_digest(default_catalog_path(), regions) == real_catalog.digest(regions)


def test_the_digest_does_not_depend_on_what_else_was_loaded(real_catalog: Catalog) -> None:
    assert load_catalog(regions=["eu-west-1"]).digest(["eu-west-1"]) == real_catalog.digest(["eu-west-1"])


def test_the_order_of_regions_does_not_matter(real_catalog: Catalog) -> None:
    assert real_catalog.digest(["us-east-1", "eu-west-1"]) == real_catalog.digest(["eu-west-1", "us-east-1"])


@pytest.mark.parametrize(
    ("file", "start", "column", "value"),
    [
        (PRICES, "c7g.large,", "on_demand", "0.0776"),
        ("machines/c7g.csv", "c7g.large,", "vcpus", "3"),
        ("regions/eu-west-1/images.csv", "arm64,standard,", "date", "2026-09-23"),
    ],
)
def test_a_changed_cell_of_a_used_table_changes_the_digest(
    small_catalog: SmallCatalog, file: str, start: str, column: str, value: str
) -> None:
    before = catalog_digest(small_catalog.root, ["eu-west-1"])
    small_catalog.set_cell(file, start, column, value)
    assert catalog_digest(small_catalog.root, ["eu-west-1"]) != before


@pytest.mark.parametrize("file", ["services.yaml", "storage/ebs-gp3.yaml", "sources.yaml"])
def test_any_changed_byte_of_a_used_document_changes_the_digest(small_catalog: SmallCatalog, file: str) -> None:
    before = catalog_digest(small_catalog.root, ["eu-west-1"])
    (small_catalog.root / file).write_text("# another line\n" + small_catalog.text(file))
    assert catalog_digest(small_catalog.root, ["eu-west-1"]) != before


def test_tables_with_rows_in_another_order_and_other_comments_say_the_same(small_catalog: SmallCatalog) -> None:
    as_it_was = small_catalog.load()
    before = catalog_digest(small_catalog.root, ["eu-west-1"])
    for file in (PRICES, "machines/c7g.csv", "regions/eu-west-1/images.csv"):
        header, *rows = [line for line in small_catalog.text(file).splitlines() if not line.startswith("#")]
        turned = ["# another remark", header, *reversed(rows), ""]
        (small_catalog.root / file).write_bytes("\r\n".join(turned).encode())
    assert catalog_digest(small_catalog.root, ["eu-west-1"]) == before
    turned_round = small_catalog.load()
    assert turned_round == as_it_was
    assert list(turned_round.machines) == list(as_it_was.machines)
    assert turned_round.offerings("eu-west-1") == as_it_was.offerings("eu-west-1")


def test_a_second_row_or_one_less_changes_the_digest(small_catalog: SmallCatalog) -> None:
    before = catalog_digest(small_catalog.root, ["eu-west-1"])
    whole = small_catalog.text(PRICES)
    row = small_catalog.line(PRICES, "c7g.large,")
    for text in (whole + row + "\n", whole.replace(row + "\n", "")):
        (small_catalog.root / PRICES).write_text(text)
        assert catalog_digest(small_catalog.root, ["eu-west-1"]) != before


def test_a_change_in_another_region_leaves_the_digest_alone(small_catalog: SmallCatalog) -> None:
    other = small_catalog.root / "regions" / "eu-north-1"
    shutil.copytree(small_catalog.root / "regions" / "eu-west-1", other)
    before = catalog_digest(small_catalog.root, ["eu-west-1"])
    (other / "machine_prices.csv").write_text("another table\n")
    assert catalog_digest(small_catalog.root, ["eu-west-1"]) == before
    assert catalog_digest(small_catalog.root, ["eu-north-1"]) != before


def test_the_digest_covers_exactly_the_files_that_are_read(small_catalog: SmallCatalog) -> None:
    assert set(small_catalog.load().file_digests) == set(table_files(small_catalog.root, ["eu-west-1"]))


def test_files_that_are_no_tables_do_not_count(small_catalog: SmallCatalog) -> None:
    before = catalog_digest(small_catalog.root, ["eu-west-1"])
    (small_catalog.root / "machines" / "notes.md").write_text("thoughts")
    assert catalog_digest(small_catalog.root, ["eu-west-1"]) == before


def test_an_unknown_region_is_an_error(small_catalog: SmallCatalog) -> None:
    assert region_names(small_catalog.root) == ("eu-west-1",)
    with pytest.raises(CatalogError, match="Did you mean eu-west-1"):
        catalog_digest(small_catalog.root, ["eu-west-2"])


def test_a_folder_that_is_no_catalog_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"a catalog folder with regions/<region>/region\.yaml is needed"):
        catalog_digest(tmp_path / "nowhere", ["eu-west-1"])


def test_the_day_of_a_region_s_own_source_is_no_part_of_the_digest(small_catalog: SmallCatalog) -> None:
    before = catalog_digest(small_catalog.root, ["eu-west-1"])
    own = small_catalog.root / "regions/eu-west-1/sources.yaml"
    own.write_text("price-list-eu-west-1: {title: AWS Price List API, licence: facts, date: 2026-11-27}\n")
    small_catalog.set_cell(PRICES, "c7g.large,", "source", "price-list-eu-west-1")
    after = catalog_digest(small_catalog.root, ["eu-west-1"])
    assert after != before
    own.write_text(own.read_text().replace("2026-11-27", "2026-12-01"))
    assert catalog_digest(small_catalog.root, ["eu-west-1"]) == after == small_catalog.load().digest(["eu-west-1"])
    assert str(small_catalog.load().price_table("eu-west-1").source_date) == "2026-12-01"
