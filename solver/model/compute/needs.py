"""What the services of one site need, in whole numbers: capacity of each variant and load of each hour class.

Loads and throughputs are decimal numbers. Each service has its own grain, a power of ten, in which the capacity of a
replica is rounded down and a load is rounded up to whole numbers of at most 13 digits. All checks of capacity against
load are then exact: nothing that is short by a hair counts as enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, log10

from solver.demand.demand import Demand
from solver.demand.storage import Volume
from solver.demand.workloads import BatchJob, Service, TrainingJob, Variant
from solver.model.compute.hours import Hours, exact, hour_classes
from solver.model.compute.neighbours import may_share, strangers_of
from solver.model.standby import standby_of

_DIGITS = 12
_AMPLE = 1000


@dataclass(frozen=True)
class Runnable:
    """One variant of one service."""

    service: int
    """Its number."""
    workload: str
    """The service."""
    key: str
    """The variant."""
    variant: Variant
    """As the demand has it."""
    capacity: int
    """Load that one replica is asked for, in the service's grain."""
    units: Mapping[str, int] | None = None
    """Machine type → units that one machine holds (`gathers`), where this is a unit; None: by the variant's request."""
    only_spot: bool = False
    """Spot machines alone hold it: a unit of the interruptible parts of services."""

    @property
    def name(self) -> str:
        """`assistant.l4`, as a node group's slots name it."""
        return f"{self.workload}.{self.key}"


@dataclass(frozen=True)
class ServiceNeed:
    """One service of the site."""

    number: int
    """Position among the services, which are sorted by key."""
    key: str
    """The workload."""
    service: Service
    """As the demand has it."""
    grain: Fraction
    """Whole numbers for one unit a second."""
    variants: tuple[int, ...]
    """Numbers of its variants among all runnable ones."""
    load: tuple[int, ...]
    """Load by hour class, in its grain."""
    needed: tuple[int, ...]
    """Load × (1 + headroom) by hour class, in its grain; the standby where that is more."""
    machine_volumes: tuple[str, ...]
    """Claims of which each machine that holds its replicas gets a volume."""
    replica_volumes: tuple[str, ...]
    """Claims of which each replica gets a volume."""
    strangers: frozenset[int] = frozenset()
    """Services with which it shares no machine."""
    survives_zone: bool = False
    """The load must still be met after the loss of any one zone."""
    in_rounds: bool = False
    """By whole rounds of a machine in each zone."""

    @property
    def spot_share(self) -> Fraction:
        """Part of the needed capacity that may rest on spot machines."""
        return exact(self.service.interruptible_share)


@dataclass(frozen=True)
class Needs:
    """All that one site must run."""

    hours: tuple[Hours, ...]
    """Hour classes."""
    services: tuple[ServiceNeed, ...]
    """By key."""
    runnables: tuple[Runnable, ...]
    """Variants of services, by workload and variant."""
    jobs: Mapping[str, BatchJob | TrainingJob]
    """By key."""

    @cached_property
    def strangers(self) -> tuple[frozenset[int], ...]:
        """By service: those with which it shares no machine."""
        return tuple(service.strangers for service in self.services)

    def may_hold(self, slots: Sequence[int]) -> bool:
        """Whether one machine may hold replicas of all these variants together, whatever its size."""
        return may_share(self.strangers, {self.runnables[number].service for number, each in enumerate(slots) if each})

    @property
    def hour_of_week(self) -> tuple[int, ...]:
        """The hour class of each of the 168 hours."""
        return tuple(
            number
            for _, number in sorted((hour, number) for number, each in enumerate(self.hours) for hour in each.hours)
        )


def needs_of(demand: Demand, site_key: str) -> Needs:
    """The needs of one site's workloads."""
    here = {key: entry for key, entry in sorted(demand.workloads.items()) if demand.site_of(entry) == site_key}
    services = {key: entry for key, entry in here.items() if isinstance(entry, Service)}
    zones = demand.aws_sites[site_key].zone_count
    standbys = {key: week for key, service in services.items() if (week := standby_of(service)) is not None}
    weeks = {key: service.load.week_per_second() for key, service in services.items()}
    classes = hour_classes(
        {**weeks, **{f"{key} standby": week for key, week in standbys.items()}},
        fold=demand.limits.fold,
        tolerance=demand.limits.load_tolerance,
        changes_per_day=demand.limits.changes_per_day,
    )
    hours = tuple(Hours(each.hours, each.load[: len(services)]) for each in classes)
    standing = {key: [each.load[len(services) + place] for each in classes] for place, key in enumerate(standbys)}
    runnables: list[Runnable] = []
    found: list[ServiceNeed] = []
    strangers = strangers_of(services)
    for number, (key, service) in enumerate(services.items()):
        loads = [each.load[number] for each in hours]
        headroom = 1 + exact(service.headroom)
        needed = [load * headroom for load in loads]
        if key in standing:
            needed = [max(pair) for pair in zip(needed, standing[key], strict=True)]
        grain = _grain(max(needed))
        first = len(runnables)
        for name in sorted(service.variants):
            variant = service.replica(name)
            rate = exact(variant.throughput_per_second) * exact(service.utilisation(name))
            # More than a thousand times the peak is as good as that, and stays far from what 64 bits hold.
            capacity = min(floor(rate * grain), _AMPLE * max(1, ceil(max(needed) * grain)))
            runnables.append(Runnable(number, key, name, variant, capacity))
        machine_volumes, replica_volumes = volume_claims(demand, service.uses)
        found.append(
            ServiceNeed(
                number=number,
                key=key,
                service=service,
                grain=grain,
                variants=tuple(range(first, len(runnables))),
                load=tuple(ceil(load * grain) for load in loads),
                needed=tuple(ceil(each * grain) for each in needed),
                machine_volumes=machine_volumes,
                replica_volumes=replica_volumes,
                strangers=strangers[number],
                survives_zone=service.survives_zone_of(zones),
            )
        )
    jobs = {key: entry for key, entry in here.items() if not isinstance(entry, Service)}
    return Needs(hours=hours, services=tuple(found), runnables=tuple(runnables), jobs=jobs)


def volume_claims(demand: Demand, uses: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Claims of volumes that a workload uses: one for each machine, and one for each replica."""
    volumes = {claim: demand.storage[claim] for claim in sorted(uses)}
    by_machine = [claim for claim, entry in volumes.items() if isinstance(entry, Volume) and entry.attach == "machine"]
    by_replica = [claim for claim, entry in volumes.items() if isinstance(entry, Volume) and entry.attach == "replica"]
    return tuple(by_machine), tuple(by_replica)


def _grain(peak: Fraction) -> Fraction:
    power = _DIGITS - floor(log10(peak)) if peak > 0 else _DIGITS
    return Fraction(10) ** power
