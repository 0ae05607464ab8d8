"""Capacity reservations and blocks: what a launch template says of them, and what a group may start in them.

Reservations that nobody made here, and blocks, can't be looked up; a resource `ec2.CapacityReservation` of the account
is held to its type, its zone and its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.groups import machine_types_of, template_of, zones_of_group
from poolwright.engine.sandbox.rules.rule import Change, Refusal, refuses, validates
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import Properties, fields, text, whole

_ID: Final = re.compile(r"^cr-([0-9a-f]{8}|[0-9a-f]{17})$")
_PREFERENCES: Final = ("open", "none", "capacity-reservations-only")
_MARKETS: Final = ("spot", "capacity-block")
_BLOCK: Final = "capacity-block"
_MADE: Final = "ec2.CapacityReservation"
_ONLY: Final = "capacity-reservations-only"


@validates("ec2.LaunchTemplate")
def reservation_is_well_formed(template: Properties) -> Iterator[Refusal]:
    """One target, a preference that goes with it, a block that is named."""
    specification = fields(template.get("capacityReservationSpecification"))
    path = "capacityReservationSpecification"
    preference = text(specification.get("capacityReservationPreference"))
    target = fields(specification.get("capacityReservationTarget"))
    named = [name for name in ("capacityReservationId", "capacityReservationResourceGroupArn") if target.get(name)]
    if preference is not None and preference not in _PREFERENCES:
        words = f"Value ({preference}) for parameter CapacityReservationPreference is invalid"
        yield Refusal("InvalidParameterValue", words, f"{path}.capacityReservationPreference")
    if named and preference not in (None, _ONLY):
        words = "CapacityReservationPreference and CapacityReservationTarget may not be specified on the same request"
        yield Refusal("InvalidParameterCombination", words, f"{path}.capacityReservationPreference")
    if len(named) > 1:
        words = "CapacityReservationId and CapacityReservationResourceGroupArn may not be specified on the same request"
        yield Refusal("InvalidParameterCombination", words, f"{path}.capacityReservationTarget")
    given = text(target.get("capacityReservationId"))
    if given is not None and not _ID.match(given):
        words = f"The capacity reservation ID '{given}' is malformed"
        yield Refusal("InvalidCapacityReservationId.Malformed", words, f"{path}.capacityReservationTarget")
    market = fields(template.get("instanceMarketOptions"))
    kind = text(market.get("marketType"))
    if kind is not None and kind not in _MARKETS:
        words = f"Value ({kind}) for parameter MarketType is invalid. {' and '.join(_MARKETS)} are supported."
        yield Refusal("InvalidParameterValue", words, "instanceMarketOptions.marketType")
    if kind == _BLOCK and not named:
        words = "A Capacity Block must be targeted by its capacity reservation when MarketType is capacity-block"
        yield Refusal("InvalidParameterCombination", words, "instanceMarketOptions.marketType")
    if kind == _BLOCK and market.get("spotOptions") is not None:
        words = "SpotOptions may not be specified when MarketType is capacity-block"
        yield Refusal("InvalidParameterCombination", words, "instanceMarketOptions.spotOptions")


@refuses("autoscaling.Group")
def group_fits_its_reservation(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """No mixed instances in a template that asks for a market of its own; type, zone and number of the reservation."""
    template = template_of(change.inputs, cloud)
    data: Properties = {} if template is None else template.outputs
    market = text(fields(data.get("instanceMarketOptions")).get("marketType"))
    if market is not None and change.inputs.get("mixedInstancesPolicy"):
        words = "Incompatible launch template: You cannot use a launch template that is set to request Spot Instances "
        words += "or Capacity Blocks (InstanceMarketOptions) when you configure an Auto Scaling group with a mixed "
        yield Refusal("ValidationError", f"{words}instances policy.", "mixedInstancesPolicy")
    target = fields(fields(data.get("capacityReservationSpecification")).get("capacityReservationTarget"))
    kept = cloud.get(_MADE, target.get("capacityReservationId"))
    if kept is None:
        return
    about = _mismatch(change.inputs, kept, cloud)
    if about is not None:
        words = "The requested reservation does not have sufficient compatible and available capacity for this request"
        yield Refusal("ReservationCapacityExceeded", f"{words}: {about}")


def _mismatch(group: Properties, kept: Resource, cloud: Cloud) -> str | None:
    has = kept.outputs
    others = [name for name in machine_types_of(group, cloud) if name != has.get("instanceType")]
    if others:
        return f"{kept.id} is for {has.get('instanceType')}, not for {', '.join(others)}"
    zones = list(zones_of_group(group, cloud).values())
    zone = has.get("availabilityZone")
    if zone is not None and zone not in zones:
        return f"{kept.id} is in {zone}, the group in {', '.join(zones)}"
    count, most = whole(has.get("instanceCount")), whole(group.get("maxSize"))
    if count is not None and most is not None and most > count:
        return f"{kept.id} has {count} machines, the group may start {most}"
    return None
