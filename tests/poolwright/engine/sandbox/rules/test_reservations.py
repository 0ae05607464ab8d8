from __future__ import annotations

from typing import Any

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

ASG = "autoscaling.Group"
TEMPLATE = "ec2.LaunchTemplate"
PATH = "capacityReservationSpecification"
ARN = "arn:aws:resource-groups:eu-west-1:123456789012:group/launch"


def targeting(reservation: str = "cr-0123456789abcdef0", **more: Any) -> dict[str, Any]:
    return {
        PATH: {
            "capacityReservationPreference": "capacity-reservations-only",
            "capacityReservationTarget": {"capacityReservationId": reservation},
            **more,
        }
    }


GOOD = {"imageId": "ami-00000000000000000", **targeting()}
BLOCK = {**GOOD, "instanceMarketOptions": {"marketType": "capacity-block"}}
BOTH = {"capacityReservationId": "cr-0123456789abcdef0", "capacityReservationResourceGroupArn": ARN}
TARGET = f"{PATH}.capacityReservationTarget"
PREFERENCE = f"{PATH}.capacityReservationPreference"
MARKET = "instanceMarketOptions.marketType"


@cases(
    a_preference_is_known=Case(
        TEMPLATE,
        GOOD,
        {PATH: {"capacityReservationPreference": "first"}},
        "InvalidParameterValue",
        PREFERENCE,
    ),
    an_open_preference_has_no_target=Case(
        TEMPLATE,
        GOOD,
        targeting(capacityReservationPreference="open"),
        "InvalidParameterCombination",
        PREFERENCE,
    ),
    there_is_one_target=Case(
        TEMPLATE, GOOD, targeting(capacityReservationTarget=BOTH), "InvalidParameterCombination", TARGET
    ),
    a_reservation_is_named_by_its_id=Case(
        TEMPLATE, GOOD, targeting("launch"), "InvalidCapacityReservationId.Malformed", TARGET
    ),
    a_market_is_known=Case(
        TEMPLATE, BLOCK, {"instanceMarketOptions": {"marketType": "reserved"}}, "InvalidParameterValue", MARKET
    ),
    a_block_is_named=Case(TEMPLATE, BLOCK, {PATH: None}, "InvalidParameterCombination", MARKET),
    a_block_is_not_spot=Case(
        TEMPLATE,
        BLOCK,
        {"instanceMarketOptions": {"marketType": "capacity-block", "spotOptions": {"maxPrice": "1"}}},
        "InvalidParameterCombination",
        "instanceMarketOptions.spotOptions",
    ),
)
def test_templates(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def _reservation(estate: Estate, **changes: Any) -> Made:
    kept = {
        "instanceType": "c7g.large",
        "instancePlatform": "Linux/UNIX",
        "availabilityZone": estate.subnets[0]["availabilityZone"],
        "instanceCount": 2,
    }
    return estate.add("ec2.CapacityReservation", **{**kept, **changes})


def _refusal(estate: Estate, kept: Made, *, most: int = 2) -> str:
    group = _group(estate, kept)
    return estate.sandbox.refusal(ASG, **{**group, "maxSize": most})


def _group(estate: Estate, kept: Made) -> dict[str, Any]:
    made = estate.add(TEMPLATE, imageId="ami-00000000000000000", instanceType="c7g.large", **targeting(kept.id))
    return {
        "minSize": 0,
        "maxSize": 2,
        "vpcZoneIdentifiers": [estate.subnets[0].id],
        "launchTemplate": {"id": made.id, "version": "1"},
    }


def test_a_group_starts_the_type_of_its_reservation_there_and_no_more_than_there_are(estate: Estate) -> None:
    other = _reservation(estate, instanceType="c7g.xlarge")
    assert "ReservationCapacityExceeded" in _refusal(estate, other)
    elsewhere = _reservation(estate, availabilityZone=estate.subnets[1]["availabilityZone"])
    assert "is in" in _refusal(estate, elsewhere)
    kept = _reservation(estate)
    assert f"{kept.id} has 2 machines, the group may start 3" in _refusal(estate, kept, most=3)
    estate.add(ASG, **_group(estate, kept))


def test_a_block_goes_with_no_mixed_instances(estate: Estate) -> None:
    made = estate.add(TEMPLATE, **BLOCK, instanceType="c7g.large")
    policy = {"launchTemplate": {"launchTemplateSpecification": {"launchTemplateId": made.id}}}
    words = estate.sandbox.refusal(
        ASG,
        minSize=0,
        maxSize=1,
        vpcZoneIdentifiers=[estate.subnets[0].id],
        mixedInstancesPolicy=policy,
    )
    assert "ValidationError: Incompatible launch template" in words
