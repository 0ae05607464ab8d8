"""The demand of one site as a plan has it: what runs there and its part of the load, in the hours that sites share."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from solver.demand.demand import Demand
from solver.demand.storage import StorageClaim
from solver.demand.workloads import Service, Workload
from solver.model.sites.site_demand import ELSEWHERE, with_common_hours
from solver.plan.plan import SitePlan


def demand_as_planned(demand: Demand, sites: Mapping[str, SitePlan], site_key: str) -> Demand:
    """Of a stack with one site it is the demand itself; else loads are those of the hour classes."""
    if len(sites) == 1:
        return demand
    compute = sites[site_key].compute
    here = {each.key for each in (*compute.services, *compute.jobs)}
    common = with_common_hours(demand)
    workloads: dict[str, Workload] = {}
    for key, entry in common.workloads.items():
        if key not in here:
            workloads[key] = entry.model_copy(update={"site": ELSEWHERE, "calls": ()})
            continue
        parts = sites[site_key].serves.get(key)
        share = 1.0 if parts is None else sum(parts.values())
        update: dict[str, object] = {"site": site_key}
        if isinstance(entry, Service) and share < 1:
            update["load"] = entry.load.part(Fraction(repr(share)))
            update["logs_gib_per_month"] = entry.logs_gib_per_month * share
        workloads[key] = entry.model_copy(update=update)
    kept = sites[site_key].storage
    claims = {each.key for each in (*kept.buckets, *kept.volumes, *kept.file_systems, *kept.lustre)}
    storage: dict[str, StorageClaim] = {
        key: claim.model_copy(update={"site": site_key if key in claims else ELSEWHERE})
        for key, claim in common.storage.items()
    }
    return common.model_copy(update={"workloads": workloads, "storage": storage})
