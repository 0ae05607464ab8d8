"""All sites as one: the compute pools of several sites planned as a single pool, for a bound and for a first choice.

Every plan of the sites, with its machines, replicas and commitments, is a plan of this pool at no higher cost:

* machine types are those of all sites, each under the name of its site; a workload runs on those of its sites only;
* a zone is one of its site, so machines of a node group are counted as on their site, also after a loss;
* hour classes are those of all sites; loads are whole, and may be split anew in every hour;
* floors of replicas count once, ceilings once for each site;
* the pool has the node groups and the quotas of all sites together, one savings plan may cover machines of all of them,
  and a root volume, a volume of a claim and what security costs for a machine have the lowest price of any site.

So no plan of the sites costs less than this pool's bound, and what it runs where is a good first choice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from typing import assert_never

from solver.catalog.catalog import Catalog, RegionTables
from solver.catalog.prices import Offering, Price
from solver.catalog.regions import Region, Zone
from solver.demand.demand import AwsSite, Demand
from solver.demand.names import ALL
from solver.demand.purchase import Held, HeldComputePlan, HeldInstancePlan, HeldReservation
from solver.demand.serving import ReplicaBounds
from solver.demand.workloads import Service, Workload
from solver.errors import InfeasibleError
from solver.model.backend import Backend
from solver.model.compute.model import solve_compute
from solver.model.sites.choice import Choice, Options
from solver.model.sites.site_demand import ELSEWHERE
from solver.model.storage.model import solve_storage, volume_usd_per_month
from solver.model.surcharge import least_surcharge, machine_surcharge
from solver.plan.compute import ComputePlan
from solver.plan.storage import StoragePlan
from solver.quantity import HOURS_PER_WEEK

_ALL = "all"
"""Key of the one site, and name of its region."""
_EBS = ("ebs", "gp3_storage")


@dataclass(frozen=True)
class Together:
    """What the one pool says."""

    bound_usd_per_month: float
    """No plan of these sites has compute pools that cost less, with what security costs for each machine."""
    shares: Mapping[str, Mapping[str, float]]
    """Part of the replicas' capacity of each workload on each site."""


def plan_together(
    options: Options, allowed: Mapping[str, Mapping[str, Fraction | None]], catalog: Catalog, backend: Backend
) -> Together | None:
    """The pool of all sites that `allowed` names; None where nothing holds the workloads.

    `allowed` has, by workload, its sites; with a part where that site serves exactly so much of the load.
    """
    sites = [site for site in options.demand.aws_sites if any(site in names for names in allowed.values())]
    demand = _demand(options.demand, sites, allowed, catalog)
    try:
        answer = solve_compute(
            demand,
            _ALL,
            _catalog(options.demand, sites, catalog),
            backend,
            storage=StoragePlan(protect=False),
            volume_usd_per_month=_volumes(options.demand, sites, catalog),
            surcharge=least_surcharge([machine_surcharge(options.demand, site, catalog) for site in sites]),
        )
    except InfeasibleError:
        return None
    return Together(answer.bound_usd_per_month, _shares(answer.plan))


def _on(name: str, site: str) -> str:
    return f"{name}@{site}"


def _demand(
    demand: Demand, sites: Sequence[str], allowed: Mapping[str, Mapping[str, Fraction | None]], catalog: Catalog
) -> Demand:
    limits = demand.limits
    workloads: dict[str, Workload] = {}
    for key, names in allowed.items():
        entry = demand.workloads[key]
        fixed = {site: part for site, part in names.items() if part is not None}
        if not isinstance(entry, Service) or not fixed:
            workloads[key] = _within(entry, tuple(names))
            continue
        # Parts of a load that are on different sites never share a machine: they are services of their own.
        for site, part in fixed.items():
            if part:
                whole = _within(entry, (site,))
                load = entry.load if part >= 1 else entry.load.part(part)
                workloads[_on(key, site)] = whole.model_copy(update={"load": load})
    workloads = {key: _apart_as_split(entry, workloads) for key, entry in workloads.items()}
    return demand.model_copy(
        update={
            "sites": {_ALL: _site(demand, sites, catalog)},
            "workloads": workloads,
            "purchase": demand.purchase.model_copy(
                update={
                    "held": tuple(_held(each, demand) for each in demand.purchase.held if demand.site_of(each) in sites)
                }
            ),
            "limits": limits.model_copy(
                update={
                    "node_groups": limits.node_groups * len(sites),
                    "machines": tuple(_on(pattern, "*") for pattern in limits.machines),
                    "exclude_machines": tuple(_on(pattern, "*") for pattern in limits.exclude_machines),
                }
            ),
        }
    )


def _apart_as_split(entry: Workload, workloads: Collection[str]) -> Workload:
    """Apart from every part of those that it is apart from."""
    if entry.apart_from == ALL or not entry.apart_from:
        return entry
    parts = tuple(each for each in workloads if each.partition("@")[0] in entry.apart_from)
    return entry.model_copy(update={"apart_from": parts})


def _held(held: Held, demand: Demand) -> Held:
    """On the machines of its site; a compute savings plan may cover those of all."""
    site = demand.site_of(held)
    match held:
        case HeldReservation():
            return held.model_copy(update={"site": _ALL, "machine_type": _on(held.machine_type, site)})
        case HeldInstancePlan():
            return held.model_copy(update={"site": _ALL, "family": _on(held.family, site)})
        case HeldComputePlan():
            return held.model_copy(update={"site": _ALL})
        case _:
            assert_never(held)


def _within(entry: Workload, sites: Collection[str]) -> Workload:
    variants = {
        key: variant.model_copy(
            update={"machines": tuple(_on(pattern, site) for pattern in variant.machines or ("*",) for site in sites)}
        )
        for key, variant in entry.variants.items()
    }
    update: dict[str, object] = {"site": _ALL, "variants": variants, "calls": ()}
    if isinstance(entry, Service):
        bounds = entry.replicas
        update["replicas"] = ReplicaBounds.model_construct(min=bounds.min, max=bounds.max * len(sites))
    return entry.model_copy(update=update)


def _site(demand: Demand, sites: Sequence[str], catalog: Catalog) -> AwsSite:
    each = [demand.aws_sites[site] for site in sites]
    limited = [family for family in sorted(each[0].quotas) if all(family in site.quotas for site in each)]
    return each[0].model_copy(
        update={
            "region": _ALL,
            "zones": tuple(zone.id for name in sites for zone in _zones(demand, name, catalog)),
            "eni_trunking": any(site.eni_trunking for site in each),
            "root_volume": max(site.root_volume for site in each),
            "quotas": {family: sum(site.quotas[family] for site in each) for family in limited},
        }
    )


def _zones(demand: Demand, site: str, catalog: Catalog) -> list[Zone]:
    wanted = demand.aws_sites[site].zones
    known = catalog.region(demand.aws_sites[site].region).zone_ids
    zones = wanted if isinstance(wanted, tuple) else known[:wanted]
    return [Zone(_on(zone, site), zone) for zone in sorted(zones)]


def _catalog(demand: Demand, sites: Sequence[str], catalog: Catalog) -> Catalog:
    offerings: dict[str, Offering] = {}
    for site in sites:
        zones = {zone.name_in_source: zone.id for zone in _zones(demand, site, catalog)}
        for offering in catalog.offerings(demand.aws_sites[site].region):
            machine = replace(
                offering.machine, name=_on(offering.machine.name, site), family=_on(offering.machine.family, site)
            )
            offerings[machine.name] = replace(
                offering,
                machine=machine,
                zones=tuple(zones[zone] for zone in offering.zones if zone in zones),
                spot_usd_per_hour={
                    zones[zone]: usd for zone, usd in offering.spot_usd_per_hour.items() if zone in zones
                },
            )
    tables = [catalog.tables[demand.aws_sites[site].region] for site in sites]
    region = Region(
        name=_ALL,
        title="All sites",
        zones=tuple(zone for site in sites for zone in _zones(demand, site, catalog)),
        sources={},
    )
    whole = RegionTables(
        region=region,
        offerings=offerings,
        prices={**tables[0].prices, _EBS: _root_price(demand, sites, catalog)},
        images=dict(chain.from_iterable(table.images.items() for table in tables)),
    )
    return replace(
        catalog,
        machines={offering.machine.name: offering.machine for offering in offerings.values()},
        tables={_ALL: whole},
    )


def _root_price(demand: Demand, sites: Sequence[str], catalog: Catalog) -> Price:
    """USD of a GiB at which the largest root volume costs what the cheapest one does."""
    cheapest = min(
        demand.aws_sites[site].root_volume * catalog.price(demand.aws_sites[site].region, *_EBS).usd_first
        for site in sites
    )
    largest = max(demand.aws_sites[site].root_volume for site in sites)
    price = catalog.price(demand.aws_sites[sites[0]].region, *_EBS)
    return replace(price, tiers=(replace(price.tiers[0], usd=cheapest / largest, to_amount=None),))


def _volumes(demand: Demand, sites: Sequence[str], catalog: Catalog) -> dict[str, float]:
    found: dict[str, float] = {}
    for site in sites:
        region = demand.aws_sites[site].region
        here = {
            key: claim.model_copy(update={"site": site if claim.kind == "volume" else ELSEWHERE})
            for key, claim in demand.storage.items()
        }
        try:
            storage = solve_storage(demand.model_copy(update={"storage": here}), site, catalog)
        except InfeasibleError:
            continue
        for volume in storage.plan.volumes:
            usd = volume_usd_per_month(volume, catalog, region)
            found[volume.key] = min(usd, found.get(volume.key, usd))
    return found


def _shares(plan: ComputePlan) -> dict[str, dict[str, float]]:
    sites = {group.key: group.machine_types[0].rpartition("@")[2] for group in plan.node_groups}
    load: dict[str, dict[str, float]] = {}
    rates = {
        f"{service.key}.{variant.key}": variant.load_per_replica_per_second
        for service in plan.services
        for variant in service.variants
    }
    for hours in plan.hour_classes:
        for placed in hours.placement:
            for name, count in placed.replicas.items():
                key = name.partition(".")[0]
                by_site = load.setdefault(key, {})
                worth = rates.get(name, 1.0) * count * placed.machines * len(hours.hours) / HOURS_PER_WEEK
                site = sites[placed.node_group]
                by_site[site] = by_site.get(site, 0.0) + worth
    return {
        key: {site: worth / sum(by_site.values()) for site, worth in sorted(by_site.items())}
        for key, by_site in load.items()
    }


def routes_of(options: Options, together: Together) -> Choice:
    """The choice that comes nearest to what the one pool runs where, in hundredths of each origin's load."""
    jobs: dict[str, str] = {}
    routes: dict[tuple[str, str], dict[str, int]] = {}
    for job in options.jobs:
        shares = together.shares.get(job, {})
        jobs[job] = max(options.sites[job], key=lambda site: shares.get(site, 0.0))
    for service in options.services:
        shares = together.shares.get(service, {})
        for origin in options.origins(service):
            allowed = options.serving(service, origin)
            if len(allowed) > 1:
                routes[service, origin] = _hundredths({site: shares.get(site, 0.0) for site in allowed})
    return Choice(jobs, routes)


def _hundredths(shares: Mapping[str, float]) -> dict[str, int]:
    """Whole hundredths that add up to all; the largest share takes what rounding leaves."""
    total = sum(shares.values())
    if total <= 0:
        return {next(iter(shares)): 100}
    found = {site: round(100 * share / total) for site, share in shares.items()}
    most = max(found, key=lambda site: (found[site], site))
    found[most] += 100 - sum(found.values())
    return {site: count for site, count in found.items() if count > 0}
