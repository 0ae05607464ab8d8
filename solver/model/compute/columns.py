"""Columns: every machine with every maximal pattern of replicas, as arrays.

A column is what a node group is made of: a machine (type, purchase option, zones) and a pattern. Columns are kept once
for each pattern and undominated machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solver.catalog.catalog import Catalog
from solver.demand.demand import AwsSite
from solver.model.compute.needs import Needs
from solver.model.compute.neighbours import left_out
from solver.model.compute.patterns import Pattern, maximal_patterns
from solver.model.compute.replicas import most_useful, usable_variants
from solver.model.compute.rows import Counted, Row
from solver.model.compute.spot_machines import spot_machines
from solver.model.compute.supply import (
    Machine,
    Market,
    capacity,
    fits,
    held_rank,
    offered,
    rates_of,
    request,
    undivided,
    undominated,
)
from solver.quantity import HOURS_PER_MONTH

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MOST_PATTERNS_OF_A_MACHINE = 300


@dataclass(frozen=True)
class Fixed:
    """What a machine costs besides its price, in USD for each hour that it exists."""

    root_volume: float
    """Its root volume."""
    machine_volumes: Mapping[str, float]
    """By claim: a volume for each machine that holds replicas of a workload that uses the claim."""


@dataclass(frozen=True)
class Columns:
    """All columns of one site's services."""

    machines: tuple[Machine, ...]
    """Undominated machines, on demand before spot, each cheapest first."""
    machine: Integers
    """Number of each column's machine."""
    slots: Integers
    """Replicas of each runnable variant, one row for each column."""
    fixed: Floats
    """USD an hour besides the machine's price."""
    complete: NDArray[np.bool_]
    """Of which machines every maximal pattern is there; of the others only those with replicas of one variant."""
    room: Integers
    """Machines × resources."""
    requests: Integers
    """Machines × runnable variants × resources: of one replica."""
    fitting: NDArray[np.bool_]
    """Machines × runnable variants: which of them the machine runs."""
    fixed_of: Callable[[int, Pattern], float]
    """USD an hour of a machine, by number, with a pattern besides its price."""

    @property
    def count(self) -> int:
        """Number of columns."""
        return len(self.machine)

    @property
    def zones(self) -> Integers:
        """Zones of each column's machine."""
        return np.array([len(machine.zones) for machine in self.machines], dtype=np.int64)[self.machine]

    @property
    def on_demand(self) -> NDArray[np.bool_]:
        """Which columns are bought on demand."""
        return np.array([machine.on_demand for machine in self.machines], dtype=np.bool_)[self.machine]

    @property
    def empty_usd_per_hour(self) -> Floats:
        """Of each machine, besides its price, without replicas."""
        return np.array([self.fixed_of(number, ()) for number in range(len(self.machines))], dtype=np.float64)

    def usd_per_hour(self) -> Floats:
        """Price of a machine hour of each column without commitments, with its volumes."""
        return np.array([machine.usd_per_hour for machine in self.machines])[self.machine] + self.fixed

    def pattern(self, column: int) -> Pattern:
        """The column's slots."""
        return tuple(int(number) for number in self.slots[column])


def fixed_costs(catalog: Catalog, site: AwsSite, volume_usd_per_month: Mapping[str, float]) -> Fixed:
    """Root volumes are gp3 at its included throughput; a volume is paid for as long as its machine exists."""
    gib = catalog.price(site.region, "ebs", "gp3_storage").usd_first
    return Fixed(
        root_volume=site.root_volume * gib / HOURS_PER_MONTH,
        machine_volumes={claim: usd / HOURS_PER_MONTH for claim, usd in volume_usd_per_month.items()},
    )


def build_columns(needs: Needs, catalog: Catalog, market: Market, fixed: Fixed, *, spot: bool) -> Columns:
    """The columns of all machines that run a usable variant."""
    usable, steady = _usable(needs)
    interruptible = [variant for variant in usable if needs.services[needs.runnables[variant].service].spot_share > 0]
    on_sale = offered(catalog, market)
    variants = [needs.runnables[variant].variant for variant in steady]
    offers = [(machine, steady) for machine in undominated(on_sale, variants, market)]
    if spot and interruptible:
        pools = max(needs.services[needs.runnables[variant].service].service.spot_pools for variant in interruptible)
        variants = [needs.runnables[variant].variant for variant in interruptible]
        shared = undominated(spot_machines(on_sale, variants, pools=pools), variants, market)
        offers += [(machine, interruptible) for machine in shared]
    return _columns(needs, market, fixed, offers)


def _usable(needs: Needs) -> tuple[list[int], list[int]]:
    """Usable variants, and those of them that run on demand."""
    usable = sorted(variant for service in needs.services for variant in usable_variants(needs, service))
    return usable, [variant for variant in usable if not needs.runnables[variant].only_spot]


def _columns(needs: Needs, market: Market, fixed: Fixed, offers: Sequence[tuple[Machine, list[int]]]) -> Columns:
    most = most_useful(needs)
    best: dict[tuple[bool, Pattern], list[tuple[int, tuple[float, ...]]]] = {}
    complete: list[bool] = []
    limits = [_limits(needs, machine, variants, market) for machine, variants in offers]
    crowded: list[int] = []
    for number, (machine, _) in enumerate(offers):
        # A machine with at least the room of one that has too many patterns has too many as well.
        many = any(_has_more_room(limits[number], limits[other]) for other in crowded)
        patterns = None if many else _patterns(needs, limits[number], most)
        complete.append(patterns is not None)
        if patterns is None:
            crowded.append(number)
        # A machine for one variant alone has a place in plans in which services share no machine.
        patterns = list(dict.fromkeys((*(patterns or ()), *_pure_patterns(needs, limits[number], most))))
        rank = _rank(machine, market)
        for pattern in patterns:
            rivals = best.setdefault((machine.on_demand, pattern), [])
            if not any(all(mine >= theirs for mine, theirs in zip(rank, other, strict=True)) for _, other in rivals):
                rivals.append((number, rank))
    entries = [(number, pattern) for (_, pattern), rivals in best.items() for number, _ in rivals]
    entries.sort(key=lambda entry: (entry[0], tuple(-slots for slots in entry[1])))
    slots = np.array([pattern for _, pattern in entries], dtype=np.int64).reshape(len(entries), len(needs.runnables))
    machines = tuple(machine for machine, _ in offers)
    surcharges = [market.surcharge.usd_per_hour(machine.machine) for machine in machines]

    def fixed_of(number: int, pattern: Pattern) -> float:
        return fixed_usd_per_hour(needs, fixed, pattern) + surcharges[number]

    room, requests, fitting = _as_arrays(needs, limits)
    return Columns(
        machines=machines,
        machine=np.array([number for number, _ in entries], dtype=np.int64),
        slots=slots,
        fixed=np.array([fixed_of(number, pattern) for number, pattern in entries], dtype=np.float64),
        complete=np.array(complete, dtype=np.bool_),
        room=room,
        requests=requests,
        fitting=fitting,
        fixed_of=fixed_of,
    )


def with_patterns(columns: Columns, added: Sequence[tuple[int, Pattern]]) -> tuple[Columns, list[int]]:
    """With more patterns of some machines at the end, and the numbers of these columns."""
    known = {
        (int(machine), tuple(int(each) for each in slots)): number
        for number, (machine, slots) in enumerate(zip(columns.machine, columns.slots, strict=True))
    }
    new = [entry for entry in dict.fromkeys(added) if entry not in known]
    known |= {entry: columns.count + place for place, entry in enumerate(new)}
    if not new:
        return columns, [known[entry] for entry in added]
    return replace(
        columns,
        machine=np.concatenate([columns.machine, np.array([number for number, _ in new], dtype=np.int64)]),
        slots=np.vstack([columns.slots, np.array([pattern for _, pattern in new], dtype=np.int64)]),
        fixed=np.concatenate([columns.fixed, np.array([columns.fixed_of(*entry) for entry in new])]),
    ), [known[entry] for entry in added]


def with_machines(columns: Columns, needs: Needs, market: Market, fixed: Fixed, more: Sequence[Machine]) -> Columns:
    """With more machines at the end, which have no columns yet."""
    usable, steady = _usable(needs)
    machines = (*columns.machines, *more)

    def fixed_of(number: int, pattern: Pattern) -> float:
        if number < len(columns.machines):
            return columns.fixed_of(number, pattern)
        return fixed_usd_per_hour(needs, fixed, pattern) + market.surcharge.usd_per_hour(machines[number].machine)

    if not more:
        return columns
    usable_on = {True: steady, False: usable}
    limits = [_limits(needs, machine, usable_on[machine.on_demand], market) for machine in more]
    room, requests, fitting = _as_arrays(needs, limits)
    return replace(
        columns,
        machines=machines,
        complete=np.concatenate([columns.complete, np.zeros(len(more), dtype=np.bool_)]),
        room=np.vstack([columns.room, room]) if len(columns.room) else room,
        requests=np.concatenate([columns.requests, requests]) if len(columns.requests) else requests,
        fitting=np.vstack([columns.fitting, fitting]) if len(columns.fitting) else fitting,
        fixed_of=fixed_of,
    )


def _as_arrays(needs: Needs, limits: Sequence[_Limits]) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    width = len(limits[0].room) if limits else 0
    room = np.array([each.room for each in limits], dtype=np.int64).reshape(len(limits), width)
    requests = np.zeros((len(limits), len(needs.runnables), width), dtype=np.int64)
    fitting = np.zeros((len(limits), len(needs.runnables)), dtype=np.bool_)
    for number, each in enumerate(limits):
        for variant, request_of in zip(each.fitting, each.requests, strict=True):
            requests[number, variant] = request_of
            fitting[number, variant] = True
    return room, requests, fitting


def _has_more_room(limits: _Limits, other: _Limits) -> bool:
    return set(limits.fitting) >= set(other.fitting) and all(
        mine >= theirs for mine, theirs in zip(limits.room, other.room, strict=True)
    )


def _rank(machine: Machine, market: Market) -> tuple[float, ...]:
    """Numbers of which less is better between machines that hold the same pattern."""
    price = machine.usd_per_hour
    more = market.surcharge.usd_per_hour(machine.machine)
    terms = [min(rate, price) + more for rate in rates_of(machine, market)]
    quota = [machine.machine.vcpus if machine.machine.quota == family else 0 for family in sorted(market.site.quotas)]
    return (price + more, -len(machine.zones), *terms, *held_rank(machine, market), *quota)


def fixed_usd_per_hour(needs: Needs, fixed: Fixed, pattern: Pattern) -> float:
    """Root volume and the volumes of the services that have slots on the machine."""
    held = sorted({needs.runnables[variant].service for variant, slots in enumerate(pattern) if slots})
    claims = sorted({claim for service in held for claim in needs.services[service].machine_volumes})
    return fixed.root_volume + sum(fixed.machine_volumes[claim] for claim in claims)


@dataclass(frozen=True)
class _Limits:
    """What a machine holds; most replicas per machine are a resource too."""

    room: list[int]
    requests: list[list[int]]
    """Of the variants that fit, in the same order."""
    fitting: list[int]


def _limits(needs: Needs, machine: Machine, variants: Sequence[int], market: Market) -> _Limits:
    fitting = [variant for variant in variants if fits(needs.runnables[variant].variant, machine, market)]
    room = [int(value) for value in capacity(machine, market)]
    asked = [needs.runnables[variant].variant for variant in fitting]
    requests = [[int(value) for value in request(each, undivided=undivided(each, machine))] for each in asked]
    for variant, each in enumerate(needs.runnables):
        if each.units is not None:
            # The units say what fits, and nothing else.
            room.append(each.units.get(machine.machine.name, 0))
            requests = [
                [*([0] * len(asks)), 1] if other == variant else [*asks, 0]
                for other, asks in zip(fitting, requests, strict=True)
            ]
    for service in needs.services:
        bound = service.service.max_per_machine
        if bound is not None:
            room.append(bound)
            for place, variant in enumerate(fitting):
                requests[place].append(int(needs.runnables[variant].service == service.number))
    return _Limits(room, requests, fitting)


def _patterns(needs: Needs, limits: _Limits, most: Sequence[int]) -> list[Pattern] | None:
    found: dict[Pattern, None] = {}
    held = {needs.runnables[variant].service for variant in limits.fitting}
    sets = left_out(needs.strangers, held, [service.number for service in needs.services if service.machine_volumes])
    if sets is None:
        return None
    for empty in sets:
        allowed = [0 if needs.runnables[variant].service in empty else most[variant] for variant in limits.fitting]
        patterns = maximal_patterns(limits.room, limits.requests, allowed, limit=_MOST_PATTERNS_OF_A_MACHINE)
        if patterns is None:
            return None
        found.update(dict.fromkeys(_spread(pattern, limits.fitting, len(needs.runnables)) for pattern in patterns))
        if len(found) > _MOST_PATTERNS_OF_A_MACHINE and any(needs.strangers):
            return None
    return [pattern for pattern in found if any(pattern)]


def _pure_patterns(needs: Needs, limits: _Limits, most: Sequence[int]) -> list[Pattern]:
    """As many replicas of one variant as fit, for each variant."""
    found: dict[Pattern, None] = {}
    for place, variant in enumerate(limits.fitting):
        fit = [has // asked for has, asked in zip(limits.room, limits.requests[place], strict=True) if asked]
        chosen = [0] * len(limits.fitting)
        chosen[place] = min([most[variant], *fit])
        found[_spread(tuple(chosen), limits.fitting, len(needs.runnables))] = None
    return [pattern for pattern in found if any(pattern)]


def _spread(pattern: Pattern, fitting: Sequence[int], count: int) -> Pattern:
    slots = [0] * count
    for variant, number in zip(fitting, pattern, strict=True):
        slots[variant] = number
    return tuple(slots)


def worths(columns: Columns, rows: Sequence[Row]) -> Integers:
    """What one counted machine of each column is worth in each row: columns × rows."""
    if not rows:
        return np.zeros((columns.count, 0), dtype=np.int64)
    worth = columns.slots @ np.array([row.worth for row in rows], dtype=np.int64).T
    for place, row in enumerate(rows):
        if row.counted is Counted.ON_DEMAND:
            worth[~columns.on_demand, place] = 0
    return worth
