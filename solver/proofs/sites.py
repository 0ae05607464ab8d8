"""Sites: each workload is where it may be, all load is served, near enough, and what passes between sites is paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import fsum

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.plan.plan import Plan
from solver.proofs.residency import goes_along, is_hidden, kept_on, may_run
from solver.proofs.view import SiteView, exactly

_CENT = 0.01
_KIB_PER_GIB = 2**20
_SECONDS_PER_MONTH = 730 * 3600


def site_faults(plan: Plan, demand: Demand, catalog: Catalog) -> Iterator[str]:
    """What is wrong with the plan's sites, in words."""
    unknown = set(plan.aws_sites) - set(demand.aws_sites)
    if unknown:
        yield f"the plan has sites that the demand has not: {', '.join(sorted(unknown))}"
        return
    views = {key: SiteView(key, demand, catalog, site) for key, site in plan.aws_sites.items()}
    yield from _places(demand, views)
    for key, service in sorted(demand.workloads.items()):
        if isinstance(service, Service):
            yield from (f"{key}: {fault}" for fault in _service(demand, views, key, service))
    for site, view in views.items():
        for key, workload in view.workloads():
            for callee in workload.calls:
                if callee not in view.running and is_hidden(demand.workloads[callee]):
                    yield f"{key} calls {callee}, which is neither on {site} nor public"
        yield from _transfer(plan, demand, view, views)


def _places(demand: Demand, views: Mapping[str, SiteView]) -> Iterator[str]:
    allowed = may_run(demand)
    for key, workload in sorted(demand.workloads.items()):
        places = [site for site, view in views.items() if key in view.running]
        if not places:
            yield f"{key} is on no site of the plan"
        wrong = [site for site in places if site not in allowed[key]]
        if wrong:
            yield f"{key} is on {', '.join(wrong)}; it may be on {', '.join(sorted(allowed[key]))}"
        if len(places) > 1 and not isinstance(workload, Service):
            yield f"{key} is on {len(places)} sites; a job is on one"
    for key, claim in sorted(demand.storage.items()):
        missing = kept_on(demand, claim) - set(views)
        if missing and not goes_along(claim):
            yield f"claim {key} is kept on {', '.join(sorted(missing))}, which the plan has not"


def _service(demand: Demand, views: Mapping[str, SiteView], key: str, service: Service) -> Iterator[str]:
    served = {site: view.plan.serves[key] for site, view in views.items() if key in view.plan.serves}
    for site, parts in served.items():
        for origin, part in parts.items():
            if part <= 0:
                yield f"a part of {part:g} from {origin} on {site}"
            far = _too_far(demand, service, origin, site)
            if far is not None:
                yield far
    if not served:
        return
    for origin, amount in _asked(demand, views, key, service).items():
        found = sum((exactly(parts.get(origin, 0.0)) for parts in served.values()), Fraction(0))
        if found < amount:
            yield f"{float(found):.6g} of its load is served from {origin}, {float(amount):.6g} comes from there"


def _asked(demand: Demand, views: Mapping[str, SiteView], key: str, service: Service) -> dict[str, Fraction]:
    """Part of the load by origin: a location, the site of callers, or anywhere."""
    callers = sorted(name for name, other in demand.workloads.items() if key in other.calls)
    services = [name for name in callers if isinstance(demand.workloads[name], Service)]
    parts: dict[str, Fraction]
    if service.load_from:
        parts = {origin: exactly(part) for origin, part in service.load_from.items()}
    elif service.exposure is None and callers:
        asking = services or callers
        parts = dict.fromkeys(asking, Fraction(1, len(asking)))
    else:
        return {"anywhere": Fraction(1)}
    found: dict[str, Fraction] = {}
    for origin, part in parts.items():
        if origin not in demand.workloads:
            found[origin] = part
            continue
        for site, view in views.items():
            if origin in view.running:
                where = f"site {site}"
                found[where] = found.get(where, Fraction(0)) + part * view.part(origin)
    return found


def _too_far(demand: Demand, service: Service, origin: str, site: str) -> str | None:
    limit = service.max_latency_ms
    home = origin.removeprefix("site ")
    if origin.startswith("site "):
        if home == site:
            return None
        if is_hidden(service):
            return f"calls from {home} arrive on {site}, and it is not public"
        sites = demand.aws_sites
        between = sites[home].latency_ms.get(site, sites[site].latency_ms.get(home))
    elif origin in demand.locations:
        between = demand.locations[origin].latency_ms.get(site)
    else:
        return None
    if limit is None or (between is not None and between <= limit):
        return None
    told = "unknown" if between is None else f"{between:g} ms"
    return f"{site} serves {origin}, which is {told} away; {limit:g} ms are allowed"


def _transfer(plan: Plan, demand: Demand, view: SiteView, views: Mapping[str, SiteView]) -> Iterator[str]:
    gib: list[float] = []
    for site, other in views.items():
        for key, parts in other.plan.serves.items():
            service = demand.workloads.get(key)
            if not isinstance(service, Service):
                continue
            requests = fsum(service.load.week_per_second()) / 168 * _SECONDS_PER_MONTH
            for origin, part in parts.items():
                if origin == f"site {view.key}" and site != view.key:
                    gib.append(requests * part * service.request_kib / _KIB_PER_GIB)
                elif origin.startswith("site ") and origin != f"site {site}" and site == view.key:
                    gib.append(requests * part * service.response_kib / _KIB_PER_GIB)
    price = view.catalog.price(view.plan.region, "data_transfer", "inter_region_out")
    found = price.cost(fsum(gib))
    mine = [
        line.usd_per_month
        for line in plan.cost_lines
        if line.site == view.key and line.item == "transfer to other sites"
    ]
    if abs(fsum(mine) - found) > _CENT * (1 + len(mine)):
        yield f"{view.key} says {fsum(mine):.2f} USD a month for transfer to other sites, the tables {found:.2f}"
