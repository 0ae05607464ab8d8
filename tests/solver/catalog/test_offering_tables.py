"""Rows of machine_prices.csv: what is refused, what is left out with a note, what every region has."""

from __future__ import annotations

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.notes import NoteKind
from solver.catalog.offering_tables import PRICE_COLUMNS
from solver.vocabulary import Architecture
from tests.solver.catalog.small_catalog import PRICES, SmallCatalog

ROW = "c7g.large,"


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("on_demand", "0", "a price above 0"),
        ("on_demand", "-0.1", "a price above 0"),
        ("on_demand", "nan", "a price above 0"),
        ("on_demand", "inf", "a price above 0"),
        ("on_demand", "cheap", "a price above 0"),
        ("spot", "0", "a price above 0"),
        ("spot_by_zone", "euw1-az1", "<zone id>=<USD above 0>"),
        ("spot_by_zone", "euw1-az1=0", "<zone id>=<USD above 0>"),
        ("spot_by_zone", "use1-az1=0.02", "for a zone of the row"),
        ("zones", "euw1-az9", "zone ids of eu-west-1 are allowed: euw1-az"),
        ("zones", "", "at least one zone id, each once"),
        ("zones", "euw1-az1 euw1-az1", "at least one zone id, each once"),
        ("interruptions", "often", "<5%, 5-10%"),
        ("source", "somewhere", "a source that sources.yaml has"),
        ("standard_1y_no_upfront", "0", "a price above 0"),
        ("convertible_3y_all_upfront", "-1", "a price above 0"),
    ],
)
def test_a_cell_that_can_not_be_right_is_refused(
    small_catalog: SmallCatalog, column: str, value: str, allowed: str
) -> None:
    small_catalog.set_cell(PRICES, ROW, column, value)
    problem = small_catalog.problems()[0]
    assert problem.file.endswith(PRICES)
    assert problem.line is not None
    assert small_catalog.text(PRICES).splitlines()[problem.line - 1].startswith(ROW)
    assert problem.path == f"c7g.large.{column}"
    assert allowed in problem.allowed


def test_an_unknown_machine_type_is_refused_with_a_near_miss(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(PRICES, ROW, "type", "c7g.lage")
    problem = small_catalog.problem()
    assert problem.found == '"c7g.lage"'
    assert problem.hint is not None
    assert "c7g.large" in problem.hint


def test_a_row_that_stands_twice_is_refused(small_catalog: SmallCatalog) -> None:
    line = small_catalog.line(PRICES, ROW)
    small_catalog.replace(PRICES, line + "\n", f"{line}\n{line}\n")
    assert "each machine type once" in small_catalog.problem().allowed


def test_a_row_with_a_missing_cell_is_refused(small_catalog: SmallCatalog) -> None:
    line = small_catalog.line(PRICES, ROW)
    small_catalog.replace(PRICES, line, line.rsplit(",", 1)[0])
    problem = small_catalog.problem()
    assert problem.found == f"{len(PRICE_COLUMNS) - 1} cells"


def test_a_wrong_header_is_refused(small_catalog: SmallCatalog) -> None:
    small_catalog.replace(PRICES, "on_demand,spot,", "ondemand,spot,")
    problem = small_catalog.problem()
    assert problem.path == "header"
    assert "on_demand" in problem.allowed


def test_a_spot_price_above_on_demand_is_left_out_with_a_note(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(PRICES, ROW, "spot_by_zone", "euw1-az2=99")
    catalog = small_catalog.load()
    offering = catalog.offering("eu-west-1", "c7g.large")
    assert set(offering.spot_usd_per_hour) == {"euw1-az1", "euw1-az3"}
    (note,) = [note for note in catalog.notes if note.subject == "c7g.large"]
    assert note.kind is NoteKind.DROPPED
    assert "euw1-az2 at 99.0 is above on demand" in note.text


def test_a_price_of_one_zone_replaces_the_regions(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(PRICES, ROW, "spot", "0.02")
    small_catalog.set_cell(PRICES, ROW, "spot_by_zone", "euw1-az2=0.01 euw1-az3=0.03")
    spot = small_catalog.load().offering("eu-west-1", "c7g.large").spot_usd_per_hour
    assert spot == {"euw1-az1": 0.02, "euw1-az2": 0.01, "euw1-az3": 0.03}


def test_a_commitment_that_saves_nothing_is_left_out_with_a_note(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(PRICES, ROW, "standard_1y_no_upfront", "5")
    catalog = small_catalog.load()
    offering = catalog.offering("eu-west-1", "c7g.large")
    assert offering.on_demand_usd_per_hour is not None
    assert max(offering.commitments.values()) < offering.on_demand_usd_per_hour
    assert [note.text for note in catalog.notes if note.subject == "c7g.large"] == [
        f"1 of 12 reservation rates are not below on demand, {offering.on_demand_usd_per_hour}, a later price"
    ]


def test_a_type_without_a_price_is_offered_but_not_purchasable_and_noted_by_family(small_catalog: SmallCatalog) -> None:
    for column in ("on_demand", "spot", "interruptions", "source"):
        small_catalog.set_cell(PRICES, ROW, column, "")
    catalog = small_catalog.load()
    offering = catalog.offering("eu-west-1", "c7g.large")
    assert (offering.on_demand_usd_per_hour, offering.source, offering.purchasable) == (None, None, False)
    assert "c7g.large" not in {found.machine.name for found in catalog.purchasable("eu-west-1")}
    assert [(note.kind, note.subject) for note in catalog.notes] == [(NoteKind.HOLE, "c7g")]


def test_a_priced_row_needs_a_source(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(PRICES, ROW, "source", "")
    assert any(problem.path == "c7g.large.source" for problem in small_catalog.problems())


def test_a_type_without_a_machine_image_is_not_purchasable(small_catalog: SmallCatalog) -> None:
    file = "regions/eu-west-1/images.csv"
    line = small_catalog.line(file, "x86_64,gpu,")
    small_catalog.replace(file, line + "\n", "")
    catalog = small_catalog.load()
    assert not catalog.offering("eu-west-1", "g5.xlarge").purchasable
    assert [note.text for note in catalog.notes] == ["8 offered types have no ECS-optimised image"]


def test_a_spot_price_for_a_type_without_spot_is_refused(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell("machines/c7g.csv", ROW, "flags", "no-spot")
    assert "no-spot" in small_catalog.problem().allowed


def test_capacity_blocks_are_listed_but_not_purchasable(real_catalog: Catalog) -> None:
    for name in ("p6-b200.48xlarge", "p6-b300.48xlarge"):
        assert not real_catalog.offering("us-east-1", name).purchasable


def test_every_offering_is_consistent(real_catalog: Catalog) -> None:
    for region in real_catalog.regions:
        zones = real_catalog.region(region).zone_ids
        names = [offering.machine.name for offering in real_catalog.offerings(region)]
        assert names == sorted(names)
        for offering in real_catalog.offerings(region):
            price = offering.on_demand_usd_per_hour
            assert set(offering.zones) <= set(zones)
            assert set(offering.spot_usd_per_hour) <= set(offering.zones)
            assert [zone for zone in zones if zone in offering.zones] == list(offering.zones)
            if price is None:
                assert not offering.commitments
            else:
                assert price > 0
                assert all(0 < spot <= price for spot in offering.spot_usd_per_hour.values())
                assert all(0 < rate < price for rate in offering.commitments.values())


@pytest.mark.parametrize(
    ("region", "models"),
    [
        ("us-east-1", {"t4", "l4", "a10g", "l40s", "a100", "h100", "inferentia2", "trainium1", "vu47p"}),
        ("us-west-2", {"t4", "l4", "a10g", "l40s", "a100", "h100", "inferentia2", "trainium1", "vu47p"}),
        ("eu-west-1", {"t4", "a10g", "a100", "inferentia2"}),
        ("eu-central-1", {"t4", "l4", "a10g", "l40s", "a100", "inferentia2"}),
        ("ap-southeast-1", {"t4", "inferentia2"}),
        ("ap-northeast-1", {"t4", "l4", "a10g", "l40s", "a100", "h100", "inferentia2"}),
    ],
)
def test_each_region_sells_both_architectures_and_the_accelerators_that_aws_offers_there(
    real_catalog: Catalog, region: str, models: set[str]
) -> None:
    sold = real_catalog.purchasable(region)
    assert {offering.machine.architecture for offering in sold} == set(Architecture)
    found = {offering.machine.accelerator.model for offering in sold if offering.machine.accelerator is not None}
    assert models <= found


def test_spot_prices_differ_by_zone_where_the_data_has_them(real_catalog: Catalog) -> None:
    spot = real_catalog.offering("us-east-1", "g5.xlarge").spot_usd_per_hour
    assert len(set(spot.values())) > 1
    assert len(set(real_catalog.offering("us-east-1", "m7i.large").spot_usd_per_hour.values())) == 1
