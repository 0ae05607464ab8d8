"""Zones and regions."""

from __future__ import annotations

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.identity import is_region
from poolwright.engine.sandbox.invokes.invoke import Answer, answers
from poolwright.engine.sandbox.places import zone_id, zones_of
from poolwright.engine.sandbox.values import Properties, text, texts


@answers("getAvailabilityZones")
def availability_zones(arguments: Properties, cloud: Cloud) -> Answer:
    """The region's zones, without the excluded ones; local zones are not asked for by default and never answered."""
    state = text(arguments.get("state"))
    without = {*texts(arguments.get("excludeNames")), *texts(arguments.get("excludeZoneIds"))}
    names = [zone for zone in zones_of(cloud.region) if zone not in without and zone_id(zone) not in without]
    if state not in (None, "available"):
        names = []
    return {
        **arguments,
        "id": cloud.region,
        "region": cloud.region,
        "names": [*names],
        "zoneIds": [zone_id(zone) for zone in names],
        "groupNames": [cloud.region] if names else [],
    }


@answers("getAvailabilityZone")
def availability_zone(arguments: Properties, cloud: Cloud) -> Answer:
    """One zone, by name or id."""
    wanted = text(arguments.get("name")) or text(arguments.get("zoneId"))
    found = next((zone for zone in zones_of(cloud.region) if wanted in (zone, zone_id(zone))), None)
    if found is None:
        return [Failure("name", f"no matching EC2 Availability Zone found: {wanted}")]
    return {
        "id": found,
        "name": found,
        "nameSuffix": found.removeprefix(cloud.region),
        "zoneId": zone_id(found),
        "region": cloud.region,
        "groupName": cloud.region,
        "groupLongName": cloud.region,
        "networkBorderGroup": cloud.region,
        "optInStatus": "opt-in-not-required",
        "parentZoneId": "",
        "parentZoneName": "",
        "state": "available",
        "zoneType": "availability-zone",
    }


@answers("getRegions")
def regions(arguments: Properties, cloud: Cloud) -> Answer:
    """The provider's own region: the sandbox has no list of the others."""
    names = [cloud.region] if is_region(cloud.region) else []
    return {**arguments, "id": cloud.identity.partition, "names": [*names]}
