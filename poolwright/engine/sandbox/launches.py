"""Machines of an Auto Scaling group where capacity is missing: which pool each comes from, or why it does not come.

Played only while the fault file has a fault of capacity, of a zone or of spot machines. As AWS does it, a group spreads
its machines over its zones, takes the first type of its policy that a zone has, and goes to another zone when it has
none of them. What runs is kept as the fact `machines` of the group: `{"c7g.large eu-west-1a": 2}`.

AWS takes spot machines back pool by pool, between two commands. The group starts others in its other pools, before the
old ones go where it rebalances; where no pool has any, it goes on trying, which is played before the next command.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from poolwright.engine.sandbox import machines
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.faults import Fault, FaultKind, Faults
from poolwright.engine.sandbox.places import zone_id
from poolwright.engine.sandbox.rules.groups import machine_types_of, zones_of_group
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, whole

FACT: Final = "machines"
_LACKING: Final = (FaultKind.INSUFFICIENT_CAPACITY, FaultKind.ZONE_LOST)


@dataclass(frozen=True)
class Launched:
    """What runs now of a group's machines."""

    machines: dict[str, Value]
    """Type and zone → number."""
    missing: tuple[str, ...]
    """What AWS says of each pool that has none, where the group stays too small."""
    remarks: tuple[str, ...]
    """What a reader should know of machines that came from another pool than the first."""


def launched(group: Resource, cloud: Cloud, faults: Faults) -> Launched | None:
    """The group's machines after it has grown to its number; None while no fault asks for it."""
    if not faults.of(*_LACKING, FaultKind.SPOT_INTERRUPTION):
        return None
    launch = _launch_of(group, cloud, faults)
    return None if launch is None else launch.run()


def interrupted(group: Resource, cloud: Cloud, faults: Faults) -> Launched | None:
    """The group's machines after AWS has taken spot machines back, and after another try where some were missing.

    None where nothing happened to them.
    """
    running = _whole_numbers(fields(group.facts.get(FACT)))
    most = _spot_machines(group.outputs, sum(running.values()))
    asked = faults.of(FaultKind.SPOT_INTERRUPTION)
    gone: dict[str, int] = {}
    for pool, count in sorted(running.items()):
        name, _, zone = pool.partition(" ")
        meets = (fault for fault in asked if fault.machine_type in ("", name) and fault.is_in(zone))
        taken = min(count, most - sum(gone.values()))
        if taken and any(faults.strikes(fault) for fault in meets):
            gone[pool] = taken
    wanted = whole(group.outputs.get("desiredCapacity")) or 0
    launch = _launch_of(group, cloud, faults) if asked and (gone or sum(running.values()) < wanted) else None
    if launch is None or (not gone and not running):
        return None
    return launch.without(gone, rebalances=flag(group.outputs.get("capacityRebalance")))


def _launch_of(group: Resource, cloud: Cloud, faults: Faults) -> _Launch | None:
    names = machine_types_of(group.outputs, cloud)
    zones = list(zones_of_group(group.outputs, cloud).values())
    return _Launch(group, cloud, faults, faults.of(*_LACKING), names, zones) if names and zones else None


def _spot_machines(group: Properties, machines: int) -> int:
    """How many of a group's machines are spot ones."""
    policy = fields(group.get("mixedInstancesPolicy"))
    if not policy:
        return 0
    spread = fields(policy.get("instancesDistribution"))
    share = whole(spread.get("onDemandPercentageAboveBaseCapacity"))
    above = max(0, machines - (whole(spread.get("onDemandBaseCapacity")) or 0))
    return above - -(-above * (100 if share is None else share) // 100)


class _Launch:
    def __init__(
        self,
        group: Resource,
        cloud: Cloud,
        faults: Faults,
        asked: tuple[Fault, ...],
        names: list[str],
        zones: list[str],
    ) -> None:
        self._wanted = whole(group.outputs.get("desiredCapacity")) or 0
        self._region = cloud.region
        self._faults = faults
        self._asked = asked
        self._names = names
        self._zones = zones
        self._running: Counter[str] = Counter(_whole_numbers(fields(group.facts.get(FACT))))
        self._closed: frozenset[str] = frozenset()
        """Pools that AWS takes machines back from."""
        self._empty: dict[tuple[str, str], bool] = {}
        """Pools that were asked in this launch, and whether they had none."""

    def without(self, gone: Mapping[str, int], *, rebalances: bool) -> Launched:
        """After AWS has taken these machines back, whose pools have none for now."""
        before = Counter(self._running)
        self._running.subtract(gone)
        self._closed = frozenset(gone)
        after = self.run()
        new = Counter(_whole_numbers(after.machines))
        new.subtract(before - Counter(gone))
        words = _replaced(new, before="before they went" if rebalances and gone else "in their place")
        lacking = self._wanted - self._running.total()
        if lacking > 0:
            words += f"; {lacking} of {self._wanted} are missing, and AWS goes on trying"
        if gone:
            taken = ", ".join(f"{count} × {pool}" for pool, count in sorted(gone.items()))
            words = f"AWS took spot machines back: {taken}; {words}"
        else:
            words = f"Of spot machines that were missing {words}"
        return Launched(machines=after.machines, missing=after.missing, remarks=(words,))

    def run(self) -> Launched:
        while self._running.total() < self._wanted:
            pool = next((pool for pool in self._pools() if not self._is_empty(*pool)), None)
            if pool is None:
                break
            self._running[" ".join(pool)] += 1
        lacking = [pool for pool, empty in self._empty.items() if empty]
        met = self._running.total() >= self._wanted
        return Launched(
            machines={pool: count for pool, count in sorted(self._running.items()) if count},
            missing=() if met else tuple(self._words(*pool) for pool in sorted(lacking)),
            remarks=tuple(
                f"AWS has no {name} in {zone} now; the group took other machines: {self._shown()}"
                for name, zone in (sorted(lacking) if met else ())
            ),
        )

    def _pools(self) -> list[tuple[str, str]]:
        def machines_in(zone: str) -> int:
            return sum(count for pool, count in self._running.items() if pool.endswith(f" {zone}"))

        zones = sorted(self._zones, key=lambda zone: (machines_in(zone), zone))
        return [
            (name, zone)
            for zone in zones
            for name in self._names
            if self._is_offered(name, zone) and f"{name} {zone}" not in self._closed
        ]

    def _is_offered(self, name: str, zone: str) -> bool:
        offered = machines.zones_offering(self._region, name)
        return offered is None or zone_id(zone) in offered

    def _is_empty(self, name: str, zone: str) -> bool:
        if (name, zone) not in self._empty:
            meets = (fault for fault in self._asked if fault.machine_type in ("", name) and fault.is_in(zone))
            self._empty[name, zone] = any(self._faults.strikes(fault) for fault in meets)
        return self._empty[name, zone]

    def _words(self, name: str, zone: str) -> str:
        others = [other for other in self._zones if other != zone and not self._empty.get((name, other), False)]
        choose = f" or choosing {', '.join(others)}" if others else ""
        return (
            "Could not launch machines. InsufficientInstanceCapacity - We currently do not have sufficient "
            f"{name} capacity in the Availability Zone you requested ({zone}). Our system will be working on "
            f"provisioning additional capacity. You can currently get {name} capacity by not specifying an "
            f"Availability Zone in your request{choose}. Launching EC2 instance failed."
        )

    def _shown(self) -> str:
        return ", ".join(f"{count} × {pool}" for pool, count in sorted(self._running.items()))


def _whole_numbers(counts: Properties) -> dict[str, int]:
    return {pool: number for pool, count in counts.items() if (number := whole(count)) is not None}


def _replaced(new: Counter[str], *, before: str) -> str:
    came = ", ".join(f"{count} × {pool}" for pool, count in sorted(new.items()) if count > 0)
    return f"{came} came {before}" if came else "none came"
