"""Clusters: services whose replicas could share machines, and what the cheapest machines for them would cost.

A cluster is on machines on demand, or it is the interruptible parts of its services, on spot machines. What it costs is
what the cheapest machines cost that hold it in each hour (`gathers`), of any types and at the usual prices.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.gather_replicas import parts_to_run, replicas_to_run
from solver.model.compute.gather_units import least_to_hold, units_of
from solver.model.compute.gathers import Gather, Member
from solver.model.compute.hourly import Hourly
from solver.model.compute.needs import ServiceNeed
from solver.model.compute.replicas import usable_variants

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_MOST_NUMBERS = 4_000_000
"""Machine types × services × hour classes; with more, fewer types are looked at."""
_PARTS = (1, 2, 4)
"""Parts of the smallest request that may be a unit: smaller ones measure better, and keep less free."""


@dataclass(frozen=True)
class Shape:
    """Services of a cluster that ask for the same."""

    requests: Integers
    """Types × resources: of one replica; more than a machine has where it does not run there."""
    needed: Integers
    """Replicas, types × hour classes."""
    in_each_zone: Integers
    """Replicas in the zone that has most of each service."""


@dataclass(frozen=True)
class Cluster:
    """Services that share machines, with what each machine type would have to hold."""

    services: tuple[int, ...]
    variants: tuple[int, ...]
    shapes: tuple[Shape, ...]
    survives: bool
    accelerators: tuple[str, int] | None
    """Of each replica; all have the same."""
    usd: Floats
    """A week's on machines of one type, by type; infinite where the type does not hold them."""
    least: float
    """A week's on machines of any types; infinite where none holds them."""
    parts: int
    """Of the smallest request in each resource: as large is a unit."""
    within: Flags
    """By type: whether no service needs more replicas there than it may have; over two zones it needs more than over
    three."""

    def is_akin(self, other: Cluster) -> bool:
        """Whether replicas of one may stand where replicas of the other do."""
        return self.accelerators == other.accelerators


class Clusters:
    """What the services of one site may share: machines on demand, or spot machines."""

    def __init__(
        self, hourly: Hourly, usd_per_hour: Floats, split: Collection[int] = (), *, spot: bool = False
    ) -> None:
        """`usd_per_hour` is what a machine of each type is reckoned with.

        Services that are `split` run their interruptible part on spot machines and the rest on demand; all others run
        on demand.
        """
        columns = hourly.columns
        self.columns = columns
        self.needs = hourly.needs
        self.split = frozenset(split)
        self.spot = spot
        self.weight = hourly.task.weight.astype(np.float64)
        numbers = [number for number, machine in enumerate(columns.machines) if machine.on_demand is not spot]
        most = max(1, _MOST_NUMBERS // max(1, len(self.needs.services) * len(self.weight)))
        # The first are the cheapest, of which none is as good as another in all respects.
        self.types = numbers[:most]
        self.zones = np.array([len(columns.machines[number].zones) for number in self.types], dtype=np.int64)
        self.most_zones = max((len(machine.zones) for machine in columns.machines), default=1)
        fixed = columns.empty_usd_per_hour[self.types]
        self.usd_per_hour = usd_per_hour[self.types] + fixed
        self.room = columns.room[self.types]
        self.requests = columns.requests[self.types]
        self.fitting = columns.fitting[self.types]
        self.names = [columns.machines[number].machine.name for number in self.types]

    def single(self, number: int) -> Cluster | None:
        """One service by itself; None where its replicas or machines are not like any others, or none runs here."""
        service = self.needs.services[number]
        wish = service.service
        usable = usable_variants(self.needs, service)
        moves = wish.deployment is not None and wish.deployment.moves_requests
        split = number in self.split
        if (
            len(usable) != 1
            or (self.spot and not split)
            or service.strangers
            or service.machine_volumes
            or service.replica_volumes
            or wish.max_per_machine is not None
            or moves
        ):
            return None
        (variant,) = usable
        needed, in_each_zone = (np.zeros((len(self.types), len(self.weight)), dtype=np.int64) for _ in range(2))
        for zones in sorted(set(self.zones.tolist())):
            replicas = np.array(self.replicas(number, variant, zones), dtype=np.int64)
            mine = self.zones == zones
            needed[mine] = replicas
            in_each_zone[mine] = -(-replicas // zones)
        within = needed.max(axis=1, initial=0) <= wish.replicas.max
        if split:
            # Either part counts on the other one being spread over as many zones.
            within &= self.zones == self.most_zones
        if not within.any() or (split and not needed[within].any()):
            return None
        requests = self._asked(variant)
        asked = self.needs.runnables[variant].variant.accelerator
        kind = None if asked is None else (str(asked.model), asked.count)
        shape = Shape(requests, needed, in_each_zone)
        return self._costed((number,), (variant,), (shape,), service.survives_zone, kind, within)

    def replicas(self, number: int, variant: int, zones: int) -> tuple[int, ...]:
        """Replicas of a service, or of its part, by hour class."""
        service: ServiceNeed = self.needs.services[number]
        if number in self.split:
            return parts_to_run(self.needs, service, variant, zones)[self.spot]
        return replicas_to_run(self.needs, service, variant, zones)

    def most_replicas(self, number: int) -> tuple[int, ...]:
        """Replicas of a service with one usable variant, or of its part, over all zones, by hour class."""
        (variant,) = usable_variants(self.needs, self.needs.services[number])
        return self.replicas(number, variant, self.most_zones)

    def has_none_of(self, number: int) -> bool:
        """Whether no replica of a service with one usable variant runs here."""
        variants = usable_variants(self.needs, self.needs.services[number])
        return len(variants) == 1 and not any(self.most_replicas(number))

    def reckoned(self, number: int) -> float:
        """A week's USD of such replicas, each at what one costs on the cheapest machines full of them."""
        (variant,) = usable_variants(self.needs, self.needs.services[number])
        units, of_machine = units_of(self._asked(variant)[np.newaxis], self.room, 1)
        held = of_machine // units[0]
        if not held.any():
            return np.inf
        each = float((self.usd_per_hour[held > 0] / held[held > 0]).min())
        return each * float(self.weight @ np.array(self.most_replicas(number)))

    def joined(self, first: Cluster, second: Cluster) -> Cluster:
        """The services of both; their replicas are akin."""
        shapes = {shape.requests.tobytes(): shape for shape in first.shapes}
        for shape in second.shapes:
            key = shape.requests.tobytes()
            mine = shapes.get(key)
            shapes[key] = (
                shape
                if mine is None
                else Shape(shape.requests, mine.needed + shape.needed, mine.in_each_zone + shape.in_each_zone)
            )
        return self._costed(
            (*first.services, *second.services),
            (*first.variants, *second.variants),
            tuple(shapes.values()),
            first.survives or second.survives,
            first.accelerators,
            first.within & second.within,
        )

    def gather(self, cluster: Cluster, place: int | None = None) -> Gather:
        """The gather, on all types that hold its replicas, with the same zones where that matters.

        Its units are those of the machine type at a place, by default the cheapest one.
        """
        chosen = int(np.argmin(cluster.usd)) if place is None else place
        zones = int(self.zones[chosen])
        requests = np.array([self._asked(variant) for variant in cluster.variants], dtype=np.int64)
        units, of_machine = units_of(requests, self.room, cluster.parts)
        same = np.isfinite(cluster.usd) & ((self.zones == zones) | (not cluster.survives))
        # What a replica asks for may be another thing on another type.
        same &= (units == units[:, [chosen]]).all(axis=0) & (of_machine >= units.max(axis=0))
        own = dict(zip(cluster.services, units[:, chosen].tolist(), strict=True))
        members = tuple(replace(member, units=own[member.service]) for member in self.members(cluster, zones))
        kept = np.nonzero(same)[0].tolist()
        known = {self.names[each]: int(of_machine[each]) for each in kept}
        types = {name for each in kept for name in self.columns.machines[self.types[each]].types}
        return Gather(members, zones, known, self.spot, tuple(sorted(types - known.keys())))

    def members(self, cluster: Cluster, zones: int) -> tuple[Member, ...]:
        """Its services with their replicas over so many zones, each replica a unit."""
        return tuple(
            Member(number, variant, self.replicas(number, variant, zones))
            for number, variant in sorted(zip(cluster.services, cluster.variants, strict=True))
        )

    def _asked(self, variant: int) -> Integers:
        return np.where(self.fitting[:, variant, np.newaxis], self.requests[:, variant], self.room + 1)

    def _costed(
        self,
        services: tuple[int, ...],
        variants: tuple[int, ...],
        shapes: tuple[Shape, ...],
        survives: bool,
        accelerators: tuple[str, int] | None,
        within: Flags,
    ) -> Cluster:
        usd = np.full(len(self.types), np.inf)
        least, best = np.inf, 1
        for parts in _PARTS if len(shapes) > 1 else (1,):
            units, of_machine = units_of(
                np.array([shape.requests for shape in shapes], dtype=np.int64), self.room, parts
            )
            filled = of_machine - units.max(axis=0) + 1
            each = np.maximum(filled, 1)[:, np.newaxis]
            pairs = list(zip(units[:, :, np.newaxis], shapes, strict=True))
            needed = np.sum([own * shape.needed for own, shape in pairs], axis=0)
            in_each_zone = np.sum([own * shape.in_each_zone for own, shape in pairs], axis=0)
            machines = -(-needed // each)
            if survives:
                machines = np.maximum(machines, -(-in_each_zone // each) * self.zones[:, np.newaxis])
            holds = within & (filled > 0) & (self.zones > 1 if survives else True)
            usd = np.minimum(usd, np.where(holds, (machines @ self.weight) * self.usd_per_hour, np.inf))
            mixed = self._on_any(units, np.where(holds, filled, 0), in_each_zone if survives else needed, survives)
            if mixed < least:
                least, best = mixed, parts
        least = min(least, float(usd.min()))
        return Cluster(services, variants, shapes, survives, accelerators, usd, least, best, within)

    def _on_any(self, units: Integers, filled: Integers, needed: Integers, survives: bool) -> float:
        """A week's USD on machines of any types in which the replicas have the same units, in rounds over the zones."""
        widest = (self.zones == self.zones.max()) & (filled > 0)
        if not widest.any():
            return np.inf
        first = int(np.argmax(widest))
        same = widest & (units == units[:, [first]]).all(axis=0)
        usd = self.usd_per_hour[same] * (self.zones[first] if survives else 1)
        return float(self.weight @ least_to_hold(needed[first], filled[same], usd))
