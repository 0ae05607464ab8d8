"""Gathering: which services share machines, from each kind by itself to all together.

Gathers begin with one service each; those that ask for the same share at once, which never costs more. Then, step by
step, the two are joined that save most by it, or cost least. Every step is a level: fewer gathers leave more node
groups to each of them, and how much that is worth only a search knows (`gather_choices`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import fsum, inf, isfinite

import numpy as np

from solver.model.compute.gather_clusters import Cluster, Clusters
from solver.model.compute.gathers import Gather

_MOST_PAIRED = 12
"""Gathers that are looked at two by two; of more, only those that are next to each other by vCPUs for memory."""
_NEAR = 3
_LITTLE = 1e-9


@dataclass(frozen=True)
class Level:
    """All services that may be gathered, in so many clusters."""

    clusters: tuple[Cluster, ...]

    @property
    def usd(self) -> float:
        """A week's on the cheapest machines, however many node groups that takes."""
        return fsum(cluster.least for cluster in self.clusters)


@dataclass(frozen=True)
class Gathering:
    """The services of one site, as they may be gathered on machines on demand or on spot machines."""

    clusters: Clusters
    """What they may share."""

    def alike(self) -> list[Gather]:
        """Services of two or more that ask for just the same, wherever they run; by their first service.

        None that may be interrupted.
        """
        steady = [service.number for service in self.clusters.needs.services if service.spot_share == 0]
        kept = [each for each in self._alike_of(steady) if len(each.services) > 1]
        most = int(self.clusters.zones.max(initial=1))
        found = [Gather(self.clusters.members(each, most), most, {}) for each in kept]
        return sorted(found, key=lambda each: each.members[0].service)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """From the most clusters to the fewest; one without any where nothing may be gathered."""
        known: dict[tuple[tuple[int, ...], tuple[int, ...]], Cluster] = {}
        every = [service.number for service in self.clusters.needs.services]
        clusters = [each for each in self._alike_of(every) if isfinite(each.least)]
        found = [Level(tuple(clusters))]
        while len(clusters) > 1:
            best: tuple[float, int, int] | None = None
            for first, second in _pairs(clusters):
                pair = (clusters[first].services, clusters[second].services)
                if pair not in known:
                    known[pair] = self.clusters.joined(clusters[first], clusters[second])
                more = known[pair].least - clusters[first].least - clusters[second].least
                if isfinite(more) and (best is None or more < best[0] - _LITTLE):
                    best = (more, first, second)
            if best is None:
                break
            _, first, second = best
            joined = known[clusters[first].services, clusters[second].services]
            clusters = [*(each for place, each in enumerate(clusters) if place not in (first, second)), joined]
            found.append(Level(tuple(clusters)))
        return tuple(found)

    def has_place_for(self, number: int) -> bool:
        """Whether a service is in a cluster, or has no replicas here."""
        return any(number in each.services for each in self.levels[0].clusters) or self.clusters.has_none_of(number)

    def gathers(self, level: Level) -> list[Gather]:
        """Those of a level: of two services or more, or of a part of one; by their first service."""
        split = self.clusters.split
        kept = [each for each in level.clusters if len(each.services) > 1 or not split.isdisjoint(each.services)]
        return sorted((self.clusters.gather(each) for each in kept), key=lambda each: each.members[0].service)

    def again(self, groups: Sequence[tuple[Sequence[int], str]], others: Sequence[int]) -> list[Gather]:
        """Gathers of these services, each about a machine type, as far as they may still be gathered.

        The others join the one in which they cost least more, where that is no more than by themselves.
        """
        clusters: list[tuple[Cluster, int]] = []
        for services, name in groups:
            place = self.clusters.names.index(name) if name in self.clusters.names else None
            joined: Cluster | None = None
            for number in services:
                joined = self._with(joined, number, place)
            if joined is not None:
                clusters.append((joined, int(np.argmin(joined.usd)) if place is None else place))
        for number in others:
            single = self.clusters.single(number)
            if single is None:
                continue
            wider = [(self._with(cluster, number, place) or cluster, place) for cluster, place in clusters]
            more = [
                after.least - before.least if after is not before else inf
                for (after, _), (before, _) in zip(wider, clusters, strict=True)
            ]
            if more and min(more) <= single.least + _LITTLE:
                best = more.index(min(more))
                clusters[best] = wider[best]
        split = self.clusters.split
        kept = [each for each in clusters if len(each[0].services) > 1 or not split.isdisjoint(each[0].services)]
        return sorted((self.clusters.gather(*each) for each in kept), key=lambda each: each.members[0].service)

    def _alike_of(self, services: Sequence[int]) -> list[Cluster]:
        """Those of them that may be gathered, and those together that ask for the same."""
        found: dict[tuple[object, ...], Cluster] = {}
        for number in services:
            single = self.clusters.single(number)
            if single is not None:
                key = (single.survives, single.accelerators, single.shapes[0].requests.tobytes())
                found[key] = self.clusters.joined(found[key], single) if key in found else single
        return list(found.values())

    def _with(self, cluster: Cluster | None, number: int, place: int | None) -> Cluster | None:
        """The cluster with one service more, or as it is where that one may not be gathered on that type, or any."""
        single = self.clusters.single(number)
        if single is None or (cluster is not None and not cluster.is_akin(single)):
            return cluster
        more = single if cluster is None else self.clusters.joined(cluster, single)
        usd = more.least if place is None else float(more.usd[place])
        return more if isfinite(usd) else cluster


def _pairs(clusters: Sequence[Cluster]) -> list[tuple[int, int]]:
    every = range(len(clusters))
    if len(clusters) <= _MOST_PAIRED:
        return [(one, other) for one, other in combinations(every, 2) if clusters[one].is_akin(clusters[other])]

    def by_shape(place: int) -> tuple[float, int]:
        # vCPUs and memory are the first two resources.
        asked = clusters[place].shapes[0].requests.min(axis=0)
        return (float(asked[0]) / max(1.0, float(asked[1])), place)

    order = sorted(every, key=by_shape)
    return [
        (min(one, other), max(one, other))
        for place, one in enumerate(order)
        for other in order[place + 1 : place + 1 + _NEAR]
        if clusters[one].is_akin(clusters[other])
    ]
