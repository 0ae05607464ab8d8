"""The data tier's network ACL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.aws.network.acls import rule_numbers
from solver.vocabulary import Tier
from tests.components import plans
from tests.components.aws.early import Early, early, with_network
from tests.recorder import Recording

PRIVATE = {str(subnet.cidr) for subnet in plans.subnets(plans.ZONES, (Tier.PRIVATE,))}


def acl(recorded: Recording[Early]) -> Mapping[str, Any]:
    return recorded.one(":NetworkAcl", "main-network-acl-data").inputs


def test_all_data_subnets_and_no_others_are_behind_it(full: Recording[Early]) -> None:
    assert acl(full)["subnetIds"] == [f"main-network-subnet-data-{zone}-id" for zone in plans.ZONES]


def test_private_subnets_come_in_on_the_ports_of_flows(full: Recording[Early]) -> None:
    rules = acl(full)["ingress"]
    assert {(rule["cidrBlock"], rule["fromPort"], rule["toPort"]) for rule in rules} == {
        (block, 2049, 2049) for block in PRIVATE
    }
    assert {(rule["action"], rule["protocol"]) for rule in rules} == {("allow", "tcp")}


def test_answers_go_out_to_private_subnets_alone(full: Recording[Early]) -> None:
    rules = acl(full)["egress"]
    assert {(rule["cidrBlock"], rule["fromPort"], rule["toPort"]) for rule in rules} == {
        (block, 1024, 65535) for block in PRIVATE
    }


def test_a_zone_added_later_moves_no_rule(full: Recording[Early]) -> None:
    later = plans.ZONES[1:]
    whole = plans.full_site().network
    nat = whole.nat.model_copy(update={"zones": later})
    endpoints = tuple(each.model_copy(update={"zones": later if each.zones else ()}) for each in whole.endpoints)
    two = early(with_network(plans.full_site(), subnets=plans.subnets(later), nat=nat, endpoints=endpoints))
    for direction in ("ingress", "egress"):
        before, after = acl(two)[direction], acl(full)[direction]
        assert len(before) == 2
        assert [rule for rule in after if rule in before] == before


def test_without_file_systems_nothing_passes(minimal: Recording[Early]) -> None:
    assert (acl(minimal)["ingress"], acl(minimal)["egress"]) == ([], [])


def test_a_site_without_data_subnets_has_no_acl() -> None:
    zones = plans.minimal_site().network.zones
    bare = with_network(plans.minimal_site(), subnets=plans.subnets(zones, (Tier.PUBLIC, Tier.PRIVATE)))
    assert not early(bare).names(":NetworkAcl")


def test_rule_numbers_are_aws_and_their_own() -> None:
    keys = [f"private-euw1-az{zone} {port}-{port}" for zone in range(100) for port in range(100)]
    numbers = rule_numbers(keys)
    assert len(set(numbers.values())) == len(keys)
    assert min(numbers.values()) >= 1
    assert max(numbers.values()) <= 32766
    assert rule_numbers(list(reversed(keys))) == numbers
