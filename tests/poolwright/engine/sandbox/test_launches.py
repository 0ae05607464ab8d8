"""Machines of a group where a zone has none of a type."""

from __future__ import annotations

import pytest

from poolwright.engine.sandbox.faults import ALWAYS, Fault, FaultKind
from poolwright.engine.sandbox.identity import Identity
from poolwright.engine.sandbox.provider import Provider
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.subject import Known
from poolwright.engine.sandbox.values import Properties, Value, fields
from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import NO_SECRETS

ZONES = ("eu-west-1a", "eu-west-1b")


class Groups:
    """An estate in which groups of c7g.large, then c7g.xlarge, are made."""

    def __init__(self, estate: Estate, *missing: tuple[str, str], times: int = ALWAYS) -> None:
        self.sandbox = estate.sandbox
        faults = tuple(
            Fault(kind=FaultKind.INSUFFICIENT_CAPACITY, machine_type=name, zone=zone, times=times)
            for name, zone in missing
        )
        self.sandbox.provider = Provider(Identity("123456789012", "eu-west-1"), self.sandbox.root, faults)
        template = self.sandbox.create("ec2.LaunchTemplate", imageId="ami-0123456789abcdef0")
        overrides: list[Value] = [{"instanceType": "c7g.large"}, {"instanceType": "c7g.xlarge"}]
        specification: Value = {"launchTemplateId": template.id, "version": "$Latest"}
        wanted: Properties = {
            "minSize": 2,
            "maxSize": 4,
            "vpcZoneIdentifiers": [subnet.id for subnet in estate.subnets],
            "mixedInstancesPolicy": {
                "launchTemplate": {"launchTemplateSpecification": specification, "overrides": overrides}
            },
        }
        self.inputs = self.sandbox.checked("autoscaling.Group", "machines", wanted)
        self.subject = self.sandbox.subject("autoscaling.Group", "machines")

    def create(self) -> Known:
        return self.sandbox.provider.create(self.subject, self.inputs, NO_SECRETS)

    @property
    def group(self) -> Resource:
        (found,) = self.sandbox.provider.store.all("autoscaling.Group")
        return found


def test_the_next_type_of_the_policy_is_taken_in_the_zone_that_lacks_one(estate: Estate) -> None:
    groups = Groups(estate, ("c7g.large", "eu-west-1a"))
    known = groups.create()
    assert groups.group.facts["machines"] == {"c7g.xlarge eu-west-1a": 1, "c7g.large eu-west-1b": 1}
    assert known.unready == ()
    assert known.remarks == (
        "AWS has no c7g.large in eu-west-1a now; the group took other machines: "
        "1 × c7g.large eu-west-1b, 1 × c7g.xlarge eu-west-1a",
    )


def test_another_zone_is_taken_where_one_has_no_type_of_the_policy(estate: Estate) -> None:
    groups = Groups(estate, ("c7g.large", "eu-west-1a"), ("c7g.xlarge", "eu-west-1a"))
    assert groups.create().unready == ()
    assert groups.group.facts["machines"] == {"c7g.large eu-west-1b": 2}


def test_a_group_without_a_machine_exists_and_says_type_and_zone(estate: Estate) -> None:
    groups = Groups(estate, ("c7g.large", ""), ("c7g.xlarge", ""))
    known = groups.create()
    assert groups.group.facts["machines"] == {}
    assert len(known.unready) == 4
    assert "InsufficientInstanceCapacity" in known.unready[0]
    for name in ("c7g.large", "c7g.xlarge"):
        for zone in ZONES:
            assert any(f"sufficient {name} capacity in the Availability Zone you requested ({zone})" in words for
                       words in known.unready)  # fmt: skip


def test_the_next_update_launches_what_was_missing(estate: Estate) -> None:
    groups = Groups(estate, ("c7g.large", ""), ("c7g.xlarge", ""), times=2)
    known = groups.create()
    assert known.unready
    again = groups.sandbox.provider.update(groups.subject, known.id, known.outputs, groups.inputs, NO_SECRETS)
    assert again.unready == ()
    assert groups.group.facts["machines"] == {"c7g.large eu-west-1a": 1, "c7g.large eu-west-1b": 1}


@pytest.mark.parametrize("zone", ["eu-west-1b", "euw1-az1"])
def test_a_lost_zone_has_no_machines_either(estate: Estate, zone: str) -> None:
    groups = Groups(estate)
    lost = Fault(kind=FaultKind.ZONE_LOST, zone=zone, times=ALWAYS)
    groups.sandbox.provider = Provider(Identity("123456789012", "eu-west-1"), groups.sandbox.root, (lost,))
    groups.create()
    assert groups.group.facts["machines"] == {"c7g.large eu-west-1a": 2}


class SpotGroups(Groups):
    """Groups of spot machines, which AWS takes back."""

    def __init__(self, estate: Estate, *, rebalances: bool = True, on_demand: int = 0) -> None:
        super().__init__(estate)
        policy = fields(self.inputs["mixedInstancesPolicy"])
        spread: Properties = {"onDemandPercentageAboveBaseCapacity": 0, "onDemandBaseCapacity": on_demand}
        wanted: Properties = {**policy, "instancesDistribution": spread}
        changed: Properties = {**self.inputs, "mixedInstancesPolicy": wanted, "capacityRebalance": rebalances}
        self.inputs = self.sandbox.checked("autoscaling.Group", "machines", changed)
        self.ask_for(Fault(kind=FaultKind.SPOT_INTERRUPTION, after=9))
        self.create()

    def ask_for(self, *faults: Fault) -> tuple[str, ...]:
        """What the next command says at its start, when these go wrong."""
        self.sandbox.provider = Provider(Identity("123456789012", "eu-west-1"), self.sandbox.root, faults)
        return tuple(text for _, text in self.sandbox.provider.news)


BACK = Fault(kind=FaultKind.SPOT_INTERRUPTION, machine_type="c7g.large", zone="eu-west-1a")


def test_a_pool_that_is_taken_back_is_replaced_by_another_before_it_goes(estate: Estate) -> None:
    groups = SpotGroups(estate)
    assert groups.group.facts["machines"] == {"c7g.large eu-west-1a": 1, "c7g.large eu-west-1b": 1}
    assert groups.ask_for(BACK) == (
        "AWS took spot machines back: 1 × c7g.large eu-west-1a; 1 × c7g.xlarge eu-west-1a came before they went",
    )
    assert groups.group.facts["machines"] == {"c7g.xlarge eu-west-1a": 1, "c7g.large eu-west-1b": 1}
    assert groups.ask_for(BACK) == ()


def test_a_group_that_does_not_rebalance_is_short_until_the_machine_is_replaced(estate: Estate) -> None:
    (said,) = SpotGroups(estate, rebalances=False).ask_for(BACK)
    assert said.endswith("1 × c7g.xlarge eu-west-1a came in their place")


@pytest.mark.parametrize(("on_demand", "taken"), [(0, 2), (1, 1), (2, 0)])
def test_on_demand_machines_are_never_taken_back(estate: Estate, on_demand: int, taken: int) -> None:
    said = SpotGroups(estate, on_demand=on_demand).ask_for(Fault(kind=FaultKind.SPOT_INTERRUPTION, times=ALWAYS))
    assert sum(text.partition(";")[0].count("1 × ") for text in said) == taken


def test_where_no_pool_has_a_machine_the_group_is_short_until_one_has(estate: Estate) -> None:
    groups = SpotGroups(estate)
    (said,) = groups.ask_for(BACK, Fault(kind=FaultKind.INSUFFICIENT_CAPACITY, times=3))
    assert said.endswith("none came; 1 of 2 are missing, and AWS goes on trying")
    assert groups.group.facts["machines"] == {"c7g.large eu-west-1b": 1}
    (said,) = groups.ask_for(BACK, Fault(kind=FaultKind.INSUFFICIENT_CAPACITY, times=3))
    assert said == "Of spot machines that were missing 1 × c7g.large eu-west-1a came in their place"
    assert groups.group.facts["machines"] == {"c7g.large eu-west-1a": 1, "c7g.large eu-west-1b": 1}
