"""Bound: what no choice of sites can cost less than.

It is the least over the sets of sites that the free workloads may use:

* all on one site: the bound of that choice itself, which has been planned;
* several sites: the bound of all pools that remain possible as one pool (`together`), and for each site of the set what
  network, security and storage cost with what must be there and the least that any one free workload adds; and for the
  whole stack what free services send to users and what their load balancers' capacity costs at the lowest price.

Costs besides the compute pool never fall when load or machines are added to a site; of tiers that the bytes to users
pass through, the price at the amount of the whole stack is the lowest that any of them can have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import inf

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.model.backend import Backend
from solver.model.network.load_balancers import CATALOG_NAME, FREE_RULES, lcu_hours_per_month
from solver.model.network.traffic import KIB_PER_GIB, requests_per_month
from solver.model.sites.choice import Choice, Options, from_site
from solver.model.sites.site_demand import is_empty, site_demand
from solver.model.sites.together import Together, plan_together
from solver.vocabulary import Exposure

_MOST_POOLS = 11
"""Sets of sites that are planned as one pool: all sets of two to four sites."""
_TRACE = Fraction(1, 10**6)
"""The smallest part of a load that a choice gives to a site."""


def parts_allowed(options: Options, sites: Sequence[str]) -> dict[str, dict[str, Fraction | None]]:
    """By workload, the sites of these that it may run on, with a part where no origin leaves a choice.

    None of them where some of its load could not be served.
    """
    found: dict[str, dict[str, Fraction | None]] = {}
    for key in options.services:
        origins = {origin: options.serving(key, origin) for origin in options.origins(key)}
        settled = options.settled.get(key)
        if settled is not None:
            shares = {site: sum(parts.values(), Fraction(0)) for site, parts in settled.items()}
            found[key] = dict(shares) if set(shares) <= set(sites) else {}
            continue
        asking = [origins[origin] for origin in options.parts(key) if origin in origins]
        if all(set(each) & set(sites) for each in asking):
            found[key] = {site: None for site in sites if any(site in each for each in origins.values())}
        else:
            found[key] = {}
    for job in options.jobs:
        found[job] = {site: None for site in sites if site in options.sites[job]}
    return found


@dataclass(frozen=True)
class SitesBound:
    """The bound of one demand."""

    options: Options
    common: Options
    """In the hour classes of all sites."""
    catalog: Catalog
    backend: Backend
    besides: Callable[[Demand, str], float]
    """USD a month that a site with a demand costs at least besides its compute pool."""

    def least(self, pool: Together | None, whole: Mapping[str, float], *, enough: float) -> float:
        """USD a month; `whole` has the bound of everything free on one site, by site; a bound of `enough` will do."""
        pooled = 0.0 if pool is None else pool.bound_usd_per_month
        least = inf
        for site in self._used:
            if all(site in self.options.sites_of(*each) for each in self._free):
                least = min(least, whole.get(site, pooled + self._besides((site,))))
        sets = [each for count in range(2, len(self._used) + 1) for each in combinations(self._used, count)]
        pairs = [self._besides(pair) for pair in combinations(self._used, 2)]
        several = pooled + min(pairs, default=0.0)
        if several < min(least, enough) and 1 < len(sets) <= _MOST_POOLS:
            several = min((self._several(each) for each in sets), default=inf)
        return min(least, several)

    def _several(self, sites: Sequence[str]) -> float:
        """Where the free workloads use exactly these sites."""
        inside = [site for site in self.options.demand.aws_sites if site in sites or self._always[site] is not None]
        allowed = parts_allowed(self.options, inside)
        if not all(allowed.values()):
            return inf
        pool = plan_together(self.common, allowed, self.catalog, self.backend)
        return self._besides(sites) + (0.0 if pool is None else pool.bound_usd_per_month)

    @cached_property
    def _free(self) -> tuple[tuple[str, str | None], ...]:
        return tuple(self.options.free())

    @cached_property
    def _used(self) -> tuple[str, ...]:
        """Sites that a free workload may use."""
        sites = self.options.demand.aws_sites
        return tuple(site for site in sites if any(site in self.options.sites_of(*each) for each in self._free))

    def _besides(self, used: Sequence[str]) -> float:
        whole = self._to_users * (1 - len(used) * float(_TRACE)) + self._capacity_units
        for site in self.options.demand.aws_sites:
            if site in used:
                whole += self._with_one[site]
            elif self._always[site] is not None:
                whole += self._always[site] or 0.0
        return whole

    @cached_property
    def _always(self) -> Mapping[str, float | None]:
        """By site, USD a month besides compute with what must be there; None where nothing must."""
        found: dict[str, float | None] = {}
        for site in self.options.demand.aws_sites:
            demand = self._demand(site, None)
            found[site] = None if is_empty(demand, site) else self.besides(demand, site)
        return found

    @cached_property
    def _with_one(self) -> Mapping[str, float]:
        """By site, USD a month besides compute with the least that one free workload adds."""
        found: dict[str, float] = {}
        for site in self._used:
            there = {workload for workload, origin in self._free if site in self.options.sites_of(workload, origin)}
            demands = [self._demand(site, workload) for workload in sorted(there)]
            found[site] = min(self.besides(demand, site) for demand in demands)
        return found

    def _demand(self, site: str, more: str | None) -> Demand:
        """What is on a site whatever is chosen, without calls from other sites, and a trace of one workload more."""
        serves: dict[str, dict[str, dict[str, Fraction]]] = {each: {} for each in self.options.demand.aws_sites}
        for key in self.options.services:
            settled = self.options.settled.get(key)
            if settled is not None:
                if site in settled:
                    serves[site][key] = dict(settled[site])
                continue
            parts = self.options.parts(key)
            asked = {
                origin: part
                for origin, part in parts.items()
                if origin not in self.options.demand.workloads and self.options.serving(key, origin) == (site,)
            }
            called = 1 - sum(asked.values(), Fraction(0)) if self.options.sites[key] == (site,) else Fraction(0)
            if called > 0:
                asked[from_site("?")] = called
            if not asked and key == more:
                asked[from_site("?")] = _TRACE
            if asked:
                serves[site][key] = asked
        jobs = {job: site for job in self.options.jobs if self.options.sites[job] == (site,) or job == more}
        return site_demand(self.options, Choice(jobs, {}), serves, site)

    @cached_property
    def _loads(self) -> Mapping[str, Service]:
        """Public services of which some load is free."""
        free = {workload for workload, _ in self._free}
        found: dict[str, Service] = {}
        for key in self.options.services:
            entry = self.options.demand.workloads[key]
            if isinstance(entry, Service) and entry.exposure is Exposure.PUBLIC and key in free:
                found[key] = entry
        return found

    @cached_property
    def _to_users(self) -> float:
        """USD a month below which the free answers to users can't be sent."""
        demand = self.options.demand
        regions = sorted({demand.aws_sites[site].region for site in self._used})
        everything = sum(site.network.internet_gib_per_month for site in demand.aws_sites.values())
        free = 0.0
        for key in self.options.services:
            entry = demand.workloads[key]
            if not isinstance(entry, Service) or entry.exposure is not Exposure.PUBLIC:
                continue
            gib = requests_per_month(entry) * entry.response_kib / KIB_PER_GIB
            everything += gib
            for origin, part in self.options.parts(key).items():
                if origin not in demand.workloads and len(self.options.serving(key, origin)) > 1:
                    free += gib * float(part)
        return free * min(
            self.catalog.price(region, "data_transfer", "internet_out").marginal(everything) for region in regions
        )

    @cached_property
    def _capacity_units(self) -> float:
        """USD a month below which the free load's part of the load balancers' capacity units can't come.

        Units of an hour are the largest of several amounts, so those of all sites together are at least those of all
        load at once; the pinned services' own, and those of the traces, are counted with their sites.
        """
        kind = self.catalog.network_service(CATALOG_NAME)
        demand = self.options.demand
        if not self._loads:
            return 0.0
        public = [
            entry
            for entry in demand.workloads.values()
            if isinstance(entry, Service) and entry.exposure is Exposure.PUBLIC
        ]
        # More services have rules that are evaluated, which a split over sites may save.
        busiest = sorted(public, key=lambda entry: -requests_per_month(entry))[:FREE_RULES]
        together = lcu_hours_per_month({str(number): entry for number, entry in enumerate(busiest)}, kind)
        apart = sum(self._units(site) for site in demand.aws_sites)
        usd = min(self.catalog.price(demand.aws_sites[site].region, "alb", "lcu_hour").usd_first for site in self._used)
        return max(0.0, together - apart) * usd

    def _units(self, site: str) -> float:
        kind = self.catalog.network_service(CATALOG_NAME)
        demands = [self._demand(site, None), *(self._demand(site, key) for key in self._loads)]
        return max(lcu_hours_per_month(_public(demand, site), kind) for demand in demands)


def _public(demand: Demand, site: str) -> dict[str, Service]:
    return {
        key: entry
        for key, entry in demand.workloads.items()
        if isinstance(entry, Service) and entry.exposure is Exposure.PUBLIC and demand.site_of(entry) == site
    }
