"""Subnet blocks are inside the range, disjoint, large enough, and stay where they are."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import InfeasibleError
from solver.model.network.addressing import (
    SubnetKey,
    ipv6_index,
    place,
    smallest_prefix,
    subnet_blocks,
    usable_addresses,
)
from solver.vocabulary import Tier

ZONES = tuple(f"use1-az{number}" for number in range(1, 9))
KEYS = tuple(SubnetKey(tier, zone) for tier in Tier for zone in ZONES)


@st.composite
def ranges(draw: st.DrawFn, largest: int = 16, smallest: int = 22) -> IPv4Network:
    prefix = draw(st.integers(largest, smallest))
    start = draw(st.integers(0, 2 ** (prefix - 8) - 1))
    return IPv4Network(((10 << 24) + (start << (32 - prefix)), prefix))


@st.composite
def ranges_and_needs(draw: st.DrawFn) -> tuple[IPv4Network, dict[SubnetKey, int]]:
    cidr = draw(ranges())
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=24, unique=True))
    needs: dict[SubnetKey, int] = {}
    for key in keys:
        own = place(cidr, key)
        assert own is not None
        needs[key] = draw(st.integers(0, usable_addresses(own.prefixlen)))
    return cidr, needs


@given(ranges_and_needs())
def test_blocks_are_inside_the_range_disjoint_and_large_enough(case: tuple[IPv4Network, dict[SubnetKey, int]]) -> None:
    cidr, needs = case
    blocks = subnet_blocks(cidr, needs)
    assert list(blocks) == list(needs)
    for key, block in blocks.items():
        assert block.subnet_of(cidr)
        assert 16 <= block.prefixlen <= 28
        assert usable_addresses(block.prefixlen) >= needs[key]
    ordered = sorted(blocks.values())
    assert not any(left.overlaps(right) for left, right in pairwise(ordered))


def test_each_subnet_has_an_ipv6_block_of_its_own_in_the_place_of_its_zone() -> None:
    indexes = {key: ipv6_index(key) for key in KEYS}
    assert len(set(indexes.values())) == len(KEYS)
    assert all(1 <= index <= 255 for index in indexes.values())
    for zone in range(8):
        own = {index // 16 for key, index in indexes.items() if key.zone == ZONES[zone]}
        assert own == {zone}


@given(ranges_and_needs(), st.data())
def test_another_zone_or_tier_moves_nothing(
    case: tuple[IPv4Network, dict[SubnetKey, int]], data: st.DataObject
) -> None:
    cidr, needs = case
    fewer = {key: needs[key] for key in data.draw(st.lists(st.sampled_from(sorted(needs)), unique=True))}
    whole = subnet_blocks(cidr, needs)
    assert subnet_blocks(cidr, fewer) == {key: whole[key] for key in fewer}


@given(ranges_and_needs(), st.data())
def test_growth_keeps_every_start_and_every_block_that_still_holds_the_need(
    case: tuple[IPv4Network, dict[SubnetKey, int]], data: st.DataObject
) -> None:
    cidr, needs = case
    before = subnet_blocks(cidr, needs)
    later: dict[SubnetKey, int] = {}
    for key in needs:
        own = place(cidr, key)
        assert own is not None
        later[key] = data.draw(st.integers(0, usable_addresses(own.prefixlen)))
    after = subnet_blocks(cidr, later, previous=before)
    for key, block in after.items():
        assert block.network_address == before[key].network_address
        assert block == before[key] or usable_addresses(before[key].prefixlen) < later[key]


@given(ranges(), st.sampled_from(KEYS), st.integers(1, 70_000))
def test_a_range_that_is_too_small_says_which_would_do(cidr: IPv4Network, key: SubnetKey, addresses: int) -> None:
    try:
        subnet_blocks(cidr, {key: addresses}, path="sites.main.network.cidr")
    except InfeasibleError as error:
        assert str(cidr) in error.conflict[0]
        assert error.conflict[0].startswith("sites.main.network.cidr")
        assert error.hint is not None
        if "would do" in error.hint:
            prefix = int(error.hint.split("/")[1].split()[0])
            assert prefix < cidr.prefixlen
            subnet_blocks(cidr.supernet(new_prefix=prefix), {key: addresses})
        else:
            with pytest.raises(InfeasibleError):
                subnet_blocks(cidr.supernet(new_prefix=16), {key: addresses})


def test_a_block_takes_a_quarter_of_its_place_before_it_must_grow() -> None:
    key = SubnetKey(Tier.PRIVATE, "use1-az1")
    cidr = IPv4Network("10.20.0.0/16")
    assert subnet_blocks(cidr, {key: 40})[key] == IPv4Network("10.20.0.0/22")
    assert subnet_blocks(cidr, {key: 1_020})[key] == IPv4Network("10.20.0.0/21")
    assert subnet_blocks(cidr, {key: 4_091})[key] == IPv4Network("10.20.0.0/20")


def test_blocks_of_another_range_are_not_kept() -> None:
    key = SubnetKey(Tier.PUBLIC, "use1-az2")
    old = subnet_blocks(IPv4Network("10.0.0.0/16"), {key: 9})
    new = subnet_blocks(IPv4Network("10.1.0.0/16"), {key: 9}, previous=old)
    assert new[key].subnet_of(IPv4Network("10.1.0.0/16"))


def test_aws_keeps_five_addresses_of_each_subnet() -> None:
    assert usable_addresses(28) == 11
    assert smallest_prefix(11) == 28
    assert smallest_prefix(12) == 27


def test_a_zone_without_a_place_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="use1-az9"):
        subnet_blocks(IPv4Network("10.0.0.0/16"), {SubnetKey(Tier.DATA, "use1-az9"): 1})
