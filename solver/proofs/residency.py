"""Residency: on which sites a workload may run and a claim is kept, read from the demand anew."""

from __future__ import annotations

from solver.demand.demand import Demand
from solver.demand.storage import StorageClaim, Volume
from solver.demand.workloads import Service, Workload
from solver.vocabulary import Exposure


def goes_along(claim: StorageClaim) -> bool:
    """Whether a claim is only where the workload is that uses it."""
    return isinstance(claim, Volume)


def kept_on(demand: Demand, claim: StorageClaim) -> set[str]:
    """Sites that a claim may be kept on."""
    if claim.site is None and not claim.sites and not goes_along(claim):
        return {next(iter(demand.sites))}
    return _named(demand, claim)


def may_run(demand: Demand) -> dict[str, set[str]]:
    """Sites on which each workload may run: those that it names, where its claims are and its hidden callees may be."""
    found: dict[str, set[str]] = {}
    for key, workload in demand.workloads.items():
        found[key] = _named(demand, workload)
        for claim in workload.uses:
            found[key] &= kept_on(demand, demand.storage[claim])
    for _ in demand.workloads:  # a site that drops out is passed on along a chain of calls
        for key, workload in demand.workloads.items():
            for callee in workload.calls:
                if is_hidden(demand.workloads[callee]):
                    found[key] &= found[callee]
    return found


def is_hidden(workload: Workload) -> bool:
    """Whether only workloads of the same site reach it."""
    return not isinstance(workload, Service) or workload.exposure is not Exposure.PUBLIC


def _named(demand: Demand, entry: Workload | StorageClaim) -> set[str]:
    if entry.site is not None:
        return {entry.site}
    wanted: tuple[str, ...] = entry.sites
    return set(wanted or demand.sites)
