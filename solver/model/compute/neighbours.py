"""Promise: services that the demand keeps apart share no machine.

    slots(c, v) · slots(c, w)  =  0     for each column c and variants v, w of two services that are strangers

Two are strangers where one names the other in `apart_from`, or says `all`. A company is a set of services without
strangers. Whatever a machine holds is part of a largest company, so only patterns of these are columns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from solver.demand.names import ALL
from solver.demand.workloads import Workload

_MOST_COMPANIES = 64
_MOST_KINDS = 100
"""Of services with different strangers, among which companies are listed."""
_MOST_PARTS = 100
"""Of services that are gathered: of more, and beyond these steps, a way is taken to exist."""
_MOST_STEPS = 20_000

Strangers = Sequence[frozenset[int]]
"""By number of a service: those with which it shares no machine."""


def strangers_of(workloads: Mapping[str, Workload]) -> list[frozenset[int]]:
    """By position among these workloads: positions of those that never share a machine with it."""
    names = list(workloads)
    found: list[set[int]] = [set() for _ in names]
    if not any(workload.apart_from for workload in workloads.values()):
        return [frozenset()] * len(names)
    for first, second in combinations(range(len(names)), 2):
        if _names(workloads[names[first]], names[second]) or _names(workloads[names[second]], names[first]):
            found[first].add(second)
            found[second].add(first)
    return [frozenset(each) for each in found]


def _names(workload: Workload, other: str) -> bool:
    return workload.apart_from == ALL or other in workload.apart_from


def may_share(strangers: Strangers, services: Collection[int]) -> bool:
    """Whether one machine may hold all of these services."""
    return all(strangers[service].isdisjoint(services) for service in services)


def companies(strangers: Strangers, services: Collection[int]) -> list[frozenset[int]] | None:
    """The largest companies among some services, in order; None where there are too many.

    These are the largest cliques of the graph that joins services which may share (Bron and Kerbosch, 1973). Services
    with the same strangers are in the same ones.
    """
    alike: dict[frozenset[int], list[int]] = {}
    for service in sorted(services):
        alike.setdefault(strangers[service].intersection(services), []).append(service)
    kinds = list(alike.values())
    if len(kinds) > _MOST_KINDS:
        return None
    every = frozenset(range(len(kinds)))
    friends = [
        frozenset(other for other in every - {kind} if kinds[other][0] not in strangers[mine[0]])
        for kind, mine in enumerate(kinds)
    ]
    found: list[frozenset[int]] = []

    def grow(chosen: tuple[int, ...], left: frozenset[int], done: frozenset[int]) -> bool:
        if not left and not done:
            found.append(frozenset(service for kind in chosen for service in kinds[kind]))
            return len(found) <= _MOST_COMPANIES
        pivot = max(sorted(left | done), key=lambda kind: len(friends[kind] & left))
        for kind in sorted(left - friends[pivot]):
            if not grow((*chosen, kind), left & friends[kind], done & friends[kind]):
                return False
            left, done = left - {kind}, done | {kind}
        return True

    return sorted(found, key=sorted) if grow((), every, frozenset()) else None


def left_out(strangers: Strangers, held: Collection[int], bringing: Collection[int]) -> list[set[int]] | None:
    """Services of which a machine's patterns have no replicas, in all ways worth having; None where there are too many.

    All but one largest company; and of it any that bring a volume to each machine, since that may cost more than the
    place is worth. The fewest come first.
    """
    allowed = companies(strangers, held)
    if allowed is None:
        return None
    found: list[set[int]] = []
    for company in allowed:
        mine = sorted(company.intersection(bringing))
        subsets = (chosen for size in range(len(mine) + 1) for chosen in combinations(mine, size))
        found += [set(held) - company | set(chosen) for chosen in subsets]
    return found


def fit_in(strangers: Strangers, parts: Sequence[Collection[int]], most: int) -> bool:
    """Whether parts of services can be gathered in at most so many companies, each part whole.

    A colouring of the parts, the one with fewest choices left first (Brélaz, 1979), with steps back.
    """
    if not any(strangers) or len(parts) > _MOST_PARTS:
        return True
    away = [
        [other for other, theirs in enumerate(parts) if any(not strangers[mine].isdisjoint(theirs) for mine in part)]
        for part in parts
    ]
    colour: dict[int, int] = {}
    steps = 0

    def place(used: int) -> bool:
        nonlocal steps
        steps += 1
        if len(colour) == len(parts) or steps > _MOST_STEPS:
            return True
        taken = {part: {colour[other] for other in away[part] if other in colour} for part in range(len(parts))}
        part = max((part for part in taken if part not in colour), key=lambda each: (len(taken[each]), len(away[each])))
        for number in range(min(used + 1, most)):
            if number not in taken[part]:
                colour[part] = number
                if place(max(used, number + 1)):
                    return True
                del colour[part]
        return False

    return place(0)
