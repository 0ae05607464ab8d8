"""The rest: what sites of AWS are asked for where owned hosts serve some of the loads.

It is a demand of its own, with the sites of AWS alone, that is planned as any other. A service that Docker sites serve
whole is not in it; of one that they serve in part it has, in each hour, what is above the rate that they serve. Of one
that outlives the loss of a site it has as standby what the other Docker sites leave over after any one loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from solver.demand.demand import Demand
from solver.demand.load import LoadProfile, rounded_up
from solver.demand.workloads import Service, Workload
from solver.model.owned.hosts import approved_replicas, without_hosts
from solver.model.owned.shares import Shares
from solver.model.owned.takeover import left_after_losses
from solver.model.sites.choice import ANYWHERE, Options
from solver.model.standby import with_standby
from solver.plan.docker import DockerSitePlan
from solver.vocabulary import Exposure

_NOTHING = 1e-9
"""Part of a load below which nothing is left of it: what rounding makes."""
TRACE = Fraction(1, 10**6)
"""Part of a standby that is the load of a service of which sites of AWS serve nothing before a site is lost."""
Served = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Service → Docker site → origin → load served in the peak hour, units a second."""


def rest_of(demand: Demand, sites: Mapping[str, DockerSitePlan]) -> Demand:
    """What a plan's sites of AWS are asked for; the demand itself where it has no Docker site."""
    if not demand.docker_sites:
        return demand
    shares = shares_of(demand)
    replicas = approved_replicas(dict(sites))
    served: dict[str, dict[str, dict[str, float]]] = {}
    for site, plan in sites.items():
        for service in plan.services:
            if service.key in shares.services:
                peak = shares.peaks[service.key]
                parts = {origin: part * peak for origin, part in service.serves.items()}
                served.setdefault(service.key, {})[site] = parts
    return left_over(shares, served, after=left_after_losses(shares, replicas))


def shares_of(demand: Demand, barred: frozenset[tuple[str, str]] = frozenset()) -> Shares:
    """The shares of a whole demand; `barred` are workloads and sites of AWS where no machine holds them."""
    return Shares(Options(demand, barred | without_hosts(demand)))


def left_over(
    shares: Shares,
    served: Served,
    at_most: Mapping[str, float] = MappingProxyType({}),
    after: Sequence[Mapping[str, Sequence[Fraction]]] = (),
) -> Demand:
    """The demand of the sites of AWS where Docker sites serve so much.

    `at_most` has rates that stand in the place of what is served of a service, on whichever sites. `after` has for
    each loss of a site what the others leave over, by service and hour.
    """
    demand = shares.demand
    left = _left(shares, served, at_most, {})
    standbys = _standbys(left, [_left(shares, served, at_most, each) for each in after])
    names = tuple(demand.aws_sites)
    workloads: dict[str, Workload] = {}
    for key, entry in demand.workloads.items():
        if key not in shares.services:
            workloads[key] = entry
        elif isinstance(entry, Service) and (key in left or key in standbys):
            week = left[key] if key in left else tuple(each * TRACE for each in standbys[key])
            lessened = _lessened(shares, key, entry, week)
            standby = [rounded_up(each) for each in standbys.get(key, ())]
            workloads[key] = with_standby(lessened, standby) if standby else lessened
    kept = {key: _on(_calling(shares, entry, workloads), names) for key, entry in workloads.items()}
    used = {claim for entry in kept.values() for claim in entry.uses}
    storage = {
        key: claim.model_copy(update={"sites": tuple(site for site in claim.sites if site in names)})
        for key, claim in demand.storage.items()
        if (claim.site is None or claim.site in names)
        and (not claim.sites or any(site in names for site in claim.sites))
        and (key in used or not any(key in entry.uses for entry in demand.workloads.values()))
    }
    return demand.model_copy(update={"sites": demand.aws_sites, "workloads": kept, "storage": storage})


def _standbys(
    left: Mapping[str, Sequence[Fraction]], after: Sequence[Mapping[str, Sequence[Fraction]]]
) -> dict[str, tuple[Fraction, ...]]:
    """By service, what AWS must hold in each hour after some loss, where that is ever more than it serves before."""
    found: dict[str, tuple[Fraction, ...]] = {}
    for key in sorted({key for each in after for key in each}):
        weeks = [each[key] for each in after if key in each]
        most = tuple(max(hour) for hour in zip(*weeks, strict=True))
        if key not in left or any(more > now for more, now in zip(most, left[key], strict=True)):
            found[key] = most
    return found


def _left(
    shares: Shares,
    served: Served,
    at_most: Mapping[str, float],
    instead: Mapping[str, Sequence[Fraction]],
) -> dict[str, tuple[Fraction, ...]]:
    """By service of which something is left, what is in each hour, units a second; `instead` says it of some."""
    left: dict[str, tuple[Fraction, ...]] = {}
    for key, service in shares.services.items():
        week = [Fraction(repr(load)) for load in service.load.week_per_second()]
        callers = shares.callers(key)
        if key in instead:
            hours = list(instead[key])
        elif callers:
            hours = [
                sum(
                    (
                        Fraction(part) * load * _part_left(shares, left, caller, hour)
                        for caller, part in callers.items()
                    ),
                    Fraction(0),
                )
                for hour, load in enumerate(week)
            ]
        elif key in at_most:
            hours = [load - _taken_at_most(shares, key, load, Fraction(at_most[key])) for load in week]
        else:
            hours = [load - _taken(shares, served, key, load) for load in week]
        if max(hours) > Fraction(_NOTHING) * max(week):
            left[key] = tuple(max(Fraction(0), hour) for hour in hours)
    return left


def _part_left(shares: Shares, left: Mapping[str, tuple[Fraction, ...]], caller: str, hour: int) -> Fraction:
    """Part of a caller's load of an hour that sites of AWS serve."""
    if caller not in shares.services:
        return Fraction(1)
    if caller not in left:
        return Fraction(0)
    load = Fraction(repr(shares.services[caller].load.week_per_second()[hour]))
    return left[caller][hour] / load if load else Fraction(0)


def _taken(shares: Shares, served: Served, key: str, load: Fraction) -> Fraction:
    """What Docker sites serve of a load: first what only they may, then of the other origins up to their rate."""
    peak = Fraction(repr(shares.peaks[key]))
    origins = shares.origins(key)
    sites = served.get(key, {})
    room = {site: Fraction(sum(amounts.values())) for site, amounts in sites.items()}
    taken = Fraction(0)
    for origin, share in origins.items():
        if not share.bought:
            taken += Fraction(share.part) * load
            for site, amounts in sites.items():
                if origin in amounts:
                    room[site] -= Fraction(amounts[origin]) * load / peak
    for share in origins.values():
        if share.bought:
            asked = Fraction(share.part) * load
            for site in share.owned:
                here = min(asked, max(Fraction(0), room.get(site, Fraction(0))))
                asked -= here
                taken += here
                if site in room:
                    room[site] -= here
    return taken


def _taken_at_most(shares: Shares, key: str, load: Fraction, rate: Fraction) -> Fraction:
    """The same where one place could serve every origin that some Docker site may, at this rate."""
    origins = shares.origins(key).values()
    alone = sum((Fraction(share.part) for share in origins if not share.bought), Fraction(0)) * load
    either = sum((Fraction(share.part) for share in origins if share.bought and share.owned), Fraction(0)) * load
    return alone + min(either, max(Fraction(0), rate - alone))


def _lessened(shares: Shares, key: str, service: Service, left: tuple[Fraction, ...]) -> Service:
    whole = sum((Fraction(repr(load)) for load in service.load.week_per_second()), Fraction(0))
    part = sum(left, Fraction(0)) / whole
    update: dict[str, object] = {
        "load": LoadProfile(hourly_per_second=tuple(rounded_up(hour) for hour in left)),
        "logs_gib_per_month": service.logs_gib_per_month * float(part),
    }
    if service.load_from:
        update["load_from"] = _origins_left(shares, key)
    return service.model_copy(update=update)


def _origins_left(shares: Shares, key: str) -> dict[str, float]:
    """Parts of 1 of the origins that sites of AWS may serve, as the whole load has them."""
    parts = {origin: share.part for origin, share in shares.origins(key).items() if share.bought and origin != ANYWHERE}
    whole = sum(parts.values())
    return {origin: part / whole for origin, part in parts.items()} if whole else {}


def _calling(shares: Shares, entry: Workload, there: Mapping[str, Workload]) -> Workload:
    """With the addresses of services that only Docker sites run."""
    gone = [callee for callee in entry.calls if callee not in there]
    if not gone:
        return entry
    environment = dict(entry.environment)
    for callee in gone:
        environment.setdefault(address_name(callee), address_at(shares, callee))
    calls = tuple(callee for callee in entry.calls if callee in there)
    return entry.model_copy(update={"calls": calls, "environment": environment})


def address_name(service: str) -> str:
    """The environment variable that says where a service is reached."""
    return f"ADDRESS_{service.upper().replace('-', '_')}"


def address_at(shares: Shares, service: str) -> str:
    """`host:port` of a public service on the first site that may run it; empty where nobody can reach it."""
    entry = shares.demand.workloads[service]
    if not isinstance(entry, Service) or entry.exposure is not Exposure.PUBLIC:
        return ""
    for site in shares.options.sites[service]:
        owned = shares.demand.docker_sites.get(site)
        if owned is not None:
            host = owned.network.domain or next(iter(owned.hosts.values())).reached_at
            return f"{host}:{owned.network.https_port}"
        dns = shares.demand.aws_sites[site].network.dns
        if dns is not None:
            return f"{dns.domain}:443"
    return ""


def _on(entry: Workload, names: tuple[str, ...]) -> Workload:
    """On the sites of AWS among those that it names."""
    return (
        entry.model_copy(update={"sites": tuple(site for site in entry.sites if site in names)})
        if entry.sites
        else entry
    )
