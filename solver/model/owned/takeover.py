"""Takeover: what is left to sites of AWS of a load when a Docker site is lost, by what replicas are up on the others.

The load of an hour is a part t of the peak's, from each origin alike. What sites of rooms R can serve of it is what the
narrowest cut between origins and sites lets through:

    F(t) = min over sets S of sites:  Σ R(d), d in S  +  t · Σ load(o), o that some site outside S may serve

so what is left to AWS is load − F, the least that it can be whichever site serves what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain, combinations
from math import inf

from solver.model.compute.hours import exact
from solver.model.owned.hosts import HostKey
from solver.model.owned.shares import Shares

Left = Mapping[str, Sequence[Fraction]]
"""Survivor → what is left of its load in each hour, units a second."""


def left_after_losses(shares: Shares, replicas: Mapping[HostKey, Mapping[str, int]]) -> list[Left]:
    """For each Docker site that may be lost, what is left of the survivors that may run on it."""
    return [
        {key: _left(shares, key, lost, _rooms(shares, replicas, key)) for key in keys}
        for lost, keys in _losses(shares).items()
    ]


def least_after_losses(shares: Shares, most: Mapping[tuple[str, str], float]) -> list[Left]:
    """The same where all other sites together do no more than `most` of a survivor after the loss of a site."""
    found: list[Left] = []
    for lost, keys in _losses(shares).items():
        weeks: dict[str, Sequence[Fraction]] = {}
        for key in keys:
            reach = sum(
                (Fraction(share.part) for share in shares.origins(key).values() if set(share.owned) - {lost}),
                Fraction(0),
            )
            room = most[key, lost]
            loads = _week(shares, key)
            weeks[key] = [load - (reach * load if room == inf else min(Fraction(room), reach * load)) for load in loads]
        found.append(weeks)
    return found


def held_without(shares: Shares, replicas: Mapping[HostKey, Mapping[str, int]], key: str, lost: str) -> Fraction:
    """Units a second that a service's replicas on all other Docker sites are asked for at most."""
    rooms = _rooms(shares, replicas, key)
    return sum((room for site, room in rooms.items() if site != lost), Fraction(0))


def _losses(shares: Shares) -> dict[str, list[str]]:
    """Docker site → survivors that may run there, where a site of AWS may too."""
    found: dict[str, list[str]] = {}
    for key in shares.survivors:
        for site in shares.owned_sites(key):
            if any(share.bought for share in shares.origins(key).values()):
                found.setdefault(site, []).append(key)
    return found


def _rooms(shares: Shares, replicas: Mapping[HostKey, Mapping[str, int]], key: str) -> dict[str, Fraction]:
    service = shares.services[key]
    rates = {
        f"{key}.{name}": exact(variant.throughput_per_second) * exact(service.utilisation(name))
        for name, variant in service.variants.items()
    }
    return {
        site: sum(
            (
                count * rates[name]
                for host, counts in replicas.items()
                if host.site == site
                for name, count in counts.items()
                if name in rates
            ),
            Fraction(0),
        )
        for site in shares.owned_sites(key)
    }


def _left(shares: Shares, key: str, lost: str, rooms: Mapping[str, Fraction]) -> list[Fraction]:
    sites = [site for site in rooms if site != lost]
    origins = [(Fraction(share.part), set(share.owned) - {lost}) for share in shares.origins(key).values()]
    least: dict[Fraction, Fraction] = {}
    for cut in chain.from_iterable(combinations(sites, count) for count in range(len(sites) + 1)):
        through = sum((part for part, there in origins if there - set(cut)), Fraction(0))
        room = sum((rooms[site] for site in cut), Fraction(0))
        least[through] = min(room, least.get(through, room))
    return [
        max(Fraction(0), load - min(room + through * load for through, room in least.items()))
        for load in _week(shares, key)
    ]


def _week(shares: Shares, key: str) -> list[Fraction]:
    return [exact(load) for load in shares.services[key].load.week_per_second()]
