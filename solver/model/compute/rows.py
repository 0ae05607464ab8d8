"""Row: one promise to one service, as an inequality that holds in every hour class.

Each machine of a column (machine type, purchase option, pattern) adds to a row what its replicas are worth there. How
many of n machines count is the promise's: all of them, those left after the loss of a zone, or those bought on demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import gcd


class Counted(StrEnum):
    """Which of a group's machines count."""

    ALL = "all"
    """Every machine."""
    SURVIVING = "surviving"
    """Those that the loss of any one zone leaves: n − ⌈n / zones⌉."""
    IN_ROUNDS = "in rounds"
    """Those of whole rounds (a machine in each zone) that the loss of a zone leaves: (zones − 1) · ⌊n / zones⌋."""
    ON_DEMAND = "on-demand"
    """Every machine, where the group is bought on demand; none of a spot group."""

    @property
    def without_a_zone(self) -> bool:
        """Whether it counts what is left after the loss of any one zone."""
        return self in (Counted.SURVIVING, Counted.IN_ROUNDS)


@dataclass(frozen=True)
class Row:
    """Σ over columns of worth(pattern) × counted(machines) ≥ required, in each hour class."""

    promise: str
    """The promise's name: capacity, survival, spot, replicas."""
    service: int
    """Whose promise it is."""
    counted: Counted
    """Which machines count."""
    worth: tuple[int, ...]
    """What one replica of each runnable variant is worth."""
    required: tuple[int, ...]
    """By hour class."""

    def reduced(self) -> Row:
        """The same row in the largest unit of which every worth is a whole number: what is required is rounded up.

        Whatever number of whole machines counts, the left side is a multiple of that unit, so nothing is lost.
        """
        unit = gcd(*self.worth)
        if unit <= 1:
            return self
        worth = tuple(each // unit for each in self.worth)
        return replace(self, worth=worth, required=tuple(-(-each // unit) for each in self.required))


def surviving(machines: int, zones: int) -> int:
    """Machines left after the loss of any one zone.

    An Auto Scaling group keeps its zones' machine counts within one of each other, and any zone may have the extra
    machine, so the zone that is lost may hold ⌈machines / zones⌉ of them.
    """
    return machines - -(-machines // zones)


def in_rounds(machines: int, zones: int) -> int:
    """Machines of whole rounds that are left after the loss of any one zone."""
    return (zones - 1) * (machines // zones)


def counted(how: Counted, machines: int, zones: int, *, on_demand: bool) -> int:
    """How many of a group's machines a row counts."""
    match how:
        case Counted.ALL:
            return machines
        case Counted.SURVIVING:
            return surviving(machines, zones)
        case Counted.IN_ROUNDS:
            return in_rounds(machines, zones)
        case Counted.ON_DEMAND:
            return machines if on_demand else 0


def without_implied(rows: Sequence[Row], zones: int) -> list[Row]:
    """The rows that others do not imply.

    With at most `zones` zones in a group, n machines are at least zones / (zones − 1) times those that survive. So a
    capacity row is implied by a survival row of the same service that asks for so much that this, rounded up to a whole
    number, is no less (`least_in_all`).
    A row of the same kind and worth is implied by one that asks for at least as much in every hour.
    """
    kept: list[Row] = []
    for number, row in enumerate(rows):
        others = [other for place, other in enumerate(rows) if place != number and other.worth == row.worth]
        implied = any(
            _implies(other, row, zones) and not (_implies(row, other, zones) and rows.index(other) > number)
            for other in others
        )
        if not implied and any(row.required):
            kept.append(row)
    return kept


def least_in_all(surviving: int, zones: int) -> int:
    """What all machines are worth at least, in whole numbers, where so much is left after the loss of any zone."""
    return -(-surviving * zones // (zones - 1))


def _implies(stronger: Row, row: Row, zones: int) -> bool:
    pairs = list(zip(stronger.required, row.required, strict=True))
    if stronger.counted is row.counted:
        return all(more >= less for more, less in pairs)
    if row.counted is Counted.ALL and stronger.counted.without_a_zone and zones > 1:
        return all(least_in_all(more, zones) >= less for more, less in pairs)
    return (
        row.counted is Counted.ALL
        and stronger.counted is Counted.ON_DEMAND
        and all(more >= less for more, less in pairs)
    )
