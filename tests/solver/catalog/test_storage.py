"""Storage classes, volume types and file systems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.storage import FileSystemClass, ObjectClass, VolumeType, items_of
from solver.errors import CatalogError
from tests.solver.catalog.small_catalog import SmallCatalog


def volume(catalog: Catalog, name: str) -> VolumeType:
    """A volume type by name."""
    found = catalog.storage_class(name)
    assert isinstance(found, VolumeType)
    return found


def test_every_region_sells_every_class_but_scratch(real_catalog: Catalog) -> None:
    for region in real_catalog.regions:
        assert len(real_catalog.object_classes(region)) == 7
        assert [found.volume_type for found in real_catalog.volume_types(region)] == [
            "gp2",
            "gp3",
            "io1",
            "io2",
            "sc1",
            "st1",
        ]
        systems = {found.name for found in real_catalog.file_systems(region)}
        assert {"efs-elastic", "efs-bursting", "efs-provisioned", "efs-one-zone-elastic"} <= systems
        assert ("fsx-lustre-scratch" in systems) == region.startswith("us-")


def test_every_item_of_a_class_has_a_price(real_catalog: Catalog) -> None:
    for region in real_catalog.regions:
        for found in (*real_catalog.object_classes(region), *real_catalog.volume_types(region)):
            for item in items_of(found):
                assert real_catalog.price(region, found.price_service, item).cost(1) >= 0


def test_objects_can_only_move_to_colder_classes(real_catalog: Catalog) -> None:
    order = [
        "s3-standard",
        "s3-standard-ia",
        "s3-intelligent-tiering",
        "s3-one-zone-ia",
        "s3-glacier-instant",
        "s3-glacier-flexible",
        "s3-glacier-deep-archive",
    ]
    for found in real_catalog.object_classes("us-east-1"):
        for target in found.transitions_to:
            assert order.index(found.name) < order.index(target)


def test_archives_bill_for_each_object_beside_its_bytes(real_catalog: Catalog) -> None:
    found = real_catalog.storage_class("s3-glacier-deep-archive")
    assert isinstance(found, ObjectClass)
    assert (found.overhead_kib, found.standard_overhead_kib, found.minimum_days) == (32, 8, 180)
    assert [way.hours for way in found.retrievals] == [12, 48]


@pytest.mark.parametrize(
    ("name", "size_gib", "iops", "most_iops", "most_mibps"),
    [
        ("ebs-gp3", 8, 3000, 4000, 750),
        ("ebs-gp3", 1000, 3000, 80000, 750),
        ("ebs-gp3", 1000, 16000, 80000, 2000),
        ("ebs-gp2", 100, 300, 300, 75),
        ("ebs-gp2", 334, 1002, 1002, 250),
        ("ebs-gp2", 8000, 16000, 16000, 250),
        ("ebs-io2", 100, 64000, 100000, 4000),
        ("ebs-st1", 2048, 80, 80, 80),
        ("ebs-sc1", 16384, 192, 192, 192),
    ],
)
def test_limits_of_volumes_by_size(
    real_catalog: Catalog, name: str, size_gib: int, iops: float, most_iops: float, most_mibps: float
) -> None:
    found = volume(real_catalog, name)
    assert found.iops_limit(size_gib) == most_iops
    assert found.throughput_limit(size_gib, iops) == most_mibps


@given(data=st.data())
def test_a_larger_volume_is_never_slower(data: st.DataObject, real_catalog: Catalog) -> None:
    types = real_catalog.volume_types("us-east-1")
    found = data.draw(st.sampled_from(types))
    small, large = sorted((data.draw(st.integers(1, 65536)), data.draw(st.integers(1, 65536))))
    assert found.iops_limit(small) <= found.iops_limit(large)
    assert found.throughput_limit(small, 3000) <= found.throughput_limit(large, 3000)


def test_each_gib_of_lustre_is_of_one_price_and_speed(real_catalog: Catalog) -> None:
    speeds: list[float] = []
    prices: list[float] = []
    for step in (125, 250, 500, 1000):
        found = real_catalog.storage_class(f"fsx-lustre-persistent-{step}")
        assert isinstance(found, FileSystemClass)
        speeds.append(found.throughput_mibps.baseline_per_tib)
        prices.append(real_catalog.price("eu-west-1", found.price_service, found.storage).usd_first)
    assert speeds == sorted(speeds)
    assert prices == sorted(prices)


@pytest.mark.parametrize(
    ("file", "old", "new", "path"),
    [
        ("storage/ebs-gp3.yaml", "maximum: 80000", "maximum: -1", "volume.iops.maximum"),
        ("storage/ebs-gp3.yaml", "volume_type: gp3", "volume_type: gp4", "volume.volume_type"),
        ("storage/ebs-gp3.yaml", "solid_state: true", "solid: true", "volume.solid_state"),
        ("storage/s3-standard-ia.yaml", "minimum_days: 30", "minimum_days: -30", "object.minimum_days"),
        ("storage/s3-standard-ia.yaml", "kind: object", "kind: thing", ""),
        ("storage/efs-elastic.yaml", "after_days: 30", "after_days: soon", "file-system.cold.after_days"),
    ],
)
def test_a_wrong_value_is_named(small_catalog: SmallCatalog, file: str, old: str, new: str, path: str) -> None:
    small_catalog.replace(file, old, new)
    problems = small_catalog.problems()
    assert all(problem.file.endswith(file) and problem.line is not None for problem in problems)
    assert path in {problem.path for problem in problems}


def test_a_transition_to_an_unknown_class_is_refused(small_catalog: SmallCatalog) -> None:
    small_catalog.replace("storage/s3-glacier-flexible.yaml", "[s3-glacier-deep-archive]", "[s3-glacier-deep]")
    problem = small_catalog.problem()
    assert problem.found == '"s3-glacier-deep"'
    assert problem.hint is not None
    assert "s3-glacier-deep-archive" in problem.hint


def test_an_unknown_class_is_an_error_with_near_misses(real_catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match=r"Did you mean s3-standard"):
        real_catalog.storage_class("s3-standart")
