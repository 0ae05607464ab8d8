"""File systems: the cheapest EFS mode that gives the throughput and survives what it must."""

from __future__ import annotations

from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.storage import FileSystem
from solver.model.priced import SitePrices
from solver.model.storage.file_systems import FileSystemOption, file_system_options, file_system_plan
from solver.plan.cost import Pool


def options_of(catalog: Catalog, *, zones: int = 3, **values: Any) -> list[FileSystemOption]:
    default: dict[str, Any] = {
        "kind": "file-system",
        "size": "200Gi",
        "read_gib_per_month": 100,
        "write_gib_per_month": 10,
        "peak_mibps": 50,
    }
    need = FileSystem.model_validate(default | values)
    prices = SitePrices(catalog, "us-east-1", "main", Pool.STORAGE)
    return file_system_options("shared", need, catalog.file_systems("us-east-1"), prices, zones=zones)


def modes(options: list[FileSystemOption]) -> set[str]:
    return {option.file_class.name for option in options}


def test_little_traffic_is_elastic(catalog: Catalog) -> None:
    best = options_of(catalog)[0]
    assert best.file_class.name == "efs-elastic"
    # 200 GiB at 0.30, 100 GiB read at 0.03, 10 GiB written at 0.06.
    assert best.usd_per_month == pytest.approx(60 + 3 + 0.6)


def test_constant_traffic_is_provisioned_when_bytes_would_cost_more(catalog: Catalog) -> None:
    best = options_of(catalog, read_gib_per_month=100_000)[0]
    assert best.file_class.name == "efs-provisioned"
    assert best.provisioned_mibps == 50
    # 50 MiB/s less the 9.77 that 200 GiB give, at 6.00.
    assert best.usd_per_month == pytest.approx(60 + (50 - 50 * 200 / 1024) * 6)


def test_a_large_file_system_carries_its_own_throughput(catalog: Catalog) -> None:
    best = options_of(catalog, size="2Ti", read_gib_per_month=100_000)[0]
    assert best.file_class.name == "efs-bursting"
    assert "efs-bursting" not in modes(options_of(catalog, size="200Gi"))


def test_cold_files_do_not_count_for_the_baseline(catalog: Catalog) -> None:
    options = options_of(catalog, size="2Ti", peak_mibps=90, cold_share=0.5)
    bursting = [option for option in options if option.file_class.name == "efs-bursting"]
    assert [option.cold for option in bursting] == [False]


def test_one_zone_only_where_the_files_may_be_lost_with_it(catalog: Catalog) -> None:
    assert "efs-one-zone-elastic" not in modes(options_of(catalog))
    best = options_of(catalog, zone_loss_tolerant=False)[0]
    assert best.file_class.name == "efs-one-zone-elastic"
    plan = file_system_plan(
        "shared",
        FileSystem.model_validate(
            {
                "kind": "file-system",
                "size": "200Gi",
                "read_gib_per_month": 100,
                "write_gib_per_month": 10,
                "peak_mibps": 50,
            }
        ),
        [best],
        "use1-az1",
        ("app",),
    )
    assert plan.zone == "use1-az1"


def test_machines_of_other_zones_pay_for_a_one_zone_file_systems_bytes(catalog: Catalog) -> None:
    one = options_of(catalog, zone_loss_tolerant=False, zones=1)[0]
    three = options_of(catalog, zone_loss_tolerant=False, zones=3)[0]
    assert three.usd_per_month - one.usd_per_month == pytest.approx(110 * 2 / 3 * 2 * 0.01)


def test_more_of_anything_never_costs_less(catalog: Catalog) -> None:
    least = options_of(catalog)[0].usd_per_month
    larger: tuple[dict[str, Any], ...] = (
        {"size": "300Gi"},
        {"read_gib_per_month": 900},
        {"write_gib_per_month": 90},
        {"peak_mibps": 80},
    )
    for more in larger:
        assert options_of(catalog, **more)[0].usd_per_month >= least


def test_what_no_mode_gives_has_no_option(catalog: Catalog) -> None:
    assert options_of(catalog, peak_mibps=9_000) == []
