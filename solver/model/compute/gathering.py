"""Gathering: which services share the slots of one node group, and on which machines.

Gathers begin with one service each; those that ask for the same share at once, which never costs more. Then the two are
joined that save most by it, as long as any two save something or there are too many node groups. What a gather costs is
what the cheapest machines cost that hold it in each hour (`gathers`), of any types and at the usual prices. It is a
beginning for the search, which decides what is run and bought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.gather_units import least_to_hold, replicas_to_run, units_of
from solver.model.compute.gathers import Gather, Member
from solver.model.compute.hourly import Hourly
from solver.model.compute.needs import ServiceNeed
from solver.model.compute.replicas import usable_variants

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_MOST_PAIRED = 12
"""Gathers that are looked at two by two; of more, only those that are next to each other by vCPUs for memory."""
_NEAR = 3
_MOST_NUMBERS = 4_000_000
"""Machine types × services × hour classes; with more, fewer types are looked at."""
_LITTLE = 1e-9
_PARTS = (1, 2, 4)
"""Parts of the smallest request that may be a unit: smaller ones measure better, and keep less free."""


@dataclass(frozen=True)
class _Shape:
    """Services of a cluster that ask for the same."""

    requests: Integers
    """Types × resources: of one replica; more than a machine has where it does not run there."""
    needed: Integers
    """Replicas, types × hour classes."""
    in_each_zone: Integers
    """Replicas in the zone that has most of each service."""


@dataclass(frozen=True)
class _Cluster:
    """Services that are gathered, with what each machine type would have to hold."""

    services: tuple[int, ...]
    variants: tuple[int, ...]
    shapes: tuple[_Shape, ...]
    survives: bool
    accelerators: tuple[str, int] | None
    """Of each replica; all have the same."""
    usd: Floats
    """A week's on machines of one type, by type; infinite where the type does not hold them."""
    least: float
    """A week's on machines of any types."""
    parts: int
    """Of the smallest request in each resource: as large is a unit."""
    within: Flags
    """By type: whether no service needs more replicas there than it may have; over two zones it needs more than over
    three."""


class Gathering:
    """The services of one site, as they may be gathered."""

    def __init__(self, hourly: Hourly, usd_per_hour: Floats) -> None:
        """`usd_per_hour` is what a machine of each type is reckoned with."""
        columns = hourly.columns
        self.needs = hourly.needs
        self.weight = hourly.task.weight.astype(np.float64)
        numbers = [number for number, machine in enumerate(columns.machines) if machine.on_demand]
        most = max(1, _MOST_NUMBERS // max(1, len(self.needs.services) * len(self.weight)))
        # The first are the cheapest, of which none is as good as another in all respects.
        self.types = numbers[:most]
        self.zones = np.array([len(columns.machines[number].zones) for number in self.types], dtype=np.int64)
        fixed = np.array([columns.fixed_of(number, ()) for number in self.types])
        self.usd_per_hour = usd_per_hour[self.types] + fixed
        self.room = columns.room[self.types]
        self.requests = columns.requests[self.types]
        self.fitting = columns.fitting[self.types]
        self.names = [columns.machines[number].machine.name for number in self.types]

    def alike(self) -> list[Gather]:
        """Services of two or more that ask for just the same, wherever they run; by their first service."""
        kept = [each for each in self._alike() if len(each.services) > 1]
        most = int(self.zones.max(initial=1))
        found = [Gather(self._members(each, most), most, {}) for each in kept]
        return sorted(found, key=lambda each: each.members[0].service)

    def choose(self, limit: int, *, interruptible: bool = False) -> list[Gather]:
        """Gathers of two services or more, at most `limit`; by their first service.

        With `interruptible` also of services that might run on spot machines, which then don't.
        """
        clusters = self._joined_while_it_saves(self._alike(interruptible=interruptible), limit)
        kept = [each for each in clusters if len(each.services) > 1 and np.isfinite(each.least)]
        kept.sort(key=lambda each: (-len(each.services), each.services))
        return sorted((self._gather(each) for each in kept[:limit]), key=lambda each: each.members[0].service)

    def again(self, groups: Sequence[tuple[Sequence[int], str]]) -> list[Gather]:
        """Gathers of these services, each about a machine type, as far as they may still be gathered.

        Services of none of them join the one in which they cost least more, where that is no more than by themselves.
        """
        clusters: list[tuple[_Cluster, int]] = []
        taken: set[int] = set()
        for services, name in groups:
            place = self.names.index(name) if name in self.names else None
            joined: _Cluster | None = None
            for number in services:
                joined = self._with(joined, number, place, interruptible=True)
            if joined is not None:
                clusters.append((joined, int(np.argmin(joined.usd)) if place is None else place))
                taken |= set(joined.services)
        for service in self.needs.services:
            single = None if service.number in taken else self._single(service)
            if single is None:
                continue
            wider = [(self._with(cluster, service.number, place) or cluster, place) for cluster, place in clusters]
            more = [
                after.least - before.least if after is not before else np.inf
                for (after, _), (before, _) in zip(wider, clusters, strict=True)
            ]
            if more and min(more) <= single.least + _LITTLE:
                best = int(np.argmin(more))
                clusters[best] = wider[best]
        kept = [self._gather(cluster, place) for cluster, place in clusters if len(cluster.services) > 1]
        return sorted(kept, key=lambda each: each.members[0].service)

    def _alike(self, *, interruptible: bool = False) -> list[_Cluster]:
        """All services that may be gathered, those together that ask for the same."""
        found: dict[tuple[object, ...], _Cluster] = {}
        for service in self.needs.services:
            single = self._single(service, interruptible=interruptible)
            if single is not None:
                key = (single.survives, single.accelerators, single.shapes[0].requests.tobytes())
                found[key] = self._joined(found[key], single) if key in found else single
        return list(found.values())

    def _with(
        self, cluster: _Cluster | None, number: int, place: int | None, *, interruptible: bool = False
    ) -> _Cluster | None:
        """The cluster with one service more, or as it is where that one may not be gathered on that type, or any."""
        single = self._single(self.needs.services[number], interruptible=interruptible)
        if single is None or (cluster is not None and not _are_akin(cluster, single)):
            return cluster
        more = single if cluster is None else self._joined(cluster, single)
        usd = more.least if place is None else float(more.usd[place])
        return more if np.isfinite(usd) else cluster

    def _single(self, service: ServiceNeed, *, interruptible: bool = False) -> _Cluster | None:
        """One service that may be gathered, by itself; None where its replicas or machines are not like any others."""
        wish = service.service
        usable = usable_variants(self.needs, service)
        moves = wish.deployment is not None and wish.deployment.moves_requests
        if (
            len(usable) != 1
            or (service.spot_share > 0 and not interruptible)
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
            replicas = np.array(replicas_to_run(self.needs, service, variant, zones), dtype=np.int64)
            mine = self.zones == zones
            needed[mine] = replicas
            in_each_zone[mine] = -(-replicas // zones)
        within = needed.max(axis=1, initial=0) <= service.service.replicas.max
        if not within.any():
            return None
        requests = self._asked(variant)
        asked = self.needs.runnables[variant].variant.accelerator
        kind = None if asked is None else (str(asked.model), asked.count)
        shape = _Shape(requests, needed, in_each_zone)
        return self._costed((service.number,), (variant,), (shape,), service.survives_zone, kind, within)

    def _costed(
        self,
        services: tuple[int, ...],
        variants: tuple[int, ...],
        shapes: tuple[_Shape, ...],
        survives: bool,
        accelerators: tuple[str, int] | None,
        within: Flags,
    ) -> _Cluster:
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
        return _Cluster(services, variants, shapes, survives, accelerators, usd, least, best, within)

    def _on_any(self, units: Integers, filled: Integers, needed: Integers, survives: bool) -> float:
        """A week's USD on machines of any types in which the replicas have the same units, in rounds over the zones."""
        widest = (self.zones == self.zones.max()) & (filled > 0)
        if not widest.any():
            return np.inf
        first = int(np.argmax(widest))
        same = widest & (units == units[:, [first]]).all(axis=0)
        usd = self.usd_per_hour[same] * (self.zones[first] if survives else 1)
        return float(self.weight @ least_to_hold(needed[first], filled[same], usd))

    def _joined(self, first: _Cluster, second: _Cluster) -> _Cluster:
        shapes = {shape.requests.tobytes(): shape for shape in first.shapes}
        for shape in second.shapes:
            key = shape.requests.tobytes()
            mine = shapes.get(key)
            shapes[key] = (
                shape
                if mine is None
                else _Shape(shape.requests, mine.needed + shape.needed, mine.in_each_zone + shape.in_each_zone)
            )
        return self._costed(
            (*first.services, *second.services),
            (*first.variants, *second.variants),
            tuple(shapes.values()),
            first.survives or second.survives,
            first.accelerators,
            first.within & second.within,
        )

    def _joined_while_it_saves(self, clusters: list[_Cluster], limit: int) -> list[_Cluster]:
        known: dict[tuple[tuple[int, ...], tuple[int, ...]], _Cluster] = {}
        while len(clusters) > 1:
            over = len(clusters) > limit
            best: tuple[float, int, int] | None = None
            for first, second in self._pairs(clusters):
                pair = (clusters[first].services, clusters[second].services)
                if pair not in known:
                    known[pair] = self._joined(clusters[first], clusters[second])
                if not np.isfinite(known[pair].least):
                    continue
                more = known[pair].least - clusters[first].least - clusters[second].least
                if (more < -_LITTLE or over) and (best is None or more < best[0] - _LITTLE):
                    best = (more, first, second)
            if best is None:
                break
            _, first, second = best
            joined = known[clusters[first].services, clusters[second].services]
            clusters = [*(each for place, each in enumerate(clusters) if place not in (first, second)), joined]
        return clusters

    def _pairs(self, clusters: Sequence[_Cluster]) -> list[tuple[int, int]]:
        every = range(len(clusters))
        if len(clusters) <= _MOST_PAIRED:
            pairs = combinations(every, 2)
            return [(one, other) for one, other in pairs if _are_akin(clusters[one], clusters[other])]

        def by_shape(place: int) -> tuple[float, int]:
            # vCPUs and memory are the first two resources.
            asked = clusters[place].shapes[0].requests.min(axis=0)
            return (float(asked[0]) / max(1.0, float(asked[1])), place)

        order = sorted(every, key=by_shape)
        return [
            (min(one, other), max(one, other))
            for place, one in enumerate(order)
            for other in order[place + 1 : place + 1 + _NEAR]
            if _are_akin(clusters[one], clusters[other])
        ]

    def _gather(self, cluster: _Cluster, place: int | None = None) -> Gather:
        """The gather, on all types that hold its replicas, with the same zones where that matters."""
        chosen = int(np.argmin(cluster.usd)) if place is None else place
        zones = int(self.zones[chosen])
        requests = np.array([self._asked(variant) for variant in cluster.variants], dtype=np.int64)
        units, of_machine = units_of(requests, self.room, cluster.parts)
        same = np.isfinite(cluster.usd) & ((self.zones == zones) | (not cluster.survives))
        # What a replica asks for may be another thing on another type.
        same &= (units == units[:, [chosen]]).all(axis=0) & (of_machine >= units.max(axis=0))
        own = dict(zip(cluster.services, units[:, chosen].tolist(), strict=True))
        members = tuple(replace(member, units=own[member.service]) for member in self._members(cluster, zones))
        return Gather(
            members, zones, {self.names[each]: int(of_machine[each]) for each in np.nonzero(same)[0].tolist()}
        )

    def _asked(self, variant: int) -> Integers:
        return np.where(self.fitting[:, variant, np.newaxis], self.requests[:, variant], self.room + 1)

    def _members(self, cluster: _Cluster, zones: int) -> tuple[Member, ...]:
        return tuple(
            Member(number, variant, replicas_to_run(self.needs, self.needs.services[number], variant, zones))
            for number, variant in sorted(zip(cluster.services, cluster.variants, strict=True))
        )


def _are_akin(first: _Cluster, second: _Cluster) -> bool:
    """Whether replicas of one may stand where replicas of the other do."""
    return first.accelerators == second.accelerators
