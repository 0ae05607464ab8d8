"""Replay: what a plan serves of its demand's week, of more than that, and when something is lost.

    share(w) = Σ over hours of min(factor · load(w, h), capacity(w, h))  /  Σ over hours of factor · load(w, h)

Capacity is counted twice: as planned, with what the schedule runs, and grown, when autoscaling has gone as far as the
plan's ceilings and the account's quotas allow (`solver/proofs/growth.py`). The load is the demand's own, hour by hour,
without headroom: headroom is what shall carry a factor. Where there are several sites, each is also lost whole, and the
others have the whole load of what it ran. Nothing here is shared with the models, and nothing is solved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.plan import Plan, SitePlan
from solver.proofs.beside import Beside
from solver.proofs.growth import Lost, growth_of
from solver.proofs.host_weeks import hosted_weeks, times
from solver.proofs.served import Served, served_week
from solver.proofs.service_weeks import ServiceWeek
from solver.proofs.site_losses import SiteLosses
from solver.proofs.view import HOURS
from solver.vocabulary import Survive

FACTORS = (1.0, 1.2, 1.5)
"""Times the demand, unless others are asked for."""


class Loss(StrEnum):
    """What is lost during the whole week."""

    NOTHING = "nothing"
    ZONE = "a zone"
    SPOT = "spot pools"
    ZONE_AND_SPOT = "a zone and spot pools"
    SITE = "a site"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One workload at one multiple of its load, with one loss."""

    site: str
    """Where something is lost, or which is lost whole."""
    workload: str
    factor: float
    loss: Loss
    zone: str | None
    """The zone whose loss leaves least, where one is lost."""
    pools: int
    """Spot capacity pools that are lost."""
    promised: bool
    """Whether the demand asks for it: the load itself, also without a zone for what survives one."""
    planned: Served
    """By the schedule's machines alone."""
    grown: Served
    """When autoscaling has gone as far as it may."""


def replay(
    plan: Plan,
    demand: Demand,
    catalog: Catalog,
    *,
    factors: Sequence[float] = FACTORS,
    pools: int | None = None,
    losses: Sequence[Loss] = tuple(Loss),
) -> tuple[Case, ...]:
    """Every service of every site, by site, factor, loss and workload.

    `pools` spot capacity pools are lost where spot pools are; by default as many as the service's own `spot_pools`. A
    loss that can't happen, of spot pools where no service has a spot machine, of the only site, is left out. The plan
    may be an approved lock's, without a witness, and the demand another one than it was made for.
    """
    inside = [loss for loss in losses if loss is not Loss.SITE]
    cases = list(_inside_sites(plan, demand, catalog, factors, pools, inside))
    if Loss.SITE in losses and len(plan.sites) > 1:
        cases += _whole_sites(plan, demand, catalog, factors)
    return tuple(cases)


def _inside_sites(
    plan: Plan,
    demand: Demand,
    catalog: Catalog,
    factors: Sequence[float],
    pools: int | None,
    losses: Sequence[Loss],
) -> Iterator[Case]:
    if not plan.docker_sites:
        yield from _aws_cases(plan, demand, catalog, factors, pools, losses)
        return
    for factor in factors:
        # What owned hosts leave over of a multiple of the load is no multiple of what they leave of the load.
        beside = Beside(times(demand, factor), plan.docker_sites)
        bought = _aws_cases(plan, beside.demand_left(standbys=False), catalog, (1.0,), pools, losses)
        yield from (replace(case, factor=factor, promised=case.promised and factor <= 1) for case in bought)
        yield from _hosted_cases(beside, factor, losses)


def _whole_sites(plan: Plan, demand: Demand, catalog: Catalog, factors: Sequence[float]) -> Iterator[Case]:
    """Each site lost whole: of what ran there, what the other sites serve."""
    losses = SiteLosses(plan, demand, catalog)
    for factor in factors:
        for site in sorted(plan.sites):
            for name in losses.running(site):
                entry = demand.workloads[name]
                survives = isinstance(entry, Service) and entry.survive is Survive.SITE
                planned, grown = (losses.served(name, site, factor, grown=more) for more in (False, True))
                yield Case(
                    site=site,
                    workload=name,
                    factor=factor,
                    loss=Loss.SITE,
                    zone=None,
                    pools=0,
                    promised=survives and factor <= 1,
                    planned=planned,
                    grown=grown,
                )


def _aws_cases(
    plan: Plan,
    demand: Demand,
    catalog: Catalog,
    factors: Sequence[float],
    pools: int | None,
    losses: Sequence[Loss],
) -> Iterator[Case]:
    for key, site in sorted(plan.aws_sites.items()):
        yield from _site_cases(key, site, demand, catalog, factors, pools, losses)


def _hosted_cases(beside: Beside, factor: float, losses: Sequence[Loss]) -> Iterator[Case]:
    """Of Docker sites, where nothing grows and a host is what a zone is elsewhere."""
    for week in hosted_weeks(beside):
        entry = beside.demand.workloads[week.service]
        hosts = len(beside.demand.docker_sites[week.site].hosts) if week.site in beside.demand.docker_sites else 0
        survives = isinstance(entry, Service) and entry.survives_zone_of(hosts)
        for loss in losses:
            if loss not in (Loss.NOTHING, Loss.ZONE):
                continue
            lost = min(week.held_without, key=lambda host: (week.held_without[host], host))
            held = week.held if loss is Loss.NOTHING else week.held_without[lost]
            served = served_week(week.load, [held] * HOURS, lambda _hour, _missing: None)
            yield Case(
                site=week.site,
                workload=week.service,
                factor=factor,
                loss=loss,
                zone=None if loss is Loss.NOTHING else lost,
                pools=0,
                promised=factor <= 1 and (loss is Loss.NOTHING or survives),
                planned=served,
                grown=served,
            )


def broken_promises(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Cases that the demand asks for and the schedule's machines alone don't serve."""
    return tuple(case for case in cases if case.promised and case.planned.short is not None)


def least_served(cases: Sequence[Case], *, grown: bool) -> Case | None:
    """The case with the lowest share, the first of equals."""
    return min(cases, key=lambda case: (case.grown if grown else case.planned).share, default=None)


def _site_cases(
    key: str,
    site: SitePlan,
    demand: Demand,
    catalog: Catalog,
    factors: Sequence[float],
    pools: int | None,
    losses: Sequence[Loss],
) -> Iterator[Case]:
    compute = site.compute
    growth = growth_of(compute, key, demand, catalog)
    planned = {service.key: service for service in compute.services}
    services = [
        (name, _served_here(site, name, entry))
        for name, entry in sorted(demand.workloads.items())
        if isinstance(entry, Service) and (name in planned or entry.site == key or len(demand.aws_sites) == 1)
    ]
    weeks = {
        (name, loss): ServiceWeek(growth, planned.get(name), entry, _tries(loss, site.network.zones, pools, entry))
        for name, entry in services
        for loss in losses
    }
    for factor in factors:
        for loss in losses:
            if loss in (Loss.SPOT, Loss.ZONE_AND_SPOT) and not growth.has_spot:
                continue
            for name, _ in services:
                yield _case(weeks[name, loss], key, name, factor, loss)


def _case(week: ServiceWeek, site: str, workload: str, factor: float, loss: Loss) -> Case:
    load = [each * factor for each in week.service.load.week_per_second()]
    held = [week.in_hour(hour) for hour in range(HOURS)]
    outcomes = {
        lost: (
            week.served(load, [hour[lost][0] for hour in held], lost, grown=False),
            week.served(load, [hour[lost][1] for hour in held], lost, grown=True),
        )
        for lost in week.tries
    }
    worst = min(week.tries, key=lambda lost: (outcomes[lost][0].share, outcomes[lost][1].share))
    zones = len([lost for lost in week.tries if lost.zone is not None])
    survives = loss is Loss.NOTHING or (loss is Loss.ZONE and week.service.survives_zone_of(zones))
    return Case(
        site=site,
        workload=workload,
        factor=factor,
        loss=loss,
        zone=worst.zone,
        pools=worst.pools,
        promised=survives and factor <= 1,
        planned=outcomes[worst][0],
        grown=min((each[1] for each in outcomes.values()), key=lambda served: served.share),
    )


def _served_here(site: SitePlan, name: str, service: Service) -> Service:
    """The service with the part of its load that the site serves, where several may."""
    parts = site.serves.get(name)
    if parts is None:
        return service
    share = sum((Fraction(repr(part)) for part in parts.values()), Fraction(0))
    return service.model_copy(update={"load": service.load.part(share)})


def _tries(loss: Loss, zones: Sequence[str], pools: int | None, service: Service) -> list[Lost]:
    count = 0 if loss in (Loss.NOTHING, Loss.ZONE) else service.spot_pools if pools is None else pools
    if loss in (Loss.NOTHING, Loss.SPOT):
        return [Lost(pools=count)]
    return [Lost(zone, count) for zone in zones]
