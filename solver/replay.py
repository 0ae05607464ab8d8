"""Replay: what a plan serves of its demand's week, of more than that, and when something is lost.

    share(w) = Σ over hours of min(factor · load(w, h), capacity(w, h))  /  Σ over hours of factor · load(w, h)

Capacity is counted twice: as planned, with what the schedule runs, and grown, when autoscaling has gone as far as the
plan's ceilings and the account's quotas allow (`solver/proofs/growth.py`). The load is the demand's own, hour by hour,
without headroom: headroom is what shall carry a factor. Nothing here is shared with the models, and nothing is solved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import ceil, fsum

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.compute import ServicePlan
from solver.plan.plan import Plan, SitePlan
from solver.proofs.beside import Beside
from solver.proofs.growth import Growing, Lost, SiteGrowth
from solver.proofs.host_weeks import hosted_weeks, times
from solver.proofs.served import HAIR, Growth, Served, served_week
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


@dataclass(frozen=True, kw_only=True)
class Case:
    """One workload at one multiple of its load, with one loss."""

    site: str
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
    loss that can't happen, of spot pools where no service has a spot machine, is left out. The plan may be an approved
    lock's, without a witness, and the demand another one than it was made for.
    """
    if not plan.docker_sites:
        return tuple(_aws_cases(plan, demand, catalog, factors, pools, losses))
    cases: list[Case] = []
    for factor in factors:
        # What owned hosts leave over of a multiple of the load is no multiple of what they leave of the load.
        beside = Beside(times(demand, factor), plan.docker_sites)
        bought = _aws_cases(plan, beside.demand_left(), catalog, (1.0,), pools, losses)
        cases += (replace(case, factor=factor, promised=case.promised and factor <= 1) for case in bought)
        cases += _hosted_cases(beside, factor, losses)
    return tuple(cases)


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
        survives = isinstance(entry, Service) and entry.survive is not Survive.NONE
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
    growth = SiteGrowth(
        compute=compute,
        family_of={group.key: catalog.machine(group.machine_types[0]).quota for group in compute.node_groups},
        quotas=demand.aws_sites[key].quotas if key in demand.aws_sites else {},
    )
    planned = {service.key: service for service in compute.services}
    services = [
        (name, _served_here(site, name, entry))
        for name, entry in sorted(demand.workloads.items())
        if isinstance(entry, Service) and (name in planned or entry.site == key or len(demand.aws_sites) == 1)
    ]
    weeks = {
        (name, loss): _Week(growth, planned.get(name), entry, _tries(loss, site.network.zones, pools, entry))
        for name, entry in services
        for loss in losses
    }
    for factor in factors:
        for loss in losses:
            if loss in (Loss.SPOT, Loss.ZONE_AND_SPOT) and not growth.has_spot:
                continue
            for name, _ in services:
                yield weeks[name, loss].case(key, name, factor, loss)


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


class _Week:
    """One service's capacity in every hour of a week, for each thing that may be lost; filled when it is asked for."""

    def __init__(self, growth: SiteGrowth, plan: ServicePlan | None, service: Service, tries: list[Lost]) -> None:
        self.growth = growth
        self.plan = plan
        self.service = service
        self.tries = tries
        self._held: dict[tuple[int, ...], dict[Lost, tuple[float, float]]] = {}

    def case(self, site: str, workload: str, factor: float, loss: Loss) -> Case:
        load = [each * factor for each in self.service.load.week_per_second()]
        held = [self._in_hour(hour) for hour in range(HOURS)]
        outcomes = {
            lost: (
                self._served(load, [hour[lost][0] for hour in held], lost, grown=False),
                self._served(load, [hour[lost][1] for hour in held], lost, grown=True),
            )
            for lost in self.tries
        }
        worst = min(self.tries, key=lambda lost: (outcomes[lost][0].share, outcomes[lost][1].share))
        survives = loss is Loss.NOTHING or (loss is Loss.ZONE and self.service.survive is Survive.ZONE)
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

    def _in_hour(self, hour: int) -> Mapping[Lost, tuple[float, float]]:
        """Capacity as planned and grown, units a second, for each thing that may be lost."""
        if self.plan is None:
            return dict.fromkeys(self.tries, (0.0, 0.0))
        state = self.growth.state(self.plan, hour)
        if state not in self._held:
            self._held[state] = {
                lost: (
                    fsum(each.replicas * each.variant.load_per_replica_per_second for each in variants),
                    fsum(each.most * each.variant.load_per_replica_per_second for each in variants),
                )
                for lost in self.tries
                for variants in [list(self.growth.variants(self.plan, hour, lost))]
            }
        return self._held[state]

    def _served(self, load: Sequence[float], held: Sequence[float], lost: Lost, *, grown: bool) -> Served:
        return served_week(load, held, lambda hour, missing: self._next(hour, missing, lost, grown=grown))

    def _next(self, hour: int, missing: float, lost: Lost, *, grown: bool) -> Growth | None:
        if self.plan is None:
            return None
        plan = self.plan
        variants = list(self.growth.variants(plan, hour, lost))
        # Where nothing of the workload runs in this hour, any of its groups will have to.
        pairs = [(each, key) for each in variants for key in each.groups] or [
            (each, key) for each in variants for key in each.variant.node_groups
        ]
        if not pairs:
            return None
        first, key = max(
            pairs,
            key=lambda pair: (
                self.growth.can_start(pair[1], plan, hour, lost),
                self.growth.replicas(plan, pair[0].variant, pair[1], hour) * _rate(pair[0]),
            ),
        )
        more = ceil(missing / _rate(first) - HAIR)
        slots = self.growth.group(key).slots.get(f"{plan.key}.{first.variant.key}", 0) or 1
        if not grown:
            machines = -(-max(0, more - first.free) // slots)
            return Growth(node_group=key, machines=machines, variant=first.variant.key, replicas=more)
        machines = -(-max(0, first.most + more - first.places) // slots)
        total = sum(each.most for each in variants) + more
        return Growth(
            node_group=key,
            machines=machines,
            variant=first.variant.key,
            replicas=more,
            over=tuple(self._ceilings(first, key, hour, machines, first.most + more, total)),
            but=self._obstacle(plan, first, key, hour, lost, machines),
        )

    def _ceilings(self, first: Growing, key: str, hour: int, machines: int, replicas: int, total: int) -> Iterator[str]:
        if total > self.service.replicas.max:
            yield f"replicas.max {self.service.replicas.max} of the demand ({total} are needed)"
        elif replicas > first.variant.max_replicas:
            yield f"max_replicas {first.variant.max_replicas} of the plan ({replicas} are needed)"
        if machines and self.growth.is_held_by_quota(key, hour):
            family = self.growth.family_of[key]
            yield f"the quota of {self.growth.quotas[family]:,} {family} vCPUs"
        elif machines:
            yield f"max_machines {self.growth.group(key).max_machines} of {key}"

    def _obstacle(
        self, plan: ServicePlan, first: Growing, key: str, hour: int, lost: Lost, machines: int
    ) -> str | None:
        if not first.scales:
            return "nothing tells how loaded an accelerator without a load balancer is, so it follows the plan's hours"
        if machines and not self.growth.can_start(key, plan, hour, lost):
            return "no group of its hour has a zone or capacity pool left"
        return None


def _rate(growing: Growing) -> float:
    return growing.variant.load_per_replica_per_second
