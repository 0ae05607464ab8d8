"""Regions and their zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """An availability zone by its id, which names the same place in every account; the name (us-east-1a) does not."""

    id: str
    name_in_source: str
    """The name that the account of the source sees; for information."""


@dataclass(frozen=True, slots=True)
class Region:
    """One AWS region."""

    name: str
    title: str
    zones: tuple[Zone, ...]
    """In default order: the zone with the most machine types first."""
    sources: Mapping[str, str]
    """Source of each kind of figure that has no source column: zones, spot, spot_by_zone, commitments."""

    @property
    def zone_ids(self) -> tuple[str, ...]:
        """The zones' ids in default order."""
        return tuple(zone.id for zone in self.zones)
