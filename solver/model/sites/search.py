"""Search: where everything runs that may run on several sites, and a bound that holds for every other choice.

Each choice is evaluated by planning its sites as they are planned alone, so its cost is what it will be. Choices tried:
the approved one; for each site, as much there as may be; every origin to its nearest site; what all sites planned as
one pool run where (`together`). The best is improved by moving one origin's load, or half of it, or one job at a time.

What no choice can cost less than is `bound`.

The work is limited in planned sites, not in time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import Generic, Protocol, TypeVar

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.backend import Backend
from solver.model.deadline import NEVER, Deadline
from solver.model.network.traffic import Crossing
from solver.model.sites.bound import SitesBound, parts_allowed
from solver.model.sites.choice import ANYWHERE, WHOLE, Choice, Options, Serves
from solver.model.sites.site_demand import crossing, is_empty, site_demand, with_common_hours
from solver.model.sites.together import Together, plan_together, routes_of
from solver.vocabulary import Exposure

_MOST_SITES_PLANNED = 24
"""Sites planned for choices after the first ones."""


class Answer(Protocol):
    """A planned site."""

    @property
    def usd_per_month(self) -> float:
        """What it costs."""
        ...

    @property
    def bound_usd_per_month(self) -> float:
        """What it costs at least."""
        ...

    @property
    def besides_compute_usd_per_month(self) -> float:
        """What the other pools cost at least, without what security costs for each machine."""
        ...


Site = TypeVar("Site", bound=Answer)


@dataclass(frozen=True)
class SiteTask:
    """One site to plan."""

    demand: Demand
    """What runs there."""
    compute: Demand
    """The same in the hour classes of all sites."""
    site: str
    crossing: Crossing
    explain: bool = True
    """Where nothing holds it, the error names the smallest conflict, which takes more solves."""


@dataclass(frozen=True)
class Placed(Generic[Site]):
    """A choice with its sites planned."""

    choice: Choice
    serves: Serves
    sites: Mapping[str, Site]
    """Those on which something runs or is kept, by key."""

    @property
    def usd_per_month(self) -> float:
        """What all sites cost."""
        return sum(site.usd_per_month for site in self.sites.values())

    @property
    def bound_usd_per_month(self) -> float:
        """What this choice costs at least."""
        return sum(site.bound_usd_per_month for site in self.sites.values())


@dataclass(frozen=True)
class Found(Generic[Site]):
    """The best choice, what it is better than, and what no choice is better than."""

    placed: Placed[Site]
    bound_usd_per_month: float
    others: Mapping[str, float]
    """What other choices cost that were planned, by their words."""


@dataclass
class SiteSearch(Generic[Site]):
    """The search of one demand."""

    options: Options
    catalog: Catalog
    backend: Backend
    plan: Callable[[SiteTask], Site]
    """Plans one site; InfeasibleError where that can't be done."""
    gap: float
    approved: Choice | None = None
    deadline: Deadline = NEVER
    _planned: dict[tuple[object, ...], Site | None] = field(default_factory=dict[tuple[object, ...], "Site | None"])
    _first_failure: SiteTask | None = None

    def settle(self) -> Found[Site]:
        """The best that was found; InfeasibleError where no choice can be planned."""
        free = tuple(self.options.free())
        if not free:
            return self._only()
        everywhere = parts_allowed(self.options, tuple(self.options.demand.aws_sites))
        pool = plan_together(self.common, everywhere, self.catalog, self.backend)
        named = list(self._candidates(pool))
        tried: dict[str, Placed[Site]] = {}
        for words, choice in named:
            if tried and words != _APPROVED and self.deadline.has_passed():
                continue
            placed = self.place(choice)
            if placed is not None:
                tried[words] = placed
        if not tried:
            raise self._nothing()
        best = min(tried.values(), key=lambda each: each.usd_per_month)
        bound = self._bound(pool, tried, best.usd_per_month)
        if best.usd_per_month - bound > self.gap * best.usd_per_month and not self.deadline.has_passed():
            best = self._improved(best, free, bound)
        kept = tried.get(_APPROVED)
        if kept is not None and kept.usd_per_month <= best.usd_per_month * (1 + self.gap):
            best = kept
        bound = min(bound, best.usd_per_month)
        others = {
            words: each.usd_per_month
            for words, each in tried.items()
            if (each.serves, each.choice.jobs) != (best.serves, best.choice.jobs)
        }
        others.pop(_APPROVED, None)
        return Found(best, bound, others)

    @cached_property
    def common(self) -> Options:
        """The demand in the hour classes of all sites."""
        return Options(with_common_hours(self.options.demand), self.options.barred)

    def _only(self) -> Found[Site]:
        """Nothing may be chosen: each site as the demand has it."""
        choice = Choice({job: self.options.sites[job][0] for job in self.options.jobs}, {})
        placed = self.place(choice, common=False)
        if placed is None:
            raise self._nothing()
        return Found(placed, placed.bound_usd_per_month, {})

    def _nothing(self) -> InfeasibleError:
        """Why no choice can be planned: what the first of them lacks, or what no choice can be made of."""
        if self._first_failure is not None:
            try:
                self.plan(replace(self._first_failure, explain=True))
            except InfeasibleError as error:
                return error
        hidden = [
            f"workloads.{key}.calls: {callee}"
            for key, entry in sorted(self.options.demand.workloads.items())
            for callee in entry.calls
            if getattr(self.options.demand.workloads[callee], "exposure", None) is not Exposure.PUBLIC
        ]
        return InfeasibleError(
            "no sites can be chosen on which each workload finds the services that it calls",
            conflict=tuple(hidden),
            hint="a service that is not public runs on every site of its callers; load_from says whose load it has",
        )

    def place(self, choice: Choice, *, common: bool = True) -> Placed[Site] | None:
        """The choice with its sites planned; None where one can't be."""
        serves = self.options.serves(choice)
        if serves is None:
            return None
        compute = self.common if common else self.options
        sites: dict[str, Site] = {}
        for site in sorted(self.options.demand.aws_sites):
            jobs = tuple(job for job, place in sorted(choice.jobs.items()) if place == site)
            between = crossing(self.options, serves, site)
            key = (site, jobs, repr(serves[site]), between)
            if key not in self._planned:
                demand = site_demand(self.options, choice, serves, site)
                if is_empty(demand, site):
                    continue
                task = SiteTask(demand, site_demand(compute, choice, serves, site), site, between, explain=False)
                self._planned[key] = self._try(task)
            answer = self._planned[key]
            if answer is None:
                return None
            sites[site] = answer
        return Placed(choice, serves, sites)

    def _try(self, task: SiteTask) -> Site | None:
        try:
            return self.plan(task)
        except InfeasibleError:
            self._first_failure = self._first_failure or task
            return None

    def _candidates(self, pool: Together | None) -> Iterator[tuple[str, Choice]]:
        if self.approved is not None:
            yield _APPROVED, self.approved
        for site in self.options.demand.aws_sites:
            if any(site in self.options.sites_of(*free) for free in self.options.free()):
                yield _all_on(site), self._preferring([site])
        if self.options.demand.locations:
            yield "each location to its nearest site", self._preferring([])
        if any(site.quotas for site in self.options.demand.aws_sites.values()):
            yield "split evenly", self._evenly()
        if pool is not None:
            yield "split as by one pool", routes_of(self.options, pool)

    def _preferring(self, preferred: Sequence[str]) -> Choice:
        """Everything on the first of these sites that it may run on, else on the nearest."""
        jobs: dict[str, str] = {}
        routes: dict[tuple[str, str], Mapping[str, int]] = {}
        for workload, origin in self.options.free():
            allowed = self.options.sites_of(workload, origin)
            wanted = [site for site in preferred if site in allowed]
            site = wanted[0] if wanted else min(allowed, key=lambda each: self._distance(origin, each))
            if origin is None:
                jobs[workload] = site
            else:
                routes[workload, origin] = {site: WHOLE}
        pinned = {job: self.options.sites[job][0] for job in self.options.jobs}
        return Choice({**pinned, **jobs}, routes)

    def _evenly(self) -> Choice:
        """Every origin's load to all its sites in equal parts, so that no quota is asked for more than it must be."""
        first = self._preferring([])
        routes: dict[tuple[str, str], Mapping[str, int]] = {}
        for service, origin in self.options.free():
            if origin is not None:
                allowed = self.options.serving(service, origin)
                each, rest = divmod(WHOLE, len(allowed))
                routes[service, origin] = {site: each + (number < rest) for number, site in enumerate(allowed)}
        return Choice(first.jobs, routes)

    def _distance(self, origin: str | None, site: str) -> tuple[float, int]:
        order = list(self.options.demand.aws_sites).index(site)
        if origin is None or origin == ANYWHERE:
            return (0.0, order)
        if origin.startswith("site "):
            home = origin.removeprefix("site ")
            between = self.options.latency_ms(home, site)
            return (0.0 if home == site else inf if between is None else between, order)
        return (self.options.demand.locations[origin].latency_ms.get(site, inf), order)

    def _improved(self, best: Placed[Site], free: Sequence[tuple[str, str | None]], bound: float) -> Placed[Site]:
        """Moves of one part at a time while they help and the work lasts."""
        first = len(self._planned)
        moved = True
        while moved and best.usd_per_month - bound > self.gap * best.usd_per_month:
            moved = False
            for choice in self._moves(best.choice, free):
                if len(self._planned) - first >= _MOST_SITES_PLANNED or self.deadline.has_passed():
                    return best
                placed = self.place(choice)
                if placed is not None and placed.usd_per_month < best.usd_per_month - 0.005:
                    best, moved = placed, True
                    break
        return best

    def _moves(self, choice: Choice, free: Sequence[tuple[str, str | None]]) -> Iterator[Choice]:
        for whole in (True, False):
            for workload, origin in free:
                for site in self.options.sites_of(workload, origin):
                    if origin is None:
                        if whole and choice.jobs[workload] != site:
                            yield Choice({**choice.jobs, workload: site}, choice.routes)
                        continue
                    route = dict(choice.routes.get((workload, origin), {}))
                    here = route.get(site, 0)
                    if here == WHOLE:
                        continue
                    more = WHOLE - here if whole else (WHOLE - here) // 2
                    if more:
                        yield Choice(choice.jobs, {**choice.routes, (workload, origin): _shifted(route, site, more)})

    def _bound(self, pool: Together | None, tried: Mapping[str, Placed[Site]], usd_per_month: float) -> float:
        whole = {
            site: tried[words].bound_usd_per_month
            for site in self.options.demand.aws_sites
            if (words := _all_on(site)) in tried
        }
        bound = SitesBound(self.options, self.common, self.catalog, self.backend, self._besides)
        return bound.least(pool, whole, enough=usd_per_month * (1 - self.gap))

    def _besides(self, demand: Demand, site: str) -> float:
        """What a site with this demand costs at least besides its compute pool."""
        try:
            answer = self.plan(SiteTask(demand, demand, site, Crossing(), explain=False))
        except InfeasibleError:
            return 0.0
        return max(0.0, answer.besides_compute_usd_per_month)


_APPROVED = "as approved"


def _all_on(site: str) -> str:
    return f"all that may run there on {site}"


def _shifted(route: Mapping[str, int], site: str, more: int) -> dict[str, int]:
    """So many hundredths more to a site, from the others in proportion, largest first."""
    others = {name: count for name, count in route.items() if name != site and count}
    total = sum(others.values())
    left = {name: count - count * more // total for name, count in others.items()}
    rest = sum(left.values()) - (total - more)
    for name in sorted(left, key=lambda each: (-left[each], each)):
        taken = min(rest, left[name])
        left[name] -= taken
        rest -= taken
    return {name: count for name, count in {**left, site: route.get(site, 0) + more}.items() if count}
