"""What a unit of load that owned hosts serve need not cost at AWS: an estimate that guides the search, and no bound."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from solver.catalog.catalog import Catalog
from solver.demand.workloads import Service
from solver.model.compute.supply import capacity, fits, market_of, offered, request
from solver.model.owned.shares import Shares
from solver.model.surcharge import Surcharge
from solver.model.zones import zones_of
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH

_LEVELS = 24


def worth(shares: Shares, catalog: Catalog) -> dict[str, tuple[tuple[float, float], ...]]:
    """Service → levels of its load, each with its width in units a second and what one of these units is worth a
    month, dearest first; of services that both a Docker site and a site of AWS may run.

    A level of the load is asked for in the hours in which the load is as high: the lowest level in all of them.
    """
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for key, service in shares.services.items():
        shared = sum(each.part for each in shares.origins(key).values() if each.bought and each.owned)
        usd_per_hour = _usd_per_unit_hour(shares, catalog, key)
        if shared and usd_per_hour < inf:
            callees = _callees(shares, catalog, key)
            found[key] = tuple(
                (width * shared, (usd_per_hour + callees) * hours * WEEKS_PER_MONTH)
                for width, hours in _levels(service)
            )
    return found


def _callees(shares: Shares, catalog: Catalog, caller: str) -> float:
    """What services that go along with a service cost for each unit of its load, USD an hour."""
    found = 0.0
    for key in shares.services:
        if caller in shares.callers(key):
            usd = _usd_per_unit_hour(shares, catalog, key)
            found += shares.follows(caller, key) * (0.0 if usd == inf else usd)
    return found


def _levels(service: Service) -> list[tuple[float, int]]:
    """Widths of a load's levels, and in how many hours of the week it is at least as high."""
    week = sorted(service.load.week_per_second(), reverse=True)
    marks = sorted({week[round(number * (HOURS_PER_WEEK - 1) / _LEVELS)] for number in range(_LEVELS + 1)})
    found: list[tuple[float, int]] = []
    below = 0.0
    for mark in marks:
        if mark > below:
            found.append((mark - below, sum(1 for load in week if load >= mark)))
            below = mark
    return found


def _usd_per_unit_hour(shares: Shares, catalog: Catalog, key: str) -> float:
    """USD an hour of the cheapest machine's part that serves one unit of load a second, headroom among it."""
    service, demand = shares.services[key], shares.demand
    least = inf
    for site in shares.bought_sites(key):
        market = market_of(demand, demand.aws_sites[site], zones_of(demand, site, catalog), Surcharge(), services=True)
        for machine in offered(catalog, market):
            for name, variant in service.variants.items():
                if fits(variant, machine, market):
                    asked, room = request(variant), capacity(machine, market)
                    part = max(float(a) / float(b) for a, b in zip(asked, room, strict=True) if a)
                    unit = variant.throughput_per_second * service.utilisation(name)
                    least = min(least, machine.usd_per_hour * part / unit * (1 + service.headroom))
    return least


Values = Mapping[str, tuple[tuple[float, float], ...]]
"""Service → levels of its load and what they are worth."""
