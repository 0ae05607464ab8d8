"""Gather choices: ways to gather the services of a site, and the order in which a search tries them.

All replicas of the gathered services run on demand, or the interruptible parts of services share spot machines of their
own. Either way there are more gathers or fewer (`gathering`): each needs a node group at least, and is cheaper with
several. So a search begins with the fewest that cost little more on machines of any types, and goes on to one gather
more or less, on demand or on spot machines, as long as that costs less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, inf

from solver.model.compute.gather_clusters import Clusters
from solver.model.compute.gathering import Gathering, Level
from solver.model.compute.gathers import Gather
from solver.model.compute.hourly import Floats, Hourly

_LITTLE_MORE = (0.02, 0.05)
"""Of the cost, on demand and on spot machines, for which fewer gathers are begun with."""
_MUCH_MORE = 1.05
"""Of what the best one so far is reckoned to cost: what is reckoned to cost more is not tried."""
_MOST_TRIES = 16
_NO_BETTER = 1 - 1e-6

Point = tuple[int, int]
"""Numbers of levels: on demand, on spot machines."""


@dataclass(frozen=True)
class Way:
    """Services gathered on demand, and their interruptible parts on spot machines, if any are."""

    on_demand: Gathering
    spot: Gathering | None = None

    @property
    def start(self) -> Point:
        """The fewest gathers that cost little more than the best number of them."""
        first, second = (_fewest(levels, more) for levels, more in zip(self._levels, _LITTLE_MORE, strict=True))
        return (first, second)

    def near(self, point: Point) -> list[Point]:
        """One gather more or less, those first that are reckoned to cost least."""
        first, second = point
        moves = [(first + 1, second), (first - 1, second), (first, second + 1), (first, second - 1)]
        there = [each for each in moves if all(0 <= at < len(of) for at, of in zip(each, self._levels, strict=True))]
        return sorted(there, key=self.usd)

    def usd(self, point: Point) -> float:
        """What a week is reckoned to cost."""
        return fsum(levels[at].usd for levels, at in zip(self._levels, point, strict=True))

    def gathers(self, point: Point) -> list[Gather]:
        """On demand, then on spot machines."""
        found = self.on_demand.gathers(self._levels[0][point[0]])
        return found if self.spot is None else [*found, *self.spot.gathers(self._levels[1][point[1]])]

    @property
    def _levels(self) -> tuple[Sequence[Level], Sequence[Level]]:
        return self.on_demand.levels, (Level(()),) if self.spot is None else self.spot.levels


def _fewest(levels: Sequence[Level], more: float) -> int:
    most = min(level.usd for level in levels) * (1 + more)
    return max(place for place, level in enumerate(levels) if level.usd <= most)


def whole(hourly: Hourly, usd_per_hour: Floats) -> Gathering:
    """All services as they run on demand alone; `usd_per_hour` is what machines are reckoned with."""
    return Gathering(Clusters(hourly, usd_per_hour))


def parted(hourly: Hourly, usd_per_hour: Floats, split: list[int] | None = None) -> Way | None:
    """Services with their interruptible parts apart: of those given, or of all of which that is reckoned to cost less.

    None where no part may be gathered.
    """
    left: list[int] = _worth_splitting(hourly, usd_per_hour) if split is None else split
    while left:
        on_demand = Gathering(Clusters(hourly, usd_per_hour, left))
        spot = Gathering(Clusters(hourly, usd_per_hour, left, spot=True))
        kept = [number for number in left if _has_places(on_demand, spot, number)]
        if kept == left:
            return Way(on_demand, spot)
        left = kept
    return None


def _worth_splitting(hourly: Hourly, usd_per_hour: Floats) -> list[int]:
    every = [service.number for service in hourly.needs.services if service.spot_share > 0]
    on_demand, steady = Clusters(hourly, usd_per_hour), Clusters(hourly, usd_per_hour, every)
    spot = Clusters(hourly, usd_per_hour, every, spot=True)
    return [
        number
        for number in every
        if spot.types
        and spot.single(number) is not None
        and steady.reckoned(number) + spot.reckoned(number) < on_demand.reckoned(number)
    ]


def _has_places(on_demand: Gathering, spot: Gathering, number: int) -> bool:
    """Whether both parts of a service are held, and together are no more replicas than it may have."""
    if not (on_demand.has_place_for(number) and spot.has_place_for(number)):
        return False
    both = zip(on_demand.clusters.most_replicas(number), spot.clusters.most_replicas(number), strict=True)
    return max(map(sum, both)) <= on_demand.clusters.needs.services[number].service.replicas.max


@dataclass
class Climb:
    """A search for the gathers of least cost, at most `limit` at once; the cost of some is infinite where none hold."""

    limit: int
    usd_of: Callable[[Sequence[Gather]], float]
    best: float = inf
    reckoned: float = inf
    """What the best way so far is reckoned to cost."""
    tries: int = 0

    def climb(self, way: Way) -> None:
        """Try a way at its start, and what is near to the best of it as long as that is better."""
        point = self._within_limit(way, way.start)
        known = set[Point]() if point is None else {point}
        best_here = inf if point is None else self._usd(way, point)
        while point is not None:
            here, point = point, None
            for other in (each for each in way.near(here) if each not in known):
                known.add(other)
                usd = self._usd(way, other)
                if usd < best_here * _NO_BETTER:
                    best_here, point = usd, other
                    break

    def _within_limit(self, way: Way, point: Point) -> Point | None:
        """The point, or one of fewer gathers that are not too many."""
        while len(way.gathers(point)) > self.limit:
            fewer = [each for each in way.near(point) if sum(each) > sum(point)]
            if not fewer:
                return None
            point = fewer[0]
        return point

    def _usd(self, way: Way, point: Point) -> float:
        if way.usd(point) > self.reckoned * _MUCH_MORE or self.tries >= _MOST_TRIES:
            return inf
        gathers = way.gathers(point)
        if not 0 < len(gathers) <= self.limit:
            return inf
        self.tries += 1
        usd = self.usd_of(gathers)
        if usd < self.best:
            self.best, self.reckoned = usd, way.usd(point)
        return usd
