"""Residency: which sites a workload may run on, by its own words and by where what it uses is kept.

A workload runs only where the claims that it uses are: its role, its mounts and its volumes are of its own site.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from solver.demand.storage import StorageClaim, Volume
from solver.demand.workloads import Service, Workload
from solver.vocabulary import Exposure


def named_sites(entry: Workload | StorageClaim, names: tuple[str, ...]) -> tuple[str, ...]:
    """Sites that an entry names, in the demand's order; all of them where it names none."""
    if entry.site is not None:
        return (entry.site,)
    wanted: tuple[str, ...] = entry.sites
    return tuple(name for name in names if name in wanted) if wanted else names


def claim_sites(claim: StorageClaim, names: tuple[str, ...]) -> tuple[str, ...]:
    """Sites that have the claim; a volume that names none goes with its workload."""
    if claim.site is None and not claim.sites and not isinstance(claim, Volume):
        return names[:1]
    return named_sites(claim, names)


def allowed_sites(
    workload: Workload, storage: Mapping[str, StorageClaim | None], names: tuple[str, ...]
) -> tuple[str, ...]:
    """Sites that a workload may run on, in the demand's order."""
    used = [claim for key in workload.uses if (claim := storage.get(key)) is not None]
    kept = [claim_sites(claim, names) for claim in used]
    return tuple(name for name in named_sites(workload, names) if all(name in there for there in kept))


def settled_sites(
    workloads: Mapping[str, Workload | None],
    storage: Mapping[str, StorageClaim | None],
    names: tuple[str, ...],
    barred: Collection[tuple[str, str]] = (),
) -> dict[str, tuple[str, ...]]:
    """`allowed_sites` of every workload, less those where a service can't run that it calls and that is not public.

    `barred` are further workloads and sites that don't go together.
    """
    found = {
        key: tuple(name for name in allowed_sites(entry, storage, names) if (key, name) not in barred)
        for key, entry in workloads.items()
        if entry is not None
    }
    while True:
        before = dict(found)
        for key, entry in workloads.items():
            for callee in entry.calls if entry is not None else ():
                service = workloads.get(callee)
                if isinstance(service, Service) and service.exposure is not Exposure.PUBLIC:
                    found[key] = tuple(name for name in found[key] if name in found[callee])
        if found == before:
            return found


def origins(key: str, service: Service, workloads: Mapping[str, Workload | None]) -> dict[str, float] | None:
    """Part of a service's load by user location or calling workload; None where the demand does not say.

    A service without a load balancer has its load from the services that call it, or from jobs where only jobs do.
    """
    if service.load_from:
        return dict(service.load_from)
    if service.exposure is not None:
        return None
    callers = {name: entry for name, entry in workloads.items() if entry is not None and key in entry.calls}
    asking = [name for name, entry in sorted(callers.items()) if isinstance(entry, Service)] or sorted(callers)
    return {name: 1 / len(asking) for name in asking} or None
