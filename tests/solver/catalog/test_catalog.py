"""Look-ups by name."""

from __future__ import annotations

from datetime import date

import pytest

from solver.catalog.catalog import Catalog
from solver.errors import CatalogError, ExitCode

REGIONS = ("ap-northeast-1", "ap-southeast-1", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2")


def test_six_regions_are_shipped(real_catalog: Catalog) -> None:
    assert real_catalog.regions == REGIONS


def test_zones_are_ids_with_the_zone_of_most_machine_types_first(real_catalog: Catalog) -> None:
    for name in real_catalog.regions:
        region = real_catalog.region(name)
        counts = [sum(zone in offering.zones for offering in real_catalog.offerings(name)) for zone in region.zone_ids]
        assert len(region.zones) >= 3
        assert counts[0] == max(counts)
        assert all("-az" in zone.id and zone.name_in_source.startswith(name) for zone in region.zones)


@pytest.mark.parametrize(
    ("kind", "name", "meant"),
    [
        ("machine", "c7g.lrge", "c7g.large"),
        ("region", "eu-west-11", "eu-west-1"),
        ("offering", "g5.xlage", "g5.xlarge"),
        ("price", "nat_gatway", "nat_gateway hour"),
    ],
)
def test_a_name_that_is_not_there_is_an_error_with_near_misses(
    real_catalog: Catalog, kind: str, name: str, meant: str
) -> None:
    with pytest.raises(CatalogError) as caught:
        match kind:
            case "machine":
                real_catalog.machine(name)
            case "region":
                real_catalog.region(name)
            case "offering":
                real_catalog.offering("eu-west-1", name)
            case _:
                real_catalog.price("eu-west-1", name, "hour")
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    assert meant in str(caught.value)


def test_a_region_that_was_not_loaded_is_not_there(real_catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="eu-north-1"):
        real_catalog.offerings("eu-north-1")


def test_a_price_table_names_its_newest_source(real_catalog: Catalog) -> None:
    table = real_catalog.price_table("us-east-1")
    assert table.table == "regions/us-east-1/machine_prices.csv"
    assert (table.source, table.source_date) == ("karpenter-2026-07-20", date(2026, 7, 20))
    assert real_catalog.price_table("eu-west-1").source_date == date(2025, 10, 28)


def test_every_source_of_a_region_is_known(real_catalog: Catalog) -> None:
    for name in real_catalog.regions:
        assert set(real_catalog.region(name).sources.values()) <= set(real_catalog.sources)
