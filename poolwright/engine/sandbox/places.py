"""Regions and their zones: as the catalog has them, else as far as names tell."""

from __future__ import annotations

import functools
from typing import Final

from poolwright.engine.sandbox.machines import zone_names

_DIRECTIONS: Final = {
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
    "central": "c",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
}
# Regions that the catalog may lack and whose zones are not a, b and c.
_ZONE_LETTERS: Final = {
    "us-east-1": "abcdef",
    "us-west-1": "ac",
    "us-west-2": "abcd",
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
}


@functools.cache
def zones_of(region: str) -> tuple[str, ...]:
    """The names of a region's availability zones, in AWS's order."""
    known = sorted(zone_names(region).values())
    return tuple(known or (f"{region}{letter}" for letter in _ZONE_LETTERS.get(region, "abc")))


def first_zone(region: str) -> str:
    """The zone that AWS picks when none is asked for."""
    return zones_of(region)[0]


@functools.cache
def zone_id(zone: str) -> str:
    """`eu-west-1b` → `euw1-az1`: as the catalog has it, else by the alphabet; AWS shuffles these for each account."""
    region, letter = zone[:-1], zone[-1]
    known = next((number for number, name in zone_names(region).items() if name == zone), None)
    if known is not None:
        return known
    *world, direction, number = region.split("-")
    code = "".join(part[0] if index else part for index, part in enumerate(world))
    position = zones_of(region).index(zone) + 1 if zone in zones_of(region) else ord(letter) - ord("a") + 1
    return f"{code}{_DIRECTIONS.get(direction, direction[:1])}{number}-az{position}"


def zone_of_id(region: str, number: str) -> str:
    """`euw1-az1` → `eu-west-1b`, in the account whose names the catalog has; the first zone for an unknown id."""
    return next((zone for zone in zones_of(region) if zone_id(zone) == number), first_zone(region))
