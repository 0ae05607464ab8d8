"""Bundles: services that share machines, for stacks with more patterns than can be listed.

A bundle of services has one machine type with one pattern, and beside it, where all of it may be interrupted, spot
machines with the same pattern. The pattern has of each service what its peak needs on the fewest machines on which all
fit together. Bundles begin with one service each; then the two are merged that cost least more together, as long as
there are too many node groups, or as merging saves money. It is a beginning for the search, with no claim to be best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.hourly import Hourly
from solver.model.compute.neighbours import fit_in, may_share
from solver.model.compute.patterns import Pattern
from solver.model.compute.rows import Counted, surviving

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MOST_MACHINES = 100_000
_BEST_MACHINES = 12
"""Machine types that are tried for a merged bundle, beside each other those that served its parts best."""

_FEW = 20
"""Services of which each pair is looked at on every machine type."""

Group = tuple[int, Pattern]
"""Number of a machine, and its pattern."""
_Replicas = tuple[Integers, Integers, Integers]
"""By hour class: in all, after the loss of a zone, on demand."""


@dataclass(frozen=True)
class Bundle:
    """Services and the machines that they share."""

    services: tuple[int, ...]
    usd_per_week: float
    groups: tuple[Group, ...]
    """Numbers of machines and their pattern."""
    ranking: tuple[int, ...] = ()
    """On-demand machines, the cheapest for these services first."""


@dataclass
class Bundles:
    """The bundles of one site."""

    hourly: Hourly
    usd: Floats | None = None
    """USD an hour of each machine, where it is not its price; all machines are then tried for each merger of few."""
    _known: dict[tuple[int, ...], Bundle | None] = field(default_factory=dict[tuple[int, ...], "Bundle | None"])
    _variants: dict[tuple[int, int], int | None] = field(default_factory=dict[tuple[int, int], "int | None"])
    _replicas: dict[tuple[int, int], _Replicas] = field(default_factory=dict[tuple[int, int], "_Replicas"])

    def __post_init__(self) -> None:
        columns = self.hourly.columns
        self.weight = self.hourly.task.weight.astype(np.float64)
        self.on_demand = [number for number, machine in enumerate(columns.machines) if machine.on_demand]
        self.spot = [number for number, machine in enumerate(columns.machines) if not machine.on_demand]
        self.spot_share = [float(service.spot_share) for service in self.hourly.needs.services]
        self.pools = [service.service.spot_pools for service in self.hourly.needs.services]

    def choose(self, limit: int) -> list[Group] | None:
        """Node groups of bundles that hold all services, at most `limit`; None where none were found."""
        singles = [self.bundle((service.number,)) for service in self.hourly.needs.services]
        chosen: list[Bundle] = [each for each in singles if each is not None]
        if len(chosen) < len(singles):
            return None
        while len(chosen) > 1:
            over = sum(len(each.groups) for each in chosen) > limit
            best: tuple[float, int, int, Bundle] | None = None
            for first, second in combinations(range(len(chosen)), 2):
                merged = self._merged(chosen[first], chosen[second])
                if merged is None:
                    continue
                more = merged.usd_per_week - chosen[first].usd_per_week - chosen[second].usd_per_week
                fewer = len(chosen[first].groups) + len(chosen[second].groups) - len(merged.groups)
                rank = more / fewer if over and fewer > 0 else more
                better = (more < 0 or (over and fewer > 0)) and (best is None or rank < best[0] - 1e-9)
                if better and self._leads_within(limit, chosen, merged):
                    best = (rank, first, second, merged)
            if best is None:
                break
            _, first, second, merged = best
            chosen = [*(each for place, each in enumerate(chosen) if place not in (first, second)), merged]
        groups: list[Group] = [group for each in chosen for group in each.groups]
        if len(groups) > limit:
            groups = self._without_spot(chosen, limit)
        return groups if len(groups) <= limit else None

    def _leads_within(self, limit: int, chosen: Sequence[Bundle], merged: Bundle) -> bool:
        """Whether services that may not share a machine still leave a way to so many bundles after the merge."""
        rest = [each.services for each in chosen if not set(each.services) <= set(merged.services)]
        return fit_in(self.hourly.needs.strangers, [merged.services, *rest], limit)

    def _without_spot(self, chosen: Sequence[Bundle], limit: int) -> list[Group]:
        """On-demand machines alone, for as many bundles as it takes: those first that save least with spot machines."""
        alone = {each.services: self._best(each.services, each.ranking, spot=False) for each in chosen}
        order = sorted(
            (plain.usd_per_week - each.usd_per_week, each.services)
            for each in chosen
            if len(each.groups) > 1 and (plain := alone[each.services]) is not None
        )
        left = {each.services: each for each in chosen}
        for _, services in order:
            if sum(len(each.groups) for each in left.values()) <= limit:
                break
            plain = alone[services]
            if plain is not None:
                left[services] = plain
        return [group for each in left.values() for group in each.groups]

    def bundle(self, services: tuple[int, ...]) -> Bundle | None:
        """The cheapest bundle of some services, on any machine."""
        if services not in self._known:
            self._known[services] = self._best(services, self.on_demand, spot=True)
        return self._known[services]

    def _merged(self, first: Bundle, second: Bundle) -> Bundle | None:
        services = tuple(sorted((*first.services, *second.services)))
        if not may_share(self.hourly.needs.strangers, services):
            return None
        if services not in self._known:
            most = _BEST_MACHINES
            if self.usd is not None and len(self.hourly.needs.services) <= _FEW:
                most = len(self.on_demand)
            near = dict.fromkeys((*first.ranking[:most], *second.ranking[:most]))
            self._known[services] = self._best(services, sorted(near), spot=True)
        return self._known[services]

    def _best(self, services: tuple[int, ...], machines: Sequence[int], *, spot: bool) -> Bundle | None:
        found: list[tuple[float, int, tuple[Group, ...]]] = []
        for number in machines:
            for usd, groups in self._on(services, number, spot=spot):
                found.append((usd, number, groups))
        found.sort(key=lambda each: (round(each[0], 9), each[1]))
        ranking = tuple(dict.fromkeys(number for _, number, _ in found))
        return Bundle(services, found[0][0], found[0][2], ranking) if found else None

    def _on(self, services: tuple[int, ...], number: int, *, spot: bool) -> Iterator[tuple[float, tuple[Group, ...]]]:
        """Ways to hold the services on a machine type: USD a week, and node groups."""
        columns = self.hourly.columns
        zones = len(columns.machines[number].zones)
        variants = [self._variant(service, number) for service in services]
        chosen = [variant for variant in variants if variant is not None]
        if len(chosen) < len(variants):
            return
        needs = [self._needs(service, variant) for service, variant in zip(services, chosen, strict=True)]
        slots = self._slots(number, chosen, needs, zones)
        if slots is None:
            return
        pattern = [0] * len(self.hourly.needs.runnables)
        for variant, each in zip(chosen, slots, strict=True):
            pattern[variant] = each
        kept = tuple(pattern)
        every = np.max([_ceil(need[0], each) for need, each in zip(needs, slots, strict=True)], axis=0)
        left = np.max([_ceil(need[1], each) for need, each in zip(needs, slots, strict=True)], axis=0)
        steady = np.max([_ceil(need[2], each) for need, each in zip(needs, slots, strict=True)], axis=0)
        full = np.maximum(np.maximum(every, steady), _with_survivors(left, zones))
        usd = self._usd(number, kept)
        yield float(self.weight @ full) * usd, ((number, kept),)
        if not spot or not all(self.spot_share[service] > 0 for service in services):
            return
        least = max(self.pools[service] for service in services)
        for other in self._cheapest_spot(chosen, slots):
            others = len(columns.machines[other].zones)
            rest = left - (steady - -(-steady // zones))
            more = np.maximum(every - steady, _with_survivors(np.maximum(rest, 0), others))
            more = np.where(more > 0, np.maximum(more, least), 0)
            total = float(self.weight @ steady) * usd + float(self.weight @ more) * self._usd(other, kept)
            yield total, ((number, kept), (other, kept)) if steady.any() else ((other, kept),)

    def _cheapest_spot(self, variants: Sequence[int], slots: Sequence[int]) -> list[int]:
        """Of the spot machines that hold the replicas, the cheapest one for each number of zones."""
        columns, spot = self.hourly.columns, self.spot
        mine = list(variants)
        used = np.einsum("v,mvr->mr", np.array(slots, dtype=np.int64), columns.requests[np.ix_(spot, mine)])
        fits = (used <= columns.room[spot]).all(axis=1) & columns.fitting[np.ix_(spot, mine)].all(axis=1)
        found: dict[int, int] = {}
        for place in np.nonzero(fits)[0].tolist():
            number = spot[place]
            best = found.setdefault(len(columns.machines[number].zones), number)
            if columns.machines[number].usd_per_hour < columns.machines[best].usd_per_hour:
                found[len(columns.machines[number].zones)] = number
        return sorted(found.values())

    def _usd(self, number: int, pattern: Pattern) -> float:
        machine = self.hourly.columns.machines[number].usd_per_hour if self.usd is None else float(self.usd[number])
        return machine + self.hourly.columns.fixed_of(number, pattern)

    def _variant(self, service: int, number: int) -> int | None:
        """The variant of which a machine holds most load, by the resource that is short first."""
        if (service, number) not in self._variants:
            self._variants[service, number] = self._best_variant(service, number)
        return self._variants[service, number]

    def _best_variant(self, service: int, number: int) -> int | None:
        columns, needs = self.hourly.columns, self.hourly.needs
        best: tuple[float, int] | None = None
        for variant in needs.services[service].variants:
            if columns.fitting[number, variant] and needs.runnables[variant].capacity > 0:
                part = float((columns.requests[number, variant] / np.maximum(columns.room[number], 1)).max())
                value = needs.runnables[variant].capacity / max(part, 1e-12)
                if best is None or value > best[0]:
                    best = (value, variant)
        return None if best is None else best[1]

    def _needs(self, service: int, variant: int) -> _Replicas:
        """Of this variant, where the service runs no other."""
        if (service, variant) not in self._replicas:
            self._replicas[service, variant] = self._counted(service, variant)
        return self._replicas[service, variant]

    def _counted(self, service: int, variant: int) -> _Replicas:
        zero = np.zeros(len(self.weight), dtype=np.int64)
        found = {Counted.ALL: zero, Counted.SURVIVING: zero, Counted.ON_DEMAND: zero}
        for place, row in enumerate(self.hourly.rows):
            if row.service == service and row.worth[variant] > 0:
                replicas = _ceil(self.hourly.task.required[:, place], row.worth[variant])
                # A beginning only: whole rounds are taken when hours are planned.
                how = Counted.SURVIVING if row.counted is Counted.IN_ROUNDS else row.counted
                found[how] = np.maximum(found[how], replicas)
        return found[Counted.ALL], found[Counted.SURVIVING], found[Counted.ON_DEMAND]

    def _slots(
        self, number: int, variants: Sequence[int], needs: Sequence[_Replicas], zones: int
    ) -> tuple[int, ...] | None:
        """Replicas of each variant on a machine, for the fewest machines on which the peaks fit together."""
        peaks = np.array([[int(each.max()) for each in need] for need in needs])

        def slots(machines: int) -> Integers | None:
            left = surviving(machines, zones)
            if left == 0 and peaks[:, 1].any():
                return None
            counted = np.array([machines, max(left, 1), machines])
            return np.maximum((-(-peaks // counted)).max(axis=1), 1)

        low, high = 1, 1
        while (each := slots(high)) is None or not self._fits(number, variants, each.tolist()):
            if high > _MOST_MACHINES or (each is not None and (each == 1).all()):
                return None
            low, high = high + 1, 2 * high
        while low < high:
            middle = (low + high) // 2
            each = slots(middle)
            if each is not None and self._fits(number, variants, each.tolist()):
                high = middle
            else:
                low = middle + 1
        found = slots(high)
        return None if found is None else tuple(found.tolist())

    def _fits(self, number: int, variants: Sequence[int], slots: Sequence[int]) -> bool:
        columns = self.hourly.columns
        if not columns.fitting[number, list(variants)].all():
            return False
        used = np.array(slots, dtype=np.int64) @ columns.requests[number, list(variants)]
        return bool((used <= columns.room[number]).all())


def _ceil(amount: Integers, each: int) -> Integers:
    return -(-amount // each)


def _with_survivors(left: Integers, zones: int) -> Integers:
    """Machines of which so many are left after the loss of a zone."""
    if zones <= 1:
        return np.where(left > 0, _MOST_MACHINES, 0)
    return left + -(-left // (zones - 1))
