"""Site search: what is planned for one site, and the best plan found for it, with its bound.

A search begins with the approved node groups where there are some (`replan`), else with nothing (`search`). Where
quotas are short, tolls on vCPUs say which machines to do without (`tolls`). Where a security measure costs less for
many vCPUs, the bound is the least of those at each price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, inf

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import AwsSite, Demand
from solver.errors import InfeasibleError
from solver.model.backend import Backend
from solver.model.compute.apart_bound import ApartBound
from solver.model.compute.approved import Approved, approved_columns
from solver.model.compute.columns import Fixed, build_columns
from solver.model.compute.commitments import Good, goods_for, merged
from solver.model.compute.gathers import Gathered
from solver.model.compute.hourly import Hourly
from solver.model.compute.job_task import JobTask
from solver.model.compute.jobs import JobSize, job_sizes
from solver.model.compute.leeway import Leeway, Standing, most_usd_per_week
from solver.model.compute.needs import Needs, volume_claims
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.purchase import Bought
from solver.model.compute.quota import free_vcpus
from solver.model.compute.replan import Replan
from solver.model.compute.search import Search
from solver.model.compute.services import hourly_problem
from solver.model.compute.start_bound import StartBound, known_starts, machines_by_class
from solver.model.compute.stretch_bound import StretchBound, starts_usd_per_week
from solver.model.compute.supply import Machine, Market, market_of, offered
from solver.model.compute.tolls import Tolled, Tolls
from solver.model.deadline import Deadline
from solver.model.surcharge import Surcharge
from solver.plan.compute import ComputePlan
from solver.quantity import HOURS_PER_WEEK

_WORTH_KNOWING = 0.4
"""Of the gap that is asked for: what machines are proved within by the hour need not be looked at for longer."""


@dataclass(frozen=True)
class Site:
    """What the steps share."""

    demand: Demand
    key: str
    catalog: Catalog
    backend: Backend
    needs: Needs
    zones: tuple[str, ...]
    fixed: Fixed
    volume_usd_per_month: Mapping[str, float]
    surcharge: Surcharge
    goods: tuple[Good, ...]
    """Commitments that may be bought."""
    held: tuple[Bought, ...]
    """Commitments that are paid for."""
    deadline: Deadline
    gathered: Gathered | None = None
    """Whose needs they are, where services are gathered."""

    @property
    def site(self) -> AwsSite:
        return self.demand.aws_sites[self.key]

    def market(self, *, services: bool) -> Market:
        rates: dict[CommitmentTerm, dict[str, float]] = {}
        for good in self.goods:
            known = rates.setdefault(good.term, {})
            for name, rate in good.rates.items():
                known[name] = min(rate, known.get(name, rate))
        return market_of(
            self.demand,
            self.site,
            self.zones,
            self.surcharge,
            services=services,
            rates=tuple(rates.values()),
            held=tuple(each.takes for each in self.held),
        )


def problem_of(site: Site) -> Problem:
    needs, limits, quotas = site.needs, site.demand.limits, site.site.quotas
    jobs = JobTask(job_sizes_of(site), needs.jobs, needs.hour_of_week)
    spot = site.demand.purchase.spot
    columns = build_columns(needs, site.catalog, site.market(services=True), site.fixed, spot=spot)
    free = free_vcpus(quotas)
    hourly = hourly_problem(needs, columns, site.goods, free, len(site.zones), site.backend, site.held)
    return Problem(hourly, jobs, prices_of(site), quotas, limits.node_groups, limits.gap, site.surcharge, site.deadline)


def found_for(
    site: Site,
    problem: Problem,
    approved: ComputePlan | None,
    standing: Standing | None,
    *,
    prove: bool = True,
) -> tuple[Settled, Leeway]:
    """The best plan found, and what one may cost that stays in its place.

    It is sought from the approved node groups where that is enough, else from nothing. A plan that changes costs no
    more than what is proved within the gap, where the best one found is. Without `prove` a plan from nothing has a
    bound only as far as its search needs one.
    """
    if standing is not None and not standing.is_followed:
        return _from_nothing(site, problem, prove=prove), Leeway(most_changed=0.0)
    begun = None if approved is None or standing is None else _begun(site, problem, approved, standing)
    if begun is not None:
        found = begun.begin()
        again = None if found is None else _for_all_tiers(site, found)
        if again is not None and begun.is_enough(again):
            return again, begun.leeway(again)
    found = _from_nothing(site, problem, prove=prove)
    besides = 0.0 if begun is None else begun.besides_usd_per_week
    most = most_usd_per_week(found.bound_usd_per_week, besides, problem.gap)
    return found, Leeway(most_changed=most if problem.usd(found) <= most else inf, besides=besides)


def _begun(site: Site, problem: Problem, approved: ComputePlan, standing: Standing) -> Replan | None:
    on_sale = offered(site.catalog, site.market(services=True))
    return Replan.from_approved(problem, approved_of(site, problem.hourly, approved), standing, on_sale)


def approved_of(site: Site, hourly: Hourly, approved: ComputePlan) -> Approved:
    market = site.market(services=True)
    on_sale, spot = offered(site.catalog, market), site.demand.purchase.spot
    pattern_of = None if site.gathered is None else site.gathered.pattern_of
    needs, columns = hourly.needs, hourly.columns
    return approved_columns(approved, needs, columns, on_sale, market, site.fixed, spot=spot, pattern_of=pattern_of)


def _from_nothing(site: Site, problem: Problem, *, prove: bool) -> Settled:
    found = _settled(site, problem, prove=prove)
    return _tolled(site, problem).improve(found) if problem.quotas else found


def _settled(site: Site, problem: Problem, *, prove: bool = True) -> Settled:
    return _for_all_tiers(site, Search.of(problem).settle(prove=prove))


def _for_all_tiers(site: Site, found: Settled) -> Settled:
    """With a bound that also holds for plans of so many vCPUs that some cost less (`surcharge`)."""
    later = list(site.surcharge.by_line())[1:]
    bounds = [_least(site, *each, jointly=found.jointly) for each in later]
    return replace(found, bound_usd_per_week=min([found.bound_usd_per_week, *bounds]))


def with_starts(site: Site, problem: Problem, found: Settled, *, gathered: bool = False) -> float:
    """What nothing costs less than with what is billed for starts, USD a week; at least the plan's own bound.

    With gathers, stretches say nothing (`forms`), and replicas may keep their number where others' must rise.
    """
    if not site.surcharge.usd_per_machine_start or site.deadline.has_passed():
        return found.bound_usd_per_week
    good = merged(site.goods)

    usd = problem.usd(found) + starts_usd_per_week(problem, found)

    def least(one: Problem) -> float:
        by_hour = StartBound(ApartBound(one)).bound_usd_per_week(good, machines_by_class(one.hourly, found))
        if gathered:
            return by_hour - site.surcharge.usd_per_task_start * known_starts(one.hourly.needs)
        if by_hour >= usd * (1 - problem.gap * _WORTH_KNOWING):
            return by_hour
        return max(by_hour, StretchBound(one, found).bound_usd_per_week(usd * (1 - problem.gap)))

    lowest = least(problem)
    for surcharge, usd_per_hour in list(site.surcharge.by_line())[1:]:
        low = _least(site, surcharge, usd_per_hour)
        if low < lowest:
            with_them = least(problem_of(replace(site, surcharge=surcharge))) + usd_per_hour * HOURS_PER_WEEK
            lowest = min(lowest, max(low, with_them))
    return max(found.bound_usd_per_week, lowest)


def least_usd_per_week(site: Site, *, jointly: bool = False) -> float:
    """What nothing costs less than before anything is planned; InfeasibleError where nothing holds the services."""
    return min(_least(site, *each, jointly=jointly) for each in site.surcharge.by_line())


def _least(site: Site, surcharge: Surcharge, usd_per_hour: float, *, jointly: bool = False) -> float:
    """What nothing costs less than at one tier's price, USD a week."""
    bound = ApartBound(problem_of(replace(site, surcharge=surcharge)))
    return bound.bound_usd_per_week(merged(site.goods), jointly=jointly) + usd_per_hour * HOURS_PER_WEEK


def _tolled(site: Site, problem: Problem) -> Tolled:
    """The site with tolls on what its quotas limit."""

    def at(tolls: Tolls) -> Site:
        return replace(site, surcharge=replace(site.surcharge, tolls=tolls))

    def settled_at(tolls: Tolls) -> Settled:
        return _settled(at(tolls), problem_of(at(tolls)))

    def least_at(tolls: Tolls) -> float:
        return min(_least(at(tolls), *each) for each in at(tolls).surcharge.by_line())

    return Tolled(problem, settled_at, least_at, merged(site.goods))


def goods_of(demand: Demand, site_key: str, catalog: Catalog) -> tuple[Good, ...]:
    terms = tuple(CommitmentTerm(wish.kind, wish.years, wish.payment) for wish in demand.purchase.commitments)
    return goods_for(terms, catalog.purchasable(demand.aws_sites[site_key].region)) if terms else ()


def job_sizes_of(site: Site) -> dict[str, list[JobSize]]:
    found = {key: sizes_of(site, key) for key in site.needs.jobs}
    for key, sizes in found.items():
        if not sizes:
            raise InfeasibleError(f"{key} can't be done in its window", conflict=(f"workloads.{key}.window",))
    return found


def sizes_of(site: Site, key: str, only: Sequence[Machine] = ()) -> list[JobSize]:
    job = site.needs.jobs[key]
    by_machine, by_replica = volume_claims(site.demand, job.uses)
    volumes = site.fixed.machine_volumes
    return job_sizes(
        key,
        job,
        site.catalog,
        site.market(services=False),
        spot=site.demand.purchase.spot,
        machine_usd_per_hour=site.fixed.root_volume + fsum(volumes[claim] for claim in by_machine),
        replica_usd_per_hour=fsum(volumes[claim] for claim in by_replica),
        only=only,
    )


def prices_of(site: Site) -> dict[str, float]:
    return {
        offering.machine.name: offering.on_demand_usd_per_hour
        for offering in site.catalog.purchasable(site.site.region)
        if offering.on_demand_usd_per_hour is not None
    }
