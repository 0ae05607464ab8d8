"""Volumes: no whole number of anything is cheaper than the answer."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.storage import VolumeType
from solver.demand.storage import Volume
from solver.model.storage.volumes import VolumeOption, volume_options, volume_usd
from solver.vocabulary import StorageKind


def need_of(size: int, iops: int = 0, throughput: int = 0) -> Volume:
    return Volume.model_validate(
        {
            "kind": StorageKind.VOLUME,
            "attach": "machine",
            "size": f"{size}Gi",
            "iops": iops,
            "throughput_mibps": throughput,
        }
    )


def options_of(need: Volume, catalog: Catalog) -> list[VolumeOption]:
    return volume_options(need, catalog.volume_types("us-east-1"), lambda item: catalog.price("us-east-1", "ebs", item))


def holds(option: VolumeOption, need: Volume) -> bool:
    kind = option.volume_type
    iops = option.iops if option.iops is not None else kind.iops_limit(option.size_gib)
    throughput = (
        option.throughput_mibps if option.throughput_mibps is not None else kind.throughput_limit(option.size_gib, iops)
    )
    assert iops <= kind.iops_limit(option.size_gib)
    assert throughput <= kind.throughput_limit(option.size_gib, iops)
    return (
        option.stripes * option.size_gib >= need.size
        and option.stripes * iops >= need.iops
        and option.stripes * throughput >= need.throughput_mibps
    )


@settings(max_examples=200, deadline=None)
@given(size=st.integers(1, 20_000), iops=st.integers(0, 200_000), throughput=st.integers(0, 4_000))
def test_every_option_holds_what_is_needed_within_its_types_limits(
    catalog: Catalog, size: int, iops: int, throughput: int
) -> None:
    need = need_of(size, iops, throughput)
    options = options_of(need, catalog)
    assert [option.usd_per_month for option in options] == sorted(option.usd_per_month for option in options)
    assert all(holds(option, need) for option in options)


def brute_force_usd(need: Volume, kind: VolumeType, catalog: Catalog) -> float | None:
    """Cheapest single device over a grid that holds every corner of small needs."""
    sizes = range(kind.size_gib.minimum, 3_000, 1)
    corners_iops = sorted({0, 100, 3_000, need.iops, *(need.throughput_mibps * step for step in (1, 4, 64))})
    corners_mibps = sorted({125, need.throughput_mibps})
    best: float | None = None
    for size in sizes:
        if size < need.size:
            continue
        for iops, mibps in product(corners_iops, corners_mibps):
            running = iops if kind.iops.item is not None else kind.iops_limit(size)
            if kind.iops.item is not None and iops < max(kind.iops.included, kind.iops.minimum):
                continue
            given_mibps = mibps if kind.throughput_mibps.item is not None else kind.throughput_limit(size, running)
            if running > kind.iops_limit(size) or given_mibps > kind.throughput_limit(size, running):
                continue
            if running < need.iops or given_mibps < need.throughput_mibps:
                continue
            usd = volume_usd(
                kind,
                lambda item: catalog.price("us-east-1", "ebs", item),
                size_gib=size,
                iops=iops if kind.iops.item is not None else None,
                throughput_mibps=mibps if kind.throughput_mibps.item is not None else None,
            )
            best = usd if best is None else min(best, usd)
        if best is not None and size > need.size + 1_500:
            break
    return best


@settings(max_examples=5, deadline=None)
@given(size=st.integers(1, 400), iops=st.integers(0, 4_000), throughput=st.integers(0, 200))
def test_no_single_device_of_any_type_is_cheaper(catalog: Catalog, size: int, iops: int, throughput: int) -> None:
    need = need_of(size, iops, throughput)
    found = {option.volume_type.name: option for option in options_of(need, catalog) if option.stripes == 1}
    for kind in catalog.volume_types("us-east-1"):
        best = brute_force_usd(need, kind, catalog)
        if best is not None:
            assert found[kind.name].usd_per_month == pytest.approx(best)


def test_devices_are_joined_only_where_one_of_the_type_is_not_enough(catalog: Catalog) -> None:
    one = {option.volume_type.name: option for option in options_of(need_of(100, 3_000, 125), catalog)}
    many = {option.volume_type.name: option for option in options_of(need_of(100, 3_000, 4_000), catalog)}
    assert one["ebs-gp3"].stripes == 1
    assert many["ebs-gp3"].stripes == 2
    assert many["ebs-gp3"].throughput_mibps == 2_000


def test_scratch_without_any_speed_is_the_coldest_disk(catalog: Catalog) -> None:
    assert options_of(need_of(1_000), catalog)[0].volume_type.volume_type == "sc1"


def test_what_no_type_can_give_has_no_option(catalog: Catalog) -> None:
    assert options_of(need_of(16 * 1024 * 1024), catalog) == []
