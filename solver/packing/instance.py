"""Instance: which machines are for sale and which items must run; checked when it is made.

Numbers are exact. A float is read as it is written (0.1 is one tenth), to nine decimals: what has more digits is
rounded up where it is asked for and down where it is offered, so that nothing overfull passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Amount = int | float | Decimal
"""An amount of one dimension, in the unit of the user's choice; the same unit for machines, items and overhead."""


@dataclass(frozen=True)
class Machine:
    """A machine type; as many as wanted can be had of it."""

    name: str
    """Its own among the machines."""
    capacity: Mapping[str, Amount]
    """By dimension (`cpu`, `memory_gib`, `gpu`, an accelerator's kind, task slots …); a dimension left out is 0."""
    usd_per_hour: Amount
    """In every zone alike; above 0."""
    zones: tuple[str, ...] = ()
    """Of the instance's zones, those where it is sold; none named means all."""


@dataclass(frozen=True)
class Item:
    """Equal replicas, each of which runs whole on one machine."""

    name: str
    """Its own among the items."""
    request: Mapping[str, Amount]
    """What one replica needs, by dimension."""
    count: int
    """Replicas."""
    zone_spread: bool = False
    """Counts in the instance's zones differ by at most 1."""
    max_per_machine: int | None = None
    """Most replicas on one machine."""
    excludes: tuple[str, ...] = ()
    """Names of items that may not share a machine with this one; it holds both ways."""


@dataclass(frozen=True)
class Instance:
    """Machines, items and what holds for each machine; InputError with every mistake when it is made."""

    machines: tuple[Machine, ...]
    """What is for sale."""
    items: tuple[Item, ...]
    """What must run."""
    zones: tuple[str, ...] = ()
    """Where machines stand; none named is one zone without a name."""
    overhead: Mapping[str, Amount] = field(default_factory=dict[str, Amount])
    """What each machine loses before items come, in the dimensions that it has."""
    max_items_per_machine: int | None = None
    """Most replicas of all items on one machine."""

    def __post_init__(self) -> None:
        from solver.packing.mistakes import refuse_mistakes

        refuse_mistakes(self)
