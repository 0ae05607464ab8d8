"""HourlyInstance: machines with their prices by purchase option, and workloads with their replicas in each hour.

Numbers are exact, as in `solver.packing`: a float is read as it is written (0.1 is one tenth), to nine decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from solver.packing.instance import Amount
from solver.vocabulary import Survive


@dataclass(frozen=True, kw_only=True)
class MachineOffer:
    """A machine type and what an hour of it costs; as many as wanted can be had, and they change freely each hour."""

    name: str
    """Its own among the machines."""
    capacity: Mapping[str, Amount]
    """By dimension (`cpu`, `memory_gib`, `gpu`, task slots …); a dimension left out is 0."""
    usd_per_hour: Amount
    """On demand; above 0."""
    spot_usd_per_hour: Amount | Mapping[str, Amount] | None = None
    """As spot capacity, which holds interruptible replicas only: the same everywhere, or by zone; None or a zone left
    out where it is not sold so."""
    reserved_usd_per_hour: Amount | Mapping[str, Amount] | None = None
    """Of a machine that is bought for every hour of the instance, used or not, in whatever zone: one price, or a price
    by term, of which the lowest is paid; None where it is not sold so."""
    plan_usd_per_hour: Amount | None = None
    """What an hour of it takes of a savings plan, at most its price on demand; None where plans don't cover it."""
    zones: tuple[str, ...] | None = None
    """Where it is offered; None: in all zones of the instance."""

    @property
    def reserved_rate(self) -> Amount | None:
        """The lowest price of the terms."""
        price = self.reserved_usd_per_hour
        return min(price.values(), default=None) if isinstance(price, Mapping) else price

    def spot_rate(self, zone: str) -> Amount | None:
        """USD an hour as spot capacity in a zone, whether or not it is offered there."""
        price = self.spot_usd_per_hour
        return price.get(zone) if isinstance(price, Mapping) else price


@dataclass(frozen=True, kw_only=True)
class HourlyWorkload:
    """Equal replicas, more of them in one hour than in another; each runs whole on one machine."""

    name: str
    """Its own among the workloads."""
    request: Mapping[str, Amount]
    """What one replica needs, by dimension."""
    replicas: tuple[int, ...]
    """In each hour; as many hours as the other workloads have."""
    interruptible_share: Amount = 0
    """Part of an hour's replicas, rounded down, that may run on spot machines; from 0 to 1."""
    survive: Survive = Survive.NONE
    """`zone`: more replicas run, so that as many as asked for are left when any one zone is lost."""
    spot_pools: int = 1
    """Capacity pools (a machine type's spot machines in a zone) over which those on spot machines are spread: each
    holds no more than this part, rounded up, of the interruptible replicas."""


@dataclass(frozen=True, kw_only=True)
class HourlyInstance:
    """Machines and workloads over hours; InputError with every mistake when it is made."""

    machines: tuple[MachineOffer, ...]
    """What is for sale."""
    workloads: tuple[HourlyWorkload, ...]
    """What must run."""
    overhead: Mapping[str, Amount] = field(default_factory=dict[str, Amount])
    """What each machine loses before replicas come, in the dimensions that it has."""
    zones: tuple[str, ...] = ()
    """Where machines are bought; none named: everything is in one place."""

    def __post_init__(self) -> None:
        from solver.timetable.mistakes import refuse_mistakes

        refuse_mistakes(self)

    @property
    def hours(self) -> int:
        """Number of hours."""
        return len(self.workloads[0].replicas)
