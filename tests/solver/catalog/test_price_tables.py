"""Rows of service_prices.csv and storage_prices.csv that can't be right."""

from __future__ import annotations

import pytest

from solver.catalog.catalog import Catalog
from tests.solver.catalog.small_catalog import REGION, SmallCatalog

SERVICES = f"regions/{REGION}/service_prices.csv"
STORAGE = f"regions/{REGION}/storage_prices.csv"


@pytest.mark.parametrize(
    ("row", "column", "value", "allowed"),
    [
        ("nat_gateway,hour,", "usd", "-1", "a number of at least 0"),
        ("nat_gateway,hour,", "usd", "nan", "a number of at least 0"),
        ("nat_gateway,hour,", "usd", "", "a number of at least 0"),
        ("nat_gateway,hour,", "from", "10", "0 is allowed: tiers follow each other"),
        ("nat_gateway,hour,", "to", "10", "the last tier's end is empty"),
        ("nat_gateway,hour,", "source", "nowhere", "a source that sources.yaml has"),
        ("nat_gateway,hour,", "unit", "", "a value is needed"),
    ],
)
def test_a_cell_that_can_not_be_right_is_refused(
    small_catalog: SmallCatalog, row: str, column: str, value: str, allowed: str
) -> None:
    small_catalog.set_cell(SERVICES, row, column, value)
    matching = [problem for problem in small_catalog.problems() if problem.path.endswith(column)]
    assert allowed in matching[0].allowed
    assert matching[0].line is not None


def test_tiers_with_a_gap_are_refused(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(STORAGE, "s3,standard_storage,GiB-month,51200,", "from", "60000")
    assert "51200 is allowed: tiers follow each other without a gap" in small_catalog.problems()[0].allowed


def test_tiers_of_two_units_are_refused(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(STORAGE, "s3,standard_storage,GiB-month,51200,", "unit", "TiB-month")
    assert "the unit of the tier before, GiB-month" in small_catalog.problems()[0].allowed


def test_rows_of_one_price_that_stand_apart_are_refused(small_catalog: SmallCatalog) -> None:
    line = small_catalog.line(SERVICES, "nat_gateway,hour,")
    text = small_catalog.text(SERVICES)
    (small_catalog.root / SERVICES).write_text(text + line + "\n")
    assert "stand together" in small_catalog.problem().allowed


def test_a_price_that_a_service_needs_is_missed_by_name(small_catalog: SmallCatalog) -> None:
    line = small_catalog.line(SERVICES, "nat_gateway,hour,")
    small_catalog.replace(SERVICES, line + "\n", "")
    problem = small_catalog.problem()
    assert problem.file.endswith("services.yaml")
    assert problem.path == "network.nat-gateway.costs.0"
    assert problem.found == '"nat_gateway hour"'


def test_prices_that_nobody_checked_say_so(real_catalog: Catalog) -> None:
    assert real_catalog.price("us-east-1", "alb", "hour").verified
    assert not real_catalog.price("eu-west-1", "alb", "hour").verified
    price = real_catalog.price("eu-west-1", "inspector", "ec2_instance_month")
    assert (price.verified, price.source, price.source_date) == (False, "as-us-east-1", None)


def test_all_regions_have_the_same_service_prices(real_catalog: Catalog) -> None:
    names = [
        {key for key in table.prices if key[0] not in ("fsx_lustre", "s3")} for table in real_catalog.tables.values()
    ]
    assert all(found == names[0] for found in names)
